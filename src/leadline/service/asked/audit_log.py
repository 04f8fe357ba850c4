"""Who changed what, and is the log whole?"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from leadline.questions.answer import Answer
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic
from leadline.service.asked.of_store import OfStore
from leadline.service.asked.publish import plain_time

if TYPE_CHECKING:
    from leadline.questions.session import Session
    from leadline.store.audit_log import Row

VERIFY = asks("Say whether the log is whole; the exit status is 1 where it is not.", "flag")
HEAD = asks("Where the log ended once, as --verify printed it.", "text", "N:HASH", beside="verify")
LAST = asks("So many of the last entries.", "whole", "N", least=1)
SHOWN = 120


@dataclass(frozen=True)
class AuditLog(OfStore, Question["Answer[list[dict[str, Any]]]"]):
    """List who changed what and took what away, or verify that nothing was done to that list."""

    name: ClassVar[str] = "audit-log"
    topic: ClassVar[Topic] = "serve"
    example: ClassVar[str] = "leadline audit-log --verify"
    has_report: ClassVar[bool] = False

    verify: bool = field(default=False, kw_only=True, metadata=VERIFY)
    head: str | None = field(default=None, kw_only=True, metadata=HEAD)
    last: int = field(default=100, kw_only=True, metadata=LAST)

    def check(self) -> None:
        """Refuse a place that is none. Raises InputError."""
        import re

        from leadline.errors import Fault, InputError

        super().check()
        if self.head is not None and not re.fullmatch(r"\d{1,18}:[0-9a-f]{64}", self.head):
            expected = "must be a number, a colon and 64 digits, as --verify prints it"
            raise InputError(Fault("", "--head", expected, self.head))

    def answer(self, _: Session) -> Answer[list[dict[str, Any]]]:
        """Read the log."""
        from leadline.store import audit_log

        with self.opened() as store, store.reading() as session:
            if self.verify:
                return self._verified(audit_log.check(session, self.head or ""))
            rows = [_plain(each) for each in reversed(audit_log.last(session, self.last))]
        return Answer(
            question=self.name,
            result=rows,
            figures={"entries": rows},
            printed="\n".join(map(_line, rows)) or "nothing was changed yet",
        )

    def _verified(self, found: Any) -> Answer[list[dict[str, Any]]]:
        figures = {
            "entries": found.entries,
            "head": found.head,
            "emptied": found.blank,
            "faults": found.faults,
        }
        is_whole = not found.faults
        emptied = f"; {len(found.blank)} of them emptied for people who were erased"
        told = f"{found.entries:,} entries{emptied if found.blank else ''}"
        said = [f"{told}: whole" if is_whole else f"{told}: NOT whole", *found.faults]
        return Answer(
            question=self.name,
            result=[],
            figures=figures,
            printed="\n".join([*said, f"head {found.head}"]),
            status=0 if is_whole else 1,
        )


def _plain(row: Row) -> dict[str, Any]:
    details = json.loads(row.details) if row.details else {"before": None, "after": None}
    return {
        "number": row.number,
        "at": plain_time(row.at),
        "actor": row.actor,
        "action": row.action,
        "subject": row.subject,
        **details,
    }


def _line(row: dict[str, Any]) -> str:
    changed = {name: row[name] for name in ("before", "after") if row[name] is not None}
    said = json.dumps(changed, ensure_ascii=False) if changed else ""
    cut = said if len(said) <= SHOWN else f"{said[: SHOWN - 3]}..."
    subject = row["subject"] if row["subject"] is not None else "(erased)"
    head = f"{row['number']:>6}  {row['at']}  {row['actor']}  {row['action']}"
    return f"{head} {subject}  {cut}".rstrip()
