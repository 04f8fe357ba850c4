"""What changed in the scores since the last run, for a warehouse?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from leadline.questions.answer import Answer
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic
from leadline.service.asked.of_store import OfStore, note

if TYPE_CHECKING:
    from leadline.questions.session import Session

TO = asks("Folder for files, or postgresql://host/database for a table.", "text", "TO")


@dataclass(frozen=True)
class Changes(OfStore, Question["Answer[dict[str, int]]"]):
    """Tell a folder or a database which scores came, differ or went since it was told last.

    Each row has a key that stays the same if it is told again.
    """

    name: ClassVar[str] = "changes"
    topic: ClassVar[Topic] = "serve"
    example: ClassVar[str] = "leadline changes --to changes"
    has_report: ClassVar[bool] = False

    to: str = field(kw_only=True, metadata=TO)

    def answer(self, _: Session) -> Answer[dict[str, int]]:
        """Tell what changed, as it is at one moment."""
        from leadline.service import clock
        from leadline.service.change_targets import target
        from leadline.service.changes import changes
        from leadline.service.live import published

        there = target(self.to)
        told = there.told()
        with self.opened() as store:
            with store.reading() as reading:
                version = published(reading).version
                count = there.tell(changes(reading, version, told), told, clock.now())
            kind = type(there).__name__.lower()
            note(store, "exported", f"changes to a {kind}", {"rows": sum(count.values())})
        lines = [f"{count[op]:>12,} {word}" for op, word in WORDS.items()]
        return Answer(question=self.name, result=count, figures=count, printed="\n".join(lines))


WORDS = {"insert": "came", "update": "differ", "delete": "went"}
