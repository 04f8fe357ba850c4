"""What has become of a model since it was published?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from leadline.model.moments import moment
from leadline.questions.answer import Answer, Reading
from leadline.questions.asking import function
from leadline.questions.common import AS_OF, MODEL, Embedded
from leadline.questions.inputs import LEADS, PastTables
from leadline.questions.judging import APART, CAPACITY, GOAL, TASK
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic
from leadline.questions.warned import warned

if TYPE_CHECKING:
    from leadline.model.task import TaskDocument
    from leadline.questions.judging import ModelInput, TaskInput
    from leadline.questions.session import Session
    from leadline.review.watch.watch import Watch as Watched
    from leadline.tables.places.inputs import Input

CHANGED = 4
"""Exit status where something changed that is not over."""
_SINCE = asks(
    "From when on to watch, such as when the model was published; by default half a year.",
    "moment",
    "T",
)


@dataclass(frozen=True)
class Watch(PastTables, Embedded, Question["Answer[Watched]"]):
    """Say what changed since a model was published: the promise, inflation, the data."""

    name: ClassVar[str] = "watch"
    topic: ClassVar[Topic] = "judge"
    example: ClassVar[str] = (
        "leadline watch model.yaml --task task.yaml --leads leads.csv --events events.csv "
        "--outcomes outcomes.csv"
    )
    hint: ClassVar[str] = (
        "next: --report FILE.html has what comes in, and how small a change could be seen"
    )

    model: ModelInput = field(metadata=MODEL)
    leads: Input = field(kw_only=True, metadata=LEADS)
    task: TaskInput | None = field(default=None, kw_only=True, metadata=TASK)
    as_of: datetime | str = field(kw_only=True, metadata=AS_OF)
    since: datetime | str | None = field(default=None, kw_only=True, metadata=_SINCE)
    by: str | None = field(default=None, kw_only=True, metadata=APART)
    capacity: str | None = field(default=None, kw_only=True, metadata=CAPACITY)
    goal: str | None = field(default=None, kw_only=True, metadata=GOAL)

    def answer(self, session: Session) -> Answer[Watched]:
        """Compare the weeks since with those before."""
        from leadline.history.opened import open_past
        from leadline.reports.watch import page
        from leadline.review.backtest.capacity import read_capacity
        from leadline.review.watch.goal import read_goal
        from leadline.review.watch.watch import watch as compared
        from leadline.review.watch.watch import watched
        from leadline.scoring import Run

        task, at = self._task(), moment(self.as_of)
        capacity = read_capacity(self.capacity).weekly if self.capacity else None
        tables = self.tables()
        run = session.hold(
            open_past(session.embedded, self.model, tables, task)
            if task is not None
            else Run.open(session.embedded, self.model, tables, as_of=at)
        )
        warnings = warned(self.model, session.tell)
        since = None if self.since is None else moment(self.since, "--since")
        goal = read_goal(self.goal) if self.goal else None
        result = compared(run, watched(run, task, at, since, self.by), capacity, goal)
        reading = Reading.of(run.loaded, warnings)
        report = page(result).with_facts(("rejected rows", f"{reading.rejected:,}"))
        return Answer(
            question=self.name,
            result=result,
            make_page=lambda: report,
            figures=result.plain(),
            reading=reading,
            status=CHANGED if result.lasting else 0,
        )

    def _task(self) -> TaskDocument | None:
        """Return the task: the one given, else the model's own, else none."""
        from leadline.model.given import read_model
        from leadline.model.task import read_task, task_of

        return read_task(self.task) if self.task is not None else task_of(*read_model(self.model))


watch = function(Watch)
