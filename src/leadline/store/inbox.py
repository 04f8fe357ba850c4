"""What arrived: accepted, waiting for the loop, parked, replayed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from leadline.store.schema import inbox, parked, waiting
from leadline.store.session import Session
from leadline.store.store import Store


class Received(NamedTuple):
    """A request to keep.

    Attributes:
        source: Name of the key that it came with.
        kind: How its body is read, such as ``segment`` or ``events``.
        received_at: When it came, in microseconds.
        body: As it came, unpacked.
    """

    source: str
    kind: str
    received_at: int
    body: bytes


class Waiting(NamedTuple):
    """A request with its number."""

    inbox_id: int
    source: str
    kind: str
    received_at: int
    body: bytes


class Parked(NamedTuple):
    """A part of a request that could not be used.

    Attributes:
        item: Place in the request, from 0.
        reason: A word to list by.
        detail: What was expected and found.
        body: The part.
    """

    inbox_id: int
    item: int
    source: str
    reason: str
    detail: str
    body: bytes
    received_at: int


def accept(store: Store, requests: Sequence[Received]) -> list[int]:
    """Keep requests and return their numbers.

    They are on the disk when this returns, or it raises and none is.
    """
    with store.writing() as session:
        return keep(session, requests)


def keep(session: Session, requests: Sequence[Received]) -> list[int]:
    """Add requests to those that wait, in the transaction of the caller; return their numbers."""
    numbers = session.numbers(inbox, len(requests))
    session.insert(inbox, [(n, *each) for n, each in zip(numbers, requests, strict=True)])
    session.insert(waiting, [(number,) for number in numbers])
    return numbers


class ParkedRow(NamedTuple):
    """A part that was parked, with its number."""

    parked_id: int
    inbox_id: int
    item: int
    source: str
    reason: str
    detail: str
    body: bytes
    received_at: int
    parked_at: int
    replayed_at: int | None


def take(session: Session, most: int) -> list[Waiting]:
    """Return requests that wait, the oldest numbers first; they go on waiting until ``done``."""
    found = session.rows(
        "select i.inbox_id, i.source, i.kind, i.received_at, i.body "
        "from (select inbox_id from waiting order by inbox_id limit ?) as w "
        "join inbox as i on i.inbox_id = w.inbox_id order by i.inbox_id",
        most,
    )
    return [Waiting(*row) for row in found]


def done(session: Session, numbers: Sequence[int]) -> None:
    """Say that requests wait no longer."""
    session.run("delete from waiting where inbox_id in ??", list(numbers))


def forget(session: Session, before: int, parked_before: int, most: int) -> int:
    """Take away requests and parked parts from before their moments, each up to a number.

    What waits stays, and so does a request of which a part is parked. The last one does, too: its
    number is not given again.
    """
    parts = session.rows(
        "select parked_id from parked where parked_at < ? order by parked_id limit ?",
        parked_before,
        most,
    )
    if parts:
        session.run("delete from parked where parked_id in ??", [number for (number,) in parts])
    requests = session.rows(
        "select i.inbox_id from inbox as i where i.received_at < ? "
        "and not exists (select 1 from waiting as w where w.inbox_id = i.inbox_id) "
        "and not exists (select 1 from parked as p where p.inbox_id = i.inbox_id) "
        "and i.inbox_id < (select max(inbox_id) from inbox) order by i.received_at limit ?",
        before,
        most,
    )
    if requests:
        session.run("delete from inbox where inbox_id in ??", [number for (number,) in requests])
    return len(parts) + len(requests)


def again(session: Session, since: int, until: int, source: str | None) -> int:
    """Have all requests of a time, or of one source then, wait again; return how many those are.

    What they say of times and ids counts no second time. Of somebody who was erased nothing is left
    to send, and a request of such a person alone is empty. Merges and marks have no time of their
    own, and what was undone since would come back; these are left out.
    """
    where, params = "received_at >= ? and received_at < ?", list[object]([since, until])
    if source is not None:
        where, params = f"{where} and source = ?", [*params, source]
    return session.run(
        f"insert into waiting select inbox_id from inbox where {where} and kind not in "
        "('command', 'rows:lead_merges', 'rows:event_marks', 'segment:alias') "
        "and length(body) > 0 and inbox_id not in (select inbox_id from waiting)",
        *params,
    )


def still_wait(session: Session, numbers: Collection[int]) -> bool:
    """Say whether any of some requests waits to be taken in."""
    query = "select 1 from waiting where inbox_id in ?? limit 1"
    return bool(numbers) and bool(session.rows(query, list(numbers)))


def oldest_waiting(session: Session) -> int | None:
    """Return when the oldest request that still waits came, in microseconds."""
    [(at,)] = session.rows(
        "select min(received_at) from inbox where inbox_id in (select inbox_id from waiting)"
    )
    return at if at is None else int(at)


def count_waiting(session: Session) -> int:
    """Return how many requests wait."""
    [(count,)] = session.rows("select count(*) from waiting")
    return int(count)


def park(session: Session, rows: Sequence[Parked], at: int) -> None:
    """Keep what could not be used, with its reason."""
    numbers = session.numbers(parked, len(rows))
    session.insert(
        parked, [(number, *each, at, None) for number, each in zip(numbers, rows, strict=True)]
    )


def parked_rows(session: Session, reason: str | None, most: int) -> list[ParkedRow]:
    """Return what was parked and not replayed, the latest first."""
    where = "replayed_at is null" + ("" if reason is None else " and reason = ?")
    params = [] if reason is None else [reason]
    found = session.rows(
        "select parked_id, inbox_id, item, source, reason, detail, body, received_at, parked_at, "
        f"replayed_at from parked where {where} order by parked_id desc limit ?",
        *params,
        most,
    )
    return [ParkedRow(*row) for row in found]


def replay(session: Session, numbers: Sequence[int], at: int) -> None:
    """Have parts that were parked wait again, each as a request of its own.

    They keep when they were received; what of them is there already counts no second time.
    """
    if not numbers:
        return
    found = session.rows(
        "select p.source, i.kind, p.received_at, p.body from parked as p "
        "join inbox as i on i.inbox_id = p.inbox_id where p.parked_id in ??",
        list(numbers),
    )
    given = session.numbers(inbox, len(found))
    session.insert(inbox, [(number, *row) for number, row in zip(given, found, strict=True)])
    session.insert(waiting, [(number,) for number in given])
    session.run("update parked set replayed_at = ? where parked_id in ??", at, list(numbers))
