"""Providers of OpenID Connect, as the settings name them, and whom they mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from leadline.errors import Fault, InputError
from leadline.service.signing_in import Caller, Opened, opened
from leadline.store import audit_log, people
from leadline.store.audit_log import Entry
from leadline.store.people import Person
from leadline.store.session import Session
from leadline.store.store import Store


@dataclass(frozen=True)
class Provider:
    """A provider.

    Attributes:
        name: In the settings and in addresses.
        issuer: Its address; what it says of itself must be the same.
        client_id: What it calls this service.
        secret: By which it knows this service.
        label: What people call it.
        by_email: Whether it may be believed which e-mail address is whose.
    """

    name: str
    issuer: str
    client_id: str
    secret: str
    label: str
    by_email: bool


@dataclass(frozen=True)
class Told:
    """What a provider says of somebody.

    Attributes:
        issuer: The provider.
        subject: What it calls them, for ever.
        email: Their address; empty where it says none that it verified.
    """

    issuer: str
    subject: str
    email: str


def require_openid() -> None:
    """Refuse providers where what asks them is not installed. Raises InputError."""
    if any(find_spec(each) is None for each in ("authlib", "httpx2", "itsdangerous")):
        remedy = "Run pip install 'leadline[openid]'."
        raise InputError(Fault("", "providers", "need the extra openid", "", remedy))


def providers_of(
    said: Mapping[str, Any] | None, secret: Callable[[str, Mapping[str, Any]], str]
) -> tuple[Provider, ...]:
    """Return the providers that the settings name. Raises InputError, FileError."""
    return tuple(_provider(name, each, secret) for name, each in (said or {}).items())


def _provider(
    name: str, said: Mapping[str, Any], secret: Callable[[str, Mapping[str, Any]], str]
) -> Provider:
    place = f"providers.{name}"
    for each in ("issuer", "client_id"):
        if each not in said:
            raise InputError(Fault("", f"{place}.{each}", "must be set"))
    return Provider(
        name, str(said["issuer"]).rstrip("/"), str(said["client_id"]), secret(place, said),
        str(said.get("label", name)), bool(said.get("by_email")),
    )  # fmt: skip


def sign_in(store: Store, provider: Provider, told: Told, caller: Caller) -> Opened | None:
    """Return what opens for whom a provider means; None where that is nobody who is here.

    Who is not known by it yet is known by the e-mail address, where it may be believed.
    """
    with store.writing() as session:
        person = people.of_provider(session, told.issuer, told.subject)
        if person is None and provider.by_email and told.email:
            person = _linked(session, told, caller)
        if person is None or person.ended_at is not None:
            return None
        return opened(session, person, caller)


def _linked(session: Session, told: Told, caller: Caller) -> Person | None:
    """Have a provider mean somebody from now on, by an e-mail address that it verified."""
    person = people.find(session, told.email)
    if person is None or person.ended_at is not None:
        return None
    people.link_provider(session, person, told.issuer, told.subject)
    entry = Entry(person.email, "person.linked", person.email, None, {"issuer": told.issuer})
    audit_log.write(session, [entry], caller.at)
    return person
