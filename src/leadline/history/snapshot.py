"""Fields as they are at a moment, added to the history of what they were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Self

from leadline.errors import Fault, InputError
from leadline.model.contract import CONTRACT
from leadline.sql.text import Sql, joined, name, sql_text
from leadline.tables.places.inputs import Input
from leadline.tables.places.raw import REJECTS, handed_as
from leadline.tables.read import Loaded, handed, load
from leadline.tables.values import DUCKDB

if TYPE_CHECKING:
    from leadline.engines.duckdb.engine import DuckDB
    from leadline.model.document import Model

HISTORY = "field_history"
ENTITIES: Mapping[str, str] = {"leads": "lead", "accounts": "account"}
TIMES = frozenset({"created_at", "recorded_at"})
"""Columns that say when a row came about, and are no fields."""
PRESENT, KNOWN, FRESH = (name(f"snapshot_{each}") for each in ("present", "known", "fresh"))

_CELLS = """
    select {entity} as entity, k as id, {created} as created_at, unnest([{fields}]) as field,
        unnest([{values}]) as value
    from (select {key} as k, {given} from {handed}) as given join {table} as t on t.{key} = k"""

_KNOWN = """
    create or replace temp table {known} as
    select entity, id, field, arg_max(row(value), row(valid_from, recorded_at))[1] as value
    from ({history}) group by all"""

_FRESH = """
    create or replace temp table {fresh} as
    select p.entity, p.id, p.field, p.value, case
        when k.id is not null then {at}
        when {assumed} or (p.created_at > {last} and p.id not in (
            select id from {known} as o where o.entity = p.entity
        )) then coalesce(least(p.created_at, {at}), {at})
        else {at} end as valid_from, k.id is null as is_first
    from {present} as p left join {known} as k
        on k.entity = p.entity and k.id = p.id and k.field = p.field
    where k.value is distinct from p.value"""
"""What is first seen of a lead that came since the last snapshot was so since it came."""


class Counts(NamedTuple):
    """What a snapshot found.

    Attributes:
        values: Values that leads and accounts have now.
        first: Of these, those whose field had no history before.
        changed: Values that are others than before.
    """

    values: int
    first: int
    changed: int


@dataclass(frozen=True)
class Snapshot:
    """A snapshot; its rows stand on the engine.

    Attributes:
        loaded: What was read, with notes.
        at: The moment.
        is_first: Whether there was no history before.
    """

    engine: DuckDB
    loaded: Loaded
    at: datetime
    is_first: bool

    @classmethod
    def of(
        cls,
        engine: DuckDB,
        inputs: Mapping[str, Input],
        at: datetime,
        model: Model | None = None,
        *,
        is_assumed: bool = False,
    ) -> Self:
        """Compare leads and accounts with the history that there is.

        Args:
            engine: Where the tables are wanted.
            inputs: ``leads``, ``accounts``, and ``field_history`` where there is one.
            at: The moment, later than all of the history.
            model: Says under ``columns`` and ``files`` how tables are to be read.
            is_assumed: What has no history is taken to have been so since its lead was created.

        Raises:
            InputError: A table cannot be used, the history has rows that cannot, or it goes on
                after the moment.
            FileError: A file cannot be read.
        """
        columns, files = (model.columns, model.files) if model else ({}, {})
        loaded = load(engine, inputs, columns, files=files, is_handed_on=True)
        is_first = HISTORY not in loaded.schema
        made = cls(engine, loaded, at, is_first)
        made._refuse_lost()
        engine.run(
            sql_text(
                "create or replace temp table {present} as {cells}",
                present=PRESENT,
                cells=joined(" union all ", list(made._cells())),
            )
        )
        engine.run(sql_text(_KNOWN, known=KNOWN, history=made._history))
        parts = {"present": PRESENT, "known": KNOWN, "fresh": FRESH, "at": _moment(at)}
        last = made._last()
        engine.run(sql_text(_FRESH, assumed=Sql(str(is_assumed).lower()), last=last, **parts))
        return made

    @property
    def query(self) -> Sql:
        """The query for the whole history, what is new in it last."""
        fresh = sql_text(
            "select entity, id, field, value, valid_from, valid_from as recorded_at from {fresh}",
            fresh=FRESH,
        )
        return Sql(f"{self._history} union all {fresh} order by recorded_at, entity, id, field")

    @property
    def counts(self) -> Counts:
        """What was found."""
        query = "select count(*) filter (where value is not null) from {present}"
        [(values,)] = self.engine.rows(sql_text(query, present=PRESENT))
        query = "select count(*) filter (where is_first), count(*) from {fresh}"
        [(first, fresh)] = self.engine.rows(sql_text(query, fresh=FRESH))
        return Counts(values, first, fresh - first)

    @property
    def _history(self) -> Sql:
        """The query for the history that there is."""
        kinds = CONTRACT[HISTORY].types
        if self.is_first:
            nothing = [
                sql_text("null::{kind} as {t}", kind=Sql(_KINDS[title]), t=name(title))
                for title in kinds
            ]
            return sql_text("select {nothing} where false", nothing=nothing)
        there = self.loaded.schema[HISTORY]
        columns = [
            name(title) if title in there else Sql(f"valid_from as {title}") for title in kinds
        ]
        columns = [
            Sql("coalesce(recorded_at, valid_from) as recorded_at") if each == '"recorded_at"'
            else each for each in columns
        ]  # fmt: skip
        return sql_text("select {columns} from {history}", columns=columns, history=name(HISTORY))

    def _cells(self) -> Iterator[Sql]:
        """Yield the queries for the values that leads and accounts have now, as they came."""
        for table, entity in ENTITIES.items():
            if table not in self.loaded.schema:
                continue
            key = name(f"{entity}_id")
            fields = self._fields(table)
            yield sql_text(
                _CELLS,
                entity=entity,
                key=key,
                created=Sql("t.created_at")
                if "created_at" in self.loaded.schema[table]
                else Sql("null::timestamp"),
                fields=list(fields),
                values=list(fields.values()),
                given=[name(handed_as(title)) for title in self.loaded.handed(table)],
                handed=handed(table),
                table=name(table),
            )

    def _fields(self, table: str) -> dict[str, Sql]:
        """Return the fields of a table, each with its value as the text that it came as."""
        rows = self.engine.rows(sql_text("describe select * from {handed}", handed=handed(table)))
        kinds = {str(title): str(kind) for title, kind, *_ in rows}
        own = {*TIMES, f"{ENTITIES[table]}_id"}
        found = {}
        for title, called in self.loaded.handed(table).items():
            if (called or title) not in own:
                kept = handed_as(title)
                text = DUCKDB.native(kinds[kept]).text
                found[called or title] = sql_text(text, x=name(kept))
        return found

    def _last(self) -> Sql:
        """Return the last moment of the history. Raises InputError where it is later than now."""
        if self.is_first:
            return _moment(self.at)
        query = sql_text("select max(recorded_at) from ({history})", history=self._history)
        [(last,)] = self.engine.rows(query)
        if last is not None and last.replace(tzinfo=self.at.tzinfo) >= self.at:
            where = self.loaded.names[HISTORY]
            expected = "must end before the moment of the snapshot"
            raise InputError(Fault(where, "recorded_at", expected, f"{last.isoformat()}Z"))
        return _moment(self.at if last is None else last)

    def _refuse_lost(self) -> None:
        """Refuse a history of which rows would be lost as it is written anew."""
        query = "select count(*) from {rejects} where table_name = {history}"
        [(lost,)] = self.engine.rows(sql_text(query, rejects=name(REJECTS), history=HISTORY))
        if lost:
            where = self.loaded.names[HISTORY]
            raise InputError(Fault(where, "", "must have no rows that cannot be used", str(lost)))


_KINDS = {
    "entity": "varchar", "id": "varchar", "field": "varchar", "value": "varchar",
    "valid_from": "timestamp", "recorded_at": "timestamp",
}  # fmt: skip


def _moment(at: datetime) -> Sql:
    return sql_text("{at}::timestamp", at=at.strftime("%Y-%m-%d %H:%M:%S.%f"))
