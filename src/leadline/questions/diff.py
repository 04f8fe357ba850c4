"""What differs between two models, and what does that do to the leads?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from leadline.errors import Fault, InputError
from leadline.model.moments import moment
from leadline.questions.answer import Answer, Reading
from leadline.questions.asking import function
from leadline.questions.called import file_of
from leadline.questions.common import CLEAN, MODEL, Embedded
from leadline.questions.inputs import AllTables, target
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic

if TYPE_CHECKING:
    from leadline.model.diff import Difference
    from leadline.model.document import Model
    from leadline.questions.judging import ModelInput
    from leadline.questions.session import Session
    from leadline.review.diff.impact import Impact
    from leadline.scoring import Run

WEEKS = 8
_OTHER = asks("Model that may replace it.", "document", "OTHER")
_AS_OF = asks(
    "Moment to score at.", "moment", "T", otherwise="now", beside="leads", setting="as_of"
)
_WEEKS = asks("Past weeks to replay day by day; 0 for none.", "whole", "N", least=0)


@dataclass(frozen=True)
class Diff(AllTables, Embedded, Question["Answer[Difference | Impact]"]):
    """Say what differs between two models; with leads, who changes band, and the load a week."""

    name: ClassVar[str] = "diff"
    topic: ClassVar[Topic] = "judge"
    example: ClassVar[str] = (
        "leadline diff model.yaml other.yaml --leads leads.csv --events events.csv"
    )

    model: ModelInput = field(metadata=MODEL)
    other: ModelInput = field(metadata=_OTHER)
    as_of: datetime | str | None = field(default=None, kw_only=True, metadata=_AS_OF)
    weeks: int = field(default=WEEKS, kw_only=True, metadata=_WEEKS)
    out: str | None = field(
        default=None, kw_only=True, metadata=target("Write every lead that changes band", "leads")
    )
    clean: bool = field(default=False, kw_only=True, metadata=CLEAN)

    def check(self) -> None:
        """Refuse also tables, where there are no leads that they could say something of."""
        super().check()
        for name in self.tables():
            if self.leads is None:
                option = f"--{name.replace('_', '-')}"
                raise InputError(Fault("", option, "must stand beside --leads"))
        if self.leads is not None and self.as_of is None:
            raise InputError(Fault("", "--as-of", "must stand beside --leads"))

    def answer(self, session: Session) -> Answer[Difference | Impact]:
        """Compare the documents, and what they make of the leads where there are any."""
        from leadline.model.diff import difference
        from leadline.reports.impact import page
        from leadline.tables.write import write

        models = _read(self.model, self.other)
        before, after = _called(self.model, models[0]), _called(self.other, models[1])
        if self.leads is None or self.as_of is None:
            changes = difference(*models)
            report = page(before, after, changes, None)
            figures = {"difference": changes.plain()}
            return Answer(
                question=self.name, result=changes, make_page=lambda: report, figures=figures
            )
        run, result = self._impact(session, models[1])
        report = page(before, after, result.difference, result)
        if self.out is not None:
            write(session.embedded, result.changed, self.out)
        return Answer(
            question=self.name,
            result=result,
            make_page=lambda: report,
            figures={"difference": result.difference.plain(), "impact": result.plain()},
            reading=Reading.of(run.loaded),
            tables={"changed": result.changed},
            written=(self.out,) if self.out else (),
        )

    def _impact(self, session: Session, other: Model) -> tuple[Run, Impact]:
        from leadline.review.diff.impact import impact
        from leadline.scoring import Run

        at, tables = moment(self.as_of or ""), self.tables()
        run = session.hold(
            Run.open(session.embedded, self.model, tables, as_of=at, clean=self.clean)
        )
        session.tell(f"as of {at.isoformat().replace('+00:00', 'Z')}")
        return run, impact(run, other, tables, as_of=at, weeks=self.weeks)


def _read(*given: ModelInput) -> list[Model]:
    """Read models, and refuse those with faults. Raises ModelError."""
    from leadline.model.checking.check import check
    from leadline.model.given import read_model, refuse

    read = [read_model(each) for each in given]
    refuse([fault for each in read for fault in check(*each)])
    return [document for document, _ in read]


def _called(given: ModelInput, read: Model) -> str:
    """Return what a report calls a model."""
    file = file_of(given)
    return read.model if file is None else file.name


diff = function(Diff)
