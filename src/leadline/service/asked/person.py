"""What does the store know of a person?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from leadline.questions.answer import Answer
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic
from leadline.service.asked.of_store import OfStore, note

if TYPE_CHECKING:
    from leadline.questions.session import Session

WHO = asks("Id of a lead, a user id or an e-mail address.", unit="LEAD")
OUT = asks("Write all of it (.json).", "file", "F.json", group="outputs", makes="person")


@dataclass(frozen=True)
class Person(OfStore, Question["Answer[dict[str, Any]]"]):
    """Tell everything that the store has of a person, to hand it to them.

    That is what ``leadline erase`` takes away, table by table.
    """

    name: ClassVar[str] = "person"
    topic: ClassVar[Topic] = "serve"
    example: ClassVar[str] = "leadline person ada@north.example --out ada.json"
    has_report: ClassVar[bool] = False

    lead: str = field(metadata=WHO)
    out: str | None = field(default=None, kw_only=True, metadata=OUT)

    def answer(self, _: Session) -> Answer[dict[str, Any]]:
        """Gather the rows of every table, what was parked, and the requests as they came."""
        import json

        from leadline.service.telling_person import told

        with self.opened() as store:
            with store.reading() as session:
                found = told(session, self.lead)
            note(store, "person.exported", found["leads"][0]["lead_id"])
        counts = {table: len(rows) for table, rows in found.items()}
        lines = [f"{table}: {count:,}" for table, count in counts.items() if count]
        return Answer(
            question=self.name,
            result=found,
            figures=found,
            texts={"person": json.dumps(found, indent=2, ensure_ascii=False) + "\n"},
            printed="\n".join(lines),
        )
