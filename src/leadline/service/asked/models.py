"""Which versions of the model are there, and which is live?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from leadline.questions.answer import Answer
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic
from leadline.service.asked.of_store import OfStore, actor, done
from leadline.service.asked.publish import counts, plain_time, told

if TYPE_CHECKING:
    from leadline.questions.session import Session
    from leadline.store.scores import ModelRow
    from leadline.store.store import Store

ROLL_BACK = asks("Make the version that was live before live again.", "flag", word="rollback")
VERSION = asks("The version to go back to.", "whole", "N", least=1, beside="roll_back")
SHOW = asks("Print the document of a version.", "whole", "N", least=1, against=("roll_back",))


@dataclass(frozen=True)
class Models(OfStore, Question["Answer[list[dict[str, Any]]]"]):
    """List the versions of the model, show one, or go back to one."""

    name: ClassVar[str] = "models"
    topic: ClassVar[Topic] = "serve"
    example: ClassVar[str] = "leadline models --rollback"
    has_report: ClassVar[bool] = False

    roll_back: bool = field(default=False, kw_only=True, metadata=ROLL_BACK)
    version: int | None = field(default=None, kw_only=True, metadata=VERSION)
    show: int | None = field(default=None, kw_only=True, metadata=SHOW)

    def answer(self, session: Session) -> Answer[list[dict[str, Any]]]:
        """List the versions, after what was asked is done."""
        from leadline.service import commands

        with self.opened() as store:
            moved = ""
            if self.roll_back:
                before = counts(store)
                done(store, self, commands.RollBack(self.version, by=actor()), session.tell)
                moved = f"{told(before, counts(store))}\n"
            rows = _versions(store)
        if self.show is not None:
            return self._shown(rows)
        return Answer(
            question=self.name,
            result=[_plain(row) for row in rows],
            figures={"models": [_plain(row) for row in rows]},
            printed=moved + "\n".join(map(_line, rows)),
        )

    def _shown(self, rows: list[ModelRow]) -> Answer[list[dict[str, Any]]]:
        from leadline.errors import Fault, InputError

        found = next((row for row in rows if row.version == self.show), None)
        if found is None:
            raise InputError(Fault("", "--show", "must be a version that there is", str(self.show)))
        plain = _plain(found) | {"document": found.document}
        return Answer(
            question=self.name, result=[plain], figures=plain, printed=found.document.rstrip("\n")
        )


def _versions(store: Store) -> list[ModelRow]:
    from leadline.store.scores import versions

    with store.reading() as session:
        return versions(session)


def _plain(row: ModelRow) -> dict[str, Any]:
    return {
        "version": row.version,
        "name": row.name,
        "fingerprint": row.fingerprint,
        "state": row.state,
        "published_at": plain_time(row.published_at),
        "retired_at": plain_time(row.retired_at),
    }


def _line(row: ModelRow) -> str:
    since = plain_time(row.published_at) or "never published"
    return f"{row.version:>4}  {row.state:9}  {row.name:20}  {row.fingerprint[:12]}  {since}"
