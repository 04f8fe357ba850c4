"""What of the arriving no person did: marks that the loop sets beside those that are sent to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import msgspec

from leadline.engines.duckdb.engine import DuckDB
from leadline.marks import crawlers, statement
from leadline.marks.signs import CLICKED, COLUMNS, DELIVERED, OPENED, VIEWED, Signs
from leadline.service.taking import Taken
from leadline.sql.text import Sql
from leadline.store import facts as stored
from leadline.store.facts import NOBODY, EventRow
from leadline.store.session import Session

if TYPE_CHECKING:
    import pyarrow as pa

Key = TypeVar("Key", int, str)
SOURCE = "marks"
"""Where marks come from that the loop sets."""

HOUR = 3_600_000_000
SECOND = 1_000_000
MOST_AGENTS = 100_000
KEPT = 60 * SECOND
"""So long the calls of an address are remembered, from when they came."""
MOST_ADDRESSES = 20_000
MOST_CALLS = 1000
MAILS = frozenset({*CLICKED, *OPENED, *DELIVERED})
PAGES = frozenset({*VIEWED, *CLICKED})
READ = {role: names[0] for role, names in COLUMNS.items()}
"""What is read of an event to the column in which the statement finds it."""
_ORIGIN = {"agent": "agent", "address": "ip"}


class Seen(NamedTuple):
    """An event with what is read of it to judge it, as text."""

    row: EventRow
    read: Mapping[str, str]

    @classmethod
    def of(cls, row: EventRow) -> Seen:
        """Return an event that can be judged."""
        properties: dict[str, Any] = msgspec.json.decode(row.properties)
        origin: dict[str, Any] = msgspec.json.decode(row.origin) if row.origin else {}
        read = {
            role: next((properties[name] for name in names if properties.get(name)), None)
            or origin.get(_ORIGIN.get(role, ""))
            for role, names in COLUMNS.items()
        }
        return cls(row, {role: str(value) for role, value in read.items() if value})


class Found(NamedTuple):
    """An event that no person made, and why."""

    row: EventRow
    mark: str


class Marking:
    """Judges events as they come, with those around them, by the statement of all marks."""

    def __init__(self, engine: DuckDB, signs: Signs | None = None) -> None:
        self._engine = engine
        self._signs = signs or Signs()
        self._names: dict[str, str] = {}
        self._calls: dict[str, dict[str, Seen]] = {}
        self._arrived: list[Seen] = []
        self._query = statement.marks(
            Sql("marking_events"),
            {"recorded_at", *READ.values()},
            self._signs,
            Sql("marking_crawlers"),
        )

    def find(self, session: Session, taken: Taken) -> list[Found]:
        """Return what is to be marked now that some events arrive; what has a mark keeps it."""
        arriving = [Seen.of(row) for row in taken.events]
        self._arrived = [each for each in arriving if _is_call(each)]
        self._look_up(each.read["agent"] for each in arriving if "agent" in each.read)
        judged = self._judged(session, arriving)
        if not judged:
            return []
        found = [Found(judged[event_id].row, mark) for event_id, mark in self._marks(judged)]
        kept = {row.event_id for row in taken.marks} | taken.marked.keys()
        ids = [each.row.event_id for each in found]
        kept |= {row.event_id for row in stored.marks_of_events(session, ids)} if ids else set()
        return [each for each in found if each.row.event_id not in kept]

    def written(self) -> None:
        """Remember the calls of addresses, once what was found is in the store."""
        for each in self._arrived:
            self._calls.setdefault(each.read["address"], {})[each.row.event_id] = each
        if not self._arrived:
            return
        since = self._arrived[-1].row.taken_at - KEPT
        few = len(self._calls) <= MOST_ADDRESSES
        for address in {e.read["address"] for e in self._arrived} if few else list(self._calls):
            calls = self._calls[address]
            recent = {key: each for key, each in calls.items() if each.row.taken_at >= since}
            self._calls[address] = dict(list(recent.items())[-MOST_CALLS:])
            if not recent:
                del self._calls[address]

    def _look_up(self, agents: Iterable[str]) -> None:
        """Learn which agents are crawlers, of those that were never seen."""
        new = set(agents) - self._names.keys()
        if not new:
            return
        if len(self._names) > MOST_AGENTS:
            self._names.clear()
        self._engine.register("marking_agents", _table({"agent": sorted(new)}))
        names = dict(self._engine.rows(crawlers.known(Sql("marking_agents"))))
        self._names |= {agent: names.get(agent, "") for agent in new}

    def _judged(self, session: Session, arriving: list[Seen]) -> dict[str, Seen]:
        """Return the events that may be marked, and those that say so, by their ids.

        Most that arrives shows no sign at all, and nothing is asked of the engine then.
        """
        signs = self._signs
        found = [each for each in arriving if self._names.get(each.read.get("agent", ""))]
        near = self._near(session, arriving)
        leads = {lead for (lead, _), mail in _mails(near).items() if self._is_quick(mail)}
        for lead, pages in _grouped(near, lambda each: each.row.lead_no).items():
            short = _are_within(pages, signs.pages, signs.pages_seconds * SECOND)
            if short or _are_within(pages, signs.pages_hour, HOUR):
                leads.add(lead)
        found += [each for each in near if each.row.lead_no in leads]
        for address, came in _grouped(self._arrived, lambda each: each.read["address"]).items():
            calls = [*self._calls.get(address, {}).values(), *came]
            if _are_within(calls, signs.address_pages, signs.address_seconds * SECOND):
                found += calls
        return {each.row.event_id: each for each in found}

    def _is_quick(self, mail: list[Seen]) -> bool:
        """Say whether clicks of one mail at one lead come soon after delivery, or together."""
        clicks = [each for each in mail if each.row.type in CLICKED]
        sent = [each.row.occurred_at for each in mail if each.row.type in DELIVERED]
        soon = max(self._signs.scan_seconds, self._signs.unopened_seconds) * SECOND
        return _are_within(clicks, self._signs.links, self._signs.links_seconds * SECOND) or any(
            abs(each.row.occurred_at - at) <= soon for each in clicks for at in sent
        )

    def _near(self, session: Session, arriving: list[Seen]) -> list[Seen]:
        """Return the events of leads around those that arrive, and these; opens of any time."""
        told = [e for e in arriving if _is_mail(e) or e.row.type in PAGES]
        told = [each for each in told if each.row.lead_no != NOBODY]
        if not told:
            return []
        times = [each.row.occurred_at for each in told]
        leads = {each.row.lead_no for each in told}
        rows = stored.events_between(session, leads, min(times) - HOUR, max(times) + HOUR)
        if clickers := {each.row.lead_no for each in told if _is_mail(each)}:
            rows += stored.events_of_types(session, clickers, OPENED)
        return [*map(Seen.of, {row.event_id: row for row in rows}.values()), *told]

    def _marks(self, judged: Mapping[str, Seen]) -> list[tuple[str, str]]:
        """Return the ids of events with their marks, by the statement."""
        events = list(judged.values())
        named = {a: self._names[a] for e in events if (a := e.read.get("agent", "")) in self._names}
        named = {agent: name for agent, name in named.items() if name}
        self._engine.register(
            "marking_crawlers", _table({"agent": list(named), "name": list(named.values())})
        )
        self._engine.register("marking_events", _events(events))
        return [(event_id, mark) for event_id, mark, *_ in self._engine.rows(self._query)]


def _mails(events: Iterable[Seen]) -> dict[tuple[int, str], list[Seen]]:
    """Return what happened to mails, by the lead and the mail."""
    mails: dict[tuple[int, str], list[Seen]] = {}
    for each in events:
        if _is_mail(each):
            mails.setdefault((each.row.lead_no, each.read["mail"]), []).append(each)
    return mails


def _grouped(events: Iterable[Seen], by: Callable[[Seen], Key]) -> dict[Key, list[Seen]]:
    """Return the pages among events by whose they are."""
    groups: dict[Key, list[Seen]] = {}
    for each in events:
        if each.row.type in PAGES:
            groups.setdefault(by(each), []).append(each)
    return groups


def _are_within(events: list[Seen], count: int, time: int) -> bool:
    """Say whether so many of some events lie within a time."""
    if len(events) < count:
        return False
    times = sorted(each.row.occurred_at for each in events)
    return any(last - first <= time for first, last in zip(times, times[count - 1 :], strict=False))


def _is_mail(each: Seen) -> bool:
    return each.row.type in MAILS and "mail" in each.read


def _is_call(each: Seen) -> bool:
    return each.row.type in PAGES and "address" in each.read


def _table(columns: Mapping[str, list[str]]) -> pa.Table:
    import pyarrow as pa

    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def _events(events: list[Seen]) -> pa.Table:
    """Return events as the statement reads them."""
    import pyarrow as pa

    time = pa.timestamp("us")
    whose = [None if each.row.lead_no == NOBODY else str(each.row.lead_no) for each in events]
    columns = {
        "event_id": pa.array([each.row.event_id for each in events], pa.string()),
        "lead_id": pa.array(whose, pa.string()),
        "type": pa.array([each.row.type for each in events], pa.string()),
        "occurred_at": pa.array([each.row.occurred_at for each in events], time),
        "recorded_at": pa.array([each.row.taken_at for each in events], time),
    }
    for role, title in READ.items():
        columns[title] = pa.array([each.read.get(role) for each in events], pa.string())
    return pa.table(columns)
