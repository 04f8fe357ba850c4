"""The distinct values of a column, and how well a way of reading fits them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leadline.engines.duckdb.engine import DuckDB
from leadline.model.types import Type
from leadline.sql.text import ALWAYS, Scalar, Sql, sql_text
from leadline.tables.columns import Target
from leadline.tables.places.raw import Raw, RawColumn, staged
from leadline.tables.values import reading

SAMPLE = 1_000
"""So many distinct values rule most ways of reading out before all are asked."""

TEXT = Sql("text")
HAS_DIGIT = Sql(r"regexp_matches(text, '\d')")

ENDS = 6
"""So many of the smallest and largest numbers are looked at."""


@dataclass(frozen=True)
class Values:
    """The distinct values of a column as text, with how often each stands there.

    Attributes:
        given: The column as it was given.
        left_out: Values that are not asked, as they seem to mean: no value.
    """

    engine: DuckDB
    given: RawColumn
    relation: Sql
    left_out: tuple[str, ...] = ()

    def without(self, texts: Sequence[str]) -> Values:
        """Return the values without some."""
        return Values(self.engine, self.given, self.relation, (*self.left_out, *texts))

    def rows(self, columns: str, rest: str = "", condition: Sql = ALWAYS) -> list[tuple[Any, ...]]:
        """Return columns over ``text`` and ``times`` of the values for which a condition holds."""
        left = sql_text("text not in ({texts})", texts=self.left_out) if self.left_out else ALWAYS
        template = "select {columns} from {rows} where {left} and ({condition}) {rest}"
        parts = {"columns": Sql(columns), "rows": self.relation, "rest": Sql(rest)}
        return self.engine.rows(sql_text(template, left=left, condition=condition, **parts))

    def counts(self, condition: Sql = ALWAYS) -> tuple[int, int]:
        """Return how many rows and how many distinct values there are."""
        return self.rows("coalesce(sum(times), 0)::bigint, count(*)", "", condition)[0]

    def most(self, limit: int, condition: Sql = ALWAYS) -> list[tuple[str, int]]:
        """Return the most frequent values with their counts."""
        rest = f"order by times desc, text limit {limit}"
        return self.rows("text, times", rest, condition)

    def share(self, condition: Sql) -> float:
        """Return the share of rows for which a condition holds; 0 where there are none."""
        return self.shares([condition])[0]

    def shares(self, conditions: Sequence[Sql]) -> list[float]:
        """Return the shares of rows for which conditions hold; 0 where there are none."""
        if not conditions:
            return []
        counts = [sql_text("sum(times) filter ({c})", c=each) for each in conditions]
        [(all_, *found)] = self.rows(sql_text("sum(times), {counts}", counts=counts))
        return [float((each or 0) / all_) if all_ else 0.0 for each in found]

    def sampled_share(self, condition: Sql) -> float:
        """Return the share of the first distinct values for which a condition holds."""
        return self.sampled_shares([condition])[0]

    def sampled_shares(self, conditions: Sequence[Sql]) -> list[float]:
        """Return the shares of the first distinct values for which conditions hold."""
        rows = sql_text("(from {rows} limit {limit})", rows=self.relation, limit=SAMPLE)
        return Values(self.engine, self.given, rows, self.left_out).shares(conditions)

    def readable(self, kind: Type, declared: Mapping[str, Any]) -> Sql:
        """Return the condition that a value means something of a type, as it is declared."""
        return sql_text("{parsed} is not null", parsed=_parsed(kind, declared))

    def spelled(self, number: Scalar, declared: Mapping[str, Any]) -> list[str]:
        """Return the texts that mean a number."""
        same = sql_text("{parsed} = {number}", parsed=_parsed(Type.NUMBER, declared), number=number)
        return [text for (text,) in self.rows("text", "", same)]

    def ends(self, kind: Type, declared: Mapping[str, Any]) -> tuple[Any, Any]:
        """Return the smallest and the largest value, as it is declared."""
        parsed = _parsed(kind, declared)
        return self.rows(sql_text("min({x}), max({x})", x=parsed))[0]

    def numbers(self, declared: Mapping[str, Any], order: str) -> list[tuple[float, int]]:
        """Return the smallest (``asc``) or largest (``desc``) numbers with their counts."""
        columns = sql_text("{x} as value, sum(times)::bigint", x=_parsed(Type.NUMBER, declared))
        rest = f"group by value order by value {order} limit {ENDS}"
        return self.rows(columns, rest, self.readable(Type.NUMBER, declared))


def _parsed(kind: Type, declared: Mapping[str, Any]) -> Sql:
    return reading(Target("x", RawColumn("x", TEXT, "CSV"), kind, **declared), kind).parsed


def values_of(engine: DuckDB, raw: Raw, given: RawColumn, place: str) -> Values:
    """Return the distinct values of a column."""
    relation = staged(raw.table, f"values_{place}")
    text = reading(Target(given.name, given), Type.TEXT).text
    statement = """
        create or replace temp table {values} as
        select {text} as text, count(*) as times from {rows} group by 1 having text is not null"""
    name = Sql(relation.replace('"staging".', ""))
    engine.run(sql_text(statement, values=name, text=text, rows=raw.relation))
    return Values(engine, given, name)


def listed(texts: Sequence[Scalar]) -> str:
    """Return values as a message shows them."""
    return ", ".join(repr(each) if isinstance(each, str) else str(each) for each in texts)
