"""A person is taken out of the store: facts, scores, requests as they came, what was parked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote_plus

from leadline.errors import Fault, InputError
from leadline.service.arriving import reading
from leadline.service.arriving.facts import Fact, Mark, Unusable
from leadline.service.arriving.leaving import named, without
from leadline.service.people import People
from leadline.store import erasing
from leadline.store import facts as stored
from leadline.store.facts import LeadRow
from leadline.store.session import Session


@dataclass
class Person:
    """Somebody who is to be erased.

    Attributes:
        leads: The lead, and those that are one person with it.
        ids: Ids that lead to these, each with its kind; they are refused from now on.
        ever: Ids that ever did.
        events: Ids of their events.
        bodies: Requests to their bodies without this person.
        parked: Parts that were parked and are of this person.
    """

    leads: list[LeadRow]
    ids: set[tuple[str, str]]
    ever: set[tuple[str, str]]
    events: set[str]
    bodies: dict[int, bytes] = field(default_factory=dict)
    parked: list[int] = field(default_factory=list)

    @property
    def accounts(self) -> set[str]:
        """The accounts that they belong to."""
        return {row.account_id for row in self.leads if row.account_id}

    def is_in(self, found: Fact | Unusable) -> bool:
        """Say whether what was read names this person."""
        if isinstance(found, Mark):
            return found.event_id in self.events
        return any(each in self.ever for each in named(found))

    def may_be_in(self, body: bytes) -> bool:
        """Say whether a body holds an id, or is written in a way that could hide one."""
        lower = body.lower()
        return b"\\u" in lower or b"\\/" in lower or any(each in lower for each in self._written)

    @property
    def _written(self) -> Iterator[bytes]:
        for each in [*(value for _, value in self.ever), *self.events]:
            yield each.lower().encode()
            yield quote_plus(each).lower().encode()
            if not each.isascii() or '"' in each or "\\" in each:
                yield json.dumps(each.lower())[1:-1].encode()


def person(session: Session, given: str, hooks: reading.Hooks = reading.NO_HOOKS) -> Person:
    """Return whom an id of a lead, a user id or an e-mail address leads to. Raises InputError."""
    rows = stored.leads_by_id(session, [given])
    number = rows[0].lead_no if rows else _led(session, given)
    if number is None:
        raise InputError(Fault("", "LEAD", "must be somebody whom the store knows"))
    leads = stored.leads(session, _one_with(session, number))
    numbers = [row.lead_no for row in leads]
    own = {("user", row.lead_id) for row in leads}
    found = Person(
        leads,
        erasing.ids_leading_to(session, numbers) | own,
        erasing.ids_ever(session, numbers) | own,
        erasing.event_ids(session, numbers),
    )
    for row in erasing.requests(session):
        if found.may_be_in(row.body):
            left = without(row.kind, row.body, row.received_at, found.is_in, hooks)
            if left != row.body:
                found.bodies[row.inbox_id] = left
    found.parked = [
        row.parked_id
        for row in erasing.parked(session)
        if found.is_in(Unusable(row.item, row.reason, row.detail, row.body))
    ]
    return found


def erase(session: Session, found: Person, hashes: erasing.Hashes, at: int) -> None:
    """Take a person away, and refuse their ids from now on."""
    hashes.add(session, found.ids, at)
    for inbox_id, body in found.bodies.items():
        erasing.write_body(session, inbox_id, body)
    erasing.forget_parked(session, found.parked)
    erasing.forget_digests(session)
    erasing.forget(
        session, {row.lead_no for row in found.leads}, {row.lead_id for row in found.leads}
    )


def _led(session: Session, given: str) -> int | None:
    for kind, value in (("user", given), ("email", given.strip().lower()), ("anonymous", given)):
        rows = stored.identities(session, kind, [value])
        if rows:
            return max(rows, key=lambda row: row[1])[2]
    return None


def _one_with(session: Session, number: int) -> list[int]:
    """Return the leads that are one person with a lead, by merges that were not taken back."""
    merges = stored.merges(session, [number])
    people = People({}, {}, {}, set(), lambda: 0, set())
    for row in merges:
        people.merge(row.from_no, row.into_no, row.taken_at)
    tied = {n for row in merges for n in (row.from_no, row.into_no) if n} | {number}
    root = people.root(number)
    return [each for each in tied if people.root(each) == root]
