"""Versions of whole rows, as snapshots of dbt and dated exports have them, as a field history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from leadline.errors import Fault, InputError, nearest
from leadline.model.contract import CONTRACT
from leadline.sql.text import Sql, joined, name, sql_text
from leadline.tables.places.raw import FILE, ROW, Raw, RawColumn, staged
from leadline.tables.values import DUCKDB

if TYPE_CHECKING:
    from leadline.engines.duckdb.engine import DuckDB
    from leadline.tables.columns import Column
    from leadline.tables.places.text import Written

HISTORY = "field_history"
FILE_NAME = "file name"
"""Stands for a column: the date in the name of the file that a row is in."""
OF_TOOL = "dbt_"
"""What the names of columns begin with that dbt adds."""
ENTITIES: Mapping[str, str] = {"lead": "leads", "account": "accounts"}
_DATE = r"(\d{4})[-_.]?(\d{2})[-_.]?(\d{2})(?:\D[^/]*)?$"

# an export of a day is known once the day is over
_DAY_AFTER = """
    strftime(try_strptime(array_to_string(regexp_extract_all(
        regexp_extract({file}, {date}), '[0-9]')[:8], ''), '%Y%m%d') + interval 1 day,
        '%Y-%m-%dT%H:%M:%SZ')"""

_CELLS = """
    select {entity} as entity, {id} as id, {since} as valid_from, {until} as valid_until,
        unnest([{fields}]) as field, unnest([{values}]) as value, {file}, {row}
    from {rows} where {is_own}"""

_CHANGES = """
    create or replace table {versions} as
    with cells as materialized ({cells}),
    changes as (
        select *, {dated} and row_number() over each > 1
            and value is not distinct from lag(value) over each as goes_on
        from cells window each as (partition by entity, id, field order by valid_from)
    ),
    ends as (
        select c.* replace (null as value, c.valid_until as valid_from) from cells as c
        where c.valid_until is not null and not exists (
            select 1 from cells as n where n.entity = c.entity and n.id = c.id
                and n.valid_from = c.valid_until
        )
    )
    select entity, id, field, value, valid_from, {file}, {row} from (
        select * exclude (goes_on) from changes where not goes_on union all from ends
    )
    where (entity, field) in (select (entity, field) from cells where value is not null)"""
"""What ends and is not begun again is there no more: its fields have no value.

A column that has no value of an entity at all is one of files of the other."""


class _Own(NamedTuple):
    """The rows that are versions of leads, or of accounts.

    Attributes:
        entity: Which.
        key: The column with their ids.
        fields: Name of a field to its column.
    """

    entity: str
    key: RawColumn
    fields: Mapping[str, RawColumn]


def versions(
    engine: DuckDB,
    raw: Raw,
    written: Written,
    declared: Mapping[str, Mapping[str, Column]],
) -> Raw:
    """Return a field history, of versions of rows where that is declared, else as it is.

    A row is a version of a lead where it has a ``lead_id``, else of an account. Its columns are
    fields under the names that the model gives them.

    Raises:
        InputError: A column is not there, or a name of a file has no date.
    """
    since = written.version_from
    if since is None:
        return raw
    if raw.table != HISTORY:
        expected = f"can be declared of {HISTORY} alone"
        raise InputError(Fault(raw.where, "version_from", expected, since))
    is_dated = since == FILE_NAME
    kept = {title for title in (since, written.version_to) if title is not None}
    begins = _day_after() if is_dated else _text(_column(raw, since, "version_from"))
    ends = _until(raw, written.version_to)
    own = list(_owned(raw, declared, kept))
    rows = raw.located([Sql("*")], Sql("true"))
    if is_dated:
        _refuse_undated(engine, rows)
    cells = [_cells(each, own[:place], begins, ends, rows) for place, each in enumerate(own)]
    engine.run(
        sql_text(
            _CHANGES,
            versions=staged(HISTORY, "versions"),
            cells=joined(" union all ", cells),
            dated=Sql(str(is_dated).lower()),
            file=FILE,
            row=ROW,
        )
    )
    titles = ("entity", "id", "field", "value", "valid_from")
    columns = {title: RawColumn(title, name(title), "VARCHAR") for title in titles}
    made = staged(HISTORY, "versions")
    return replace(raw, columns=columns, relation=made, places=(), segments=None, is_text=False)


def _owned(
    raw: Raw, declared: Mapping[str, Mapping[str, Column]], kept: set[str]
) -> Iterator[_Own]:
    """Yield the entities that there may be rows of. Raises InputError where there is none."""
    found = []
    for entity, table in ENTITIES.items():
        named = {title: each.source or title for title, each in declared.get(table, {}).items()}
        key = raw.column(named.get(f"{entity}_id", f"{entity}_id"))
        if key is not None:
            found.append(_Own(entity, key, _fields(raw, entity, named, {*kept, key.name})))
    if not found:
        keys = " or ".join(f"{entity}_id" for entity in ENTITIES)
        raise InputError(Fault(raw.where, "", f"must have a column {keys}", "", _others(raw)))
    yield from found


def _fields(
    raw: Raw, entity: str, named: Mapping[str, str], kept: set[str]
) -> dict[str, RawColumn]:
    """Return the columns that are fields, by the names that the model gives them."""
    titles = {source: title for title, source in named.items()}
    own = set(CONTRACT[ENTITIES[entity]].keys) | {"recorded_at", "created_at"}
    return {
        titles.get(title, title): given
        for title, given in raw.columns.items()
        if title not in kept
        and not title.lower().startswith(OF_TOOL)
        and titles.get(title, title) not in own
    }


def _cells(own: _Own, before: list[_Own], begins: Sql, ends: Sql, rows: Sql) -> Sql:
    """Return the query for the cells of an entity, of rows that are of none before it."""
    key = _text(own.key)
    conditions = [sql_text("{key} is null", key=_text(each.key)) for each in before]
    conditions.append(sql_text("{key} is not null", key=key))
    return sql_text(
        _CELLS,
        entity=own.entity,
        id=key,
        since=begins,
        until=ends,
        fields=list(own.fields),
        values=[_text(each) for each in own.fields.values()],
        file=FILE,
        row=ROW,
        rows=rows,
        is_own=joined(" and ", conditions),
    )


def _column(raw: Raw, title: str, key: str) -> RawColumn:
    found = raw.column(title)
    if found is None:
        near = nearest(title, raw.columns) or _others(raw)
        raise InputError(Fault(raw.where, key, "must name a column", title, near))
    return found


def _others(raw: Raw) -> str:
    return f"It has {', '.join(list(raw.columns)[:8])}."


def _until(raw: Raw, title: str | None) -> Sql:
    return Sql("null::varchar") if title is None else _text(_column(raw, title, "version_to"))


def _text(given: RawColumn) -> Sql:
    """Return a column as a text."""
    return sql_text(DUCKDB.native(given.native).text, x=given.value)


def _day_after() -> Sql:
    return sql_text(_DAY_AFTER.strip(), file=FILE, date=_DATE)


def _refuse_undated(engine: DuckDB, rows: Sql) -> None:
    """Refuse files in whose names no day stands."""
    query = "select distinct {file} from {rows} where ({day}) is null order by 1 limit 3"
    found = engine.rows(sql_text(query, file=FILE, rows=rows, day=_day_after()))
    if found:
        expected = "must have a date in its name, such as leads-2026-11-01.csv"
        raise InputError(*(Fault(str(file), "version_from", expected) for (file,) in found))
