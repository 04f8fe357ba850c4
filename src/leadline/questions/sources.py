"""Where do leads come from, what becomes of them, and what do they cost?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from leadline.questions.answer import Answer, Reading
from leadline.questions.asking import function
from leadline.questions.inputs import rows, target
from leadline.questions.judging import BARE_TASK, OnHistory
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic

if TYPE_CHECKING:
    from leadline.questions.judging import ModelInput, TaskInput
    from leadline.questions.session import Session
    from leadline.review.sources.sources import Sources as Found
    from leadline.tables.places.inputs import Input

_MODEL = asks(
    "Model whose bands say who is qualified; its columns and files say how tables are read.",
    "document",
    "MODEL",
    setting="model",
)
_BY = asks(
    "Fields of leads, properties of events, or motion, with commas; by default all usual ones.",
    unit="NAMES",
)
_MOTIONS = asks("Motion of sources whose words do not say it: event=outbound, ...", unit="PAIRS")
_COSTS = rows("What was spent: source or campaign, from, to, amount", "costs")


@dataclass(frozen=True)
class Sources(OnHistory, Question["Answer[Found]"]):
    """Say where leads come from, what becomes of them, and what a lead and a win cost."""

    name: ClassVar[str] = "sources"
    topic: ClassVar[Topic] = "judge"
    example: ClassVar[str] = (
        "leadline sources --task task.yaml --leads leads.csv --outcomes outcomes.csv"
    )
    hint: ClassVar[str] = "next: --report FILE.html has every way; --costs FILE.csv what each costs"

    task: TaskInput = field(kw_only=True, metadata=BARE_TASK)
    model: ModelInput | None = field(default=None, kw_only=True, metadata=_MODEL)
    by: str | None = field(default=None, kw_only=True, metadata=_BY)
    motions: str | None = field(default=None, kw_only=True, metadata=_MOTIONS)
    costs: Input | None = field(default=None, kw_only=True, metadata=_COSTS)
    out: str | None = field(default=None, kw_only=True, metadata=target("Write every value"))

    def answer(self, session: Session) -> Answer[Found]:
        """Count the leads whose time is over."""
        from leadline.history.opened import open_past
        from leadline.model.declared import read_declared, with_declared
        from leadline.model.task import read_task
        from leadline.reports.sources import page
        from leadline.review.sources.sources import sources as counted
        from leadline.review.sources.ways import read_motions
        from leadline.tables.write import write

        asked = read_task(self.task)
        own = None if self.model is None else read_declared(self.model)
        bare = with_declared(own, asked)
        motions = read_motions(self.motions)
        run = session.hold(
            open_past(session.embedded, own or bare, self.tables(), asked, beside=[bare])
        )
        by = tuple(filter(None, map(str.strip, (self.by or "").split(","))))
        result = counted(run, asked, self.end, by, motions, self.costs)
        report = page(result)
        if self.out is not None:
            write(session.embedded, result.table(), self.out)
        return Answer(
            question=self.name,
            result=result,
            make_page=lambda: report,
            figures=result.plain(),
            reading=Reading.of(run.loaded),
            tables={"sources": result.table()},
            written=(self.out,) if self.out else (),
        )


sources = function(Sources)
