"""Tables of Spark and Parquet files where they are: read by the workers, never through here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from leadline.data.columns import Column, Target, match
from leadline.data.files import called, format_of, given_files
from leadline.data.in_place import InPlace
from leadline.data.keys import KEYS
from leadline.data.raw import REJECTS, Given, Raw
from leadline.data.sql import Scalar, Sql, joined, name, sql
from leadline.data.values import token
from leadline.engines.spark import Spark
from leadline.engines.spark_tables import parts, quoted
from leadline.errors import Fault, InputError, nearest
from leadline.model.types import Type
from leadline.query import sql as trees
from leadline.query.dialects import render

EXAMPLES = 3
"""How many a message shows."""


class Native(NamedTuple):
    """How a type of Spark is read: as which of ours, and the value."""

    pattern: str
    type: Type
    value: str


_FINITE = "nanvl(cast({x} as double) % double('infinity'), cast(null as double))"

NATIVES = (
    Native("string", Type.TEXT, "{x}"),
    Native("string collate .*|(var)?char.*", Type.TEXT, "cast({x} as string) collate utf8_binary"),
    Native("tinyint|smallint|int|bigint", Type.NUMBER, "cast({x} as double)"),
    Native("float|double|decimal.*", Type.NUMBER, _FINITE),
    Native("boolean", Type.BOOLEAN, "{x}"),
    Native("timestamp", Type.TIME, "{x}"),
    Native("timestamp_ntz|date", Type.TIME, "cast({x} as timestamp)"),
    Native("(struct|array|map).*", Type.TEXT, "to_json({x})"),
    Native(".*", Type.TEXT, "cast({x} as string)"),
)
"""The first whose pattern is the whole type decides."""

NULLS = {
    Type.TEXT: "cast(null as string)",
    Type.ANY: "cast(null as string)",
    Type.NUMBER: "cast(null as double)",
    Type.BOOLEAN: "cast(null as boolean)",
    Type.TIME: "cast(null as timestamp)",
}


def read(
    engine: Spark,
    table: str,
    address: str,
    declared: Mapping[str, Column],
    *,
    is_clean: bool,
) -> InPlace:
    """Make a table of Spark readable under the contract's name.

    Args:
        engine: A session with Spark.
        table: Name in the contract, such as ``events``.
        address: Name in the catalog, such as ``crm.events``, or of files, such as
            ``parquet.`/data/events```.
        declared: What a model document declares of its columns.
        is_clean: Keys are known to be there and to be unique.

    Raises:
        InputError: The table or a column of it is missing, a column has a wrong type, or keys
            that must be unique repeat.
        EngineError: It may not be read.
    """
    relation = quoted(*parts(address))
    _require_table(engine, address)
    _read_times(engine, declared)
    raw = Raw(table, address, _columns(engine, relation), Sql(relation))
    return _read(engine, raw, declared, is_clean=is_clean)


def read_parquet(
    engine: Spark,
    table: str,
    files: str | Path | Sequence[str | Path],
    declared: Mapping[str, Column],
) -> InPlace | None:
    """Make Parquet files that are known to be clean readable, without a look at their rows.

    Returns None where files are not all Parquet, or Spark cannot read a type in them.
    """
    found = given_files(files)
    if any(format_of(file) != "parquet" for file in found):
        return None
    _read_times(engine, declared)
    paths = ["file:" + _literal(str(Path(file).absolute())) for file in found]
    if not engine.read_parquet(f"given_{table}", paths):
        return None
    relation = quoted(f"given_{table}")
    raw = Raw(table, called(found), _columns(engine, relation), Sql(relation))
    return _read(engine, raw, declared, is_clean=True)


def _read_times(engine: Spark, declared: Mapping[str, Column]) -> None:
    """Read times of files that have no zone as UTC, which is faster, unless a zone is declared."""
    has_zone = any(each.zone for each in declared.values())
    engine.session.conf.set("spark.sql.parquet.inferTimestampNTZ.enabled", str(has_zone).lower())


def _literal(path: str) -> str:
    r"""Return a path in which nothing is a pattern.

    >>> print(_literal("/data/a[1].parquet"))
    /data/a\[1\].parquet
    """
    return re.sub(r"([\\\[\]{}*?])", r"\\\1", path)


def _read(engine: Spark, raw: Raw, declared: Mapping[str, Column], *, is_clean: bool) -> InPlace:
    targets, notes = match(raw, declared)
    _refuse_types(raw, targets)
    rows = sql(
        "select {columns} from {relation}",
        columns=[
            sql("{v} as {t}", v=_value(raw.table, each), t=_name(each.name)) for each in targets
        ],
        relation=raw.relation,
    )
    schema = {each.name: _type(each) for each in targets}
    if is_clean:
        engine.view(raw.table, rows)
        return InPlace(raw.where, schema, 0, tuple(notes))
    checked = f"checked_{raw.table}"
    engine.view(checked, rows)
    rejected = _rejected(engine, raw, checked)
    rows = Sql(f"select * from {checked}")
    if rejected:
        those = "1 row was" if rejected == 1 else f"{rejected:,} rows were"
        notes.append(f"{raw.where}: {those} rejected, as keys are missing.")
        rows = sql("{rows} where not ({lacks})", rows=rows, lacks=_lacks(raw.table))
    engine.view(f"usable_{raw.table}", rows)
    rows, repeated = _once(engine, raw, f"usable_{raw.table}")
    engine.view(raw.table, rows)
    return InPlace(raw.where, schema, rejected, (*notes, *repeated))


def _name(title: str) -> Sql:
    return Sql(quoted(title))


def _text(value: str) -> Sql:
    """Return a text as Spark writes it: a backslash is written twice."""
    return Sql(render(trees.text(value), "spark"))


def _require_table(engine: Spark, address: str) -> None:
    names = parts(address)
    if len(names) > 1 and names[0] in {"parquet", "orc", "delta", "json", "csv"}:
        return
    if engine.session.catalog.tableExists(quoted(*names)):
        return
    schema = ".".join(names[:-1])
    others: list[str] = []
    if not schema or engine.session.catalog.databaseExists(schema):
        others = [each.name for each in engine.session.catalog.listTables(schema or None)]
    hint = nearest(names[-1], others, f"table:{schema}." if schema else "table:")
    expected = "is not a table of the catalog, or may not be read"
    raise InputError(Fault(f"table:{address}", "", expected, "", hint))


def _columns(engine: Spark, relation: str) -> dict[str, Given]:
    """Return the columns of a relation, which the catalog or the head of a file says."""
    return {
        title: Given(title, _name(title), kind) for title, kind in engine.columns(relation).items()
    }


def _type(target: Target) -> Type:
    if target.type is not None:
        return target.type
    return _native(target.given).type if target.given else Type.ANY


def _native(given: Given) -> Native:
    return next(each for each in NATIVES if re.fullmatch(each.pattern, given.native))


def _value(table: str, target: Target) -> Sql:
    kind = _type(target)
    if target.given is None:
        value = Sql(NULLS[kind])
    else:
        native = _native(target.given)
        value = sql(native.value, x=target.given.value)
        if kind is Type.TEXT and native.type is not Type.TEXT:
            value = sql("cast({x} as string)", x=target.given.value)
        if target.zone and target.given.native in {"timestamp_ntz", "date"}:
            value = sql("to_utc_timestamp({v}, {z})", v=value, z=_text(target.zone))
        value = _without(value, target, kind)
    default = KEYS[table].defaults.get(target.name)
    return value if default is None else sql("coalesce({v}, {d})", v=value, d=_text(default))


def _without(value: Sql, target: Target, kind: Type) -> Sql:
    """Return a value, null where it stands for a missing one."""
    found: list[Scalar] = [
        _text(each) if isinstance(each, str) else each
        for missing in target.missing
        if (each := token(missing, kind)) is not None
    ]
    if not found:
        return value
    return sql("case when {v} not in ({tokens}) then {v} end", v=value, tokens=found)


def _refuse_types(raw: Raw, targets: Sequence[Target]) -> None:
    faults = []
    for each in targets:
        if each.given is None or each.type in {None, Type.TEXT}:
            continue
        native = _native(each.given).type
        if native is not each.type:
            remedy = f"Convert it in a view, and name that; it is {each.given.native} here."
            expected = f"must be {_type(each).phrase}"
            faults.append(Fault(raw.where, each.name, expected, native.phrase, remedy))
    if faults:
        raise InputError(*faults)


def _lacks(table: str) -> Sql:
    """Return the condition that a row has not what its keys need."""
    keys = KEYS[table]
    lacks = [sql("{key} is null", key=_name(key)) for key in keys.filled]
    if keys.either:
        lacks.append(sql("coalesce({either}) is null", either=list(map(_name, keys.either))))
    return joined(" or ", lacks)


def _rejected(engine: Spark, raw: Raw, relation: str) -> int:
    """Copy the rows that cannot be used to the reader's rejects, and return how many they are."""
    query = sql(
        "select case {reasons} end as reason, to_json(struct(r.*)) as content "
        "from {rows} as r where {lacks}",
        reasons=joined(" ", _reasons(raw.table)),
        rows=Sql(relation),
        lacks=_lacks(raw.table),
    )
    [(count,)] = engine.rows(f"select count(*) from {relation} where {_lacks(raw.table)}")
    if count:
        statement = "insert into {r} select {t}, {f}, null, reason, content from {found}"
        found = Sql(engine.handed(query))
        engine.embedded.run(sql(statement, r=name(REJECTS), t=raw.table, f=raw.where, found=found))
    return int(count)


