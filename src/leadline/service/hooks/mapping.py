"""A mapping: how a request of another system is signed, and which facts its parts are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from leadline.service.hooks.said import Said, joined

By: TypeAlias = Literal["hmac", "ecdsa", "certificate", "secret", "sorted"]
ANY = "*"
LIST = "$[*]"


@dataclass(frozen=True)
class Place:
    """Where something stands in a request.

    Attributes:
        within: ``header``, ``query`` or ``body``.
        name: Its name, or its path in the body.
        after: What stands before it in a list of words, such as ``v1=``.
    """

    within: Literal["header", "query", "body"]
    name: str
    after: str = ""


@dataclass(frozen=True)
class Signed:
    """How a request shows that it is of the one who has the secret.

    Attributes:
        by: The rule.
        signature: Where the signature stands, or the secret itself.
        hash: What is hashed with.
        written: How the signature is written.
        of: The text that is signed, with parts in braces, also ``body``, ``method`` and ``url``.
        parts: Other parts of that text.
        within_seconds: How old ``timestamp`` may be; None where that does not matter.
        key: How the secret is written.
    """

    by: By
    signature: Place
    hash: Literal["sha1", "sha256", "sha512"] = "sha256"
    written: Literal["hex", "base64", "text"] = "hex"
    of: str = "{body}"
    parts: Mapping[str, Place] = field(default_factory=dict)
    within_seconds: int | None = None
    key: Literal["text", "base64"] = "text"


@dataclass(frozen=True)
class Challenge:
    """What a system asks to see whether we listen, and how it is answered.

    Attributes:
        asked: What is given back.
        answer: As it is, or as JSON with its signature (``hashed``).
    """

    asked: Place
    answer: Literal["plain", "hashed"] = "plain"


@dataclass(frozen=True)
class Listed:
    """A list of names and values, such as the answers of a form.

    Attributes:
        each: What one of them is.
        name: Of these the first that there is.
        value: Likewise.
        under: What stands before each name.
    """

    each: Said
    name: tuple[Said, ...]
    value: tuple[Said, ...]
    under: str = ""


@dataclass(frozen=True)
class Reading:
    """What is read of an item.

    Attributes:
        lead: Kind of id to where it stands.
        account_id: The account.
        id: What the system calls the event; several are put together.
        at: When it happened.
        properties: Of the event.
        origin: Address and program that it came from.
        fields: Of the lead.
        listed: More properties.
        listed_fields: More fields.
    """

    lead: Mapping[str, Said] = field(default_factory=dict)
    account_id: Said | None = None
    id: tuple[Said, ...] = ()
    at: Said | None = None
    properties: Mapping[str, Said] = field(default_factory=dict)
    origin: Mapping[str, Said] = field(default_factory=dict)
    fields: Mapping[str, Said] = field(default_factory=dict)
    listed: Listed | None = None
    listed_fields: Listed | None = None

    def over(self, other: Reading) -> Reading:
        """Return this one, with what another says where it says nothing."""
        return Reading(
            {**other.lead, **self.lead},
            self.account_id or other.account_id,
            self.id or other.id,
            self.at or other.at,
            {**other.properties, **self.properties},
            {**other.origin, **self.origin},
            {**other.fields, **self.fields},
            self.listed or other.listed,
            self.listed_fields or other.listed_fields,
        )


@dataclass(frozen=True)
class Becomes:
    """What an item of one kind becomes.

    Attributes:
        reading: What is read of it.
        type: Of the event that it is.
        outcome: What became of the lead, where it says that.
        ends: Whether the lead is not there any more.
    """

    reading: Reading
    type: Said | None = None
    outcome: Said | None = None
    ends: bool = False


@dataclass(frozen=True)
class WebhookMapping:
    """A mapping.

    Attributes:
        title: What it is of.
        signed: How a request is signed.
        events: Kind of an item to what it becomes; ``*`` stands for any.
        body: How a body is written.
        inside: A text of JSON in the body that is read in its place.
        each: What one item is; by default all of it.
        choose: What says of which kind an item is.
        ignored: Kinds that say nothing of a lead.
        challenge: What is asked to see whether we listen.
        confirm: An address that a person opens to begin.
    """

    title: str
    signed: Signed
    events: Mapping[str, Becomes]
    body: str = "json"
    inside: Said | None = None
    each: Said | None = None
    choose: tuple[Said, ...] = ()
    ignored: frozenset[str] = frozenset()
    challenge: Challenge | None = None
    confirm: Said | None = None

    def kind(self, item: object) -> str:
        """Return of which kind an item is."""
        return joined(self.choose, item, ".")

    def becomes(self, kind: str) -> Becomes | None:
        """Return what a kind becomes; None where the mapping does not say."""
        return next((self.events[each] for each in _names(kind) if each in self.events), None)

    def ignores(self, kind: str) -> bool:
        """Say whether a kind says nothing of a lead."""
        return any(each in self.ignored for each in _names(kind))


def _names(kind: str) -> list[str]:
    """Return the names that cover a kind, the nearest first.

    >>> _names("Bounce.HardBounce")
    ['Bounce.HardBounce', 'Bounce.*', '*']
    """
    parts = kind.split(".")
    return [kind, *(".".join([*parts[:n], ANY]) for n in range(len(parts) - 1, -1, -1))]
