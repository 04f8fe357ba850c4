"""How did the score of one lead come to be?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from leadline.model.moments import moment
from leadline.questions.answer import Answer, Reading
from leadline.questions.asking import function
from leadline.questions.common import AS_OF, CLEAN, LEAD, MODEL, Embedded
from leadline.questions.inputs import LEADS, PastTables
from leadline.questions.question import Question, Topic

if TYPE_CHECKING:
    from leadline.explain.history import History as Past
    from leadline.questions.judging import ModelInput
    from leadline.questions.session import Session
    from leadline.tables.places.inputs import Input


@dataclass(frozen=True)
class History(PastTables, Embedded, Question["Answer[Past]"]):
    """Show one lead's score over its own events, and what moved it at each."""

    name: ClassVar[str] = "history"
    topic: ClassVar[Topic] = "score"
    example: ClassVar[str] = "leadline history model.yaml ada --leads leads.csv --events events.csv"

    model: ModelInput = field(metadata=MODEL)
    lead: str = field(metadata=LEAD)
    leads: Input = field(kw_only=True, metadata=LEADS)
    as_of: datetime | str = field(kw_only=True, metadata=AS_OF)
    clean: bool = field(default=False, kw_only=True, metadata=CLEAN)

    def answer(self, session: Session) -> Answer[Past]:
        """Score the lead at each of its events."""
        from leadline.explain.history import history as history_of
        from leadline.scoring import Run

        at = moment(self.as_of)
        run = session.hold(
            Run.open(session.embedded, self.model, self.tables(), as_of=at, clean=self.clean)
        )
        return told(history_of(run, self.lead, at), Reading.of(run.loaded))


def told(result: Past, reading: Reading) -> Answer[Past]:
    """Return the answer that tells a history."""
    from leadline.questions.plain import plain
    from leadline.reports.history import page, sparkline

    report = page(result)
    return Answer(
        question=History.name,
        result=result,
        make_page=lambda: report,
        figures={
            "lead_id": result.lead_id,
            "moments": [plain(vars(each)) for each in result.moments],
        },
        reading=reading,
        below=f"\n{sparkline(result)}",
    )


history = function(History)