def _reasons(table: str) -> Iterator[Sql]:
    keys = KEYS[table]
    for key in keys.filled:
        yield sql("when {k} is null then {why}", k=_name(key), why=f"{key} is missing")
    if keys.either:
        either = list(map(_name, keys.either))
        why = f"{' and '.join(keys.either)} are missing"
        yield sql("when coalesce({e}) is null then {why}", e=either, why=why)


def _once(engine: Spark, raw: Raw, relation: str) -> tuple[Sql, list[str]]:
    """Return the rows with what repeats counted once."""
    keys = KEYS[raw.table]
    titles = keys.unique or keys.once
    plain = Sql(f"select * from {relation}")
    if not titles:
        return plain, []
    columns = joined(", ", map(_name, titles))
    has_key = joined(
        " and ",
        [
            Sql("true"),
            *(sql("{k} <> ''", k=_name(k)) for k in titles if keys.defaults.get(k) == ""),
        ],
    )
    repeated = f"repeated_{raw.table}"
    engine.keep(
        repeated,
        f"select {columns}, count(*) as times from {relation} where {has_key} "
        f"group by {columns} having count(*) > 1",
    )
    [(count, extra)] = engine.rows(f"select count(*), sum(times - 1) from {repeated}")
    if not count:
        return plain, []
    if keys.unique:
        raise InputError(_not_unique(engine, raw, titles, repeated, count))
    order = joined(", ", [*keys.order, Sql("to_json(struct(r.*))")])
    first = (
        f"select * except (place) from (select r.*, row_number() over (partition by {columns} "
        f"order by {order}) as place from {relation} as r "
        f"left semi join {repeated} using ({columns})) as f where place = 1"
    )
    rest = f"select r.* from {relation} as r left anti join {repeated} using ({columns})"
    those = "1 row repeats" if extra == 1 else f"{extra:,} rows repeat"
    note = f"{raw.where}: {those} the {' and '.join(titles)} of another; each is counted once."
    return Sql(f"{rest} union all {first}"), [note]


def _not_unique(engine: Spark, raw: Raw, titles: Sequence[str], repeated: str, count: int) -> Fault:
    columns = joined(", ", map(_name, titles))
    shown = engine.rows(
        f"select concat_ws(' ', {columns}) from {repeated} order by 1 limit {EXAMPLES}"
    )
    found = (
        f"{count:,} that repeat{'s' if count == 1 else ''}: {', '.join(row[0] for row in shown)}"
    )
    return Fault(raw.where, " and ".join(titles), "must be unique", found, "Keep one row of each.")
