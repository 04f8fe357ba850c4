"""Rows that name what no table has: nothing is lost in a join without a word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, cast

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

Pair: TypeAlias = tuple[str, str, tuple[str, ...]]
NAMED_BY: tuple[Pair, ...] = (
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
    pairs = [each for each in NAMED_BY if each[0] in schema and set(each[2]) & schema.keys()]
    if not references and not pairs:
        return
    [found] = engine.rows(render(_counts(schema, references, pairs), engine.dialect))
    lost, told = iter(found), set()
    for each in references:
        count, rows = next(lost), next(lost)
        if count:
            there = _lost(schema, each, _given(each))
            shown = _examples(engine, _shown(there))
            advice = nearly(engine, each[:3], there, _known(schema, each))
            told.add((each.names, each.table))
            yield _note(each, where.get(each.table, each.table), (count, rows), shown, advice)
    for table, key, by in pairs:
        count, rows = next(lost), next(lost)
        if count:
            shown = _examples(engine, _shown(_unnamed(schema, table, key, by, {})))
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


def _counts(
    schema: Mapping[str, Columns], references: Sequence[Reference], pairs: Sequence[Pair]
) -> Tree:
    """Return the query for two counts of each: what names nothing or has no name, and all.

    What a column names is gathered once, however many counts ask of it.
    """
    gathered = {each: f"named_{number}" for number, each in enumerate(references)}
    whole = {(r.table, r.column): name for r, name in gathered.items() if r.condition is None}
    counts: list[Tree] = []
    for each, name in gathered.items():
        counts += [
            _total(_lost(schema, each, exp.to_table(name))),
            _total(exp.to_table(name)),
        ]
    for table, key, by in pairs:
        counts += [
            _count(_unnamed(schema, table, key, by, whole)),
            _count(exp.to_table(table)),
        ]
    columns = [named(count, f"count_{number}") for number, count in enumerate(counts)]
    query = cast("exp.Select", sql_tree("select :columns", columns=columns))
    for each, name in gathered.items():
        query = query.with_(name, as_=_given(each), copy=False)
    return query


def _given(each: Reference) -> Tree:
    """Return the values of a column, and how many rows have each."""
    return sql_tree(
        "select :id as id, count(*) as times from :rows as t "
        "where :id is not null and :is_of group by :id",
        id=column(each.column, "t"),
        rows=exp.to_table(each.table),
        is_of=each.condition if each.condition is not None else exp.true(),
    )


def _lost(schema: Mapping[str, Columns], each: Reference, given: Tree) -> Tree:
    """Return those of the values of a column that name nothing."""
    return sql_tree(
        "select g.id, g.times from :given as g left join "
        "(select distinct id from :known as u) as k on k.id = g.id where k.id is null",
        given=given,
        known=_known(schema, each),
    )


def _unnamed(
    schema: Mapping[str, Columns],
    table: str,
    key: str,
    by: tuple[str, ...],
    gathered: Mapping[tuple[str, str], str],
) -> Tree:
    """Return the keys of a table that others do not name, one a row.

    ``gathered`` has relations of the values of columns, as ``id``.
    """
    named_ = [
        sql_tree(
            "not exists (select 1 from :rows as n where :id = :key)",
            rows=exp.to_table(gathered.get((each, key), each)),
            id=column("id" if (each, key) in gathered else key, "n"),
            key=column(key, "t"),
        )
        for each in by
        if each in schema
    ]
    return sql_tree(
        "select :key as id from :rows as t where :lacks",
        key=column(key, "t"),
        rows=exp.to_table(table),
        lacks=all_of(named_),
    )


def _count(rows: Tree) -> Tree:
    return _alone(sql_tree("select count(*) from :rows as c", rows=rows))


def _total(rows: Tree) -> Tree:
    """Return how many rows have values."""
    return _alone(
        sql_tree("select cast(coalesce(sum(c.times), 0) as bigint) from :rows as c", rows=rows)
    )


def _alone(query: Tree) -> Tree:
    return sql_tree("(:query)", query=exp.Subquery(this=query))


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
