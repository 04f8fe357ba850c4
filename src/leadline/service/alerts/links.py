"""Links to one answer for one person: signed, for a week, and of use once.

The answer has the id that the link carries, and counts once by it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets

import msgspec

from leadline.store.schema import settings
from leadline.store.session import Session

KEY = "link_key"
DAYS = 7
SECOND = 1_000_000
KINDS = ("claimed", "accepted", "rejected", "snoozed")
"""What a link can answer."""


class Link(msgspec.Struct, frozen=True):
    """What a link is for.

    Attributes:
        lead_id: The lead.
        kind: What is said of it.
        who: Who says it.
        answer_id: The id that the answer will have.
        until: When the link ends, in microseconds.
    """

    lead_id: str
    kind: str
    who: str
    answer_id: str
    until: int


def key_of(session: Session) -> bytes:
    """Return the key of a store that links are signed with; empty where it has none yet."""
    found = session.rows("select value from settings where name = ?", KEY)
    return bytes.fromhex(found[0][0]) if found else b""


def make_key(session: Session) -> bytes:
    """Return the key of a store, which gets one where it has none."""
    session.insert(settings, [(KEY, secrets.token_hex(32))], "keep")
    return key_of(session)


def new(lead_id: str, kind: str, who: str, at: int) -> Link:
    """Return a link that begins now."""
    until = at + DAYS * 86_400 * SECOND
    return Link(lead_id, kind, who, f"link-{secrets.token_urlsafe(9)}", until)


def written(link: Link, key: bytes) -> str:
    """Return a link as a part of an address."""
    body = _coded(msgspec.json.encode(link))
    return f"{body}.{_coded(_signature(body, key))}"


def read(text: str, key: bytes) -> Link | None:
    """Return a link; None where it is not of this store, or was changed."""
    body, _, signature = text.partition(".")
    if not key or not hmac.compare_digest(_coded(_signature(body, key)), signature):
        return None
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(f"{body}=="), type=Link)
    except (msgspec.DecodeError, binascii.Error, UnicodeDecodeError):
        return None


def _signature(body: str, key: bytes) -> bytes:
    return hmac.new(key, f"link:{body}".encode(), hashlib.sha256).digest()


def _coded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")
