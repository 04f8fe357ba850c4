"""What would happen if: the same statement over copies of a small part of the data.

A world holds a lead with everything that can touch its score: its account, the other leads of
that account, their events and outcomes. Each step to be tried gets a copy of that world with
ids of its own, and one run scores them all, so what would be is computed as what is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from leadline.engines.duckdb.engine import DuckDB
from leadline.model.contract import CONTRACT
from leadline.model.document import Model
from leadline.model.types import Schema
from leadline.query.context import Profile
from leadline.query.statement import statement
from leadline.query.touched import around
from leadline.sql.kinds import SQL_TYPES
from leadline.sql.text import literal, name

_IDS: Mapping[str, tuple[str, ...]] = {
    title: table.ids for title, table in CONTRACT.items() if title != "spine"
}
"""The identifiers of each table, which differ between worlds."""

MOST_ROWS = 1_000_000
"""So many rows may be copied for one run; more worlds are taken in turns."""


@dataclass(frozen=True)
class Step:
    """One thing that could happen now.

    Attributes:
        label: What it is, for a person.
        event: Columns of one more event, or None.
        rule: ``(score, rule)`` that counts the event, or None.
        field: ``(entity, field, value)`` that becomes known, or None.
    """

    label: str
    event: Mapping[str, Any] | None = None
    rule: tuple[str, str] | None = None
    field: tuple[str, str, Any] | None = None


@dataclass(frozen=True)
class Outlook:
    """What scores and bands a lead would have."""

    values: Mapping[str, Any]


class Worlds:
    """The part of the data around one lead, ready to be copied."""

    def __init__(
        self, engine: DuckDB, model: Model, schema: Schema, lead_id: str, as_of: datetime
    ) -> None:
        """Copy what can touch the lead's score into tables of their own."""
        self.engine, self.model, self.schema = engine, model, schema
        self.lead_id, self.as_of = lead_id, as_of
        self.own = engine.new_session()
        self.text = statement(model, schema, Profile()).text("scores", "duckdb")
        self._bring(lead_id)
        self.account_id = self._account()
        self.rows = self._rows()

    def close(self) -> None:
        """Forget the copies."""
        self.own.close()

    def _bring(self, lead_id: str) -> None:
        """Fetch the lead's surroundings: everything that can count for its scores."""
        self.engine.rows("create or replace temp table asked as select ? as lead_id", [lead_id])
        asked = around(self.model, self._given())
        for entity in ("lead", "account"):
            found = asked.text(f"around_{entity}", "duckdb")
            self.engine.run(f"create or replace temp table around_{entity}(id) as {found}")
        for table, ids in _IDS.items():
            if table not in self.schema:
                continue
            self.own.register("incoming", self.engine.arrow(self._found(table, ids)))
            columns = ", ".join(
                f"cast({name(title)} as {SQL_TYPES[kind]}) as {name(title)}"
                for title, kind in self.schema[table].items()
            )
            self.own.run(f"create table base_{table} as select {columns} from incoming")

    def _given(self) -> Schema:
        """Return the tables that the data has."""
        return {table: each for table, each in self.schema.items() if self._has(table)}

    def _has(self, table: str) -> bool:
        query = (
            "select 1 from information_schema.tables where table_name = ? "
            "and table_catalog in (current_database(), 'temp')"
        )
        return bool(self.engine.rows(query, [table]))

    def _found(self, table: str, ids: Sequence[str]) -> str:
        """Return the query for the rows of a table; none where the data lacks the table."""
        if self._has(table):
            return self._selection(table, ids)
        columns = ", ".join(f"null as {name(each)}" for each in self.schema[table])
        return f"select {columns} where false"

    def _selection(self, table: str, ids: Sequence[str]) -> str:
        inside = {each: f"(select id from around_{each})" for each in ("lead", "account")}
        if table == "event_marks" and not self._has("events"):
            return "select * from event_marks where false"
        if table == "event_marks":
            events = self._selection("events", _IDS["events"])
            return f"select * from event_marks where event_id in (select event_id from ({events}))"
        if table == "field_history":
            parts = [f"(entity = '{entity}' and id in {inside[entity]})" for entity in inside]
        else:
            keys = {
                "lead_id": "lead",
                "from_id": "lead",
                "into_id": "lead",
                "account_id": "account",
            }
            used = [
                each
                for each in ids
                if each in keys and not (table == "leads" and each == "account_id")
            ]
            parts = [f"{each} in {inside[keys[each]]}" for each in used]
        columns = ", ".join(name(each) for each in self.schema[table])
        return f"select {columns} from {table} where {' or '.join(parts)}"

    def _account(self) -> str | None:
        rows = self.own.rows("select account_id from base_leads where lead_id = ?", [self.lead_id])
        return rows[0][0] if rows else None

    def _rows(self) -> int:
        """Return how many rows one world has."""
        counts = [f"(select count(*) from base_{each})" for each in _IDS if each in self.schema]
        return int(self.own.rows(f"select {' + '.join(counts)}")[0][0])

    def outlooks(self, sequences: Sequence[Sequence[Step]]) -> list[Outlook]:
        """Return the lead's scores after each sequence of steps, from as few runs as may be."""
        at_once = max(1, MOST_ROWS // max(1, self.rows))
        return [
            each
            for first in range(0, len(sequences), at_once)
            for each in self._outlooks(sequences[first : first + at_once])
        ]

    def _outlooks(self, sequences: Sequence[Sequence[Step]]) -> list[Outlook]:
        worlds = [self._name(number) for number in range(len(sequences))]
        self._begin(worlds)
        for world, steps in zip(worlds, sequences, strict=True):
            for number, step in enumerate(steps):
                self._apply(world, number, step)
        self.own.run(
            "create or replace table spine as select "
            f"world || {literal(self.lead_id)} as lead_id, "
            f"timestamp '{_naive(self.as_of)}' as as_of from worlds"
        )
        return self._scores(worlds)

    def valued(
        self, marked: Sequence[Sequence[str]], moments: Sequence[Sequence[datetime]]
    ) -> list[list[float]]:
        """Return the main score of worlds in which some events do not count, at moments of each.

        Args:
            marked: For each world the events that are marked in it, by their ids.
            moments: For each world the moments, UTC. A lead that was not there then has 0.
        """
        worlds = [self._name(number) for number in range(len(marked))]
        self._begin(worlds)
        for world, events in zip(worlds, marked, strict=True):
            self._mark(world, events)
        asked = [
            f"({literal(world + self.lead_id)}, timestamp '{_naive(at)}')"
            for world, at_each in zip(worlds, moments, strict=True)
            for at in dict.fromkeys(at_each)
        ]
        self.own.run(
            "create or replace table spine as select * from "
            f"(values {', '.join(asked)}) as v(lead_id, as_of)"
        )
        rows = self.own.arrow(self.text).to_pylist()
        score = self.model.main_score
        found = {(row["lead_id"], _naive(row["as_of"])): row[score] or 0.0 for row in rows}
        return [
            [found.get((world + self.lead_id, _naive(at)), 0.0) for at in at_each]
            for world, at_each in zip(worlds, moments, strict=True)
        ]

    def _mark(self, world: str, events: Sequence[str]) -> None:
        """Have some events not count in a world, whatever was said of them."""
        if events:
            listed = _array([world + each for each in events])
            self.own.run(f"delete from event_marks where event_id in (select unnest({listed}))")
            self.own.run(
                "insert into event_marks (event_id, mark, recorded_at) "
                f"select unnest({listed}), 'left out', timestamp '1970-01-01'"
            )

    def _name(self, number: int) -> str:
        return f"{number:06d}|"

    def _begin(self, worlds: Sequence[str]) -> None:
        """Copy all tables once a world."""
        self.own.run(f"create or replace table worlds as select unnest({_array(worlds)}) as world")
        for table, ids in _IDS.items():
            if table in self.schema:
                self._copy(table, ids)

    def _copy(self, table: str, ids: Sequence[str]) -> None:
        columns = [
            f"w.world || b.{name(each)} as {name(each)}" if each in ids else f"b.{name(each)}"
            for each in self.schema[table]
        ]
        self.own.run(
            f"create or replace table {table} as select {', '.join(columns)} "
            f"from base_{table} as b cross join worlds as w"
        )

    def _apply(self, world: str, number: int, step: Step) -> None:
        if step.event is not None:
            event = {
                **step.event,
                "event_id": f"{world}~{number}",
                "lead_id": world + self.lead_id,
                "occurred_at": self.as_of.replace(tzinfo=None),
                "recorded_at": self.as_of.replace(tzinfo=None),
            }
            known = {each: value for each, value in event.items() if each in self.schema["events"]}
            columns = ", ".join(name(each) for each in known)
            marks = ", ".join("?" * len(known))
            self.own.rows(f"insert into events ({columns}) values ({marks})", list(known.values()))
        if step.field is not None:
            entity, title, value = step.field
            key = self.lead_id if entity == "lead" else self.account_id
            table = f"{entity}s"
            self.own.rows(
                f"update {table} set {name(title)} = ? where {entity}_id = ?",
                [value, world + str(key)],
            )
            if "field_history" in self.schema:
                row = [
                    entity,
                    world + str(key),
                    title,
                    str(value).lower() if value is True else str(value),
                ]
                self.own.rows(
                    "insert into field_history (entity, id, field, value, valid_from) "
                    "values (?, ?, ?, ?, ?)",
                    [*row, self.as_of.replace(tzinfo=None)],
                )

    def _scores(self, worlds: Iterable[str]) -> list[Outlook]:
        rows = self.own.arrow(self.text).to_pylist()
        by_lead = {row["lead_id"]: row for row in rows}
        return [Outlook(by_lead[world + self.lead_id]) for world in worlds]


def _naive(at: datetime) -> str:
    """Return a moment in UTC as SQL has it."""
    utc = at if at.tzinfo is None else at.astimezone(UTC)
    return utc.replace(tzinfo=None).isoformat(sep=" ")


def _array(values: Sequence[str]) -> str:
    return "[" + ", ".join(map(literal, values)) + "]"
