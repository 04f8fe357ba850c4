"""Where should the edge of a band stand?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from leadline.errors import Fault, InputError
from leadline.questions.answer import Answer, Reading
from leadline.questions.applied import overwrite, refuse_without_file, text_of
from leadline.questions.asking import function
from leadline.questions.common import MODEL
from leadline.questions.judging import APPLY, CAPACITY_OR_SHARE, TASK, OnHistory, task_for
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic
from leadline.questions.warned import warned

if TYPE_CHECKING:
    from leadline.questions.judging import ModelInput, TaskInput
    from leadline.questions.session import Session, Tell
    from leadline.review.thresholds.thresholds import Thresholds as Edges

WEEKS = 8
_PRECISION = asks("Share of the band that is to have the outcome.", "number", "P")
_RECALL = asks("Share of all outcomes that is to be in the band.", "number", "R")
_BAND = asks("The band; by default the highest.", unit="BAND")
_LADDER = asks("Its ladder, of several that have the band.", unit="L")
_WEEKS = asks("Latest weeks that the edge is of.", "whole", "N", least=2)


@dataclass(frozen=True)
class Thresholds(OnHistory, Question["Answer[Edges]"]):
    """Say where the edge of a band should stand for a capacity, a precision or a recall."""

    name: ClassVar[str] = "thresholds"
    topic: ClassVar[Topic] = "judge"
    example: ClassVar[str] = (
        "leadline thresholds model.yaml --task task.yaml --capacity 60/week --leads leads.csv "
        "--events events.csv --outcomes outcomes.csv"
    )
    hint: ClassVar[str] = (
        "next: --report FILE.html has charts; --apply writes the edge into the model"
    )

    model: ModelInput = field(metadata=MODEL)
    task: TaskInput | None = field(default=None, kw_only=True, metadata=TASK)
    capacity: str | None = field(default=None, kw_only=True, metadata=CAPACITY_OR_SHARE)
    precision: float | None = field(default=None, kw_only=True, metadata=_PRECISION)
    recall: float | None = field(default=None, kw_only=True, metadata=_RECALL)
    band: str | None = field(default=None, kw_only=True, metadata=_BAND)
    ladder: str | None = field(default=None, kw_only=True, metadata=_LADDER)
    weeks: int = field(default=WEEKS, kw_only=True, metadata=_WEEKS)
    apply: bool = field(default=False, kw_only=True, metadata=APPLY)

    def check(self) -> None:
        """Refuse also to write into a model that no file holds."""
        super().check()
        if self.apply:
            refuse_without_file(self.model)

    def answer(self, session: Session) -> Answer[Edges]:
        """Look for the edge on the rows of the task."""
        from leadline.history.judged import judged
        from leadline.history.opened import open_past
        from leadline.model.fingerprint import fingerprint
        from leadline.model.given import read_model
        from leadline.model.seen import with_seen
        from leadline.reports.thresholds import page
        from leadline.review.backtest.capacity import read_capacity
        from leadline.review.thresholds.ceilings import applied, place_of
        from leadline.review.thresholds.goal import goal_of
        from leadline.review.thresholds.thresholds import of_judged

        task = task_for(self.task, self.model)
        capacity = read_capacity(self.capacity) if self.capacity else None
        goal = goal_of(capacity, self.precision, self.recall)
        document = read_model(self.model)[0]
        place = place_of(document, self.band, self.ladder)
        run = session.hold(open_past(session.embedded, self.model, self.tables(), task))
        warnings = warned(self.model, session.tell)
        rows = judged(run, task, self.end, seen_too=goal.kind == "capacity")
        result = of_judged(rows, place, goal, self.weeks, fingerprint(document))
        report = page(result)
        texts = {}
        if result.edge is not None:
            drawn = None if goal.kind == "capacity" else rows.end
            texts["model"] = with_seen(applied(text_of(self.model), place, result.edge), drawn)
        return Answer(
            question=self.name,
            result=result,
            make_page=lambda: report,
            figures=result.plain(),
            reading=Reading.of(run.loaded, warnings),
            texts=texts,
        )

    def finish(self, answer: Answer[Any], tell: Tell) -> None:
        """Write the edge into the model, where that is asked for."""
        if not self.apply:
            return
        if "model" not in answer.texts:
            says = answer.result.says
            raise InputError(Fault("", "--apply", "must have an edge to write", "none", says))
        overwrite(self.model, answer.texts["model"])
        tell(f"written to {self.model}")


thresholds = function(Thresholds)
