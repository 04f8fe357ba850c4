"""What is planned for explanations once, for every lead of tables that have the same columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from leadline.model.document import Model
from leadline.model.types import Columns, Schema
from leadline.query.context import Context, Profile
from leadline.query.matching import Matcher, condition, matchers
from leadline.query.statement import statement
from leadline.query.touched import around
from leadline.sql.dialects import render


@dataclass(frozen=True)
class Counted:
    """A matcher of an event rule, with its condition as DuckDB's SQL over an event ``e``.

    Attributes:
        matcher: The matcher.
        test: The condition.
        reads_lead: Whether it reads fields of the lead ``s`` too.
    """

    matcher: Matcher
    test: str
    reads_lead: bool


class Plans:
    """The statements that explanations of a model run, as DuckDB's SQL; each is written once.

    Attributes:
        model: Free of faults.
        schema: The tables and their columns.
    """

    def __init__(self, model: Model, schema: Schema) -> None:
        self.model, self.schema = model, schema
        self._scores: dict[tuple[tuple[str, object], ...], str] = {}
        self._around: dict[frozenset[str], Mapping[str, str]] = {}

    @cached_property
    def counted(self) -> tuple[Counted, ...]:
        """What counts an event, of leads and then of accounts."""
        return tuple(self._counted())

    def _counted(self) -> Iterator[Counted]:
        context = Context(self.model, self.schema)
        for level in ("lead", "account"):
            for matcher in matchers(context, level, "events"):
                test = render(condition(context, "events", matcher), "duckdb")
                yield Counted(matcher, test, " s." in f" {test}" or 's."' in test)

    @cached_property
    def reads_lead(self) -> bool:
        """Whether an event counts for some leads and not for others."""
        return any(each.reads_lead for each in self.counted)

    def scores(self, events: Columns | None) -> str:
        """Return the query for scores, where events have these columns; None where there are none.

        Columns are others than the tables' own where these have no events, and some are tried.
        """
        key = tuple(() if events is None else events.items())
        if key not in self._scores:
            more = {} if events is None else {"events": events}
            made = statement(self.model, {**self.schema, **more}, Profile())
            self._scores[key] = made.text("scores", "duckdb")
        return self._scores[key]

    def around(self, given: frozenset[str]) -> Mapping[str, str]:
        """Return the queries for whose rows can change a lead's scores, by lead and account.

        Args:
            given: The tables that there are.
        """
        if given not in self._around:
            schema = {table: each for table, each in self.schema.items() if table in given}
            made = around(self.model, schema)
            self._around[given] = {
                entity: made.text(f"around_{entity}", "duckdb") for entity in ("lead", "account")
            }
        return self._around[given]
