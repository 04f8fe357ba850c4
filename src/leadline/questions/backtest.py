"""Would a model have ranked leads better than chance, and how well?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from leadline.questions.answer import Answer, Reading
from leadline.questions.asking import function
from leadline.questions.common import MODEL
from leadline.questions.judging import (
    CAPACITY,
    SCORE,
    SPLIT,
    TASK,
    OnHistory,
    Split,
    task_for,
)
from leadline.questions.question import Question, Topic
from leadline.questions.warned import warned

if TYPE_CHECKING:
    from leadline.questions.judging import ModelInput, TaskInput
    from leadline.questions.session import Session
    from leadline.review.backtest.backtest import Backtest as Backtested


@dataclass(frozen=True)
class Backtest(OnHistory, Question["Answer[Backtested]"]):
    """Judge a model on history: would it have ranked leads better than chance, and how well."""

    name: ClassVar[str] = "backtest"
    topic: ClassVar[Topic] = "judge"
    example: ClassVar[str] = "leadline backtest model.yaml --task task.yaml --leads leads.csv"
    hint: ClassVar[str] = (
        "next: --report FILE.html has curves, tenths, changes over time and what was left out"
    )

    model: ModelInput = field(metadata=MODEL)
    task: TaskInput | None = field(default=None, kw_only=True, metadata=TASK)
    split: Split | None = field(default=None, kw_only=True, metadata=SPLIT)
    score: str | None = field(default=None, kw_only=True, metadata=SCORE)
    capacity: str | None = field(default=None, kw_only=True, metadata=CAPACITY)

    def answer(self, session: Session) -> Answer[Backtested]:
        """Judge the rows of the task."""
        from leadline.history.judged import judged
        from leadline.history.opened import open_past
        from leadline.history.split import split
        from leadline.model.fingerprint import fingerprint
        from leadline.model.given import read_model
        from leadline.reports.backtest import page
        from leadline.review.backtest.backtest import of_judged
        from leadline.review.backtest.capacity import read_capacity

        task = task_for(self.task, self.model)
        capacity = read_capacity(self.capacity) if self.capacity else None
        run = session.hold(open_past(session.embedded, self.model, self.tables(), task))
        warnings = warned(self.model, session.tell)
        rows = judged(run, task, self.end)
        name = fingerprint(read_model(self.model)[0])
        result = of_judged(rows, split(rows, self.split), self.score, capacity, name)
        report = page(result)
        return Answer(
            question=self.name,
            result=result,
            make_page=lambda: report,
            figures=result.plain(),
            reading=Reading.of(run.loaded, warnings),
        )


backtest = function(Backtest)
