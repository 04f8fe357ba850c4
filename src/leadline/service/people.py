"""Who a fact is about: ids lead to leads, leads are founded and merged, and two are kept apart."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from leadline.service.arriving.facts import Ids

Kind: TypeAlias = Literal["user", "email", "anonymous"]
Id: TypeAlias = tuple[Kind, str]

ROLES = frozenset(
    {"info", "office", "contact", "kontakt", "sales", "hello", "admin", "support", "mail", "team"}
    | {"noreply", "no-reply", "postmaster", "webmaster", "biuro", "marketing", "service", "help"}
)
"""Names before the @ that several people read; such an address identifies nobody."""


class Identity(NamedTuple):
    """From now on an id leads to a lead."""

    kind: Kind
    value: str
    taken_at: int
    lead_no: int


class Merged(NamedTuple):
    """A lead went into another; into itself undoes it, null ends it."""

    from_no: int
    taken_at: int
    into_no: int | None


class Conflict(NamedTuple):
    """An id went to another lead, as both are known by ids of their own."""

    kind: Kind
    value: str
    from_no: int
    to_no: int
    taken_at: int


class Founded(NamedTuple):
    """A lead that was not there before."""

    lead_no: int
    lead_id: str
    taken_at: int


def ids_in(ids: Ids) -> Iterator[Id]:
    """Yield what identifies, the strongest first; an address of several where there is no more."""
    for value in dict.fromkeys(filter(None, (ids.lead, ids.user))):
        yield "user", value
    is_of_several = bool(ids.email) and ids.email.partition("@")[0] in ROLES
    if ids.email and not is_of_several:
        yield "email", ids.email
    if ids.anonymous:
        yield "anonymous", ids.anonymous
    elif is_of_several and not ids.lead and not ids.user:
        yield "anonymous", f"e-mail {ids.email}"


@dataclass
class People:
    """Whom ids lead to, as known before a pass, and what the pass adds.

    Attributes:
        leads_of: Id to the number of the lead that it leads to.
        into: Number of a lead to that of the lead it went into; null where it ended.
        users: Number of a lead to its own user ids.
        apart: Pairs of leads whose merge was taken back: they are never merged by an id again.
        next_number: Gives the number of a lead to be founded.
        taken_ids: Ids of leads among those asked for that are there already.
    """

    leads_of: dict[Id, int]
    into: dict[int, int | None]
    users: dict[int, set[str]]
    apart: set[frozenset[int]]
    next_number: Callable[[], int]
    taken_ids: set[str]
    founded: list[Founded] = field(default_factory=list)
    identities: list[Identity] = field(default_factory=list)
    merged: list[Merged] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    named: set[int] = field(default_factory=set)
    _went: dict[int | None, set[int]] = field(default_factory=dict)

    def lead_of(self, ids: Ids, taken_at: int) -> int:
        """Return the lead that a fact is about; its other ids lead there too from now on."""
        found = list(ids_in(ids))
        holder = self._holder(found)
        if holder is None:
            holder = self._found(found[0], taken_at)
        for each in found:
            self._lead(each, holder, taken_at)
        return holder

    def alias(self, previous: Ids, ids: Ids, taken_at: int) -> int:
        """Say that two ids are one person, whatever else is known of them; return that lead."""
        holder = self.lead_of(ids, taken_at)
        known = [self.leads_of[each] for each in ids_in(previous) if each in self.leads_of]
        if not known:
            self._direct(("anonymous", previous.anonymous), holder, taken_at)
        for each in known:
            if self.root(each) != self.root(holder):
                self.merge(self.root(each), holder, taken_at)
        return holder

    def merge(self, from_no: int, into_no: int | None, taken_at: int) -> None:
        """Merge by a person's or a system's word; into itself undoes, null ends the lead."""
        before = self.into.get(from_no)
        if into_no == from_no and before is not None:
            self.apart.add(frozenset({from_no, before}))
        elif into_no is not None:
            self.apart.discard(frozenset({from_no, into_no}))
        self._went.get(before, set()).discard(from_no)
        self._went.setdefault(into_no, set()).add(from_no)
        self.into[from_no] = into_no
        self.merged.append(Merged(from_no, taken_at, into_no))

    def root(self, lead: int) -> int:
        """Return the lead that a lead went into in the end; itself where it did not."""
        seen = {lead}
        while (into := self.into.get(lead, lead)) is not None and into not in seen:
            seen.add(into)
            lead = into
        return lead

    def _holder(self, found: Iterable[Id]) -> int | None:
        """Return the lead of the strongest known id, where the others do not contradict it."""
        own = {value for kind, value in found if kind == "user"}
        for kind, value in found:
            lead = self.leads_of.get((kind, value))
            if lead is None:
                continue
            if kind == "user" or not own:
                return lead
            others = self._users(self.root(lead))
            return None if others and not others & own else lead
        return None

    def _found(self, strongest: Id, taken_at: int) -> int:
        kind, value = strongest
        number = self.next_number()
        digest = hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()[:20]
        lead_id = value if kind == "user" else f"{kind[0]}-{digest}"
        if lead_id in self.taken_ids:
            lead_id = f"{kind[0]}-{digest}-{number}"
        self.taken_ids.add(lead_id)
        self.founded.append(Founded(number, lead_id, taken_at))
        return number

    def _lead(self, each: Id, holder: int, taken_at: int) -> None:
        """Have an id lead to a lead: at once, by a merge, or by taking it from another."""
        before = self.leads_of.get(each)
        if before is None:
            self._direct(each, holder, taken_at)
            return
        one, other = self.root(holder), self.root(before)
        if one == other:
            return
        both_known = self._users(one) and self._users(other)
        if both_known or frozenset({one, other}) in self.apart:
            self.conflicts.append(Conflict(*each, before, holder, taken_at))
            self._direct(each, holder, taken_at)
        elif self._users(other):
            self.merge(one, before, taken_at)
        else:  # not into its end: that one may be undone
            self.merge(other, holder, taken_at)

    def _direct(self, each: Id, holder: int, taken_at: int) -> None:
        kind, value = each
        self.leads_of[each] = holder
        self.identities.append(Identity(kind, value, taken_at, holder))
        if kind == "user":
            self.users.setdefault(holder, set()).add(value)
        if kind != "anonymous":
            self.named.add(holder)

    def _users(self, root: int) -> set[str]:
        """Return the user ids of a lead and of all that went into it."""
        found, waiting, seen = set[str](), [root], set[int]()
        while waiting:
            lead = waiting.pop()
            seen.add(lead)
            if self.root(lead) == root:
                found |= self.users.get(lead, set())
            waiting += self._went.get(lead, set()) - seen
        return found


def pairs(facts: Iterable[Ids]) -> dict[Kind, list[str]]:
    """Return the ids of many facts by kind, each once."""
    found: dict[Kind, dict[str, None]] = {"user": {}, "email": {}, "anonymous": {}}
    for ids in facts:
        for kind, value in ids_in(ids):
            found[kind][value] = None
    return {kind: list(values) for kind, values in found.items()}


def latest(rows: Iterable[Identity]) -> dict[Id, int]:
    """Return where ids lead to: of several rows the one taken last."""
    ordered = sorted(rows, key=lambda row: row.taken_at)
    return {(row.kind, row.value): row.lead_no for row in ordered}
