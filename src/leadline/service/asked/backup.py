"""What is in the store, as one file to come back to?"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from leadline.questions.answer import Answer
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic
from leadline.service.asked.of_store import DEFAULT, STORE, note

if TYPE_CHECKING:
    from leadline.questions.session import Session
    from leadline.store.archive import Contents

FILE = asks("File to write; it appears whole, in the place of one that is there.", "text", "FILE")


@dataclass(frozen=True)
class Backup(Question["Answer[Contents]"]):
    """Write the whole store, as it is now, to one file; a service that runs goes on."""

    name: ClassVar[str] = "backup"
    topic: ClassVar[Topic] = "serve"
    example: ClassVar[str] = "leadline backup leadline-monday.backup"
    has_report: ClassVar[bool] = False

    file: str | Path = field(metadata=FILE)
    store: str = field(default=DEFAULT, kw_only=True, metadata=STORE)

    def answer(self, _: Session) -> Answer[Contents]:
        """Write every row of every table, as they are at one moment."""
        from leadline.service import clock
        from leadline.store.archive import backup
        from leadline.store.migrate import is_current
        from leadline.store.store import connect, require

        require(self.store)
        store = connect(self.store)
        try:
            if is_current(store):  # before an upgrade it has no log, or another
                note(store, "backup.made", str(self.file))
            found = backup(store, Path(self.file), clock.now())
        finally:
            store.close()
        return Answer(
            question=self.name,
            result=found,
            figures=told(found),
            printed="\n".join([*lines(found), f"{self.file} is whole"]),
        )


def told(found: Contents) -> dict[str, object]:
    """Return what an archive has, as plain values."""
    from leadline.service import clock

    rows = {name: each.rows for name, each in found.tables.items()}
    return {"made_at": clock.text(found.made_at), "version": found.version, "rows": rows}


def lines(found: Contents) -> list[str]:
    """Return a line for each table that has rows."""
    return [f"{name:24} {each.rows:>12,} rows" for name, each in found.tables.items() if each.rows]
