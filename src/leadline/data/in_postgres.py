"""Tables of PostgreSQL where they are: columns checked by the catalog, rows through a view."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from leadline.data.columns import Column, Target, match
from leadline.data.in_place import InPlace
from leadline.data.keys import KEYS
from leadline.data.raw import REJECTS, Given, Raw
from leadline.data.sql import ALWAYS, Sql, joined, name, sql
from leadline.data.values import without
from leadline.engines.engine import Engine
from leadline.engines.postgres_tables import parts
from leadline.errors import EngineError, Fault, InputError, nearest
from leadline.model.types import Type

EXAMPLES = 3
"""How many a message shows."""


class Native(NamedTuple):
    """How a type of PostgreSQL is read: as which of ours, and the value."""

    pattern: str
    type: Type
    value: str


_FINITE = "nullif(nullif(nullif({x}::float8, 'Infinity'), '-Infinity'), 'NaN')"
_IN_REACH = (
    "case when abs({x}) < 5e-324 then 0 when abs({x}) < 1.797693134862e308 then {x}::float8 end"
)
"""A decimal as a double: PostgreSQL refuses what is too large for one, or too small."""

_DATED = "case when {x} > '-infinity' and {x} < '290000-01-01Z' then %s end"
"""Later times, which nobody means, are no whole microseconds in 64 bits."""

NATIVES = (
    Native("text", Type.TEXT, "{x}"),
    Native("smallint|integer|bigint", Type.NUMBER, "{x}::float8"),
    Native("numeric", Type.NUMBER, _IN_REACH),
    Native("real|double precision", Type.NUMBER, _FINITE),
    Native("boolean", Type.BOOLEAN, "{x}"),
    Native("timestamp with time zone", Type.TIME, _DATED % "{x} at time zone 'UTC'"),
    Native("timestamp without time zone|date", Type.TIME, _DATED % "{x}::timestamp"),
    Native(".*", Type.TEXT, "{x}::text"),
)
"""The first whose pattern is the whole type decides; the type of a domain is that below it."""

NULLS = {
    Type.TEXT: "null::text",
    Type.ANY: "null::text",
    Type.NUMBER: "null::float8",
    Type.BOOLEAN: "null::boolean",
    Type.TIME: "null::timestamp",
}

_RELATION = """
    select c.oid::bigint, n.nspname::text, c.relname::text
    from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f')
        and (n.nspname = $1 or ($1 = '' and n.nspname = any(current_schemas(false))))
        and ($2 = '' or c.relname = $2)
    order by array_position(current_schemas(false), n.nspname), c.relname
"""

_COLUMNS = """
    select a.attname::text,
        format_type(coalesce(nullif(t.typbasetype, 0::oid), t.oid), null),
        a.attcollation <> 0 and a.attcollation <> 'pg_catalog.default'::regcollation,
        a.attnotnull, has_column_privilege(a.attrelid, a.attnum, 'select')
    from pg_attribute as a join pg_type as t on t.oid = a.atttypid
    where a.attrelid = $1::bigint::oid and a.attnum > 0 and not a.attisdropped
    order by a.attnum
"""

_UNIQUE = """
    select array_to_string(array(
        select a.attname::text from unnest(i.indkey) as k
        join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = k
    ), chr(10))
    from pg_index as i
    where i.indrelid = $1::bigint::oid and i.indisunique and i.indisvalid
        and i.indpred is null and i.indexprs is null
