"""Which of two models ranks better?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC
from typing import TYPE_CHECKING, ClassVar

from leadline.errors import InputError
from leadline.questions.answer import Answer, Reading
from leadline.questions.asking import function
from leadline.questions.judging import (
    CAPACITY,
    SCORE,
    SPLIT,
    TASK,
    OnHistory,
    Split,
    task_for,
)
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic

if TYPE_CHECKING:
    from leadline.model.document import Model
    from leadline.questions.judging import ModelInput, TaskInput
    from leadline.questions.session import Session
    from leadline.review.backtest.compare import Comparison
    from leadline.review.diff.impact import Impact

FIRST = asks("Model in use, the champion.", "document", "FIRST", setting="model")
SECOND = asks("Model to try, the challenger.", "document", "SECOND")
_MEASURE = asks(
    "precision (with --capacity), roc_auc, pr_auc or lift_10 decides.",
    unit="M",
    choices=("precision", "roc_auc", "pr_auc", "lift_10"),
)


@dataclass(frozen=True)
class Compare(OnHistory, Question["Answer[Comparison]"]):
    """Judge two models on the same past rows: which ranks better, and how sure that is."""

    name: ClassVar[str] = "compare"
    topic: ClassVar[Topic] = "judge"
    example: ClassVar[str] = (
        "leadline compare model.yaml other.yaml --task task.yaml --leads leads.csv "
        "--outcomes outcomes.csv"
    )
    hint: ClassVar[str] = "next: --report FILE.html writes the same with charts"

    first: ModelInput = field(metadata=FIRST)
    second: ModelInput = field(metadata=SECOND)
    task: TaskInput | None = field(default=None, kw_only=True, metadata=TASK)
    split: Split | None = field(default=None, kw_only=True, metadata=SPLIT)
    score: str | None = field(default=None, kw_only=True, metadata=SCORE)
    capacity: str | None = field(default=None, kw_only=True, metadata=CAPACITY)
    measure: str | None = field(default=None, kw_only=True, metadata=_MEASURE)

    def answer(self, session: Session) -> Answer[Comparison]:
        """Judge both on the rows of the task, and say what would change for leads now."""
        from leadline.history.judged import judged
        from leadline.history.opened import open_past
        from leadline.history.split import split
        from leadline.model.checking.check import check
        from leadline.model.given import read_model, refuse
        from leadline.reports.compare import page
        from leadline.review.backtest.capacity import read_capacity
        from leadline.review.backtest.compare import compare as compared

        task = task_for(self.task, self.first)
        capacity = read_capacity(self.capacity) if self.capacity else None
        other, source = read_model(self.second)
        refuse(check(other, source))
        run = session.hold(open_past(session.embedded, self.first, self.tables(), task, [other]))
        rows = judged(run, task, self.end, [other])
        result = compared(
            rows,
            other,
            split(rows, self.split),
            score=self.score,
            capacity=capacity,
            measure=self.measure,
        )
        change = self._impact(session, other, result)
        report = page(result, change)
        return Answer(
            question=self.name,
            result=result,
            make_page=lambda: report,
            figures=result.plain() | ({"impact": change.plain()} if change else {}),
            reading=Reading.of(run.loaded),
        )

    def _impact(self, session: Session, other: Model, found: Comparison) -> Impact | None:
        """Return what would change at the end of the data; None for a table without ids."""
        from leadline.history.moments_due import latest
        from leadline.review.diff.impact import impact
        from leadline.scoring import Run

        at = found.judged.end or latest(found.judged.run).replace(tzinfo=UTC)
        try:
            run = session.hold(Run.open(session.embedded, self.first, self.tables(), as_of=at))
        except InputError:
            return None
        return impact(run, other, self.tables(), as_of=at, weeks=0)


compare = function(Compare)
