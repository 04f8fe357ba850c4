"""Which events did no person make?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from leadline.questions.answer import Answer, Reading, Tables
from leadline.questions.asking import function
from leadline.questions.common import Embedded
from leadline.questions.inputs import REJECTS, STRICT, table, target
from leadline.questions.judging import READER
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic

if TYPE_CHECKING:
    from leadline.marks.marked import Marked, Summary
    from leadline.questions.judging import ModelInput
    from leadline.questions.session import Session
    from leadline.tables.places.inputs import Input

SIGNS = asks("Thresholds that are others than usual.", "object", setting="marks")


@dataclass(frozen=True)
class Marks(Embedded, Question["Answer[Summary]"]):
    """Mark clicks of mail scanners, crawlers and bursts, so that they are not counted."""

    name: ClassVar[str] = "marks"
    topic: ClassVar[Topic] = "data"
    example: ClassVar[str] = "leadline marks --events events.csv --out event_marks.csv"

    events: Input = field(kw_only=True, metadata=table("events"))
    event_marks: Input | None = field(default=None, kw_only=True, metadata=table("event_marks"))
    model: ModelInput | None = field(default=None, kw_only=True, metadata=READER)
    signs: Mapping[str, Any] | None = field(default=None, kw_only=True, metadata=SIGNS)
    out: str | None = field(default=None, kw_only=True, metadata=target("Write the marks"))
    strict: bool = field(default=False, kw_only=True, metadata=STRICT)
    rejects: str | None = field(default=None, kw_only=True, metadata=REJECTS)

    def answer(self, session: Session) -> Answer[Summary]:
        """Judge every event, and write the marks where that is wanted."""
        from leadline.marks.marked import Marked
        from leadline.marks.signs import Signs
        from leadline.model.declared import read_declared
        from leadline.reports.marks import page, verdict

        model = None if self.model is None else read_declared(self.model)
        signs = Signs.of(self.signs)
        found = Marked.of(session.embedded, self.events, self.event_marks, model, signs)
        reading = Reading.of(found.loaded, found.lacks)
        self.accept(reading)
        for each in found.lacks:
            session.tell(f"warning: {each}")
        result = found.summary()
        return Answer(
            question=self.name,
            result=result,
            says=verdict(result),
            make_page=lambda: page(result),
            figures={**asdict(result), "signs": [each._asdict() for each in result.signs]},
            reading=reading,
            tables=Tables({"event_marks": found.marks}),
            written=self._write(found),
        )

    def _write(self, found: Marked) -> tuple[str, ...]:
        """Write the files that were asked for, all or none, and return them."""
        from leadline.tables.write import Outputs

        wanted = {self.out: found.query, self.rejects: found.loaded.rejects.query}
        with Outputs(found.engine) as outputs:
            for path, rows in wanted.items():
                if path is not None:
                    outputs.add(rows, path)
        return tuple(path for path in wanted if path is not None)


marks = function(Marks)
