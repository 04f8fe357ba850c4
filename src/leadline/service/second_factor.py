"""A second factor: codes that a program on somebody's telephone gives (TOTP, RFC 6238)."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass

import pyotp
import segno

from leadline.errors import Fault, InputError
from leadline.service.signing_in import Caller, begin, count_try
from leadline.store import audit_log, people, second_factors, sign_ins
from leadline.store.audit_log import Entry
from leadline.store.people import Person
from leadline.store.session import Session
from leadline.store.store import Store

ISSUER = "leadline"
STEP = 30_000_000
AROUND = (0, -1, 1)
"""Steps of time whose codes are good: clocks differ, and people type slowly."""
CODES, CODE_LETTERS = 10, "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters of recovery codes: none looks like another."""
CODE_LENGTH = 16
WRONG = Fault("", "the code", "must be the one that is shown now")


@dataclass(frozen=True)
class Begun:
    """A second factor that is to be confirmed.

    Attributes:
        secret: To type into a program.
        picture: The same as a picture to take, as SVG.
    """

    secret: str
    picture: str


def begin_factor(store: Store, person: Person, at: int) -> Begun:
    """Make a secret for somebody, which is not asked for before it is confirmed.

    Raises InputError where there is one that is.
    """
    secret = pyotp.random_base32()
    with store.writing() as session:
        if second_factors.secret(session, person) is not None:
            raise InputError(Fault("", "the second factor", "must be ended first"))
        second_factors.begin(session, person, secret, at)
    return _shown(person, secret)


def begun(store: Store, person: Person) -> Begun | None:
    """Return the secret that somebody is to confirm; None where there is none."""
    with store.reading() as session:
        secret = second_factors.begun(session, person)
    return None if secret is None else _shown(person, secret)


def _shown(person: Person, secret: str) -> Begun:
    """Return a secret as people bring it into their program."""
    address = pyotp.TOTP(secret).provisioning_uri(name=person.email, issuer_name=ISSUER)
    picture = segno.make(address, error="m").svg_inline(scale=4, border=2, light="#fff")
    return Begun(secret, picture)


def confirm(store: Store, person: Person, code: str, but: str, caller: Caller) -> list[str]:
    """Have a code be asked for from now on, and return recovery codes, which nobody reads again.

    Every session but one ends. Raises InputError where the code is wrong, and TooOften.
    """
    count_try(store, person.email, caller)
    made = ["".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH)) for _ in range(CODES)]
    with store.writing() as session:
        secret = second_factors.begun(session, person)
        if secret is None or not _is_good(session, person, secret, code, caller.at):
            raise InputError(WRONG)
        second_factors.confirm(session, person, made, caller.at)
        sign_ins.end_all(session, person, but)
        _note(session, person, "person.second_factor_begun", caller.at)
    return ["-".join(each[at : at + 4] for at in range(0, CODE_LENGTH, 4)) for each in made]


def is_on(store: Store, person: Person) -> tuple[bool, int]:
    """Say whether a code is asked for, and how many recovery codes are left."""
    with store.reading() as session:
        is_asked = second_factors.secret(session, person) is not None
        return is_asked, second_factors.codes_left(session, person)


def lacks_factor(session: Session, person: Person) -> bool:
    """Say whether somebody signs in by a password alone; a provider asks for factors itself."""
    has_password = people.password_hash(session, person) is not None
    return has_password and second_factors.secret(session, person) is None


def sign_in(store: Store, ticket: str, code: str, caller: Caller) -> str | None:
    """Return the secret of a new session of who has a password and a code; None where it is wrong.

    Raises TooOften, and InputError where the password was typed too long ago.
    """
    with store.reading() as session:
        found = sign_ins.look(session, ticket, caller.at)
    if found is None or found.kind != "code" or found.person is None:
        raise InputError("The password was typed too long ago. Sign in again.")
    person = found.person
    count_try(store, person.email, caller)
    with store.writing() as session:
        secret = second_factors.secret(session, person)
        typed = code.replace(" ", "").replace("-", "").lower()
        is_good = secret is not None and _is_good(session, person, secret, typed, caller.at)
        if not (is_good or second_factors.take_code(session, person, typed)):
            return None
        sign_ins.take(session, ticket, caller.at)
        return begin(session, person, caller, "person.signed_in")


def _is_good(session: Session, person: Person, secret: str, code: str, at: int) -> bool:
    """Say whether a code is that of now, and was not used."""
    clock = pyotp.TOTP(secret)
    for around in AROUND:
        step = at // STEP + around
        if hmac.compare_digest(clock.generate_otp(step).encode(), code.strip().encode()):
            return second_factors.use(session, person, step)
    return False


def _note(session: Session, person: Person, action: str, at: int) -> None:
    audit_log.write(session, [Entry(person.email, action, person.email)], at)
