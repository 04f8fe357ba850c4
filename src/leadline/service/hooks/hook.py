"""A webhook as the settings say it: its mapping, what it is signed with, and how it is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from leadline.errors import Fault, InputError
from leadline.service.hooks import publickeys
from leadline.service.hooks.document import read_file, read_shipped
from leadline.service.hooks.mapping import WebhookMapping
from leadline.service.hooks.signing import Sent, digest, is_signed

Secret: TypeAlias = Callable[[str, Mapping[str, Any]], str]
"""Returns the secret that a section of the settings names."""
KIND = "hook"


@dataclass(frozen=True)
class Hook:
    """A webhook.

    Attributes:
        name: The end of its address.
        mapping: How it is signed, and which facts it sends.
        secret: What its signatures are checked with.
        url: Its address as its sender knows it; empty where that is the one that it comes to.
    """

    name: str
    mapping: WebhookMapping
    secret: str = field(repr=False)
    url: str = ""

    @property
    def kind(self) -> str:
        """The kind of its requests in the inbox."""
        return f"{KIND}:{self.name}"

    @property
    def source(self) -> str:
        """Where its facts come from; no key is called so."""
        return f"hooks/{self.name}"

    def is_signed(self, sent: Sent, at: int) -> bool:
        """Say whether a request is of its sender."""
        return is_signed(self.mapping, sent, self.secret, at)

    def answer(self, sent: Sent) -> tuple[str, str] | None:
        """Return what is answered and its kind of text, where we are asked whether we listen."""
        challenge = self.mapping.challenge
        found = [] if challenge is None else sent.at(challenge.asked)
        if challenge is None or not found:
            return None
        if challenge.answer == "plain":
            return found[0], "text/plain"
        hashed = digest(self.mapping.signed, self.secret, found[0].encode())
        both = {"plainToken": found[0], "encryptedToken": hashed}
        return msgspec.json.encode(both).decode(), "application/json"


def mappings_of(section: Mapping[str, Any] | None) -> dict[str, WebhookMapping]:
    """Return the mapping of each webhook of the settings. Raises InputError, FileError."""
    return {name: _mapping(name, said) for name, said in (section or {}).items()}


def hooks_of(section: Mapping[str, Any] | None, secret: Secret) -> dict[str, Hook]:
    """Return the webhooks of the settings. Raises InputError, FileError.

    Args:
        section: Names to what is set.
        secret: Looks up what a section names.
    """
    mappings = mappings_of(section)
    found = {
        name: Hook(name, mappings[name], secret(f"hooks.{name}", said), said.get("url", ""))
        for name, said in (section or {}).items()
    }
    for each in found.values():
        _check_secret(each)
    return found


def _mapping(name: str, said: Mapping[str, Any]) -> WebhookMapping:
    if "file" in said and "mapping" in said:
        raise InputError(Fault("", f"hooks.{name}", "must have a mapping or a file, not both"))
    if "file" in said:
        return read_file(Path(said["file"]))
    return read_shipped(said.get("mapping", name))


def _check_secret(hook: Hook) -> None:
    """Refuse a public key or certificates that are none. Raises InputError."""
    reads = {"ecdsa": publickeys.key, "certificate": publickeys.certificates}
    read = reads.get(hook.mapping.signed.by)
    if read is None:
        return
    try:
        read(hook.secret)
    except ValueError as error:
        what = "a public key in base64" if read is publickeys.key else "certificates as PEM"
        raise InputError(
            Fault("", f"hooks.{hook.name}", f"must be given {what}", str(error))
        ) from None
