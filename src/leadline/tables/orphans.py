"""Rows that name what no table has: nothing is lost in a join without a word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from sqlglot import exp

from leadline.model.contract import CONTRACT
from leadline.model.types import Columns
from leadline.sql.dialects import render
from leadline.sql.trees import Tree, all_of, column, named, sql_tree, text, union
from leadline.tables.clean import EXAMPLES
from leadline.tables.columns import Lost, MuchLost, Unnamed
from leadline.tables.near_keys import nearly
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


MUCH = 0.05
"""A larger share of rows that name nothing is seldom life; mostly keys are written differently."""

NAMED_BY: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("accounts", "account_id", ("leads", "events", "outcomes")),
    ("leads", "lead_id", ("events",)),
    ("leads", "lead_id", ("outcomes",)),
)
"""Table, its key, and the tables that may name its rows by the same column."""


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

    And one for each table whose rows nothing names. What was not given at all is not asked for: no
    one said that it has no rows.
    """
    references = list(_references(schema))
    counts = [column_ for each in references for column_ in _counts(schema, each)]
    pairs = [each for each in NAMED_BY if each[0] in schema and set(each[2]) & schema.keys()]
    counts += [column_ for each in pairs for column_ in _unnamed_counts(schema, *each)]
    if not counts:
        return
    columns = [named(count, f"count_{number}") for number, count in enumerate(counts)]
    [found] = engine.rows(render(sql_tree("select :columns", columns=columns), engine.dialect))
    lost, told = iter(found), set()
    for each in references:
        count, rows = next(lost), next(lost)
        if count:
            there = _lost(schema, each)
            shown = _examples(engine, _shown(there))
            advice = nearly(engine, each[:3], there, _known(schema, each))
            told.add((each.names, each.table))
            yield _note(each, where.get(each.table, each.table), (count, rows), shown, advice)
    for table, key, by in pairs:
        count, rows = next(lost), next(lost)
        if count:
            shown = _examples(engine, _shown(_unnamed(schema, table, key, by)))
            named_by = [each for each in by if each in schema]
            is_told = any((table, each) in told for each in by)
            note = _unnamed_note(where.get(table, table), named_by, (count, rows), shown)
            yield Unnamed(note) if is_told else note


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


def _known(schema: Mapping[str, Columns], each: Reference) -> Tree:
    """Return the keys that a column may name, one a row."""
    return union(
        sql_tree("select :key as id from :rows as k", key=column(key, "k"), rows=exp.to_table(own))
        for own, key in KEYS[each.names]
        if own in schema and own != each.table
    )


def _given(each: Reference) -> Tree:
    """Return the values of a column, one a row."""
    return sql_tree(
        "select :id as id from :rows as t where :id is not null and :is_of",
        id=column(each.column, "t"),
        rows=exp.to_table(each.table),
        is_of=each.condition if each.condition is not None else exp.true(),
    )


def _lost(schema: Mapping[str, Columns], each: Reference) -> Tree:
    """Return the values of a column that name nothing, one a row."""
    return sql_tree(
        "select g.id from :given as g left join (select distinct id from :known as u) as k "
        "on k.id = g.id where k.id is null",
        given=_given(each),
        known=_known(schema, each),
    )


def _unnamed(schema: Mapping[str, Columns], table: str, key: str, by: tuple[str, ...]) -> Tree:
    """Return the keys of a table that others do not name, one a row."""
    named_ = [
        sql_tree(
            "not exists (select 1 from :rows as n where :id = :key)",
            rows=exp.to_table(each),
            id=column(key, "n"),
            key=column(key, "t"),
        )
        for each in by
        if each in schema
    ]
    rows = exp.to_table(table)
    return sql_tree(
        "select :key as id from :rows as t where :lacks",
        key=column(key, "t"),
        rows=rows,
        lacks=all_of(named_),
    )


def _count(rows: Tree) -> Tree:
    counted = sql_tree("select count(*) from :rows as c", rows=rows)
    return sql_tree("(:query)", query=exp.Subquery(this=counted))


def _counts(schema: Mapping[str, Columns], each: Reference) -> Iterator[Tree]:
    """Yield how many values name nothing, and how many there are."""
    yield _count(_lost(schema, each))
    yield _count(_given(each))


def _unnamed_counts(
    schema: Mapping[str, Columns], table: str, key: str, by: tuple[str, ...]
) -> Iterator[Tree]:
    """Yield how many rows nothing names, and how many there are."""
    yield _count(_unnamed(schema, table, key, by))
    yield _count(sql_tree("select 1 from :rows as t", rows=exp.to_table(table)))


def _shown(rows: Tree) -> Tree:
    return sql_tree(
        "select id from (select distinct id from :lost as l) as d "
        f"order by in_bytes(id) limit {EXAMPLES}",
        lost=rows,
    )


def _examples(engine: Engine, query: Tree) -> str:
    return ", ".join(repr(key) for (key,) in engine.rows(render(query, engine.dialect)))


def _note(each: Reference, where: str, counts: tuple[int, int], shown: str, advice: str) -> str:
    count, rows = counts
    one = count == 1
    words = {
        "they": "it" if one else "they",
        "them": "it" if one else "them",
        "its": "its" if one else "their",
        "count": "counts" if one else "count",
        "end": "ends" if one else "end",
        "mark": "marks" if one else "mark",
    }
    article = "an" if each.column[0] in "aeiou" else "a"
    loss = LOSSES[each.table, each.column].format_map(words)
    kind = MuchLost if count > MUCH * rows else Lost
    return kind(
        f"{where}: {_of(count, rows)} {'has' if one else 'have'} {article} {each.column} "
        f"that is in no {each.names}, {loss}: {shown}.{advice}"
    )


def _unnamed_note(table: str, by: Sequence[str], counts: tuple[int, int], shown: str) -> str:
    count, rows = counts
    kind = MuchLost if count == rows else Unnamed
    return kind(
        f"{table}: {_of(count, rows)} {'is' if count == 1 else 'are'} named by no "
        f"{_any_of(by)}: {shown}."
    )


def _of(count: int, rows: int) -> str:
    return f"{count:,} of {rows:,} row{'' if rows == 1 else 's'}"


def _any_of(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last
