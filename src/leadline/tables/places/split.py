"""Cells that name several leads or accounts, as a row for each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from leadline.errors import Fault, InputError
from leadline.model.contract import CONTRACT
from leadline.sql.text import Sql, name, sql_text
from leadline.tables.places.raw import Raw, RawColumn, staged

if TYPE_CHECKING:
    from leadline.engines.duckdb.engine import DuckDB
    from leadline.tables.columns import Column

TURN = name("turn of the part")

_ROWS = """
    create or replace table {split} as
    select * exclude ({part}, {turn}) replace ({replaced}) from (
        select {columns}, unnest({parts}) as {part}, generate_subscripts({parts}, 1) as {turn}
        from {rows})"""

_PARTS = """
    coalesce(nullif(list_filter(
        list_transform(string_split({x}, {mark}), lambda each: trim(each)),
        lambda each: each <> ''), []), [null])"""
"""The parts of a cell; an empty one has one part, which is nothing."""


def split(engine: DuckDB, raw: Raw, declared: Mapping[str, Column]) -> Raw:
    """Return a table with a row for each part of the cells that are declared to be split.

    The first part keeps the key of its row; ``/2`` and so on stand behind the keys of the others.
    """
    for title, column in declared.items():
        given = raw.column(column.source or title)
        if column.split and given is not None:
            _refuse_made(raw, given, declared)
            raw = _split(engine, raw, given, column.split, _keys(raw, declared))
    return raw


def _refuse_made(raw: Raw, given: RawColumn, declared: Mapping[str, Column]) -> None:
    """Refuse keys that are made of columns which are the same for each part of a cell."""
    faults = [
        Fault(raw.where, key, f"must be made from {given.name} too, as its cells are split")
        for key in CONTRACT[raw.table].keys
        if key in declared and declared[key].made_from and given.name not in declared[key].made_from
    ]
    if faults:
        raise InputError(*faults)


def _keys(raw: Raw, declared: Mapping[str, Column]) -> list[RawColumn]:
    """Return the columns that tell rows apart."""
    named = (
        declared[key].source or key if key in declared else key for key in CONTRACT[raw.table].keys
    )
    return [given for each in named if (given := raw.column(each)) is not None]


def _split(engine: DuckDB, raw: Raw, given: RawColumn, mark: str, keys: list[RawColumn]) -> Raw:
    part = name("part of the cell")
    later = "case when {turn} > 1 then concat({key}, '/', {turn}) else {key}::varchar end as {key}"
    replaced = [
        sql_text("{part} as {column}", part=part, column=given.value),
        *(sql_text(later, turn=TURN, key=key.value) for key in keys if key != given),
    ]
    engine.run(
        sql_text(
            _ROWS,
            split=staged(raw.table, "split"),
            replaced=replaced,
            columns=[Sql("*"), *raw.places],
            parts=sql_text(_PARTS.strip(), x=given.value, mark=mark),
            part=part,
            turn=TURN,
            rows=raw.relation,
        )
    )
    columns = {
        title: replace(each, native="VARCHAR") if each in keys and not raw.is_text else each
        for title, each in raw.columns.items()
    }
    made = replace(raw, relation=staged(raw.table, "split"), places=(), columns=columns)
    more = _rows(engine, made) - _rows(engine, raw)
    added = "1 row is" if more == 1 else f"{more:,} rows are"
    note = f"{raw.where}: {added} added, as cells of {given.name} name several."
    return replace(made, notes=(*raw.notes, note)) if more else made


def _rows(engine: DuckDB, raw: Raw) -> int:
    [(count,)] = engine.rows(sql_text("select count(*) from {rows}", rows=raw.relation))
    return int(count)
