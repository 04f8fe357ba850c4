"""Whether a request is of the one who has the secret, by the rule of its mapping."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from leadline.service.arriving.items import Refused
from leadline.service.hooks import bodies
from leadline.service.hooks.mapped import moment
from leadline.service.hooks.mapping import Place, Signed, WebhookMapping
from leadline.service.hooks.publickeys import is_of_certificate, is_of_key
from leadline.service.hooks.said import Said, written

SECOND = 1_000_000
SNS_NOTE = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
SNS_CONFIRMATION = (
    "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type",
)  # fmt: skip
"""What Amazon SNS signs, in the order in which it does."""
SNS_HASHES = {"1": "sha1", "2": "sha256"}


@dataclass(frozen=True)
class Sent:
    """A request as it came.

    Attributes:
        method: In capitals.
        url: As the sender knows it.
        headers: With names in small letters.
        query: Parameters of the address.
        form: How the body is written.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes = field(repr=False)
    form: str = "json"

    @cached_property
    def value(self) -> Any:
        """What the body says; None where it is no text of its form."""
        try:
            return bodies.value(self.form, self.body)
        except Refused:
            return None

    def at(self, place: Place) -> list[str]:
        """Return what stands at a place; several where it is a list of words."""
        if place.within == "body":
            return [written(each) for each in Said(place.name).all(self.value)]
        source = self.headers if place.within == "header" else self.query
        name = place.name.lower() if place.within == "header" else place.name
        found = source.get(name)
        if found is None:
            return []
        if not place.after:
            return [found.strip()]
        return re.findall(rf"(?:^|[ ,]){re.escape(place.after)}([^ ,]+)", found)


def is_signed(mapping: WebhookMapping, sent: Sent, secret: str, at: int) -> bool:
    """Say whether a request is of the one who has the secret, and not too old.

    Args:
        mapping: Says how it is signed.
        sent: The request.
        secret: What both know, the key of the sender, or its certificates.
        at: The present moment, in microseconds.
    """
    signed = mapping.signed
    return _is_recent(signed, sent, at) and RULES[signed.by](signed, sent, secret, at)


def digest(signed: Signed, secret: str, message: bytes) -> str:
    """Return the signature of a text."""
    made = hmac.new(_key(signed, secret), message, signed.hash).digest()
    return made.hex() if signed.written == "hex" else base64.b64encode(made).decode()


def _is_recent(signed: Signed, sent: Sent, at: int) -> bool:
    if signed.within_seconds is None:
        return True
    for each in sent.at(signed.parts["timestamp"]):
        try:
            said = moment(each)
        except Refused:
            return False
        return said is not None and abs(at - said) <= signed.within_seconds * SECOND
    return False


def _message(signed: Signed, sent: Sent) -> bytes | None:
    """Return the text that is signed; None where a part of it is missing."""
    parts: dict[str, bytes] = {
        "body": sent.body, "method": sent.method.encode(), "url": sent.url.encode(),
    }  # fmt: skip
    for name, place in signed.parts.items():
        found = sent.at(place)
        if not found:
            return None
        parts[name] = found[0].encode()
    pieces = re.split(r"\{(\w+)\}", signed.of)
    return b"".join(
        parts.get(piece, b"") if place % 2 else piece.encode() for place, piece in enumerate(pieces)
    )


def _key(signed: Signed, secret: str) -> bytes:
    """Return the bytes of a secret; some are written with a word before them, as whsec_."""
    if signed.key == "text":
        return secret.encode()
    try:
        return base64.b64decode(secret.rpartition("_")[2], validate=True)
    except (binascii.Error, ValueError):
        return secret.encode()


def _is_one_of(expected: str, given: Iterable[str]) -> bool:
    """Compare in a time that says nothing of where they differ."""
    return any(hmac.compare_digest(expected.encode(), each.encode()) for each in given)


def _hmac(signed: Signed, sent: Sent, secret: str, _: int) -> bool:
    message = _message(signed, sent)
    return message is not None and _is_one_of(
        digest(signed, secret, message), sent.at(signed.signature)
    )


def _secret(signed: Signed, sent: Sent, secret: str, _: int) -> bool:
    is_packed = signed.written == "base64"
    expected = base64.b64encode(secret.encode()).decode() if is_packed else secret
    return _is_one_of(expected, sent.at(signed.signature))


def _sorted(signed: Signed, sent: Sent, secret: str, _: int) -> bool:
    """Compare with the hash of the secret and all parts, put together in their order as text."""
    found = [sent.at(each) for each in signed.parts.values()]
    if not all(found):
        return False
    text = "".join(sorted([secret, *(each[0] for each in found)]))
    expected = hashlib.new(signed.hash, text.encode(), usedforsecurity=False).hexdigest()
    return _is_one_of(expected, sent.at(signed.signature))


def _ecdsa(signed: Signed, sent: Sent, secret: str, _: int) -> bool:
    message = _message(signed, sent)
    given = filter(None, map(_unpacked, sent.at(signed.signature)))
    return message is not None and any(is_of_key(secret, each, message) for each in given)


def _certificate(_: Signed, sent: Sent, secret: str, at: int) -> bool:
    """Compare what Amazon SNS signs with its certificates."""
    said = sent.value if isinstance(sent.value, dict) else {}
    hashed = SNS_HASHES.get(str(said.get("SignatureVersion")))
    signature = _unpacked(str(said.get("Signature", "")))
    if hashed is None or not signature:
        return False
    names = SNS_NOTE if said.get("Type") == "Notification" else SNS_CONFIRMATION
    lines = [f"{name}\n{said[name]}\n" for name in names if said.get(name) is not None]
    return is_of_certificate(secret, signature, "".join(lines).encode(), hashed, at / SECOND)


def _unpacked(text: str) -> bytes:
    """Return the bytes of base64; none where it is no such text."""
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError):
        return b""


RULES: Mapping[str, Callable[[Signed, Sent, str, int], bool]] = {
    "hmac": _hmac,
    "secret": _secret,
    "sorted": _sorted,
    "ecdsa": _ecdsa,
    "certificate": _certificate,
}
"""Name of a rule to what compares by it."""
