"""How does a warehouse compute the scores itself?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from leadline.model.contract import CONTRACT
from leadline.model.moments import moment
from leadline.questions.answer import Answer, Reading
from leadline.questions.common import MODEL
from leadline.questions.option import Option, asks
from leadline.questions.question import Question, Topic
from leadline.questions.warned import warned

if TYPE_CHECKING:
    from leadline.printing.request import Request
    from leadline.questions.judging import ModelInput
    from leadline.questions.session import Session

DIALECTS = (
    "duckdb",
    "postgresql",
    "spark",
    "clickhouse",
    "snowflake",
    "bigquery",
    "databricks",
)
OUTPUTS = ("scores", "ledger", "points", "account_scores", "transitions", "account_transitions")
_DIALECT = asks(f"{', '.join(DIALECTS)}.", unit="D")
_OUTPUT = asks(f"What it gives: {', '.join(OUTPUTS)}.", unit="O")
_AS_OF = asks(
    "Moment to score at; by default when it runs.", "moment", "T", against=("as_of_sql", "spine")
)
_AS_OF_SQL = asks(
    "The moment as SQL, UTC without a zone, such as a variable of dbt.",
    unit="SQL",
    against=("spine",),
)
_COLUMNS = asks("Columns of the tables, a CSV of information_schema.columns.", "document", "F")
_CLEAN = asks("Keys are there and unique: no rows are left out.", "flag")
_UNPROVED = asks("Print dialects that were never executed.", "flag")


def _named(table: str) -> Mapping[str, Option]:
    help_text = f"{CONTRACT[table].title}: its name in the warehouse, as it is to stand."
    return asks(help_text, unit="T", group="tables")


@dataclass(frozen=True)
class Sql(Question["Answer[str]"]):
    """Print the statement of a model in a dialect of SQL."""

    name: ClassVar[str] = "sql"
    topic: ClassVar[Topic] = "serve"
    example: ClassVar[str] = "leadline sql model.yaml --dialect snowflake --leads crm.leads"
    has_report: ClassVar[bool] = False

    model: ModelInput = field(metadata=MODEL)
    dialect: str = field(kw_only=True, metadata=_DIALECT)
    output: str = field(default="scores", kw_only=True, metadata=_OUTPUT)
    leads: str | None = field(default=None, kw_only=True, metadata=_named("leads"))
    accounts: str | None = field(default=None, kw_only=True, metadata=_named("accounts"))
    events: str | None = field(default=None, kw_only=True, metadata=_named("events"))
    outcomes: str | None = field(default=None, kw_only=True, metadata=_named("outcomes"))
    previous: str | None = field(default=None, kw_only=True, metadata=_named("previous"))
    previous_accounts: str | None = field(
        default=None, kw_only=True, metadata=_named("previous_accounts")
    )
    field_history: str | None = field(default=None, kw_only=True, metadata=_named("field_history"))
    lead_merges: str | None = field(default=None, kw_only=True, metadata=_named("lead_merges"))
    event_marks: str | None = field(default=None, kw_only=True, metadata=_named("event_marks"))
    spine: str | None = field(default=None, kw_only=True, metadata=_named("spine"))
    as_of: datetime | str | None = field(default=None, kw_only=True, metadata=_AS_OF)
    as_of_sql: str | None = field(default=None, kw_only=True, metadata=_AS_OF_SQL)
    columns: Path | None = field(default=None, kw_only=True, metadata=_COLUMNS)
    clean: bool = field(default=False, kw_only=True, metadata=_CLEAN)
    unproved: bool = field(default=False, kw_only=True, metadata=_UNPROVED)

    def answer(self, session: Session) -> Answer[str]:
        """Write the statement."""
        from leadline.model.given import read_model
        from leadline.printing.printed import printed

        text = printed(*read_model(self.model), self._request())
        warnings = warned(self.model, session.tell)
        return Answer(
            question=self.name,
            result=text,
            says=f"The statement of {self.output} for {self.dialect}.",
            figures={"dialect": self.dialect, "output": self.output, "sql": text},
            reading=Reading(warnings=warnings),
            printed=text.removesuffix("\n"),
        )

    def _request(self) -> Request:
        """Return what is to be printed. Raises InputError, FileError."""
        from leadline.printing.request import Request
        from leadline.tables.places.warehouse import listed

        given = {name: getattr(self, name) for name in CONTRACT}
        return Request(
            self.dialect,
            {name: table for name, table in given.items() if table is not None},
            self.output,
            None if self.as_of is None else moment(self.as_of),
            self.as_of_sql or "",
            listed(self.columns) if self.columns else None,
            str(self.columns or ""),
            is_clean=self.clean,
            with_unproved=self.unproved,
        )
