"""A pass takes facts: who they are about, what they add to the store, and whom they touch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from leadline.service.arriving.facts import (
    AccountFields,
    Alias,
    Answer,
    Event,
    Fact,
    Ids,
    LeadFields,
    Mark,
    Merge,
    Outcome,
)
from leadline.service.handover.desk import Desk
from leadline.service.people import Id, Identity, People, latest, pairs
from leadline.store import facts as stored
from leadline.store.facts import (
    NOBODY,
    AccountRow,
    EventRow,
    LeadRow,
    MarkRow,
    MergeRow,
    OutcomeRow,
)
from leadline.store.session import Session
from leadline.store.values import compact, text

Value: TypeAlias = tuple[Any, int]
"""A value of a field, and since when it is valid."""


@dataclass(frozen=True)
class Arrived:
    """A fact with the key that it came with and when the store takes it."""

    fact: Fact
    source: str
    taken_at: int


@dataclass
class Known:
    """What a pass must know of the store before it takes facts.

    Attributes:
        people: Whom ids lead to.
        leads: Rows of leads by their numbers.
        accounts: Rows of accounts by their ids.
        events: Digests of the events that are there.
        leads_of_events: Leads of the events that marks name.
        outcomes: Ids of the outcomes that are there.
        marked: Ids of events whose mark came before them.
        accounts_of_events: Accounts that the events carry that marks name.
        told: Entity, id and field of the values that the history has.
        desk: Who has the leads that answers are about, and what was answered.
    """

    people: People
    leads: dict[int, LeadRow]
    accounts: dict[str, AccountRow]
    events: set[bytes]
    leads_of_events: dict[bytes, int]
    outcomes: set[str]
    marked: set[str]
    accounts_of_events: dict[str, str]
    told: set[tuple[str, str, str]]
    desk: Desk = field(default_factory=Desk)


@dataclass
class Taken:
    """What a pass adds to the store.

    Attributes:
        marked: Events that came after their marks, with their leads.
        touched: Leads whose score may be another now.
        touched_accounts: Accounts whose fields or members changed.
        active_accounts: Accounts that something happened to.
        desk: What answers changed.
    """

    leads: dict[int, LeadRow] = field(default_factory=dict)
    accounts: dict[str, AccountRow] = field(default_factory=dict)
    events: list[EventRow] = field(default_factory=list)
    outcomes: list[OutcomeRow] = field(default_factory=list)
    history: list[tuple[Any, ...]] = field(default_factory=list)
    merges: list[MergeRow] = field(default_factory=list)
    marks: list[MarkRow] = field(default_factory=list)
    marked: dict[str, int] = field(default_factory=dict)
    touched: set[int] = field(default_factory=set)
    touched_accounts: set[str] = field(default_factory=set)
    active_accounts: set[str] = field(default_factory=set)
    desk: Desk = field(default_factory=Desk)


def digest(event_id: str) -> bytes:
    """Return the 16 bytes by which an event is known; every engine can work them out."""
    return hashlib.md5(event_id.encode(), usedforsecurity=False).digest()


def know(session: Session, facts: Sequence[Fact]) -> Known:
    """Return what must be known of the store to take facts."""
    asked = list(_ids(facts))
    leads_of = latest(
        Identity(kind, *row)
        for kind, values in pairs(asked).items()
        if values
        for row in stored.identities(session, kind, values)
    )
    named = _named(facts, asked)
    rows = stored.leads_by_id(session, named)
    marks = [each.event_id for each in facts if isinstance(each, Mark)]
    leads_of_events = stored.leads_of_events(session, list(map(digest, marks))) if marks else {}
    numbers = {*leads_of.values(), *(row.lead_no for row in rows), *leads_of_events.values()}
    merged = stored.merges(session, numbers)
    numbers |= {number for row in merged for number in (row.from_no, row.into_no) if number}
    people = _people(session, leads_of, merged, numbers, {row.lead_id for row in rows})
    for row in rows:  # an id that the company gave is a user id that was never said
        people.leads_of.setdefault(("user", row.lead_id), row.lead_no)
    ids = [each.event_id for each in facts if isinstance(each, Event)]
    leads = {row.lead_no: row for row in stored.leads(session, numbers)}
    accounts = {row.account_id: row for row in stored.accounts(session, _account_ids(facts))}
    return Known(
        people,
        leads,
        accounts,
        stored.known_events(session, [digest(each) for each in ids]) if ids else set(),
        leads_of_events,
        _known_outcomes(session, facts),
        stored.waiting_marks(session, ids) if ids else set(),
        stored.accounts_of_events(session, leads_of_events.values(), marks) if marks else {},
        _told(session, facts, [row.lead_id for row in leads.values()], list(accounts)),
        Desk.read(session, (each for each in facts if isinstance(each, Answer)), numbers),
    )


def _told(
    session: Session, facts: Iterable[Fact], leads: list[str], accounts: list[str]
) -> set[tuple[str, str, str]]:
    """Return which values the history has, of those that facts may change."""
    kinds = {type(fact) for fact in facts}
    found: set[tuple[str, str, str]] = set()
    if kinds & {LeadFields, AccountFields}:
        found |= stored.told(session, "lead", leads)
    if AccountFields in kinds:
        found |= stored.told(session, "account", accounts)
    return found


def _people(
    session: Session,
    leads_of: dict[Id, int],
    merged: Sequence[MergeRow],
    numbers: set[int],
    taken_ids: set[str],
) -> People:
    users: dict[int, set[str]] = {}
    for lead, user in stored.users(session, numbers):
        users.setdefault(lead, set()).add(user)
    [(last,)] = session.rows("select coalesce(max(lead_no), 0) from leads")
    counter = iter(range(int(last) + 1, int(last) + 1 + 10**9))
    people = People(leads_of, {}, users, set(), lambda: next(counter), taken_ids)
    for row in merged:
        people.merge(row.from_no, row.into_no, row.taken_at)
    people.merged.clear()  # these are known
    return people


def _ids(facts: Iterable[Fact]) -> Iterator[Ids]:
    for fact in facts:
        if isinstance(fact, Event | LeadFields | AccountFields | Outcome | Alias | Answer):
            yield fact.ids
        if isinstance(fact, Alias):
            yield fact.previous


def _named(facts: Iterable[Fact], asked: Iterable[Ids]) -> set[str]:
    """Return ids of leads that facts name, or that a lead may be founded with."""
    named = {each for ids in asked for each in (ids.lead, ids.user) if each}
    for fact in facts:
        if isinstance(fact, Merge):
            named |= {fact.from_id, *([fact.into_id] if fact.into_id else [])}
    return named


def _account_ids(facts: Iterable[Fact]) -> set[str]:
    return {account for fact in facts if (account := getattr(fact, "account_id", None))}


def _known_outcomes(session: Session, facts: Iterable[Fact]) -> set[str]:
    ids = [each.outcome_id for each in facts if isinstance(each, Outcome)]
    if not ids:
        return set()
    found = session.rows("select outcome_id from outcomes where outcome_id in ??", ids)
    return {row[0] for row in found}


class Taking:
    """Facts into rows, one after the other; nothing is written."""

    def __init__(self, known: Known, *, scores_anonymous: bool = False) -> None:
        self.known = known
        self._scores_anonymous = scores_anonymous
        self.taken = Taken(desk=known.desk)
        self._takers = {
            Event: self._event,
            LeadFields: self._lead_fields,
            AccountFields: self._account_fields,
            Alias: self._alias,
            Outcome: self._outcome,
            Merge: self._merge,
            Mark: self._mark,
            Answer: self._answer,
        }

    def take(self, arrived: Arrived) -> None:
        """Take one fact."""
        self._takers[type(arrived.fact)](arrived.fact, arrived)  # type: ignore[operator]

    def finish(self) -> Taken:
        """Return what all facts add; those who were merged touch whom they went into."""
        people, taken = self.known.people, self.taken
        for founded in people.founded:
            if founded.lead_no not in taken.leads:
                self._lead(founded.lead_no, founded.taken_at, founded.taken_at)
        for number in taken.touched - {NOBODY} if self._scores_anonymous else people.named:
            row = self._lead(number, 0, 0)
            if not row.is_known:
                taken.leads[number] = row._replace(is_known=True)
        for merged in people.merged:
            taken.merges.append(MergeRow(*merged, merged.taken_at, ""))
            taken.touched |= {merged.from_no, *([merged.into_no] if merged.into_no else [])}
        taken.touched |= {people.root(number) for number in taken.touched if number != NOBODY}
        taken.touched.discard(NOBODY)
        return taken

    def _lead(self, number: int, occurred_at: int, taken_at: int) -> LeadRow:
        """Return a lead as it stands in this pass; one that is founded begins with the fact."""
        taken, known = self.taken, self.known
        if number in taken.leads:
            return taken.leads[number]
        if number in known.leads:
            return known.leads[number]
        founded = next(each for each in known.people.founded if each.lead_no == number)
        row = LeadRow(number, founded.lead_id, None, False, occurred_at, taken_at, taken_at, "{}")
        taken.leads[number] = row
        return row

    def _whose(self, ids: Ids, arrived: Arrived, occurred_at: int) -> int:
        number = self.known.people.lead_of(ids, arrived.taken_at)
        self._lead(number, occurred_at, arrived.taken_at)
        self.taken.touched.add(number)
        return number

    def _event(self, event: Event, arrived: Arrived) -> None:
        known_by = digest(event.event_id)
        if known_by in self.known.events:
            return
        self.known.events.add(known_by)
        lead = self._whose(event.ids, arrived, event.occurred_at) if event.ids else NOBODY
        self.known.leads_of_events[known_by] = lead
        if event.event_id in self.known.marked:
            self.taken.marked[event.event_id] = lead
        if event.account_id:
            self.taken.active_accounts.add(event.account_id)
            self.known.accounts_of_events[event.event_id] = event.account_id
        origin = {key: value for key, value in event.origin.items() if value}
        self.taken.events.append(
            EventRow(
                lead,
                event.occurred_at,
                event.event_id,
                event.account_id,
                event.type,
                arrived.taken_at,
                arrived.taken_at,
                event.given_at,
                arrived.source,
                compact(event.properties),
                compact(origin) if origin else None,
            )
        )

    def _lead_fields(self, said: LeadFields, arrived: Arrived) -> None:
        number = self._whose(said.ids, arrived, said.valid_from)
        row = self._lead(number, said.valid_from, arrived.taken_at)
        given = dict(said.fields)
        if said.ids.email:
            given.setdefault("email", said.ids.email)
        fields = self._valued("lead", row.lead_id, row, given, said.valid_from, arrived)
        account = said.account_id or row.account_id
        self._joined(row, account, said.valid_from, arrived)
        self.taken.leads[number] = row._replace(fields=fields, account_id=account)

    def _account_fields(self, said: AccountFields, arrived: Arrived) -> None:
        account = said.account_id
        row = self.taken.accounts.get(account) or self.known.accounts.get(account)
        at = arrived.taken_at
        row = row or AccountRow(account, said.valid_from, at, at, "{}")
        fields = self._valued("account", account, row, said.fields, said.valid_from, arrived)
        self.taken.accounts[account] = row._replace(fields=fields)
        self.taken.touched_accounts.add(account)
        if said.ids:
            number = self._whose(said.ids, arrived, said.valid_from)
            lead = self._lead(number, said.valid_from, arrived.taken_at)
            self._joined(lead, account, said.valid_from, arrived)
            self.taken.leads[number] = lead._replace(account_id=account)

    def _joined(self, row: LeadRow, account: str | None, at: int, arrived: Arrived) -> None:
        """Note that a lead belongs to another account than before."""
        if account == row.account_id:
            return
        self.taken.touched_accounts |= {each for each in (account, row.account_id) if each}
        field = ("lead", row.lead_id, "account_id")
        if row.account_id is not None:
            since = row.recorded_at or row.created_at or row.taken_at
            self._told_before(field, row.account_id, since, row.taken_at)
        self._told(field, account, at, arrived)

    def _told(
        self, field: tuple[str, str, str], value: object, valid_from: int, arrived: Arrived
    ) -> None:
        at = arrived.taken_at
        self.known.told.add(field)
        self.taken.history.append((*field, at, text(value), valid_from, at, arrived.source))

    def _told_before(
        self, field: tuple[str, str, str], value: object, valid_from: int, taken_at: int
    ) -> None:
        """Keep a value that came in bulk, before another takes its place."""
        if field not in self.known.told:
            self.known.told.add(field)
            row = (*field, taken_at, text(value), valid_from, valid_from, "import")
            self.taken.history.append(row)

    def _valued(  # noqa: PLR0913, PLR0917 - a place, what is there, and what is said of it
        self,
        entity: str,
        id_: str,
        before: LeadRow | AccountRow,
        given: Mapping[str, Any],
        valid_from: int,
        arrived: Arrived,
    ) -> str:
        """Return fields with new values; each that is another than before enters the history."""
        fields: dict[str, Value] = json.loads(before.fields)
        for name, value in given.items():
            old = fields.get(name)
            if old is not None and old[0] == value:
                continue
            if old is not None:
                self._told_before((entity, id_, name), *old, before.taken_at)
            self._told((entity, id_, name), value, valid_from, arrived)
            if old is None or _rank(value, valid_from) > _rank(*old):
                fields[name] = (value, valid_from)
        return compact(fields)

    def _alias(self, said: Alias, arrived: Arrived) -> None:
        number = self.known.people.alias(said.previous, said.ids, arrived.taken_at)
        self._lead(number, said.occurred_at, arrived.taken_at)
        self.taken.touched.add(number)

    def _outcome(self, said: Outcome, arrived: Arrived) -> None:
        if said.outcome_id in self.known.outcomes:
            return
        self.known.outcomes.add(said.outcome_id)
        lead = self._whose(said.ids, arrived, said.occurred_at) if said.ids else None
        if said.account_id:
            self.taken.active_accounts.add(said.account_id)
        self.taken.outcomes.append(
            OutcomeRow(
                said.outcome_id,
                lead,
                said.account_id,
                said.outcome,
                said.occurred_at,
                arrived.taken_at,
                arrived.taken_at,
                said.amount,
                said.reason,
                arrived.source,
            )
        )

    def _answer(self, said: Answer, arrived: Arrived) -> None:
        """Take what a person said of a lead; what is an outcome is one from now on."""
        taken, desk = self.taken, self.known.desk
        number = self._whose(said.ids, arrived, said.occurred_at)
        row = desk.take(said, number, arrived.source, arrived.taken_at)
        if row is None:
            return
        taken.outcomes = [each for each in taken.outcomes if each.outcome_id not in desk.gone]
        if row.outcome_id and row.outcome_id not in desk.gone:
            at = arrived.taken_at
            taken.outcomes.append(
                OutcomeRow(
                    row.outcome_id,
                    number,
                    None,
                    row.kind,
                    row.said_at,
                    at,
                    at,
                    row.amount,
                    row.reason,
                    arrived.source,
                )
            )

    def _merge(self, said: Merge, arrived: Arrived) -> None:
        people = self.known.people
        from_no = self._whose(Ids(lead=said.from_id), arrived, arrived.taken_at)
        into_no = None
        if said.into_id is not None:
            into_no = self._whose(Ids(lead=said.into_id), arrived, arrived.taken_at)
        self.taken.touched |= {people.root(from_no)}
        people.merge(from_no, into_no, arrived.taken_at)

    def _mark(self, said: Mark, arrived: Arrived) -> None:
        lead = self.known.leads_of_events.get(digest(said.event_id))
        if lead is None:
            self.known.marked.add(said.event_id)  # it may come after its mark
            lead = NOBODY
        self.taken.touched.add(lead)
        if account := self.known.accounts_of_events.get(said.event_id):
            self.taken.active_accounts.add(account)
        at = arrived.taken_at
        self.taken.marks.append(MarkRow(said.event_id, at, lead, said.mark, at, arrived.source))


def _rank(value: object, valid_from: int) -> tuple[int, bool, bytes]:
    """Return what decides which of two values is the present one, as the statement does."""
    written = text(value)
    return valid_from, written is not None, (written or "").encode()
