"""Sessions end, tickets open one thing once, tries run out: on both stores."""

from __future__ import annotations

import pytest

from leadline.errors import InputError
from leadline.store import people, sign_ins
from leadline.store.people import Person
from leadline.store.sign_ins import HOUR, IDLE, MINUTE, WHOLE
from leadline.store.store import Store

NOW = 1_790_000_000_000_000
ADA = Person(0, "Ada@North.example ", "Ada", "sales")


def add(store: Store, new: Person = ADA) -> Person:
    """Add somebody to a store."""
    with store.writing() as session:
        return people.add(session, new, NOW)


def begin(store: Store, person: Person, at: int = NOW) -> str:
    """Sign somebody in."""
    with store.writing() as session:
        return sign_ins.begin(session, person, "a browser", at)


def who(store: Store, secret: str, at: int) -> str | None:
    """Return who is signed in by a secret."""
    with store.reading() as session:
        found = sign_ins.find(session, secret, at)
    return None if found is None else found[0].email


def test_an_address_of_mail_is_one_whatever_its_letters(store: Store) -> None:
    """Two people cannot share one, and it is found as it is typed."""
    assert add(store).email == "ada@north.example"
    with store.reading() as session:
        assert people.find(session, "ADA@north.EXAMPLE") is not None
    with pytest.raises(InputError, match=r"e-mail address of their own; found ada@north\.example"):
        add(store)


def test_a_person_has_the_territory_of_the_team_unless_one_of_their_own(store: Store) -> None:
    """So a team moves as one, and an exception stays one."""
    with store.writing() as session:
        people.add_team(session, "north", "Nordics", NOW)
        one = people.add(session, Person(0, "a@n.example", "A", "sales", "north"), NOW)
        other = people.add(session, Person(0, "b@n.example", "B", "sales", "north", "Baltics"), NOW)
        people.add_team(session, "north", "Scandinavia", NOW)
        assert people.of_number(session, one.number).territory == "Scandinavia"  # type: ignore[union-attr]
        assert people.of_number(session, other.number).territory == "Baltics"  # type: ignore[union-attr]


def test_a_session_ends_unused_and_ends_in_all(store: Store) -> None:
    """Twelve hours without a request, or seven days with."""
    ada = add(store)
    secret = begin(store, ada)
    assert who(store, secret, NOW + IDLE - 1) == "ada@north.example"
    assert who(store, secret, NOW + IDLE) is None
    used = range(NOW, NOW + WHOLE, 10 * HOUR)
    for at in used:
        with store.writing() as session:
            found = sign_ins.find(session, secret, at)
            assert found is not None
            sign_ins.seen(session, found[1], at)
    assert who(store, secret, NOW + WHOLE) is None


def test_who_left_is_not_signed_in(store: Store) -> None:
    """Their sessions open nothing from that moment on, and neither do their tickets."""
    ada = add(store)
    secret = begin(store, ada)
    with store.writing() as session:
        ticket = sign_ins.give(session, "password", ada, NOW)
        people.change(session, ada, Person(**(vars(ada) | {"ended_at": NOW})))
        assert sign_ins.look(session, ticket, NOW) is None
    assert who(store, secret, NOW) is None


def test_the_store_has_neither_session_nor_ticket(store: Store) -> None:
    """Who reads the store, or a backup of it, is signed in by nothing that is there."""
    ada = add(store)
    secret = begin(store, ada)
    with store.writing() as session:
        ticket = sign_ins.give(session, "password", ada, NOW)
        there = str([session.rows(f"select * from {each}") for each in ("sessions", "tickets")])
    assert secret not in there
    assert ticket not in there


def test_a_ticket_opens_once(store: Store) -> None:
    """The second time, and after its hour, it opens nothing; a new one ends the one before."""
    ada = add(store)
    with store.writing() as session:
        first = sign_ins.give(session, "password", ada, NOW)
        second = sign_ins.give(session, "password", ada, NOW)
        assert sign_ins.take(session, first, NOW) is None
        taken = sign_ins.take(session, second, NOW)
        assert taken is not None
        assert taken.person == ada
        assert sign_ins.take(session, second, NOW) is None
        late = sign_ins.give(session, "password", ada, NOW)
        assert sign_ins.take(session, late, NOW + HOUR) is None


def test_tries_run_out_and_come_back(store: Store) -> None:
    """Five at once, and then one every twelve seconds."""
    with store.writing() as session:
        assert [sign_ins.may_try(session, "x", 5, NOW) for _ in range(6)] == [True] * 5 + [False]
        assert sign_ins.may_try(session, "y", 5, NOW)
        assert not sign_ins.may_try(session, "x", 5, NOW + MINUTE // 5 - 1)
        assert sign_ins.may_try(session, "x", 5, NOW + MINUTE // 5)
        assert not sign_ins.may_try(session, "x", 5, NOW + MINUTE // 5)
        sign_ins.forget_tries(session, "x", NOW + MINUTE // 5)
        assert sign_ins.may_try(session, "x", 5, NOW + MINUTE // 5)
