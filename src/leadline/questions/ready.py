"""Is scoring for you?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from leadline.questions.answer import Answer, Reading
from leadline.questions.asking import function
from leadline.questions.judging import CAPACITY, READER, OnHistory
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic

if TYPE_CHECKING:
    from leadline.questions.judging import ModelInput, TaskInput
    from leadline.questions.session import Session
    from leadline.review.ready.ready import Ready as Found

_TASK = asks(
    "Task that says what winning is (YAML), if there is one yet.", "document", "T", setting="task"
)
_ANSWERS = asks("What only you know, such as agreed=yes, reader=no.", unit="PAIRS")


@dataclass(frozen=True)
class Ready(OnHistory, Question["Answer[Found]"]):
    """Say whether scoring is for you, what is missing, and what to do first."""

    name: ClassVar[str] = "ready"
    topic: ClassVar[Topic] = "begin"
    example: ClassVar[str] = (
        "leadline ready --task task.yaml --leads leads.csv --outcomes outcomes.csv"
    )
    hint: ClassVar[str] = "next: --answers agreed=yes,... says what no table says"

    task: TaskInput | None = field(default=None, kw_only=True, metadata=_TASK)
    model: ModelInput | None = field(default=None, kw_only=True, metadata=READER)
    capacity: str | None = field(default=None, kw_only=True, metadata=CAPACITY)
    answers: str | None = field(default=None, kw_only=True, metadata=_ANSWERS)

    def answer(self, session: Session) -> Answer[Found]:
        """Look at the tables."""
        from leadline.history.opened import open_past
        from leadline.model.declared import NO_POINTS, read_declared, with_declared
        from leadline.model.given import read_model
        from leadline.model.moments import moment
        from leadline.model.task import read_task
        from leadline.reports.ready import page
        from leadline.review.backtest.capacity import read_capacity
        from leadline.review.ready.ready import ready as found
        from leadline.review.ready.told import read_answers
        from leadline.scoring import Run

        answers = read_answers(self.answers)
        capacity = read_capacity(self.capacity).weekly if self.capacity else None
        own = None if self.model is None else read_declared(self.model)
        task = None if self.task is None else read_task(self.task)
        run = session.hold(
            open_past(session.embedded, with_declared(own, task), self.tables(), task)
            if task is not None
            else Run.open(
                session.embedded,
                own or read_model(NO_POINTS)[0],
                self.tables(),
                as_of=moment("2001-01-01"),
            )
        )
        result = found(run, task, self.end, capacity, answers)
        return Answer(
            question=self.name,
            result=result,
            make_page=lambda: page(result),
            figures=result.plain(),
            reading=Reading.of(run.loaded),
        )


ready = function(Ready)
