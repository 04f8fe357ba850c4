"""How often does each value and each event end in the outcome?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from leadline.questions.answer import Answer, Reading
from leadline.questions.asking import function
from leadline.questions.inputs import target
from leadline.questions.judging import BARE_TASK, READER, OnHistory, judged_rows
from leadline.questions.question import Question, Topic

if TYPE_CHECKING:
    from leadline.questions.judging import ModelInput, TaskInput
    from leadline.questions.session import Session
    from leadline.review.rates.rates import Rates as CloseRates


@dataclass(frozen=True)
class Rates(OnHistory, Question["Answer[CloseRates]"]):
    """Close rates by value and event, and the points that they suggest: the manual method."""

    name: ClassVar[str] = "rates"
    topic: ClassVar[Topic] = "judge"
    example: ClassVar[str] = (
        "leadline rates --task task.yaml --leads leads.csv --outcomes outcomes.csv"
    )
    hint: ClassVar[str] = "next: --out FILE.csv has every value; --report FILE.html has charts"

    task: TaskInput = field(kw_only=True, metadata=BARE_TASK)
    model: ModelInput | None = field(default=None, kw_only=True, metadata=READER)
    out: str | None = field(default=None, kw_only=True, metadata=target("Write every value"))

    def answer(self, session: Session) -> Answer[CloseRates]:
        """Count the rows of the task."""
        from leadline.reports.rates import page
        from leadline.review.rates.rates import rates as counted
        from leadline.tables.write import write

        rows = judged_rows(session, self.task, self.tables(), self.end, self.model)
        result = counted(rows)
        report = page(result)
        if self.out is not None:
            write(session.embedded, result.table(), self.out)
        return Answer(
            question=self.name,
            result=result,
            make_page=lambda: report,
            reading=Reading.of(rows.run.loaded),
            tables={"rates": result.table()},
            written=(self.out,) if self.out else (),
        )


rates = function(Rates)
