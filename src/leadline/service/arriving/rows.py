"""Rows of the tables of the contract as JSON or JSON lines, and CloudEvents."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from leadline.service.arriving import items
from leadline.service.arriving.facts import (
    AccountFields,
    Event,
    Fact,
    Ids,
    LeadFields,
    Mark,
    Merge,
    Outcome,
    Unusable,
)
from leadline.service.arriving.items import Refused

IDS = ("lead_id", "user_id", "email", "anonymous_id")
CLOUD_EVENT = frozenset({"specversion", "id", "source", "type", "time", "subject", "data"})
"""What an envelope of CloudEvents has beside its extensions."""


def read(body: bytes, received_at: int, table: str) -> Iterator[Fact | Unusable]:
    """Yield the facts of rows of a table, and what is none. Raises Refused where all is none."""
    for place, part in enumerate(_rows(body)):
        try:
            row = items.mapping(items.json_of(items.small(part)), "a row")
            yield READERS[table](_opened(row), part, received_at)
        except Refused as refused:
            yield Unusable(place, refused.reason, refused.detail, part)


def _rows(body: bytes) -> list[bytes]:
    """Return the rows of a list of JSON, or of lines of JSON."""
    try:
        return items.parts(body)
    except Refused:
        lines = [line for line in body.splitlines() if line.strip()]
        if len(lines) < 2:  # noqa: PLR2004 - one line is a text that is no JSON
            raise
        return lines


def _opened(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an event out of its envelope, where it came in one of CloudEvents."""
    if "specversion" not in row:
        return row
    data = items.mapping(row.get("data"), "data")
    beside = {key: value for key, value in row.items() if key not in CLOUD_EVENT}
    opened = {**beside, **data}
    source, own = items.text(row.get("source"), "source"), items.text(row.get("id"), "id")
    opened["event_id"] = f"{source}#{own}" if source else own
    opened["type"] = row.get("type")
    opened["occurred_at"] = row.get("time")
    if not any(opened.get(each) for each in (*IDS, "account_id")):
        opened["lead_id"] = row.get("subject")
    return opened


def ids_of(row: Mapping[str, Any]) -> Ids:
    """Return whom a row is about."""
    return Ids(
        lead=items.identifier(row.get("lead_id"), "lead_id"),
        user=items.identifier(row.get("user_id"), "user_id"),
        email=items.email(row.get("email")),
        anonymous=items.identifier(row.get("anonymous_id"), "anonymous_id"),
    )


def _rest(row: Mapping[str, Any], *known: str) -> dict[str, Any]:
    return items.flat({key: value for key, value in row.items() if key not in known})


def _event(row: Mapping[str, Any], part: bytes, received_at: int) -> Fact:
    kind = items.text(row.get("type"), "type", 256)
    ids, account = ids_of(row), items.identifier(row.get("account_id"), "account_id")
    if not kind:
        raise Refused("no_event", "an event must have a type")
    if not (ids or account):
        raise Refused("no_id", f"an event must have one of {', '.join(IDS)} or account_id")
    at, moved = items.moved(items.time(row.get("occurred_at"), "occurred_at"), None, received_at)
    return Event(
        event_id=items.text(row.get("event_id"), "event_id", 256) or items.digest_id(part),
        ids=ids,
        type=kind,
        occurred_at=at,
        given_at=moved,
        account_id=account or None,
        properties=_rest(row, *IDS, "event_id", "type", "occurred_at", "recorded_at", "account_id"),
    )


def _lead(row: Mapping[str, Any], _: bytes, received_at: int) -> Fact:
    ids = ids_of(row)
    if not ids:
        raise Refused("no_id", f"a lead must have one of {', '.join(IDS)}")
    at, _given = items.moved(items.time(row.get("valid_from"), "valid_from"), None, received_at)
    account = items.identifier(row.get("account_id"), "account_id")
    fields = _rest(row, "lead_id", "user_id", "anonymous_id", "account_id", "valid_from")
    return LeadFields(ids, fields, at, account or None)


def _account(row: Mapping[str, Any], _: bytes, received_at: int) -> Fact:
    account = items.identifier(row.get("account_id"), "account_id")
    if not account:
        raise Refused("no_id", "an account must have an account_id")
    at, _given = items.moved(items.time(row.get("valid_from"), "valid_from"), None, received_at)
    return AccountFields(account, _rest(row, "account_id", "valid_from"), at)


def _outcome(row: Mapping[str, Any], part: bytes, received_at: int) -> Fact:
    kind = items.text(row.get("outcome"), "outcome", 256)
    ids, account = ids_of(row), items.identifier(row.get("account_id"), "account_id")
    if not kind:
        raise Refused("no_outcome", "an outcome must say which in outcome")
    if not (ids or account):
        raise Refused("no_id", f"an outcome must have one of {', '.join(IDS)} or account_id")
    at, _given = items.moved(items.time(row.get("occurred_at"), "occurred_at"), None, received_at)
    return Outcome(
        outcome_id=items.text(row.get("outcome_id"), "outcome_id", 256) or items.digest_id(part),
        outcome=kind,
        occurred_at=at,
        ids=ids,
        account_id=account or None,
        amount=_amount(row.get("amount")),
        reason=items.text(row.get("reason"), "reason") or None,
    )


def _amount(value: object) -> float | None:
    if value is None or value == "":
        return None
    try:
        found = float(value) if isinstance(value, str | int | float) else float("nan")
    except (ValueError, OverflowError):
        found = float("nan")
    if isinstance(value, bool) or found - found != 0:
        raise Refused("no_number", f"amount must be a number; found {str(value)[:80]}")
    return found


def _merge(row: Mapping[str, Any], _: bytes, received_at: int) -> Fact:  # noqa: ARG001 - as others
    from_id = items.identifier(row.get("from_id"), "from_id")
    if not from_id:
        raise Refused("no_id", "a merge must have a from_id")
    return Merge(from_id, items.identifier(row.get("into_id"), "into_id") or None)


def _mark(row: Mapping[str, Any], _: bytes, received_at: int) -> Fact:  # noqa: ARG001 - as others
    event_id = items.text(row.get("event_id"), "event_id", 256)
    if not event_id:
        raise Refused("no_id", "a mark must have an event_id")
    return Mark(event_id, items.text(row.get("mark"), "mark", 256) or None)


READERS: Mapping[str, Callable[[Mapping[str, Any], bytes, int], Fact]] = {
    "events": _event,
    "leads": _lead,
    "accounts": _account,
    "outcomes": _outcome,
    "lead_merges": _merge,
    "event_marks": _mark,
}
"""Table of the contract to what a row of it says."""
