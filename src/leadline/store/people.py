"""People who sign in, and their teams."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from leadline.errors import Fault, InputError
from leadline.store import schema
from leadline.store.session import Session

Role = Literal["viewer", "sales", "marketing", "administrator"]
ROLES: tuple[Role, ...] = ("viewer", "sales", "marketing", "administrator")


@dataclass(frozen=True)
class Person:
    """Somebody who may sign in, or who left.

    Attributes:
        number: Given by the store.
        email: In small letters; by it people sign in.
        territory: Their own, else that of their team; None where neither has one.
        time_zone: Such as Europe/Warsaw; None for that of the workspace.
        language: Of what is shown to them; None for that of the workspace.
        ended_at: When they left, in microseconds.
    """

    number: int
    email: str
    name: str
    role: Role
    team: str | None = None
    territory: str | None = None
    time_zone: str | None = None
    language: str | None = None
    ended_at: int | None = None


class PersonRow(NamedTuple):
    """A row of people; a person without a password hash signs in by a link or a provider."""

    person_no: int
    email: str
    name: str
    role: Role
    team: str | None
    territory: str | None
    time_zone: str | None
    language: str | None
    password_hash: str | None
    created_at: int
    ended_at: int | None


_PEOPLE = (
    "select p.person_no, p.email, p.name, p.role, p.team, coalesce(p.territory, t.territory), "
    "p.time_zone, p.language, p.ended_at "
    "from people as p left join teams as t on t.team = p.team"
)


def folded(email: str) -> str:
    """Return an e-mail address as people sign in by it.

    >>> folded(" Ada@North.example ")
    'ada@north.example'
    """
    return email.strip().lower()


def find(session: Session, email: str) -> Person | None:
    """Return the person of an e-mail address, also one who left; None where there is none."""
    found = session.rows(f"{_PEOPLE} where p.email = ?", folded(email))
    return Person(*found[0]) if found else None


def of_number(session: Session, number: int) -> Person | None:
    """Return the person of a number, also one who left."""
    found = session.rows(f"{_PEOPLE} where p.person_no = ?", number)
    return Person(*found[0]) if found else None


def require(session: Session, email: str) -> Person:
    """Return the person of an e-mail address who did not leave. Raises InputError."""
    found = find(session, email)
    if found is None or found.ended_at is not None:
        raise InputError(Fault("", "people", "must be somebody who is there", email))
    return found


def listed(session: Session) -> list[Person]:
    """Return everybody, who left too, by e-mail address."""
    return [Person(*row) for row in session.rows(f"{_PEOPLE} order by p.email")]


def is_nobody(session: Session) -> bool:
    """Say whether there never was anybody."""
    return not session.rows("select 1 from people limit 1")


def add(session: Session, new: Person, at: int) -> Person:
    """Add somebody and return them with their number. Raises InputError."""
    email = folded(new.email)
    if find(session, email) is not None:
        raise InputError(Fault("", "people", "must have an e-mail address of their own", email))
    [number] = session.numbers(schema.people, 1)
    row = PersonRow(
        number, email, new.name.strip(), new.role, new.team, new.territory, new.time_zone,
        new.language, None, at, None,
    )  # fmt: skip
    session.insert(schema.people, [row])
    return _of(session, number)


def change(session: Session, person: Person, to: Person) -> Person:
    """Have somebody be what is said of them, but for their number; return them as they are now."""
    session.run(
        "update people set name = ?, role = ?, team = ?, territory = ?, time_zone = ?, "
        "language = ?, ended_at = ? where person_no = ?",
        to.name, to.role, to.team, to.territory, to.time_zone, to.language, to.ended_at,
        person.number,
    )  # fmt: skip
    return _of(session, person.number)


def choose(session: Session, person: Person, language: str | None, zone: str | None) -> None:
    """Keep in which language and time zone somebody reads."""
    session.run(
        "update people set language = ?, time_zone = ? where person_no = ?",
        language,
        zone,
        person.number,
    )


def _of(session: Session, number: int) -> Person:
    [row] = session.rows(f"{_PEOPLE} where p.person_no = ?", number)
    return Person(*row)


def password_hash(session: Session, person: Person) -> str | None:
    """Return what the password of a person hashes to; None where they have none."""
    query = "select password_hash from people where person_no = ?"
    return next((each for (each,) in session.rows(query, person.number)), None)


def set_password(session: Session, person: Person, password_hash: str) -> None:
    """Have a person sign in by another password."""
    session.run(
        "update people set password_hash = ? where person_no = ?", password_hash, person.number
    )


def of_provider(session: Session, issuer: str, subject: str) -> Person | None:
    """Return whom a provider means, also who left; None where that is not known."""
    query = "select person_no from provider_people where issuer = ? and subject = ?"
    found = session.rows(query, issuer, subject)
    return of_number(session, found[0][0]) if found else None


def link_provider(session: Session, person: Person, issuer: str, subject: str) -> None:
    """Have a provider mean somebody from now on."""
    session.insert(schema.provider_people, [(issuer, subject, person.number)])


def administrators(session: Session) -> int:
    """Return how many administrators there are; one must stay."""
    query = "select count(*) from people where role = 'administrator' and ended_at is null"
    return int(session.rows(query)[0][0])


def add_team(session: Session, team: str, territory: str | None, at: int) -> None:
    """Have a team with a territory; one that there is gets it."""
    if not session.run("update teams set territory = ? where team = ?", territory, team):
        session.insert(schema.teams, [(team, territory, at)])


def teams(session: Session) -> dict[str, str | None]:
    """Return every team with its territory."""
    return dict(session.rows("select team, territory from teams order by team"))
