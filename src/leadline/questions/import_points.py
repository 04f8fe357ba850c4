"""What do the points of another product become, and do the scores agree?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from leadline.model.moments import moment
from leadline.questions.answer import Answer, Reading
from leadline.questions.common import Embedded
from leadline.questions.inputs import FactTables, rows
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic

if TYPE_CHECKING:
    from leadline.importers import Imported
    from leadline.questions.session import Session
    from leadline.scoring import Run

_SYSTEM = asks("hubspot, account-engagement, marketo or eloqua.", unit="SYSTEM")
_POINTS = asks("Table of points (.csv).", unit="TABLE")
_OUT = asks(
    "Write the model; by default it is printed.", "file", "F", group="outputs", makes="model"
)
_THEIRS = asks(
    "Their scores, to compare: lead_id, score.", "table", "F", group="tables", beside="leads"
)
_COMPARE = asks("Score or band to compare them with.", unit="NAME")
_AS_OF = asks("Moment to score at.", "moment", "T", otherwise="now", beside="their_scores")
_REPORT = asks(
    "Write what became of each row (Markdown).", "file", "F", group="outputs", makes="report"
)


@dataclass(frozen=True)
class ImportPoints(FactTables, Embedded, Question["Answer[Imported]"]):
    """Make a model of a table of points of another product, and compare their scores with ours."""

    name: ClassVar[str] = "import-points"
    topic: ClassVar[Topic] = "learn"
    example: ClassVar[str] = "leadline import-points hubspot points.csv --out model.yaml"

    system: str = field(metadata=_SYSTEM)
    points: str = field(metadata=_POINTS)
    out: str | None = field(default=None, kw_only=True, metadata=_OUT)
    types: str | None = field(
        default=None,
        kw_only=True,
        metadata=rows("Their actions and our types of events: action, type, where"),
    )
    their_scores: str | None = field(default=None, kw_only=True, metadata=_THEIRS)
    compare: str | None = field(default=None, kw_only=True, metadata=_COMPARE)
    as_of: datetime | str | None = field(default=None, kw_only=True, metadata=_AS_OF)
    report: str | None = field(default=None, kw_only=True, metadata=_REPORT)

    def answer(self, session: Session) -> Answer[Imported]:
        """Read the table, and score with it where there are scores to compare."""
        from leadline.importers import check_parity, read_points
        from leadline.importers.points.report import as_markdown, figures
        from leadline.reports.imported import page
        from leadline.tables.read import load

        engine, tables = session.embedded, self.tables()
        schema = load(engine, tables, {}).schema if tables else {}
        result = read_points(
            self.system, self.points, types=self.types, schema=schema, engine=engine
        )
        run = self._scored(session, result)
        parity = check_parity(run, self.their_scores or "", self.compare) if run else None
        report = page(result, parity)
        if self.out is None:
            session.tell(report.text())
        return Answer(
            question=self.name,
            result=result,
            make_page=lambda: report,
            figures=figures(result, parity),
            reading=Reading(notes=tuple(run.loaded.notes)) if run else Reading(),
            texts={"model": result.text, "report": as_markdown(result, parity)},
            printed=result.text.removesuffix("\n") if self.out is None else None,
            below=f"next: leadline check {self.out}" if self.out else "",
            status=1 if result.lost() else 0,
        )

    def _scored(self, session: Session, found: Imported) -> Run | None:
        """Return the new model over the tables, where there are scores to compare."""
        from leadline.scoring import Run

        if self.their_scores is None or self.as_of is None:
            return None
        at = moment(self.as_of)
        run = session.hold(Run.open(session.embedded, found.model, self.tables(), as_of=at))
        run.keep("scores", "points")
        return run
