"""How do tables of the past get into the store?"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, ClassVar

from leadline.questions.answer import Answer, Reading
from leadline.questions.inputs import PastTables
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic
from leadline.service.asked.of_store import OfStore, alone, done, note

if TYPE_CHECKING:
    from leadline.questions.session import Session
    from leadline.service.importing import Imported

MODEL = asks(
    "Model whose columns: say how the tables are read.", "document", "MODEL", setting="model"
)


@dataclass(frozen=True)
class Import(OfStore, PastTables, Question["Answer[Imported]"]):
    """Bring tables into the store in bulk, then score everybody; nobody is told of it."""

    name: ClassVar[str] = "import"
    topic: ClassVar[Topic] = "serve"
    example: ClassVar[str] = "leadline import --leads leads.csv --events events.csv"
    has_report: ClassVar[bool] = False

    model: str | None = field(default=None, kw_only=True, metadata=MODEL)

    def answer(self, session: Session) -> Answer[Imported]:
        """Read and clean the tables, write them, and have everybody scored."""
        from leadline.errors import Fault, InputError
        from leadline.model.contract import CONTRACT
        from leadline.service import commands
        from leadline.service.bringing import bring
        from leadline.store.scores import published

        tables = self.tables()
        if not tables:
            names = [each.name for each in fields(PastTables) if each.name in CONTRACT]
            options = ", ".join(f"--{each.replace('_', '-')}" for each in names)
            raise InputError(Fault("", "import", "needs a table", "", f"Give one of {options}."))
        with self.opened() as store:
            with alone(store):
                found = bring(store, session.embedded, tables, self.model, _teller(session))
            note(store, "imported", after={"rows": found.rows})
            with store.reading() as reading:
                is_live = published(reading) is not None
            if is_live:
                done(store, self, commands.Sweep(quiet=True), session.tell)
        lines = [f"{table:14} {rows:>12,} rows" for table, rows in found.rows.items()]
        after = "everybody is scored" if is_live else "next: leadline publish model.yaml"
        return Answer(
            question=self.name,
            result=found,
            figures={"rows": found.rows, "scored": is_live},
            reading=Reading(notes=found.notes, rejected=found.rejected),
            printed="\n".join([*lines, after]),
        )


def _teller(session: Session) -> Any:
    """Return what says now and then how far the import is."""
    said: dict[str, int] = {}

    def told(table: str, rows: int) -> None:
        if rows - said.get(table, 0) >= 1_000_000:  # noqa: PLR2004 - now and then
            said[table] = rows
            session.tell(f"{table}: {rows:,} rows")

    return told
