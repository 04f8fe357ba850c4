"""Signing in: who it is, how often it may be tried, and the links that open an account."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from leadline.errors import Fault, InputError
from leadline.service import passwords
from leadline.store import audit_log, people, second_factors, sign_ins
from leadline.store.audit_log import Entry
from leadline.store.people import Person
from leadline.store.session import Session
from leadline.store.sign_ins import TicketKind
from leadline.store.store import Store

A_NAME, AN_ADDRESS = 5, 20
"""Tries a minute to sign in by one e-mail address, and from one address of the network."""


@dataclass(frozen=True)
class Caller:
    """Where from and when somebody tries to sign in.

    Attributes:
        at: The moment, in microseconds.
        address: Of the network; empty where it is not known.
        agent: What their browser says of itself.
    """

    at: int
    address: str = ""
    agent: str = ""

    @property
    def place(self) -> str:
        """What tries are counted by: one network of IPv6 is one place."""
        try:
            found = ip_address(self.address)
        except ValueError:
            return self.address
        if isinstance(found, IPv6Address):
            return str(IPv6Address(int(found) >> 64 << 64))
        return str(found)


class TooOften(Exception):  # noqa: N818 - an answer, no error of ours
    """Somebody tried too often; after a minute they may again."""


@dataclass(frozen=True)
class Opened:
    """What a password opens.

    Attributes:
        secret: Of a session; where a code is asked for too, of a ticket for that.
        is_whole: Whether somebody is signed in by it.
    """

    secret: str
    is_whole: bool


def sign_in(store: Store, email: str, password: str, caller: Caller) -> Opened | None:
    """Return what a name and a password open; None where they do not belong together.

    It takes as long for a name that nobody has. Raises TooOften.
    """
    count_try(store, email, caller)
    with store.reading() as session:
        person = people.find(session, email)
        is_there = person is not None and person.ended_at is None
        known = people.password_hash(session, person) if person and is_there else None
    if not passwords.matches(known, password) or person is None or known is None:
        return None
    with store.writing() as session:
        if passwords.is_old(known):
            people.set_password(session, person, passwords.hashed(password))
        sign_ins.forget_tries(session, _name(email), caller.at)
        return opened(session, person, caller)


def opened(session: Session, person: Person, caller: Caller) -> Opened:
    """Return what opens for somebody who is known: a session, or what asks for a code."""
    if second_factors.secret(session, person) is not None:
        return Opened(sign_ins.give(session, "code", person, caller.at), is_whole=False)
    return Opened(begin(session, person, caller, "person.signed_in"), is_whole=True)


def count_try(store: Store, email: str, caller: Caller) -> None:
    """Count that somebody tries to sign in. Raises TooOften where they may not."""
    with store.writing() as session:
        may = sign_ins.may_try(session, f"address:{caller.place}", AN_ADDRESS, caller.at)
        may = may and sign_ins.may_try(session, _name(email), A_NAME, caller.at)
    if not may:
        raise TooOften


def count_place(store: Store, caller: Caller) -> None:
    """Count that somebody tries to sign in from an address of the network. Raises TooOften."""
    with store.writing() as session:
        may = sign_ins.may_try(session, f"address:{caller.place}", AN_ADDRESS, caller.at)
    if not may:
        raise TooOften


def _name(email: str) -> str:
    """Return what tries of a name are counted by; people type passwords into its place too."""
    return f"name:{hashlib.sha256(people.folded(email).encode()).hexdigest()}"


def set_up_ticket(store: Store, at: int) -> str | None:
    """Return a ticket for the first administrator; None where somebody is there already."""
    with store.writing() as session:
        return sign_ins.give(session, "set_up", None, at) if people.is_nobody(session) else None


def look(store: Store, kind: TicketKind, ticket: str, at: int) -> Person | None:
    """Return whose a ticket is, before it is used; None where it opens nothing."""
    with store.reading() as session:
        found = sign_ins.look(session, ticket, at)
    return found.person if found is not None and found.kind == kind else None


def opens_set_up(store: Store, ticket: str, at: int) -> bool:
    """Say whether a ticket still sets up the service."""
    with store.reading() as session:
        found = sign_ins.look(session, ticket, at)
        return found is not None and found.kind == "set_up" and people.is_nobody(session)


def set_up(store: Store, ticket: str, new: Person, password: str, caller: Caller) -> str:
    """Make the first administrator, and return the secret of their session. Raises InputError."""
    check_person(new)
    check_password(password, new)
    kept = passwords.hashed(password)
    with store.writing() as session:
        found = sign_ins.take(session, ticket, caller.at)
        if found is None or found.kind != "set_up" or not people.is_nobody(session):
            raise _used("A service that runs prints a new one when it starts and nobody is there.")
        person = people.add(session, new, caller.at)
        people.set_password(session, person, kept)
        return begin(session, person, caller, "service.set_up")


def choose_password(
    store: Store, kind: TicketKind, ticket: str, password: str, caller: Caller
) -> str:
    """Give the owner of a ticket a password, end their sessions and begin one; return its secret.

    Raises InputError where the password is weak, or the ticket opens nothing.
    """
    person = look(store, kind, ticket, caller.at)
    if person is None:
        raise _used("An administrator can make a new one.")
    check_password(password, person)
    kept = passwords.hashed(password)
    with store.writing() as session:
        if sign_ins.take(session, ticket, caller.at) is None:
            raise _used("An administrator can make a new one.")
        people.set_password(session, person, kept)
        sign_ins.end_all(session, person)
        return begin(session, person, caller, "person.password_chosen")


def change_password(store: Store, person: Person, old: str, new: str, caller: Caller) -> str:
    """Have somebody sign in by another password; every session of theirs ends but a new one.

    Returns its secret. Raises InputError where the old one is wrong or the new one weak, TooOften.
    """
    confirm_password(store, person, old, caller)
    check_password(new, person)
    kept = passwords.hashed(new)
    with store.writing() as session:
        people.set_password(session, person, kept)
        sign_ins.end_all(session, person)
        return begin(session, person, caller, "person.password_changed")


def begin(session: Session, person: Person, caller: Caller, action: str) -> str:
    """Begin a session and note for what; return its secret."""
    secret = sign_ins.begin(session, person, caller.agent, caller.at)
    after = {"from": caller.place, "by": caller.agent[: sign_ins.MOST_AGENT]}
    audit_log.write(session, [Entry(person.email, action, person.email, None, after)], caller.at)
    return secret


def confirm_password(store: Store, person: Person, password: str, caller: Caller) -> None:
    """Refuse who does not know the password of somebody. Raises InputError and TooOften."""
    count_try(store, person.email, caller)
    with store.reading() as session:
        known = people.password_hash(session, person)
    if not passwords.matches(known, password):
        raise InputError(Fault("", "the password", "must be the one you have now"))


def check_password(password: str, person: Person) -> None:
    """Refuse a password that is too weak for somebody. Raises InputError."""
    if weak := passwords.weakness(password, (person.name, person.email)):
        raise InputError(weak)


_ADDRESS = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+")
MOST_ADDRESS, MOST_NAME = 254, 200


def check_person(person: Person) -> None:
    """Refuse somebody whose name or e-mail address cannot be. Raises InputError."""
    email, name = people.folded(person.email), person.name.strip()
    if len(email) > MOST_ADDRESS or not _ADDRESS.fullmatch(email):
        raise InputError(Fault("", "the e-mail address", "must be one such as ada@north.example"))
    if not name or len(name) > MOST_NAME or not name.isprintable():
        raise InputError(Fault("", "the name", f"must have 1 to {MOST_NAME} characters"))


def _used(remedy: str) -> InputError:
    return InputError(Fault("", "the link", "must be one that was not used", "", remedy))
