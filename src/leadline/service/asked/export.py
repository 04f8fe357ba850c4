"""What is in the store, as files?"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from leadline.questions.answer import Answer
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic
from leadline.service.asked.of_store import OfStore, note

if TYPE_CHECKING:
    from leadline.questions.session import Session

TO = asks("Folder to write to.", "folder", "DIR")


@dataclass(frozen=True)
class Export(OfStore, Question["Answer[dict[str, int]]"]):
    """Write the whole store as tables that every command reads."""

    name: ClassVar[str] = "export"
    topic: ClassVar[Topic] = "serve"
    example: ClassVar[str] = "leadline export --to exported"
    has_report: ClassVar[bool] = False

    to: str | Path = field(kw_only=True, metadata=TO)

    def answer(self, _: Session) -> Answer[dict[str, int]]:
        """Write every table as it is at one moment."""
        from leadline.service.exporting import export

        with self.opened() as store:
            rows = export(store, Path(self.to))
            note(store, "exported", "the whole store", {"rows": rows})
        lines = [
            f"{table}.jsonl{'':{14 - len(table)}} {count:>12,} rows"
            for table, count in rows.items()
        ]
        return Answer(
            question=self.name, result=rows, figures={"rows": rows}, printed="\n".join(lines)
        )
