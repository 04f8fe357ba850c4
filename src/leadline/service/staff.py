"""Who may sign in is changed here, by a command or a page; the audit log has each change."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from leadline.errors import Fault, InputError
from leadline.service import clock
from leadline.service.signing_in import check_person
from leadline.store import audit_log, people, second_factors, sign_ins
from leadline.store.audit_log import Entry
from leadline.store.people import Person
from leadline.store.session import Session

HOME_PATHS = {"invitation": "/join", "password": "/new-password"}
"""Where the links of tickets lead."""


def add(session: Session, new: Person, by: str, at: int) -> Person:
    """Add somebody, also somebody who had left, and return them. Raises InputError."""
    check_person(new)
    _check_team(session, new)
    known = people.find(session, new.email)
    if known is not None and known.ended_at is not None:
        return _changed(session, known, replace(new, ended_at=None), by, at, "person.came_back")
    made = people.add(session, new, at)
    _note(session, Entry(by, "person.added", made.email, None, _plain(made)), at)
    return made


def change(session: Session, person: Person, to: Person, by: str, at: int) -> Person:
    """Have somebody be what is said of them. Raises InputError."""
    check_person(replace(to, email=person.email))
    _check_team(session, to)
    if to.role != "administrator":
        _keep_one_administrator(session, person)
    return _changed(session, person, to, by, at, "person.changed")


def end(session: Session, person: Person, by: str, at: int) -> Person:
    """Have somebody open nothing from now on. Raises InputError."""
    _keep_one_administrator(session, person)
    sign_ins.end_all(session, person)
    return _changed(session, person, replace(person, ended_at=at), by, at, "person.ended")


def sign_out(session: Session, person: Person, by: str, at: int) -> None:
    """Have somebody sign in again everywhere."""
    ended = sign_ins.end_all(session, person)
    _note(session, Entry(by, "person.signed_out", person.email, None, {"sessions": ended}), at)


def forget_factor(session: Session, person: Person, by: str, at: int) -> None:
    """Have somebody be asked for no code any more, and sign in again. Raises InputError."""
    if not second_factors.end(session, person):
        raise InputError(Fault("", "people", "must have a second factor", person.email))
    sign_ins.end_all(session, person)
    _note(session, Entry(by, "person.second_factor_ended", person.email), at)


def link(session: Session, person: Person, by: str, at: int) -> str:
    """Return the path of a link by which somebody chooses a password, once."""
    is_new = people.password_hash(session, person) is None
    kind: sign_ins.TicketKind = "invitation" if is_new else "password"
    ticket = sign_ins.give(session, kind, person, at)
    _note(session, Entry(by, f"person.{kind}_link", person.email), at)
    return f"{HOME_PATHS[kind]}/{ticket}"


def set_team(session: Session, team: str, territory: str | None, by: str, at: int) -> None:
    """Have a team with a territory. Raises InputError."""
    if not team.strip() or not team.isprintable():
        raise InputError(Fault("", "a team", "must have a name"))
    known = people.teams(session)
    before = {"territory": known[team]} if team in known else None
    people.add_team(session, team, territory, at)
    _note(session, Entry(by, "team.set", team, before, {"territory": territory}), at)


def _changed(  # noqa: PLR0913, PLR0917 - who is changed, to what, by whom, when
    session: Session, person: Person, to: Person, by: str, at: int, action: str
) -> Person:
    made = people.change(session, person, to)
    before, after = _plain(person), _plain(made)
    other = [name for name in before if before[name] != after[name]]
    was, now = ({name: each[name] for name in other} for each in (before, after))
    if other:
        _note(session, Entry(by, action, person.email, was, now), at)
    return made


def _keep_one_administrator(session: Session, person: Person) -> None:
    is_one = person.role == "administrator" and person.ended_at is None
    if is_one and people.administrators(session) == 1:
        raise InputError(
            Fault("", "people", "must have an administrator", person.email, "Make another first.")
        )


def _check_team(session: Session, person: Person) -> None:
    known = people.teams(session)
    if person.team is not None and person.team not in known:
        there = ", ".join(known) or "none yet"
        raise InputError(
            Fault("", "team", "must be one that there is", person.team, f"There are: {there}.")
        )


def _plain(person: Person) -> dict[str, Any]:
    said = {name: each for name, each in asdict(person).items() if name not in {"number", "email"}}
    return said | {"ended_at": None if person.ended_at is None else clock.text(person.ended_at)}


def _note(session: Session, entry: Entry, at: int) -> None:
    audit_log.write(session, [entry], at)
