"""How destinations are, what was not delivered, and have it go again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from leadline.service.clock import text as time
from leadline.service.delivery.testing import write_test
from leadline.service.service import Service
from leadline.store import audit_log, outbox
from leadline.store.audit_log import Entry
from leadline.store.outbox import DeliveryRow, Health
from leadline.store.session import Session
from leadline.web.endpoint import Asked, Endpoint, Id, Limit, NoParameters


class OfDestination(msgspec.Struct):
    """Which destination."""

    name: Id


class DeliveriesAsked(msgspec.Struct):
    """Which deliveries, the latest first."""

    state: Annotated[
        Literal["parked", "waits", "done", "superseded"],
        Meta(description="By default parked: what was tried often enough."),
    ] = "parked"
    destination: Annotated[
        str, Meta(max_length=512, pattern=r"^[^\x00]*$", description="By default all.")
    ] = ""
    limit: Limit = 100


class Delivery(msgspec.Struct):
    """Something that was to be delivered, without what it says."""

    delivery_id: int
    key: str
    destination: str
    subject: str
    kind: str
    created_at: str
    due_at: str
    tries: int
    state: str
    ended_at: str | None
    status: int | None
    detail: str | None


class Deliveries(msgspec.Struct):
    """Deliveries of a state."""

    deliveries: list[Delivery]


class Where(msgspec.Struct):
    """A destination and how it is; one that is not declared any more has no kind."""

    name: str
    kind: str | None
    waiting: int
    oldest_at: str | None
    parked: int
    last_done_at: str | None


class Destinations(msgspec.Struct):
    """All destinations."""

    destinations: list[Where]


class Again(msgspec.Struct, forbid_unknown_fields=True):
    """Which parked deliveries go again."""

    delivery_ids: Annotated[list[int], Meta(max_length=1000)]


class Replayed(msgspec.Struct):
    """How many go again."""

    replayed: int


class Tested(msgspec.Struct):
    """A test is on its way; its key is that of the delivery."""

    key: str


def standings(service: Service, session: Session) -> list[tuple[str | None, Health]]:
    """Return how every destination is, with its kind; one that is not declared has none."""
    kinds = {each.name: each.kind for each in service.destinations}
    found = {name: Health(name, 0, None, 0, None) for name in kinds}
    found |= {each.destination: each for each in outbox.health(session)}
    return [(kinds.get(name), each) for name, each in found.items()]


def _destinations(service: Service, _: Asked) -> Destinations:
    with service.store.reading() as session:
        found = standings(service, session)
    return Destinations([_where(*each) for each in found])


def _where(kind: str | None, each: Health) -> Where:
    oldest, done = _time(each.oldest_at), _time(each.last_done_at)
    return Where(each.destination, kind, each.waiting, oldest, each.parked, done)


def _deliveries(service: Service, asked: Asked) -> Deliveries:
    given: DeliveriesAsked = asked.parameters
    with service.store.reading() as session:
        found = outbox.listed(session, given.state, given.destination or None, given.limit)
    return Deliveries([_delivery(each) for each in found])


def _delivery(row: DeliveryRow) -> Delivery:
    return Delivery(
        row.delivery_id, row.key, row.destination, row.subject, row.kind, time(row.created_at),
        time(row.due_at), row.tries, row.state, _time(row.ended_at), row.status, row.detail,
    )  # fmt: skip


def _time(at: int | None) -> str | None:
    return None if at is None else time(at)


def _replay(service: Service, asked: Asked) -> Replayed:
    numbers = [each for each in asked.body.delivery_ids if abs(each) < 2**62]
    with service.store.writing() as session:
        return Replayed(again(session, numbers, asked.by, service.now()))


def again(session: Session, numbers: Sequence[int], by: str, at: int, of: str = "") -> int:
    """Have parked deliveries go again, and write who did it; return how many those are."""
    count = outbox.replay(session, numbers, at)
    entry = Entry(by, "deliveries.replayed", of, after={"deliveries": count})
    audit_log.write(session, [entry], at)
    return count


def _test(service: Service, asked: Asked) -> Tested:
    name = asked.parameters.name
    return Tested(write_test(service.store, service.destinations, name, service.now()))


ENDPOINTS = (
    Endpoint(
        "GET", "/v1/destinations", "destinations", "Where changes of band go, and how that is.",
        "read", NoParameters, Destinations, _destinations, errors=(400, 401, 403, 503),
    ),
    Endpoint(
        "POST", "/v1/destinations/{name}/test", "test_destination",
        "Deliver a test that tells of nobody.", "operate", OfDestination, Tested, _test,
        errors=(400, 401, 403, 503),
    ),
    Endpoint(
        "GET", "/v1/deliveries", "deliveries", "What was delivered, waits, or is parked.", "read",
        DeliveriesAsked, Deliveries, _deliveries, errors=(400, 401, 403, 503),
    ),
    Endpoint(
        "POST", "/v1/deliveries/replay", "replay_deliveries",
        "Have parked deliveries go again, all their tries anew.", "operate", NoParameters, Replayed,
        _replay, takes=Again, errors=(400, 401, 403, 413, 503),
    ),
)  # fmt: skip
"""What is asked of deliveries, in the order of the reference."""
