"""What does a model do on history, before it is published?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from leadline.errors import Fault, InputError
from leadline.model.durations import Duration
from leadline.model.moments import moment
from leadline.questions.answer import Answer, Reading
from leadline.questions.asking import function
from leadline.questions.common import AS_OF_OR_SPINE, CLEAN, MODEL, Embedded
from leadline.questions.inputs import LEADS, AllTables, table
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic
from leadline.questions.warned import warned

if TYPE_CHECKING:
    from leadline.questions.judging import ModelInput
    from leadline.questions.session import Session
    from leadline.review.trial.trial import Trial as Tried
    from leadline.scoring import Run
    from leadline.tables.places.inputs import Input

FORTNIGHT = "14d"
_MOMENTS = asks(
    "Score at this many moments, of which --as-of is the last.",
    "whole",
    "N",
    least=1,
    against=("spine",),
)
_EVERY = asks(
    f"Time between moments; by default {FORTNIGHT}.",
    unit="D",
    against=("spine",),
    beside="moments",
)


@dataclass(frozen=True)
class Trial(AllTables, Embedded, Question["Answer[Tried]"]):
    """Try a model on history: scores, bands, what every rule does, and what to look at."""

    name: ClassVar[str] = "trial"
    topic: ClassVar[Topic] = "judge"
    example: ClassVar[str] = (
        "leadline trial model.yaml --leads leads.csv --events events.csv --report trial.html"
    )
    hint: ClassVar[str] = "next: --report FILE.html writes charts and what every rule does"

    model: ModelInput = field(metadata=MODEL)
    leads: Input = field(kw_only=True, metadata=LEADS)
    as_of: datetime | str | None = field(default=None, kw_only=True, metadata=AS_OF_OR_SPINE)
    moments: int | None = field(default=None, kw_only=True, metadata=_MOMENTS)
    every: str | None = field(default=None, kw_only=True, metadata=_EVERY)
    spine: Input | None = field(default=None, kw_only=True, metadata=table("spine"))
    clean: bool = field(default=False, kw_only=True, metadata=CLEAN)

    def answer(self, session: Session) -> Answer[Tried]:
        """Score, and look at what came out."""
        from leadline.reports.trial import page
        from leadline.review.trial.trial import of_run

        run = self._opened(session)
        warnings = warned(self.model, session.tell)
        result = of_run(run)
        report = page(result)
        return Answer(
            question=self.name,
            result=result,
            make_page=lambda: report,
            reading=Reading.of(run.loaded, warnings),
        )

    def _opened(self, session: Session) -> Run:
        """Return the model over its tables, at all moments."""
        from leadline.review.trial.trial import spaced
        from leadline.scoring import Run

        at = None if self.as_of is None else moment(self.as_of)
        run = session.hold(
            Run.open(session.embedded, self.model, self.tables(), as_of=at, clean=self.clean)
        )
        if self.moments is None or at is None:
            return run
        return run.over_moments(spaced(at, self.moments, _length(self.every or FORTNIGHT)))


def _length(every: str) -> timedelta:
    """Return the time between moments. Raises InputError."""
    try:
        found = Duration(every)
    except ValueError as error:
        raise InputError(Fault("", "--every", str(error), every)) from None
    if not found.microseconds:
        raise InputError(Fault("", "--every", "must be longer than nothing", every))
    return timedelta(microseconds=found.microseconds)


trial = function(Trial)
