"""Destinations, as the settings declare them: where what goes, and how it shows who sent it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from leadline.errors import Fault, InputError, nearest
from leadline.service.delivery.guard import Network, networks
from leadline.service.delivery.signing import key_of
from leadline.service.secrets import secret_named, secret_of
from leadline.store.outbox import DeliveryRow

EVENTS = ("band_changed", "assigned", "reminder", "overdue", "returned")
"""Kinds of news: a band changed, somebody got a lead, and three of who did not answer in time."""


@dataclass(frozen=True)
class Sent:
    """What became of a try.

    Attributes:
        is_done: Whether it arrived.
        status: What was answered, where something was.
        detail: What went wrong, for a person; without what was sent.
        is_final: Whether another try would be of no use.
        wait_seconds: For how long the other side asked to wait.
    """

    is_done: bool
    status: int | None = None
    detail: str = ""
    is_final: bool = False
    wait_seconds: float = 0.0


class Sender(Protocol):
    """Sends deliveries of one destination; several threads may at once."""

    def send(self, row: DeliveryRow, at: int) -> Sent:
        """Try to send a delivery at a moment; whatever goes wrong is in the answer."""

    def close(self) -> None:
        """Let go of what is open."""


@dataclass(frozen=True)
class Destination:
    """Where changes of band go.

    Attributes:
        name: Its name in the settings.
        kind: What it is, such as ``webhook``.
        url: Where it is; of some kinds the address is the secret itself.
        keys: What is signed with; never shown.
        ladder: Only changes of this ladder; empty for all.
        bands: Only changes that enter or leave one of these; empty for all.
        events: Which kinds of news go there.
        newest: Whether only the last change of a lead counts, as for a list or a CRM.
        fields: Fields of the lead that are sent beside its id.
        allowed: Private networks that it may be in.
        to: E-mail addresses; none for who has the lead.
        sender: The address that mails are from.
        user: As whom a mail server knows us.
        secret: What it knows us by; never shown.
        most_an_hour: So many alerts an hour for one address, or for a room; None for any number.
    """

    name: str
    kind: str
    url: str = field(repr=False)
    keys: tuple[bytes, ...] = field(default=(), repr=False)
    ladder: str = ""
    bands: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset({"band_changed"})
    newest: bool = False
    fields: tuple[str, ...] = ()
    allowed: tuple[Network, ...] = ()
    to: tuple[str, ...] = ()
    sender: str = ""
    user: str = ""
    secret: str = field(default="", repr=False)
    most_an_hour: int | None = None

    @property
    def is_personal(self) -> bool:
        """Whether it goes to addresses of people."""
        return self.kind == "email"

    def takes(self, ladder: str, from_band: str | None, to_band: str | None) -> bool:
        """Say whether a change of band goes there."""
        if "band_changed" not in self.events or self.ladder not in {"", ladder}:
            return False
        return not self.bands or bool(self.bands & {from_band, to_band})


def destinations(
    section: Mapping[str, Any] | None, *, with_secrets: bool = True
) -> tuple[Destination, ...]:
    """Return the destinations of the settings. Raises LeadlineError.

    Who only writes what is to be delivered needs no secrets.
    """
    return tuple(
        destination(name, said, with_secrets=with_secrets) for name, said in (section or {}).items()
    )


def destination(name: str, said: Mapping[str, Any], *, with_secrets: bool = True) -> Destination:
    """Return a destination. Raises LeadlineError with what is wrong; a secret is never shown."""
    where = f"destinations.{name}"
    kind = said.get("kind", "")
    if kind not in KINDS:
        expected = f"must be one of {', '.join(KINDS)}"
        near = nearest(str(kind), KINDS)
        raise InputError(Fault("", f"{where}.kind", expected, str(kind), near))
    made = KINDS[kind](name, where, said)
    made = replace(made, most_an_hour=said.get("most_an_hour"))
    return SECRETS[kind](made, where, said) if with_secrets else made


def _webhook(name: str, where: str, said: Mapping[str, Any]) -> Destination:
    """Return a webhook: https, or http where its network is a private one that is allowed."""
    allowed = _networks(where, said)
    url = str(said.get("url", ""))
    parts = urlsplit(url)
    schemes = {"https", "http"} if allowed else {"https"}
    if parts.scheme not in schemes or not parts.hostname:
        remedy = "http is for private networks, which allow_private names."
        raise InputError(Fault("", f"{where}.url", "must be an address with https", "", remedy))
    return Destination(
        name,
        "webhook",
        url,
        (),
        str(said.get("ladder", "")),
        frozenset(said.get("bands", ())),
        _events(where, said),
        bool(said.get("newest", False)),
        tuple(said.get("fields", ())),
        allowed,
    )


def _events(where: str, said: Mapping[str, Any]) -> frozenset[str]:
    given = said.get("events", ["band_changed"])
    for each in given:
        if each not in EVENTS:
            expected = f"must be of {', '.join(EVENTS)}"
            raise InputError(Fault("", f"{where}.events", expected, each, nearest(each, EVENTS)))
    return frozenset(given)


def _networks(where: str, said: Mapping[str, Any]) -> tuple[Network, ...]:
    try:
        return networks(said.get("allow_private", ()))
    except ValueError as error:
        fault = Fault(
            "", f"{where}.allow_private", "must be networks such as 10.0.0.0/8", str(error)
        )
        raise InputError(fault) from None


def _keys(where: str, said: Mapping[str, Any]) -> list[bytes]:
    """Return what is signed with: the secret, and while it changes the one before."""
    given = [secret_of(where, said), secret_named(where, said, "old_secret")]
    try:
        return [key_of(each) for each in given if each]
    except ValueError as error:
        raise InputError(Fault("", where, str(error))) from None


def _signing(made: Destination, where: str, said: Mapping[str, Any]) -> Destination:
    return replace(made, keys=tuple(_keys(where, said)))


def _room(name: str, where: str, said: Mapping[str, Any]) -> Destination:
    """Return a room of a chat; its address is the secret."""
    no_events = frozenset[str]()
    return Destination(
        name, said["kind"], "", events=no_events, allowed=_networks(where, said)
    )  # fmt: skip


def _room_secret(made: Destination, where: str, said: Mapping[str, Any]) -> Destination:
    url = secret_of(where, said)
    parts = urlsplit(url)
    if parts.scheme not in ({"https", "http"} if made.allowed else {"https"}) or not parts.hostname:
        raise InputError(Fault("", where, "must have an address with https as its secret"))
    if made.kind == "telegram" and "chat_id" not in parse_qs(parts.query):
        expected = "must have an address such as https://.../botTOKEN/sendMessage?chat_id=-100"
        raise InputError(Fault("", where, expected))
    return replace(made, url=url)


def _mail(name: str, where: str, said: Mapping[str, Any]) -> Destination:
    """Return a mail server."""
    parts = urlsplit(str(said.get("url", "")))
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        expected = "must be an address such as smtp://mail.example:587"
        raise InputError(Fault("", f"{where}.url", expected))
    if "@" not in str(said.get("sender", "")):
        raise InputError(Fault("", f"{where}.sender", "must be an e-mail address"))
    return Destination(
        name, "email", str(said["url"]), events=frozenset(), to=tuple(said.get("to", ())),
        sender=str(said["sender"]), user=str(said.get("user", "")),
    )  # fmt: skip


def _mail_secret(made: Destination, where: str, said: Mapping[str, Any]) -> Destination:
    return replace(made, secret=secret_of(where, said)) if made.user else made


ROOMS = ("slack", "teams", "mattermost", "telegram", "wecom", "dingtalk", "feishu")
KINDS: Mapping[str, Callable[[str, str, Mapping[str, Any]], Destination]] = {
    "webhook": _webhook, "email": _mail, **dict.fromkeys(ROOMS, _room),
}  # fmt: skip
"""Kind of a destination to what reads its settings."""
SECRETS: Mapping[str, Callable[[Destination, str, Mapping[str, Any]], Destination]] = {
    "webhook": _signing, "email": _mail_secret, **dict.fromkeys(ROOMS, _room_secret),
}  # fmt: skip
"""Kind of a destination to what adds its secrets."""
