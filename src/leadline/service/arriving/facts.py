"""What arrives, as facts: one form for everything that trackers, systems and people say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Fields: TypeAlias = Mapping[str, Any]
"""Names to values, as JSON has them."""


@dataclass(frozen=True, slots=True)
class Ids:
    """What a fact says of whom it is about; empty where it does not say.

    Attributes:
        lead: Id of the lead itself, as the company's own systems know it.
        user: Id that a tracker was told once somebody signed in.
        email: E-mail address, in small letters.
        anonymous: Id that a tracker made up for a device.
    """

    lead: str = ""
    user: str = ""
    email: str = ""
    anonymous: str = ""

    def __bool__(self) -> bool:
        return bool(self.lead or self.user or self.email or self.anonymous)


@dataclass(frozen=True, slots=True)
class Event:
    """Somebody did something, or something happened to an account.

    Times are microseconds. ``given_at`` is the time that was said, where ``occurred_at`` had to be
    moved: nothing happens after it arrived. ``origin`` is the address and the program that it came
    from, kept apart from what is scored.
    """

    event_id: str
    ids: Ids
    type: str
    occurred_at: int
    given_at: int | None = None
    account_id: str | None = None
    properties: Fields = field(default_factory=dict)
    origin: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LeadFields:
    """Fields of a lead took values; null where a field was emptied."""

    ids: Ids
    fields: Fields
    valid_from: int
    account_id: str | None = None


@dataclass(frozen=True, slots=True)
class AccountFields:
    """Fields of an account took values, and somebody may belong to it."""

    account_id: str
    fields: Fields
    valid_from: int
    ids: Ids = Ids()


@dataclass(frozen=True, slots=True)
class Alias:
    """Two ids are one person."""

    previous: Ids
    ids: Ids
    occurred_at: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a lead or an account."""

    outcome_id: str
    outcome: str
    occurred_at: int
    ids: Ids = Ids()
    account_id: str | None = None
    amount: float | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Merge:
    """One lead went into another; into itself undoes that, null ends the lead."""

    from_id: str
    into_id: str | None


@dataclass(frozen=True, slots=True)
class Mark:
    """An event is not to be counted; null takes that back."""

    event_id: str
    mark: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody said of a lead, of a kind of ``handover.kinds``.

    Attributes:
        answer_id: Tells it apart; said again it counts no second time.
        kind: What is said.
        ids: The lead.
        who: Who says it.
        occurred_at: When, in microseconds.
        to: Who has the lead from now on.
        undoes: The answer that is taken back.
        owner: Whom the speaker thought to have the lead; empty for nobody, None where unsaid.
    """

    answer_id: str
    kind: str
    ids: Ids
    who: str
    occurred_at: int
    reason: str | None = None
    note: str | None = None
    amount: float | None = None
    until: int | None = None
    ladder: str | None = None
    band: str | None = None
    to: str = ""
    undoes: str = ""
    owner: str | None = None


Fact: TypeAlias = Event | LeadFields | AccountFields | Alias | Outcome | Merge | Mark | Answer


@dataclass(frozen=True, slots=True)
class Unusable:
    """A part of a request that is no fact.

    Attributes:
        item: Its place in the request, from 0.
        reason: A word to list by, such as ``no_id``.
        detail: What was expected and found.
        body: The part as it came.
    """

    item: int
    reason: str
    detail: str
    body: bytes
