"""What each role, and each scope of a token, may do: one table, which every face asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from leadline.store.keys import Key
from leadline.store.people import Person, Role

Right = Literal[
    "read", "answer", "override", "correct", "export", "try", "draft", "publish", "operate",
    "administer", "metrics", "send",
]  # fmt: skip

_ALL: tuple[Role, ...] = ("viewer", "sales", "marketing", "administrator")
_TEAMS: tuple[Role, ...] = ("sales", "marketing", "administrator")
_MODEL: tuple[Role, ...] = ("marketing", "administrator")
_ADMIN: tuple[Role, ...] = ("administrator",)


@dataclass(frozen=True)
class Allowed:
    """Who has a right.

    Attributes:
        says: What it is, in words of who gives it.
        roles: Of people.
        scope: Of tokens.
    """

    says: str
    roles: tuple[Role, ...]
    scope: str


RIGHTS: Mapping[Right, Allowed] = {
    "read": Allowed("See leads and accounts, their scores and reasons", _ALL, "read"),
    "answer": Allowed("Accept, reject, put off and hand over leads", _TEAMS, "write"),
    "override": Allowed("Set the band of a lead by hand", _TEAMS, "write"),
    "correct": Allowed("Merge leads, mark events, and undo either", _TEAMS, "write"),
    "export": Allowed("Take lists away as files", _TEAMS, "read"),
    "try": Allowed("Try models on the past, without making one live", _MODEL, "publish"),
    "draft": Allowed("Keep a model as a draft", _MODEL, "draft"),
    "publish": Allowed("Make a model live, and go back to a former one", _MODEL, "publish"),
    "operate": Allowed("See and send again what was parked", _MODEL, "admin"),
    "administer": Allowed("People, keys, settings, the audit log; erase a person", _ADMIN, "admin"),
    "metrics": Allowed("Read the figures of the service", _ADMIN, "metrics"),
    "send": Allowed("Send events and rows", (), "write"),
}
"""Every right; ``send`` is of keys alone, and of no person."""


def person_may(person: Person, right: Right) -> bool:
    """Say whether somebody has a right."""
    return person.role in RIGHTS[right].roles


def key_may(key: Key, right: Right) -> bool:
    """Say whether a token has a right."""
    return key.may(RIGHTS[right].scope)