"""


@dataclass(frozen=True)
class Found:
    """A table in the catalog: its name as SQL, its columns, and which are never null."""

    relation: Sql
    oid: int
    columns: Mapping[str, Given]
    filled: frozenset[str]


def read(
    engine: Engine,
    table: str,
    address: str,
    declared: Mapping[str, Column],
    *,
    is_clean: bool,
) -> InPlace:
    """Make a table of PostgreSQL readable under the contract's name.

    Args:
        engine: A session with PostgreSQL.
        table: Name in the contract, such as ``events``.
        address: Name in the database, such as ``crm.events``.
        declared: What a model document declares of its columns.
        is_clean: Keys are known to be there and to be unique.

    Raises:
        InputError: The table or a column of it is missing, a column has a wrong type, or keys
            that must be unique repeat.
        EngineError: It may not be read.
    """
    found = _found(engine, address)
    raw = Raw(table, address, found.columns, found.relation)
    targets, notes = match(raw, declared)
    _refuse_types(address, targets)
    rows = sql(
        "select {columns} from {relation}",
        columns=[sql("{v} as {t}", v=_value(table, each), t=name(each.name)) for each in targets],
        relation=found.relation,
    )
    if is_clean:
        engine.view(table, rows)
        return InPlace(address, _schema(targets), 0, tuple(notes))
    rejected = _rejected(engine, raw, targets, found, rows)
    if rejected:
        notes.append(f"{address}: {_rows(rejected)} rejected, as keys are missing.")
        rows = sql("select * from ({rows}) as r where not ({l})", rows=rows, l=_lacks(table))
    rows, repeated = _once(engine, raw, targets, found, rows)
    engine.view(table, rows)
    return InPlace(address, _schema(targets), rejected, (*notes, *repeated))


def _schema(targets: Sequence[Target]) -> dict[str, Type]:
    return {each.name: _type(each) for each in targets}


def _type(target: Target) -> Type:
    if target.type is not None:
        return target.type
    return _native(target.given).type if target.given else Type.ANY


def _native(given: Given) -> Native:
    return next(each for each in NATIVES if re.fullmatch(each.pattern, given.native))


def _found(engine: Engine, address: str) -> Found:
    schema, title = parts(engine, address)
    relations = engine.rows(_RELATION, [schema, title])
    if not relations:
        raise InputError(_missing(engine, address, schema, title))
    oid, schema, title = relations[0]
    rows = engine.rows(_COLUMNS, [oid])
    columns = {
        column: Given(column, _collated(column, native, other=other), native)
        for column, native, other, _, is_readable in rows
        if is_readable
    }
    if not columns:
        raise EngineError(
            f"table:{address} may not be read: permission denied. "
            f"Ask its owner to grant select on {schema}.{title}, and usage on {schema}."
        )
    filled = frozenset(row[0] for row in rows if row[3])
    return Found(name(schema, title), oid, columns, filled)


def _missing(engine: Engine, address: str, schema: str, title: str) -> Fault:
    others = engine.rows(_RELATION, [schema, ""])
    hint = nearest(title, [row[2] for row in others], f"table:{schema}." if schema else "table:")
    expected = "is not a table of the database, or its schema may not be used"
    return Fault(f"table:{address}", "", expected, "", hint)


def _collated(column: str, native: str, *, other: bool) -> Sql:
    """Return a column; text of another collation could not be compared with the rest."""
    return Sql(name(column) + ' collate "default"') if other and native == "text" else name(column)


def _value(table: str, target: Target) -> Sql:
    kind = _type(target)
    if target.given is None:
        value = Sql(NULLS[kind])
    else:
        native = _native(target.given)
        value = sql(native.value, x=target.given.value)
        if kind is Type.TEXT and native.type is not Type.TEXT:
            value = sql("({x})::text", x=target.given.value)
        if target.zone and target.given.native in {"timestamp without time zone", "date"}:
            value = sql("{v} at time zone {z} at time zone 'UTC'", v=value, z=target.zone)
        value = without(value, target.missing, kind)
    default = KEYS[table].defaults.get(target.name)
    return value if default is None else sql("coalesce({v}, {d})", v=value, d=default)


def _refuse_types(address: str, targets: Sequence[Target]) -> None:
    faults = []
    for each in targets:
        if each.given is None or each.type in {None, Type.TEXT}:
            continue
        native = _native(each.given).type
        if native is not each.type:
            remedy = f"Convert it in a view, and name that; it is {each.given.native} here."
            expected = f"must be {_type(each).phrase}"
            faults.append(Fault(f"table:{address}", each.name, expected, native.phrase, remedy))
    if faults:
        raise InputError(*faults)


def _lacks(table: str) -> Sql:
    """Return the condition that a row has not what its keys need."""
    keys = KEYS[table]
    lacks = [sql("{key} is null", key=name(key)) for key in keys.filled]
    if keys.either:
        lacks.append(sql("coalesce({either}) is null", either=list(map(name, keys.either))))
    return joined(" or ", lacks)


def _may_lack(table: str, targets: Sequence[Target], filled: frozenset[str]) -> bool:
    keys = KEYS[table]
    sure = {each.name for each in targets if each.given and each.given.name in filled}
    times = {each.name for each in targets if each.type is Type.TIME}
    # a time may be infinite, which is none; the database lets that into a column without nulls
    return not set(keys.filled) <= sure - times or bool(keys.either and not sure & set(keys.either))


def _rejected(engine: Engine, raw: Raw, targets: Sequence[Target], found: Found, rows: Sql) -> int:
    """Copy the rows that cannot be used to the reader's rejects, and return how many they are."""
    if not _may_lack(raw.table, targets, found.filled):
        return 0
    lacking = list(_reasons(raw.table))
    query = sql(
        "select {table} as table_name, {file} as file, null::bigint as row, "
        "case {reasons} end as reason, to_json(r)::text as content "
        "from ({rows}) as r where {lacks}",
        table=raw.table,
        file=raw.where,
        reasons=joined(" ", lacking),
        rows=rows,
        lacks=_lacks(raw.table),
    )
    rejects = engine.arrow(query)
    if rejects.num_rows:
        engine.embedded.register("given_rejects", rejects)
        engine.embedded.run(sql("insert into {r} from given_rejects", r=name(REJECTS)))
    return int(rejects.num_rows)


