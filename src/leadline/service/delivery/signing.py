"""Signatures of what is sent, as Standard Webhooks describes them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence

PREFIX = "whsec_"
LEAST_BYTES = 24


def new_secret() -> str:
    """Return a secret for a new destination."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def key_of(secret: str) -> bytes:
    """Return the bytes of a secret. Raises ValueError where it is none.

    >>> len(key_of(new_secret()))
    32
    """
    try:
        found = base64.b64decode(secret.strip().removeprefix(PREFIX), validate=True)
    except binascii.Error:
        found = b""
    if len(found) < LEAST_BYTES:
        raise ValueError(f"a secret must be {PREFIX} and at least {LEAST_BYTES} bytes in base64")
    return found


def signed(body: bytes, key: str, seconds: int, keys: Sequence[bytes]) -> Mapping[str, str]:
    """Return the heads that prove who sent a body, and when; one signature a secret.

    Args:
        body: As it is sent.
        key: Tells a repeat.
        seconds: When it is sent, since 1970.
        keys: Bytes of the secrets; two while one takes the place of the other.
    """
    content = b".".join((key.encode(), str(seconds).encode(), body))
    digests = (hmac.new(each, content, hashlib.sha256).digest() for each in keys)
    found = " ".join(f"v1,{base64.b64encode(each).decode()}" for each in digests)
    return {"webhook-id": key, "webhook-timestamp": str(seconds), "webhook-signature": found}
