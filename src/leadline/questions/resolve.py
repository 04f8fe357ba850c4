"""What can be read off leads: who they are, and whether they are real?"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, ClassVar

from leadline.questions.answer import Answer, Reading, Tables
from leadline.questions.asking import function
from leadline.questions.common import Embedded
from leadline.questions.inputs import KEEP, LEADS, REJECTS, STRICT, table, target
from leadline.questions.judging import READER
from leadline.questions.question import Question, Topic

if TYPE_CHECKING:
    from leadline.identity.resolution import Resolution, Summary
    from leadline.model.document import Model
    from leadline.questions.judging import ModelInput
    from leadline.questions.session import Session
    from leadline.tables.places.inputs import Input


@dataclass(frozen=True)
class Resolve(Embedded, Question["Answer[Summary]"]):
    """Read e-mails, phones, countries, companies and job titles; mark what seems invented."""

    name: ClassVar[str] = "resolve"
    topic: ClassVar[Topic] = "data"
    example: ClassVar[str] = "leadline resolve --leads contacts.csv --out leads.csv"

    leads: Input = field(kw_only=True, metadata=LEADS)
    accounts: Input | None = field(default=None, kw_only=True, metadata=table("accounts"))
    model: ModelInput | None = field(default=None, kw_only=True, metadata=READER)
    out: str | None = field(default=None, kw_only=True, metadata=target("Write the leads"))
    accounts_out: str | None = field(
        default=None, kw_only=True, metadata=target("Write the accounts", "accounts")
    )
    keep: str | None = field(default=None, kw_only=True, metadata=KEEP)
    strict: bool = field(default=False, kw_only=True, metadata=STRICT)
    rejects: str | None = field(default=None, kw_only=True, metadata=REJECTS)

    def answer(self, session: Session) -> Answer[Summary]:
        """Read everything that can be read off the leads."""
        from leadline.identity.resolution import Resolution
        from leadline.reports.resolution import page

        engine = session.embedded
        found = Resolution.of(engine, self.leads, self.accounts, self._document())
        self.accept(Reading.of(found.loaded))
        written = self._write(found)
        result = found.summary()
        tables = {"leads": found.leads} | (
            {} if self.accounts is None else {"accounts": found.accounts}
        )
        return Answer(
            question=self.name,
            result=result,
            make_page=lambda: page(result),
            figures={**asdict(result), "signs": [each._asdict() for each in result.signs]},
            reading=Reading.of(found.loaded),
            tables=Tables(tables),
            written=written,
        )

    def _document(self) -> Model | None:
        """Return the model that says how to read. Raises ModelError."""
        from leadline.model.declared import NO_POINTS, read_declared, with_kept

        document = None if self.model is None else read_declared(self.model)
        return document if self.keep is None else with_kept(document or NO_POINTS, self.keep)

    def _write(self, found: Resolution) -> tuple[str, ...]:
        """Write the files that were asked for, all or none, and return them."""
        from leadline.tables.places.files import format_of
        from leadline.tables.write import Outputs

        wanted: dict[str, str] = {}
        for path, query in ((self.out, found.leads_sql), (self.accounts_out, found.accounts_sql)):
            if path is not None:
                wanted[path] = query(is_typed=format_of(path) == "parquet")
        if self.rejects is not None:
            wanted[self.rejects] = found.loaded.rejects.query
        with Outputs(found.engine) as outputs:
            for path, rows in wanted.items():
                outputs.add(rows, path)
        return tuple(wanted)


resolve = function(Resolve)
