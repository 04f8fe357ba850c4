"""What would happen if: the same statement over copies of a small part of the data.

A world holds a lead with everything that can touch its score: its account, the other leads of
that account, their events and outcomes. Each step to be tried gets a copy of that world with
ids of its own, and one run scores them all, so what would be is computed as what is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from leadline.engines.duckdb.engine import DuckDB
from leadline.explain.plans import Plans
from leadline.model.contract import CONTRACT
from leadline.model.document import Model
from leadline.model.types import Schema
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


class Taken(NamedTuple):
    """A step that is taken in a world, and which one of its steps that is."""

    world: str
    number: int
    step: Step


@dataclass(frozen=True)
class Outlook:
    """What scores and bands a lead would have."""

    values: Mapping[str, Any]


class Worlds:
    """The part of the data around one lead, ready to be copied."""

    def __init__(  # noqa: PLR0913, PLR0917 - where, who and when
        self,
        engine: DuckDB,
        model: Model,
        schema: Schema,
        lead_id: str,
        as_of: datetime,
        plans: Plans | None = None,
    ) -> None:
        """Copy what can touch the lead's score into tables of their own.

        Args:
            engine: Has the tables.
            model: The model.
            schema: The tables and their columns; what the engine lacks of them has no rows.
            lead_id: The lead.
            as_of: The moment.
            plans: What was planned over these tables before.
        """
        self.engine, self.model, self.schema = engine, model, schema
        self.lead_id, self.as_of = lead_id, as_of
        plans = plans or Plans(model, schema)
        self.own = engine.new_session()
        self.text = plans.scores(schema.get("events"))
        self._given = self._found_tables()
        self._outlooks: dict[tuple[object, ...], Outlook] = {}
        self._bring(lead_id, plans)
        self.account_id = self._account()
        self.rows = self._rows()

    def close(self) -> None:
        """Forget the copies."""
        self.own.close()

    def _bring(self, lead_id: str, plans: Plans) -> None:
        """Fetch the lead's surroundings: everything that can count for its scores."""
        self.engine.rows("create or replace temp table asked as select ? as lead_id", [lead_id])
        for entity, found in plans.around(self._given).items():
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

    def _found_tables(self) -> frozenset[str]:
        """Return the tables that the data has."""
        rows = self.engine.rows(
            "select table_name from information_schema.tables "
            "where table_catalog in (current_database(), 'temp')"
        )
        return frozenset(title for (title,) in rows if title in self.schema)

    def _found(self, table: str, ids: Sequence[str]) -> str:
        """Return the query for the rows of a table; none where the data lacks the table."""
        if table in self._given:
            return self._selection(table, ids)
        columns = ", ".join(f"null as {name(each)}" for each in self.schema[table])
        return f"select {columns} where false"

    def _selection(self, table: str, ids: Sequence[str]) -> str:
        inside = {each: f"(select id from around_{each})" for each in ("lead", "account")}
        if table == "event_marks" and "events" not in self._given:
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
        keys = [tuple((each.label, each.rule, each.field) for each in steps) for steps in sequences]
        new = {
            key: steps
            for key, steps in zip(keys, sequences, strict=True)
            if key not in self._outlooks
        }
        at_once = max(1, MOST_ROWS // max(1, self.rows))
        for first in range(0, len(new), at_once):
            part = list(new)[first : first + at_once]
            found = self._tried([new[key] for key in part])
            self._outlooks.update(zip(part, found, strict=True))
        return [self._outlooks[key] for key in keys]

    def _tried(self, sequences: Sequence[Sequence[Step]]) -> list[Outlook]:
        worlds = [self._name(number) for number in range(len(sequences))]
        self._begin(worlds)
        taken = [
            Taken(world, number, step)
            for world, steps in zip(worlds, sequences, strict=True)
            for number, step in enumerate(steps)
        ]
        self._add_events([each for each in taken if each.step.event is not None])
        self._set_fields([each for each in taken if each.step.field is not None])
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

    def _add_events(self, taken: Sequence[Taken]) -> None:
        """Add the events of steps to the worlds that take them, all in two statements."""
        if not taken:
            return
        steps = list({id(each.step): each.step for each in taken}.values())
        own = {"event_id", "lead_id", "occurred_at", "recorded_at"}
        kinds = {each: kind for each, kind in self.schema["events"].items() if each not in own}
        casts = ", ".join(["?", *(f"cast(? as {SQL_TYPES[kind]})" for kind in kinds.values())])
        columns = "".join(f", {name(each)}" for each in kinds)
        self.own.rows(
            f"create or replace table tried as select * from "
            f"(values {', '.join([f'({casts})'] * len(steps))}) as t(step{columns})",
            [
                value
                for step in steps
                for value in (id(step), *((step.event or {}).get(each) for each in kinds))
            ],
        )
        at = f"timestamp '{_naive(self.as_of)}'"
        made = {
            "event_id": "a.world || '~' || a.number",
            "lead_id": f"a.world || {literal(self.lead_id)}",
            "occurred_at": at,
            "recorded_at": at,
        }
        own_columns = [each for each in self.schema["events"] if each in own]
        self.own.rows(
            f"insert into events ({', '.join([*own_columns, *map(name, kinds)])}) select "
            + ", ".join([*(made[each] for each in own_columns), *(f"t.{name(e)}" for e in kinds)])
            + " from (select unnest(?) as world, unnest(?) as number, unnest(?) as step) as a "
            "join tried as t on t.step = a.step",
            [
                [each.world for each in taken],
                [each.number for each in taken],
                [id(each.step) for each in taken],
            ],
        )

    def _set_fields(self, taken: Sequence[Taken]) -> None:
        """Have fields known in the worlds where steps say so, each value in one statement."""
        worlds: dict[tuple[str, str, Any], list[str]] = {}
        for each in taken:
            if each.step.field is not None:
                worlds.setdefault(each.step.field, []).append(each.world)
        for (entity, title, value), known in worlds.items():
            key = str(self.lead_id if entity == "lead" else self.account_id)
            ids = [world + key for world in known]
            self.own.rows(
                f"update {entity}s set {name(title)} = ? "
                f"where {entity}_id in (select unnest(?::varchar[]))",
                [value, ids],
            )
            if "field_history" in self.schema:
                told = str(value).lower() if value is True else str(value)
                self.own.rows(
                    "insert into field_history (entity, id, field, value, valid_from) "
                    "select ?, unnest(?::varchar[]), ?, ?, ?",
                    [entity, ids, title, told, self.as_of.replace(tzinfo=None)],
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
