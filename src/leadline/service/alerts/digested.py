"""What digests say of a person: each names many, and only their own lines are told to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import msgspec

from leadline.service.alerts.message import Message, name_of
from leadline.store import erasing
from leadline.store import facts as stored
from leadline.store.facts import LeadRow
from leadline.store.rows import present
from leadline.store.session import Session


def digested(session: Session, leads: Sequence[LeadRow]) -> dict[int, str]:
    """Return the digests that name leads to their bodies, with the lines of these leads alone.

    A digest has names and no ids: lines of somebody who is called the same are among them.
    """
    called = {name for row in leads for name in _called(session, row)}
    begin = tuple(f"{name}{after}" for name in called for after in (", ", ": "))
    made = {}
    for number, body in erasing.digests(session):
        told = msgspec.json.decode(body, type=Message)
        lines = [line for line in told.leads if line.startswith(begin)]
        if lines:
            only = msgspec.structs.replace(told, leads=lines)
            made[number] = msgspec.json.encode(only).decode()
    return made


def _called(session: Session, row: LeadRow) -> Iterator[str]:
    """Yield what messages call a lead by, now and with the values that its fields had."""
    fields = present(row.fields)
    values = {
        name: {None, fields.get(name)} for name in ("name", "first_name", "last_name", "email")
    }
    for was in stored.history(session, "lead", [row.lead_id]):
        if was.field in values:
            values[was.field].add(was.value)
    for name in ("name", "email"):
        yield from (name_of(row.lead_id, {name: value}) for value in values[name])
    for first, last in product(values["first_name"], values["last_name"]):
        yield name_of(row.lead_id, {"first_name": first, "last_name": last})
