"""How does a store come back from a file?"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from leadline.questions.answer import Answer
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic
from leadline.service.asked.backup import lines, told
from leadline.service.asked.of_store import DEFAULT, STORE

if TYPE_CHECKING:
    from leadline.questions.session import Session
    from leadline.store.archive import Contents

FILE = asks("File that backup wrote, of a store of either kind.", "text", "FILE")


@dataclass(frozen=True)
class Restore(Question["Answer[Contents]"]):
    """Make a new store of a backup, by this version or an earlier one; all of it or nothing."""

    name: ClassVar[str] = "restore"
    topic: ClassVar[Topic] = "serve"
    example: ClassVar[str] = "leadline restore leadline-monday.backup --store sqlite:again.db"
    has_report: ClassVar[bool] = False

    file: str | Path = field(metadata=FILE)
    store: str = field(default=DEFAULT, kw_only=True, metadata=STORE)

    def answer(self, _: Session) -> Answer[Contents]:
        """Look whether the file is whole, then make the store."""
        from leadline.service import clock
        from leadline.store.archive import restore

        found = restore(Path(self.file), self.store)
        end = f"the store is that of {clock.text(found.made_at)}; next: leadline verify"
        return Answer(
            question=self.name,
            result=found,
            figures=told(found),
            printed="\n".join([*lines(found), end]),
        )
