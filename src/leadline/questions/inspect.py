"""What do exports hold, and what has a model to declare of them?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, ClassVar

from leadline.questions.answer import Answer
from leadline.questions.asking import function
from leadline.questions.common import Embedded
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic

if TYPE_CHECKING:
    from leadline.inspection.report import Inspection
    from leadline.questions.session import Session
    from leadline.tables.places.inputs import Input

_FILES = asks("Exports; each file or pattern is one table.", "table", "FILE...", is_list=True)
_TABLE = asks("leads, accounts, events or outcomes; by default guessed for each.", unit="TABLE")
_ENCODING = asks("Encoding of text that is not Unicode or western.", unit="NAME")
_OUT = asks(
    "Write the proposed columns (.yaml).", "file", "F.yaml", group="outputs", makes="columns"
)


@dataclass(frozen=True)
class Inspect(Embedded, Question["Answer[Inspection]"]):
    """Look into exports: types, keys, tokens that mean missing; propose the columns to declare."""

    name: ClassVar[str] = "inspect"
    topic: ClassVar[Topic] = "data"
    example: ClassVar[str] = "leadline inspect contacts.csv activities.csv --out columns.yaml"

    files: Input | Sequence[Input] = field(metadata=_FILES)
    table: str | None = field(default=None, kw_only=True, metadata=_TABLE)
    encoding: str | None = field(default=None, kw_only=True, metadata=_ENCODING)
    out: str | None = field(default=None, kw_only=True, metadata=_OUT)

    def answer(self, session: Session) -> Answer[Inspection]:
        """Look into the files."""
        from leadline.inspection.inspect import inspect as inspected
        from leadline.reports.inspection import page

        result = inspected(
            self.files, table=self.table, encoding=self.encoding, engine=session.embedded
        )
        return Answer(
            question=self.name,
            result=result,
            make_page=lambda: page(result),
            figures=asdict(result),
            texts={"columns": result.block},
            below="" if self.out else f"\nProposed for the model\n\n{result.block.rstrip()}",
        )


inspect = function(Inspect)
