"""How somebody is signed in: sessions, tickets that open one thing once, and tries.

Session and ticket are 256 random bits; the store has what they hash to.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Literal, NamedTuple

from leadline.store import people, schema
from leadline.store.keys import hashed
from leadline.store.people import Person
from leadline.store.session import Session

HOUR = 3_600_000_000
IDLE, WHOLE = 12 * HOUR, 7 * 24 * HOUR
"""How long a session lasts that nobody uses, and how long any."""
SEEN_EVERY = 60_000_000
"""So often is written that a session was used."""
MOST_AGENT = 200
MINUTE = 60_000_000

TicketKind = Literal["set_up", "invitation", "password", "code"]
LASTS: dict[TicketKind, int] = {
    "set_up": 24 * HOUR,
    "invitation": 7 * 24 * HOUR,
    "password": HOUR,
    "code": 5 * MINUTE,
}
"""What a ticket opens, and how long it can: the service that is new, an account that was made, a
new password, a second factor that is still asked for."""


class SessionRow(NamedTuple):
    """A row of sessions."""

    session_hash: str
    person_no: int
    agent: str
    began_at: int
    seen_at: int


@dataclass(frozen=True)
class Ticket:
    """What opens one thing once; nobody's where it sets up the service."""

    kind: TicketKind
    person: Person | None


def begin(session: Session, person: Person, agent: str, at: int) -> str:
    """Sign somebody in, and return the secret of the session; sessions that are over go."""
    session.run("delete from sessions where seen_at <= ? or began_at <= ?", at - IDLE, at - WHOLE)
    secret = secrets.token_urlsafe(32)
    row = SessionRow(hashed(secret), person.number, agent[:MOST_AGENT], at, at)
    session.insert(schema.sessions, [row])
    return secret


def find(session: Session, secret: str, at: int) -> tuple[Person, SessionRow] | None:
    """Return who is signed in by a secret; None where the session is over or they left."""
    found = session.rows(
        "select session_hash, person_no, agent, began_at, seen_at from sessions "
        "where session_hash = ? and seen_at > ? and began_at > ?",
        hashed(secret),
        at - IDLE,
        at - WHOLE,
    )
    if not found:
        return None
    row = SessionRow(*found[0])
    person = people.of_number(session, row.person_no)
    return None if person is None or person.ended_at is not None else (person, row)


def seen(session: Session, row: SessionRow, at: int) -> None:
    """Note that a session is used."""
    session.run("update sessions set seen_at = ? where session_hash = ?", at, row.session_hash)


def of_person(session: Session, person: Person, at: int) -> list[SessionRow]:
    """Return where somebody is signed in, the last used first."""
    found = session.rows(
        "select session_hash, person_no, agent, began_at, seen_at from sessions "
        "where person_no = ? and seen_at > ? and began_at > ? order by seen_at desc",
        person.number,
        at - IDLE,
        at - WHOLE,
    )
    return [SessionRow(*row) for row in found]


def end(session: Session, session_hash: str, person: Person) -> bool:
    """End one session of somebody; False where they have no such session."""
    query = "delete from sessions where session_hash = ? and person_no = ?"
    return session.run(query, session_hash, person.number) > 0


def end_secret(session: Session, secret: str) -> None:
    """End the session of a secret, where there is one."""
    session.run("delete from sessions where session_hash = ?", hashed(secret))


def end_all(session: Session, person: Person, but: str = "") -> int:
    """End the sessions of somebody, but one where its hash is given; return how many."""
    query = "delete from sessions where person_no = ? and session_hash <> ?"
    return session.run(query, person.number, but)


def give(session: Session, kind: TicketKind, person: Person | None, at: int) -> str:
    """Return a ticket; those of the same kind and person before it open nothing any more.

    A code is asked for wherever somebody signs in, so several of those stand side by side.
    """
    number = None if person is None else person.number
    session.run("delete from tickets where ends_at <= ?", at)
    if kind != "code":
        session.run(
            "delete from tickets where kind = ? and coalesce(person_no, 0) = ?", kind, number or 0
        )
    ticket = secrets.token_urlsafe(32)
    session.insert(schema.tickets, [(hashed(ticket), kind, number, at + LASTS[kind])])
    return ticket


def look(session: Session, ticket: str, at: int) -> Ticket | None:
    """Return what a ticket opens, which it still does; None where it opens nothing."""
    query = "select kind, person_no from tickets where ticket_hash = ? and ends_at > ?"
    found = session.rows(query, hashed(ticket), at)
    if not found:
        return None
    kind, number = found[0]
    person = None if number is None else people.of_number(session, number)
    is_gone = number is not None and (person is None or person.ended_at is not None)
    return None if is_gone else Ticket(kind, person)


def take(session: Session, ticket: str, at: int) -> Ticket | None:
    """Return what a ticket opens, and have it open nothing any more."""
    found = look(session, ticket, at)
    taken = session.run("delete from tickets where ticket_hash = ?", hashed(ticket))
    return found if taken else None


def provider_secret(session: Session) -> str:
    """Return what signs the cookies of the way to a provider: of this store, and never shown."""
    session.run(
        "insert into settings (name, value) values ('provider_secret', ?) on conflict do nothing",
        secrets.token_urlsafe(32),
    )
    return str(session.rows("select value from settings where name = 'provider_secret'")[0][0])


def may_try(session: Session, what: str, most: int, at: int) -> bool:
    """Count a try, and say whether it may be: at most so many at once, and a minute."""
    session.run("insert into tries values (?, 0, ?) on conflict do nothing", what, at)
    return bool(session.run(_TRY, at, most, MINUTE, at, most, MINUTE, at, what, at, most, MINUTE,
                            most))  # fmt: skip


_LEFT = "(used - (? - at) * cast(? as double precision) / ?)"
"""What a bucket has in it now; each minute ``most`` run out."""
_TRY = (
    f"update tries set used = case when {_LEFT} > 0 then {_LEFT} else 0 end + 1, at = ? "
    f"where what = ? and {_LEFT} + 1 <= ?"
)


def forget_tries(session: Session, what: str, at: int) -> None:
    """Have somebody who is in try as if they never had; buckets that ran out go too."""
    session.run("delete from tries where what = ? or at <= ?", what, at - 10 * MINUTE)