def _reasons(table: str) -> Iterator[Sql]:
    keys = KEYS[table]
    for key in keys.filled:
        yield sql("when {k} is null then {why}", k=name(key), why=f"{key} is missing")
    if keys.either:
        either = list(map(name, keys.either))
        why = f"{' and '.join(keys.either)} are missing"
        yield sql("when coalesce({e}) is null then {why}", e=either, why=why)


def _once(
    engine: Engine, raw: Raw, targets: Sequence[Target], found: Found, rows: Sql
) -> tuple[Sql, list[str]]:
    """Return the rows with what repeats counted once; an index that forbids it spares the look."""
    keys = KEYS[raw.table]
    titles = keys.unique or keys.once
    if not titles or _is_unique(engine, found, targets, titles):
        return rows, []
    columns = list(map(name, titles))
    has_key = joined(
        " and ",
        [ALWAYS, *(sql("{k} <> ''", k=name(k)) for k in titles if keys.defaults.get(k) == "")],
    )
    query = sql(
        "select array_to_string(array[{texts}], ' '), times - 1, sum(times - 1) over (), "
        "count(*) over () from (select {columns}, count(*) as times from ({rows}) as r "
        "where {has_key} group by {columns} having count(*) > 1) as d order by 1 limit {limit}",
        texts=[sql("{c}::text", c=each) for each in columns],
        columns=columns,
        rows=rows,
        has_key=has_key,
        limit=EXAMPLES,
    )
    repeated = engine.rows(query)
    if not repeated:
        return rows, []
    if keys.unique:
        raise InputError(_not_unique(raw, titles, repeated))
    first = sql(
        "select * from (select distinct on ({columns}) * from ({rows}) as r where {has_key} "
        "order by {columns}, {order}) as f union all select * from ({rows}) as r "
        "where not ({has_key})",
        columns=columns,
        rows=rows,
        has_key=has_key,
        order=[*map(_in_bytes, keys.order), Sql('r::text collate "C"')],
    )
    extra = int(repeated[0][2])
    those = "1 row repeats" if extra == 1 else f"{extra:,} rows repeat"
    return first, [
        f"{raw.where}: {those} the {' and '.join(titles)} of another; each is counted once."
    ]


def _in_bytes(key: Sql) -> Sql:
    return Sql(f'{key} collate "C"') if key == "lead_id" else key


def _is_unique(
    engine: Engine, found: Found, targets: Sequence[Target], titles: Sequence[str]
) -> bool:
    """Say whether an index forbids rows with the same key."""
    own = {each.name: each.given.name for each in targets if each.given}
    wanted = {own.get(title, "") for title in titles}
    indexes = engine.rows(_UNIQUE, [found.oid])
    return any(set(listed.split("\n")) <= wanted for (listed,) in indexes)


def _not_unique(
    raw: Raw, titles: Sequence[str], repeated: Sequence[tuple[str, int, int, int]]
) -> Fault:
    shown = ", ".join(row[0] for row in repeated)
    count = int(repeated[0][3])
    found = f"{count:,} that repeat{'s' if count == 1 else ''}: {shown}"
    remedy = "Keep one row of each, and make it the primary key."
    return Fault(f"table:{raw.where}", " and ".join(titles), "must be unique", found, remedy)


def _rows(count: int) -> str:
    return "1 row was" if count == 1 else f"{count:,} rows were"
