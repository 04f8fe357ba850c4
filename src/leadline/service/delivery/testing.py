"""A test of a destination: something that tells of nobody, delivered as everything else."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import msgspec

from leadline.errors import Fault, InputError, nearest
from leadline.service import clock
from leadline.service.alerts.message import Message
from leadline.service.delivery.destinations import Destination
from leadline.store import outbox
from leadline.store.outbox import NewDelivery
from leadline.store.store import Store
from leadline.store.values import compact

KIND = "test"


def write_test(store: Store, known: Sequence[Destination], name: str, at: int) -> str:
    """Write a test into the outbox and return its key. Raises InputError where there is no such."""
    names = [each.name for each in known]
    if name not in names:
        expected = f"must be one of {', '.join(names) or 'none'}"
        raise InputError(Fault("", "destination", expected, name, nearest(name, names)))
    key = f"test-{secrets.token_hex(8)}"
    where = next(each for each in known if each.name == name)
    body = compact({"type": KIND, "timestamp": clock.text(at), "data": {}})
    if where.kind != "webhook":
        told = Message(list(where.to), "This is a test of leadline", [], [], [], [])
        body = msgspec.json.encode(told).decode()
    if where.is_personal and not where.to:
        expected = "must have addresses in to, as nobody has a lead in a test"
        raise InputError(Fault("", f"destinations.{name}", expected))
    with store.writing() as session:
        outbox.add(session, [NewDelivery(key, name, key, KIND, None, body, at)], at)
    return key
