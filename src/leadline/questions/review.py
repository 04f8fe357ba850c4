"""What came of the quarter, and what is to be decided?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from leadline.model.moments import moment
from leadline.questions.answer import Answer, Reading
from leadline.questions.asking import function
from leadline.questions.common import AS_OF, MODEL, Embedded
from leadline.questions.inputs import LEADS, PastTables
from leadline.questions.judging import APART, CAPACITY, GOAL, TASK, task_for
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic
from leadline.questions.warned import warned

if TYPE_CHECKING:
    from leadline.questions.judging import ModelInput, TaskInput
    from leadline.questions.session import Session
    from leadline.review.quarter.quarter import Review as Reviewed
    from leadline.tables.places.inputs import Input

_SINCE = asks("First day to review; by default the latest quarter that is over.", "moment", "T")
_UNTIL = asks("The day after its last; by default --as-of.", "moment", "T", beside="since")


@dataclass(frozen=True)
class Review(PastTables, Embedded, Question["Answer[Reviewed]"]):
    """Say what came of a quarter and what to decide: the page of marketing, sales and data."""

    name: ClassVar[str] = "review"
    topic: ClassVar[Topic] = "judge"
    example: ClassVar[str] = (
        "leadline review model.yaml --task task.yaml --leads leads.csv --events events.csv "
        "--outcomes outcomes.csv"
    )
    hint: ClassVar[str] = "next: --report FILE.html is the page to print"

    model: ModelInput = field(metadata=MODEL)
    leads: Input = field(kw_only=True, metadata=LEADS)
    task: TaskInput | None = field(default=None, kw_only=True, metadata=TASK)
    as_of: datetime | str = field(kw_only=True, metadata=AS_OF)
    since: datetime | str | None = field(default=None, kw_only=True, metadata=_SINCE)
    until: datetime | str | None = field(default=None, kw_only=True, metadata=_UNTIL)
    by: str | None = field(default=None, kw_only=True, metadata=APART)
    capacity: str | None = field(default=None, kw_only=True, metadata=CAPACITY)
    goal: str | None = field(default=None, kw_only=True, metadata=GOAL)

    def answer(self, session: Session) -> Answer[Reviewed]:
        """Ask all that a review is made of."""
        from leadline.history.opened import open_past
        from leadline.model.given import read_model
        from leadline.reports.review import page
        from leadline.review.backtest.capacity import read_capacity
        from leadline.review.quarter.period import period_of
        from leadline.review.quarter.quarter import review as reviewed
        from leadline.review.watch.goal import read_goal

        task = task_for(self.task, self.model)
        since = None if self.since is None else moment(self.since, "--since")
        until = None if self.until is None else moment(self.until, "--until")
        period = period_of(moment(self.as_of), since, until)
        capacity = read_capacity(self.capacity) if self.capacity else None
        goal = read_goal(self.goal) if self.goal else None
        run = session.hold(open_past(session.embedded, self.model, self.tables(), task))
        warnings = warned(self.model, session.tell)
        written = read_model(self.model)[0]
        result = reviewed(run, task, period, written, capacity, goal, self.by)
        reading = Reading.of(run.loaded, warnings)
        report = page(result).with_facts(("rejected rows", f"{reading.rejected:,}"))
        return Answer(
            question=self.name,
            result=result,
            make_page=lambda: report,
            figures=result.plain(),
            reading=reading,
        )


review = function(Review)
