"""Everything that the store has of a person: the rows that erasing them would take away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from leadline.service import clock, erasing
from leadline.service.alerts.digested import digested
from leadline.store import erasing as kept
from leadline.store.columns import METADATA
from leadline.store.session import Session

EVENT_IDS = "event_ids"
"""Of these the rows say no more than those of the events."""
_TIMES = frozenset({"as_of", "at", "since", "until", "valid_from", "valid_to"})
Row = dict[str, Any]


def told(session: Session, given: str) -> dict[str, list[Row]]:
    """Return rows by their table, and requests with their bodies, where these name the person.

    A request may name others too: it is told as it came; of a digest their own lines are told.
    Raises InputError where nobody is known.
    """
    found = erasing.person(session, given)
    numbers = [row.lead_no for row in found.leads]
    ids = [row.lead_id for row in found.leads]
    made: dict[str, list[Row]] = {"leads": []}
    for table, column in kept.OF_LEADS:
        if table != EVENT_IDS:
            rows = list(_rows(session, table, column, numbers))
            made[table] = _together(made.get(table, []), rows)
    said = digested(session, found.leads)
    digests = list(_rows(session, "deliveries", "delivery_id", list(said)))
    made["deliveries"] += [row | {"body": said[row["delivery_id"]]} for row in digests]
    made["field_history"] = [
        row for row in _rows(session, "field_history", "id", ids) if row["entity"] == "lead"
    ]
    made["event_marks"] = list(_rows(session, "event_marks", "lead_no", numbers))
    ever = sorted({value for _, value in found.ever} | found.events)
    made["audit_log"] = list(_rows(session, "audit_log", "subject", ever))
    made["parked"] = list(_rows(session, "parked", "parked_id", found.parked))
    made["requests"] = list(_rows(session, "inbox", "inbox_id", sorted(found.bodies)))
    return {table: rows for table, rows in made.items() if rows}


def _rows(session: Session, table: str, column: str, values: Sequence[Any]) -> Iterator[Row]:
    """Yield rows of a table as JSON has them."""
    names = [each.name for each in METADATA.tables[table].columns]
    listed = ", ".join(f'"{name}"' for name in names)
    for row in session.rows(f"select {listed} from {table} where {column} in ??", list(values)):
        yield {name: _plain(name, value) for name, value in zip(names, row, strict=True)}


def _together(rows: list[Row], more: list[Row]) -> list[Row]:
    """Return rows that stand in a table by either of two columns, each once."""
    return [*rows, *(each for each in more if each not in rows)]


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode(errors="replace")
    is_time = name.endswith("_at") or name in _TIMES
    return clock.text(value) if is_time and isinstance(value, int) else value
