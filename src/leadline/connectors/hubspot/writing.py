"""How contacts are written: a hundred in a call, each judged by what the answer says of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from leadline.connectors.crm import Written
from leadline.connectors.hubspot.client import (
    VERSION,
    HubSpotClient,
    HubSpotRefused,
    told,
)

Rows = Sequence[tuple[str, Mapping[str, Any]]]
PATH = f"/crm/objects/{VERSION}/contacts/batch/update"
UNSAID = "HubSpot did not say what became of it"


def write(client: HubSpotClient, rows: Rows) -> Iterator[Written]:
    """Yield what became of each row; one that is refused holds no other.

    A call that is refused as a whole wrote nothing, and is halved. Of one that was done in part the
    rows that came back are written, whatever its status is.
    """
    if not rows:
        return
    try:
        body = client.post(PATH, {"inputs": [_input(*row) for row in rows]})
    except HubSpotRefused as refused:
        if len(rows) == 1:
            yield Written(rows[0][0], str(refused))
            return
        yield from _halved(client, rows)
        return
    done = {str(each.get("id")) for each in body.get("results", ())}
    errors = dict(_refusals(body))
    yield from (Written(row) for row, _ in rows if row in done)
    yield from (Written(row, errors[row]) for row, _ in rows if row in errors and row not in done)
    left = [row for row in rows if row[0] not in done and row[0] not in errors]
    if len(rows) == 1 and left:
        yield Written(left[0][0], "; ".join(map(told, body.get("errors", ()))) or UNSAID)
    elif left:
        yield from _halved(client, left)


def _halved(client: HubSpotClient, rows: Rows) -> Iterator[Written]:
    half = max(1, len(rows) // 2)
    yield from write(client, rows[:half])
    yield from write(client, rows[half:])


def _input(record_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
    properties = {name: text(value) for name, value in values.items()}
    return {"id": record_id, "properties": properties, "objectWriteTraceId": record_id}


def _refusals(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the rows that an answer names as refused, and why."""
    for error in body.get("errors") or ():
        context = error.get("context") or {}
        for key in ("objectWriteTraceId", "ids", "id"):
            for each in context.get(key) or ():
                yield str(each), told(error)


def text(value: Any) -> str:
    """Return a value as HubSpot takes it: all are texts, and an empty one clears.

    >>> text(None), text(0.0), text(12.5), text("sales")
    ('', '0', '12.5', 'sales')
    >>> text(datetime(2026, 11, 1, 8, 0, 0, 5999, tzinfo=UTC))
    '1793520000005'
    """
    if value is None:
        return ""
    if isinstance(value, datetime):
        at = value if value.tzinfo else value.replace(tzinfo=UTC)
        return str(int(at.timestamp()) * 1000 + at.microsecond // 1000)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
