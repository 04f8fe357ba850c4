"""Connections as the settings declare them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any

from leadline.connectors.crm import Crm
from leadline.errors import Fault, InputError, nearest
from leadline.service.secrets import secret_of

WRITTEN = ("score", "band", "reasons", "scored_at")
"""What can be written of a lead."""
TRYTON_STATES = MappingProxyType(
    {"opportunity": "accepted", "converted": "won", "won": "won", "lost": "lost"}
)
HUBSPOT_STATES = MappingProxyType(
    {"opportunity": "accepted", "UNQUALIFIED": "rejected", "closedwon": "won", "closedlost": "lost"}
)
POINTS, DAYS = 5, 7


@dataclass(frozen=True)
class ConnectionSettings:
    """A connection.

    Attributes:
        name: Its name in the settings; its records are the leads NAME-ID.
        kind: What it is.
        said: What is set of it, for the kind.
        outcomes: The system's own words to outcomes, ``rejected: budget`` with the reason; of
            others nothing is taken.
        write: What is written, to the field that takes it.
        points: A score that moved by less is written with a change of band, or once in a while.
        days: That while.
        minutes: How often a service runs it; None where none does.
    """

    name: str
    kind: str
    said: Mapping[str, Any] = field(default_factory=dict, repr=False)
    outcomes: Mapping[str, str] = field(default_factory=dict)
    write: Mapping[str, str] = field(default_factory=dict)
    points: int = POINTS
    days: int = DAYS
    minutes: int | None = None

    @classmethod
    def of(cls, name: str, said: Mapping[str, Any]) -> ConnectionSettings:
        """Return what a section says. Raises InputError."""
        kind = str(said.get("kind", ""))
        if kind not in KINDS:
            expected = f"must be one of {', '.join(KINDS)}"
            fault = Fault("", f"connectors.{name}.kind", expected, kind, nearest(kind, KINDS))
            raise InputError(fault)
        write = dict(said.get("write", {}))
        if unknown := [each for each in write if each not in WRITTEN]:
            expected = f"must be of {', '.join(WRITTEN)}"
            raise InputError(Fault("", f"connectors.{name}.write", expected, ", ".join(unknown)))
        return cls(
            name,
            kind,
            said,
            dict(said.get("outcomes") or KINDS[kind].states),
            write,
            int(said.get("points", POINTS)),
            int(said.get("days", DAYS)),
            None if said.get("minutes") is None else int(said["minutes"]),
        )

    @property
    def lock(self) -> str:
        """What nobody else does while it runs."""
        return f"connection {self.name}"

    def opened(self) -> Crm:
        """Return the system, which is asked nothing yet. Raises InputError, FileError."""
        return KINDS[self.kind].opened(self)

    def needed(self, key: str) -> str:
        """Return something that must be set. Raises InputError."""
        found = self.said.get(key)
        if not found:
            raise InputError(Fault("", f"connectors.{self.name}.{key}", "is missing"))
        return str(found)


@dataclass(frozen=True)
class Kind:
    """A kind of system.

    Attributes:
        opened: Makes one of what is set.
        states: Its words to outcomes, where nothing else is set.
    """

    opened: Callable[[ConnectionSettings], Crm]
    states: Mapping[str, str]


def _need_extra() -> None:
    if find_spec("httpx2") is None:
        raise InputError(Fault("", "connectors", "needs an extra", "", "Install leadline[crm]."))


def _tryton(settings: ConnectionSettings) -> Crm:
    _need_extra()
    from leadline.connectors.tryton.client import TrytonClient
    from leadline.connectors.tryton.tryton import FIELDS, Tryton

    password = secret_of(f"connectors.{settings.name}", settings.said)
    url, database = settings.needed("url"), settings.needed("database")
    client = TrytonClient(url, database, settings.needed("user"), password)
    fields = settings.said.get("fields") or FIELDS
    return Tryton(client, fields, list(settings.write.values()))


def _hubspot(settings: ConnectionSettings) -> Crm:
    _need_extra()
    from leadline.connectors.hubspot.client import URL, HubSpotClient
    from leadline.connectors.hubspot.hubspot import FIELDS, HubSpot

    key = secret_of(f"connectors.{settings.name}", settings.said)
    client = HubSpotClient(key, str(settings.said.get("url") or URL))
    fields = settings.said.get("fields") or FIELDS
    return HubSpot(client, fields, settings.write, settings.outcomes)


KINDS: Mapping[str, Kind] = {
    "hubspot": Kind(_hubspot, HUBSPOT_STATES),
    "tryton": Kind(_tryton, TRYTON_STATES),
}
