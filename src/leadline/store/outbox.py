"""The outbox: what is written to be delivered, who takes it, what became of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal, NamedTuple

from leadline.store.schema import deliveries
from leadline.store.session import Session, rows_of

State = Literal["waits", "done", "parked", "superseded"]


class NewDelivery(NamedTuple):
    """Something to deliver.

    Attributes:
        key: Tells a repeat; one that is there already is not written again.
        destination: Name of whom it goes to.
        subject: What it is about; what is about the same goes in its order.
        kind: What it is, such as ``lead.band_changed``.
        lead_no: The lead that it tells of; it is erased with that.
        body: JSON.
        due_at: When it may go at the earliest.
        newest: Whether it takes the place of what waits for the same destination and subject.
    """

    key: str
    destination: str
    subject: str
    kind: str
    lead_no: int | None
    body: str
    due_at: int
    newest: bool = False


class DeliveryRow(NamedTuple):
    """A delivery as it is kept."""

    delivery_id: int
    key: str
    destination: str
    subject: str
    kind: str
    lead_no: int | None
    body: str
    created_at: int
    due_at: int
    leased_until: int | None
    tries: int
    state: State
    ended_at: int | None
    status: int | None
    detail: str | None


class Health(NamedTuple):
    """How a destination is."""

    destination: str
    waiting: int
    oldest_at: int | None
    parked: int
    last_done_at: int | None


def add(session: Session, rows: Sequence[NewDelivery], at: int) -> list[int]:
    """Write what is to be delivered, in the transaction of the caller; return the numbers."""
    there = known(session, [row.key for row in rows])
    new = list({row.key: row for row in rows if row.key not in there}.values())
    if not new:
        return []
    for row in new:
        if row.newest:
            _supersede(session, row, at)
    numbers = session.numbers(deliveries, len(new))
    session.insert(
        deliveries,
        [
            (
                number, row.key, row.destination, row.subject, row.kind, row.lead_no, row.body, at,
                row.due_at, None, 0, "waits", None, None, None,
            )
            for number, row in zip(numbers, new, strict=True)
        ],
    )  # fmt: skip
    return numbers


def known(session: Session, keys: list[str]) -> set[str]:
    """Return which of some keys are of deliveries that are there."""
    if not keys:
        return set()
    return {key for (key,) in session.rows("select key from deliveries where key in ??", keys)}


def _supersede(session: Session, row: NewDelivery, at: int) -> None:
    """Leave out what waits of the same, unless it is on its way."""
    session.run(
        "update deliveries set state = 'superseded', ended_at = ? where destination = ? "
        "and subject = ? and state = 'waits' and (leased_until is null or leased_until < ?)",
        at,
        row.destination,
        row.subject,
        at,
    )


_FREE = "d.state = 'waits' and d.due_at <= ? and (d.leased_until is null or d.leased_until <= ?)"
_DUE = (
    f"select d.delivery_id from deliveries as d where d.destination = ? and {_FREE} "
    "and not exists (select 1 from deliveries as o where o.destination = d.destination "
    "and o.subject = d.subject and o.state = 'waits' and (o.leased_until > ? "
    "or (o.delivery_id < d.delivery_id and o.due_at <= ?))) "
    "order by d.due_at, d.delivery_id limit ?"
)
"""Of each subject the first that is due, where none of it is on its way; in the order of an index,
so that what waits for who hangs costs nothing."""


def due(session: Session, destination: str, at: int, most: int) -> list[int]:
    """Return the numbers of what may be sent now, the earliest first, up to a number."""
    return [n for (n,) in session.rows(_DUE, destination, at, at, at, at, most)]


def lease(
    session: Session, destination: str, at: int, until: int, most: int
) -> list[DeliveryRow]:  # fmt: skip
    """Take what may be sent now, up to a number: until a moment nobody else will."""
    mine = [
        number
        for number in due(session, destination, at, most)
        if session.run(
            "update deliveries set leased_until = ?, tries = tries + 1 where delivery_id = ? "
            "and state = 'waits' and (leased_until is null or leased_until <= ?)",
            until,
            number,
            at,
        )
    ]
    return by_number(session, mine)


def by_number(session: Session, numbers: Collection[int]) -> list[DeliveryRow]:
    """Return deliveries in their order."""
    where = "delivery_id in ?? order by delivery_id"
    return rows_of(session, DeliveryRow, "deliveries", where, list(numbers)) if numbers else []


def sent(session: Session, number: int, at: int, status: int | None) -> None:
    """Say that a delivery arrived."""
    session.run(
        "update deliveries set state = 'done', ended_at = ?, leased_until = null, status = ?, "
        "detail = null where delivery_id = ?",
        at,
        status,
        number,
    )


def failed(session: Session, row: DeliveryRow, at: int, due_at: int | None) -> None:
    """Say that a delivery did not arrive; it goes again when it is due, or is parked."""
    session.run(
        "update deliveries set state = ?, ended_at = ?, due_at = ?, leased_until = null, "
        "status = ?, detail = ? where delivery_id = ? and state = 'waits'",
        "parked" if due_at is None else "waits",
        at if due_at is None else None,
        row.due_at if due_at is None else due_at,
        row.status,
        row.detail,
        row.delivery_id,
    )


def replay(session: Session, numbers: Collection[int], at: int) -> int:
    """Have parked deliveries go again, all their tries anew; return how many those are."""
    return session.run(
        "update deliveries set state = 'waits', due_at = ?, tries = 0, ended_at = null "
        "where state = 'parked' and delivery_id in ??",
        at,
        list(numbers),
    )


def listed(
    session: Session, state: State, destination: str | None, most: int
) -> list[DeliveryRow]:  # fmt: skip
    """Return deliveries of a state, the latest first."""
    where, params = "state = ?", list[object]([state])
    if destination is not None:
        where, params = f"{where} and destination = ?", [*params, destination]
    where = f"{where} order by delivery_id desc limit ?"
    return rows_of(session, DeliveryRow, "deliveries", where, *params, most)


def last(session: Session, destination: str, most: int) -> list[DeliveryRow]:
    """Return the deliveries of a destination in whatever state, the latest first."""
    where = "destination = ? order by delivery_id desc limit ?"
    return rows_of(session, DeliveryRow, "deliveries", where, destination, most)


def health(session: Session) -> list[Health]:
    """Return how every destination is that something was written for."""
    found = session.rows(
        "select destination, sum(case when state = 'waits' then 1 else 0 end), "
        "min(case when state = 'waits' then created_at end), "
        "sum(case when state = 'parked' then 1 else 0 end), "
        "max(case when state = 'done' then ended_at end) "
        "from deliveries group by destination order by destination"
    )
    return [Health(name, int(w), old, int(p), done) for name, w, old, p, done in found]


def forget(session: Session, before: int, parked_before: int, most: int) -> int:
    """Take away what was over before a moment, up to a number; the last stays for its number."""
    found = session.rows(
        "select delivery_id from deliveries where ((state in ('done', 'superseded') "
        "and ended_at < ?) or (state = 'parked' and ended_at < ?)) "
        "and delivery_id < (select max(delivery_id) from deliveries) limit ?",
        before,
        parked_before,
        most,
    )
    if found:
        session.run("delete from deliveries where delivery_id in ??", [n for (n,) in found])
    return len(found)
