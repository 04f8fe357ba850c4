"""Rows that name what no table has: nothing is lost in a join without a word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from sqlglot import exp

from leadline.model.contract import CONTRACT
from leadline.model.types import Columns
from leadline.sql.dialects import render
from leadline.sql.trees import Tree, column, named, sql_tree, text, union
from leadline.tables.clean import EXAMPLES
from leadline.tables.columns import Lost
from leadline.tables.past_fields import ENTITIES

if TYPE_CHECKING:
    from leadline.engines.engine import Engine

KEYS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "leads": (("leads", "lead_id"), ("lead_merges", "from_id"), ("spine", "lead_id")),
    "accounts": (("accounts", "account_id"), ("leads", "account_id")),
    "events": (("events", "event_id"),),
}
"""What is named to where it may stand; a lead that was merged into another is known by that.

So is an account by its leads, but to them themselves.
"""

LOSSES: Mapping[tuple[str, str], str] = {
    ("leads", "account_id"): "so {its} account has no fields",
    ("events", "lead_id"): "so {they} {count} for no lead",
    ("outcomes", "lead_id"): "so {they} {count} for no lead",
    ("previous", "lead_id"): "so nothing reads {them}",
    ("previous_accounts", "account_id"): "so nothing reads {them}",
    ("field_history", "id"): "so nothing reads {them}",
    ("lead_merges", "into_id"): "so {they} {end} in no lead",
    ("event_marks", "event_id"): "so {they} {mark} nothing",
}
"""Table and column to what comes of a row where it names nothing."""


class Reference(NamedTuple):
    """A column whose values name rows of a table, in the rows for which a condition is true."""

    table: str
    column: str
    names: str
    condition: Tree | None = None


def orphans(
    engine: Engine, schema: Mapping[str, Columns], where: Mapping[str, str]
) -> Iterator[str]:
    """Yield a note for each column that names what no table has, with three examples.

    What was not given at all is not asked for: no one said that it has no rows.
    """
    references = list(_references(schema))
    if not references:
        return
    counts = [
        named(sql_tree("(:query)", query=exp.Subquery(this=_count(schema, each))), f"lost_{number}")
        for number, each in enumerate(references)
    ]
    [found] = engine.rows(render(sql_tree("select :counts", counts=counts), engine.dialect))
    for each, count in zip(references, found, strict=True):
        if count:
            query = render(_shown(schema, each), engine.dialect)
            shown = ", ".join(repr(key) for (key,) in engine.rows(query))
            yield _note(each, where.get(each.table, each.table), count, shown)


def _references(schema: Mapping[str, Columns]) -> Iterator[Reference]:
    for table, title in LOSSES:
        if table not in schema:
            continue
        named_ = CONTRACT[table][title].names
        if named_ in schema:
            yield Reference(table, title, named_)
    if "field_history" in schema:
        for entity, table in ENTITIES.items():
            if table in schema:
                is_of = sql_tree("t.entity = :e", e=text(entity))
                yield Reference("field_history", "id", table, is_of)


def _lost(schema: Mapping[str, Columns], each: Reference) -> Tree:
    """Return the values of a column that name nothing, one a row."""
    known = union(
        sql_tree("select :key as id from :rows as k", key=column(key, "k"), rows=exp.to_table(own))
        for own, key in KEYS[each.names]
        if own in schema and own != each.table
    )
    return sql_tree(
        "select :id as id from :rows as t left join (select distinct id from :known as u) as k "
        "on k.id = :id where k.id is null and :id is not null and :is_of",
        id=column(each.column, "t"),
        rows=exp.to_table(each.table),
        known=known,
        is_of=each.condition if each.condition is not None else exp.true(),
    )


def _count(schema: Mapping[str, Columns], each: Reference) -> Tree:
    return sql_tree("select count(*) from :lost as l", lost=_lost(schema, each))


def _shown(schema: Mapping[str, Columns], each: Reference) -> Tree:
    return sql_tree(
        "select id from (select distinct id from :lost as l) as d "
        f"order by in_bytes(id) limit {EXAMPLES}",
        lost=_lost(schema, each),
    )


def _note(each: Reference, where: str, count: int, shown: str) -> str:
    one = count == 1
    words = {
        "they": "it" if one else "they",
        "them": "it" if one else "them",
        "its": "its" if one else "their",
        "count": "counts" if one else "count",
        "end": "ends" if one else "end",
        "mark": "marks" if one else "mark",
    }
    rows = "1 row has" if one else f"{count:,} rows have"
    article = "an" if each.column[0] in "aeiou" else "a"
    loss = LOSSES[each.table, each.column].format_map(words)
    return Lost(
        f"{where}: {rows} {article} {each.column} that is in no {each.names}, {loss}: {shown}."
    )
