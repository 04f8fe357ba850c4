"""Who may send, and who may read?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from leadline.questions.answer import Answer
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic
from leadline.service.asked.of_store import OfStore, actor
from leadline.service.asked.publish import plain_time

if TYPE_CHECKING:
    from leadline.questions.session import Session
    from leadline.store.audit_log import Entry
    from leadline.store.keys import Key

MAKE = asks("Name of a key to make; it is the source of what comes with it.", "text", "NAME")
KIND = asks(
    "What it is for: write sends, browser is public, token reads.",
    "text",
    "KIND",
    choices=("write", "browser", "token"),
    beside="make",
)
SCOPES = asks(
    "What a token may, with a comma between: read, write, draft, publish, metrics, admin.",
    "text",
    "S",
)
FIELDS = asks("Lead fields that a browser key may set, with a comma between.", "text", "F")
ENDS = asks("When it opens nothing any more.", "moment", "T", beside="make")
REVOKE = asks("Name of a key that opens nothing from now on.", "text", "NAME", against=("make",))


@dataclass(frozen=True)
class Keys(OfStore, Question["Answer[list[dict[str, Any]]]"]):
    """List the keys, make one, or revoke one."""

    name: ClassVar[str] = "keys"
    topic: ClassVar[Topic] = "serve"
    example: ClassVar[str] = "leadline keys --make website --kind browser --fields email,company"
    has_report: ClassVar[bool] = False

    make: str | None = field(default=None, kw_only=True, metadata=MAKE)
    kind: str = field(default="write", kw_only=True, metadata=KIND)
    scopes: str = field(default="read", kw_only=True, metadata=SCOPES)
    fields: str = field(default="", kw_only=True, metadata=FIELDS)
    ends: datetime | str | None = field(default=None, kw_only=True, metadata=ENDS)
    revoke: str | None = field(default=None, kw_only=True, metadata=REVOKE)

    def answer(self, _: Session) -> Answer[list[dict[str, Any]]]:
        """Do what is asked, and list the keys."""
        from leadline.service import clock
        from leadline.store import audit_log, keys
        from leadline.store.audit_log import Entry

        made = ""
        with self.opened() as store, store.writing() as session:
            at = clock.now()
            if self.make is not None:
                key, ends = self._key(), self._ends()
                made = keys.make(session, key, at, ends)
                audit_log.write(session, [_made(key, ends)], at)
            if self.revoke is not None:
                keys.revoke(session, self.revoke, at)
                audit_log.write(session, [Entry(actor(), "key.revoked", self.revoke)], at)
            rows = [_plain(row) for row in keys.listed(session)]
        figures = {"keys": rows, **({"made": made} if made else {})}
        printed = [f"{self.make}, shown this once: {made}"] if made else []
        return Answer(
            question=self.name,
            result=rows,
            figures=figures,
            printed="\n".join([*printed, *map(_line, rows)]),
        )

    def _key(self) -> Key:
        from leadline.errors import Fault, InputError, nearest
        from leadline.store.keys import SCOPES as KNOWN
        from leadline.store.keys import Key

        scopes = tuple(filter(None, (each.strip() for each in self.scopes.split(","))))
        for each in scopes:
            if each not in KNOWN:
                expected = f"must be of {', '.join(KNOWN)}"
                raise InputError(Fault("", "--scopes", expected, each, nearest(each, KNOWN)))
        fields = tuple(filter(None, (each.strip() for each in self.fields.split(","))))
        is_token = self.kind == "token"
        return Key(str(self.make), self.kind, scopes if is_token else (), fields)  # type: ignore[arg-type]

    def _ends(self) -> int | None:
        from leadline.model.moments import moment
        from leadline.service.clock import micros

        return None if self.ends is None else micros(moment(self.ends, "--ends"))


def _made(key: Key, ends: int | None) -> Entry:
    from leadline.store.audit_log import Entry

    after = {
        "kind": key.kind,
        "scopes": key.scopes,
        "fields": key.fields,
        "ends_at": plain_time(ends),
    }
    return Entry(actor(), "key.made", key.name, None, after)


def _plain(row: tuple[Any, ...]) -> dict[str, Any]:
    name, kind, scopes, created_at, ends_at, revoked_at, used_at = row
    return {
        "name": name,
        "kind": kind,
        **scopes,
        "created_at": plain_time(created_at),
        "ends_at": plain_time(ends_at),
        "revoked_at": plain_time(revoked_at),
        "used_at": plain_time(used_at),
    }


def _line(row: dict[str, Any]) -> str:
    may = ", ".join(row["scopes"] or row["fields"])
    state = "revoked" if row["revoked_at"] else "open"
    ends = f", until {row['ends_at']}" if row["ends_at"] else ""
    used = f"used {row['used_at'][:10]}" if row["used_at"] else "not used"
    return f"{row['name']:20}  {row['kind']:8}  {state:8}  {used:16}  {may}{ends}"
