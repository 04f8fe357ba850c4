"""Second factors of people: a secret that a program of theirs has too, and recovery codes."""

from __future__ import annotations

from collections.abc import Sequence

from leadline.store import schema
from leadline.store.keys import hashed
from leadline.store.people import Person
from leadline.store.session import Session


def begin(session: Session, person: Person, secret: str, at: int) -> None:
    """Keep a secret that is not asked for before it is confirmed; one that is stays."""
    session.run(
        "delete from second_factors where person_no = ? and confirmed_at is null", person.number
    )
    session.insert(schema.second_factors, [(person.number, secret, 0, at, None)])


def secret(session: Session, person: Person) -> str | None:
    """Return the secret that a code of somebody is asked by; None where none is."""
    return _secret(session, person, "confirmed_at is not null")


def begun(session: Session, person: Person) -> str | None:
    """Return the secret that somebody is to confirm."""
    return _secret(session, person, "confirmed_at is null")


def _secret(session: Session, person: Person, where: str) -> str | None:
    query = f"select secret from second_factors where person_no = ? and {where}"
    return next((each for (each,) in session.rows(query, person.number)), None)


def use(session: Session, person: Person, step: int) -> bool:
    """Say whether the code of a step of time is good: once, and no earlier one afterwards."""
    query = "update second_factors set last_step = ? where person_no = ? and last_step < ?"
    return session.run(query, step, person.number, step) > 0


def confirm(session: Session, person: Person, codes: Sequence[str], at: int) -> None:
    """Have a code be asked for from now on, or one of these, each once."""
    session.run("update second_factors set confirmed_at = ? where person_no = ?", at, person.number)
    session.run("delete from recovery_codes where person_no = ?", person.number)
    session.insert(schema.recovery_codes, [(hashed(each), person.number) for each in codes])


def take_code(session: Session, person: Person, code: str) -> bool:
    """Say whether a recovery code is good, which it is once."""
    query = "delete from recovery_codes where code_hash = ? and person_no = ?"
    return session.run(query, hashed(code), person.number) > 0


def codes_left(session: Session, person: Person) -> int:
    """Return how many recovery codes somebody has."""
    query = "select count(*) from recovery_codes where person_no = ?"
    return int(session.rows(query, person.number)[0][0])


def end(session: Session, person: Person) -> bool:
    """Have no code be asked for; False where none was."""
    session.run("delete from recovery_codes where person_no = ?", person.number)
    return session.run("delete from second_factors where person_no = ?", person.number) > 0
