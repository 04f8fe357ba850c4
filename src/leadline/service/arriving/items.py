"""What every form shares: parts of a body, texts, times, nested values by path."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

MOST_ITEM_BYTES = 32 * 1024
MOST_TEXT = 10_000
MOST_ADDRESS = 320
MOST_SHOWN = 80
MOST_DEPTH = 8
MOST_PROPERTIES = 500
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SKEW_MICROSECONDS = 10_000_000
"""A sender's clock that is off by less is right: the rest is the way here."""
EARLIEST = int(datetime(1990, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
NOBODY = frozenset(
    {"", "null", "none", "undefined", "nil", "nan", "false", "true", "0", "anonymous", "guest"}
    | {"unknown", "n/a", "na", "[object object]", "test", "user", "id", "00000000"}
    | {"00000000-0000-0000-0000-000000000000"}
)
"""Ids that trackers send where they know nobody; they never identify."""


class Refused(Exception):  # noqa: N818 - it is refused, which is no error of ours
    """A part of a request is no fact; says why, in a word and in a sentence."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def small(part: bytes) -> bytes:
    """Return a part of a request. Raises Refused where it is too large."""
    if len(part) > MOST_ITEM_BYTES:
        raise Refused("too_long", f"a part must have at most {MOST_ITEM_BYTES} bytes")
    return part


def json_of(raw: bytes | msgspec.Raw) -> Any:
    """Return a value of JSON. Raises Refused."""
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused("no_json", f"must be JSON; {error}") from None


def parts(body: bytes) -> list[bytes]:
    """Return the parts of a body that is a list, or the body itself. Raises Refused."""
    try:
        if body.lstrip()[:1] == b"[":
            return [bytes(each) for each in msgspec.json.decode(body, type=list[msgspec.Raw])]
        msgspec.json.decode(body, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused("no_json", f"must be JSON; {error}") from None
    return [body]


def mapping(value: object, what: str) -> Mapping[str, Any]:
    """Return an object of JSON; nothing is an empty one. Raises Refused."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Refused("no_object", f"{what} must be an object; found {_shown(value)}")
    return value


def text(value: object, what: str, most: int = MOST_TEXT) -> str:
    """Return a text, empty where there is none; a number is the text of it. Raises Refused."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Refused("no_text", f"{what} must be a text; found {_shown(value)}")
    made = str(value).strip()
    if "\x00" in made:
        raise Refused("no_text", f"{what} must not have a zero byte")
    if len(made) > most:
        raise Refused("too_long", f"{what} must have at most {most} characters; found {len(made)}")
    return made


def identifier(value: object, what: str) -> str:
    """Return an id, empty where it names nobody. Raises Refused."""
    found = text(value, what, 512)
    return "" if found.lower() in NOBODY else found


def email(value: object) -> str:
    """Return an e-mail address in small letters, empty where it is none."""
    found = value.strip().lower() if isinstance(value, str) else ""
    return (
        found if "@" in found[1:-1] and len(found) <= MOST_ADDRESS and "\x00" not in found else ""
    )


def time(value: object, what: str) -> int | None:
    """Return a time in microseconds: ISO 8601 text, UTC where it has no zone. Raises Refused."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise Refused(
            "no_time", f"{what} must be a time such as 2026-11-01T12:00:00Z; found {_shown(value)}"
        )
    try:
        read = datetime.fromisoformat(value)
        read = read.replace(tzinfo=UTC) if read.tzinfo is None else read
        return (read - EPOCH) // timedelta(microseconds=1)
    except (ValueError, OverflowError):
        raise Refused(
            "no_time", f"{what} must be a time such as 2026-11-01T12:00:00Z; found {_shown(value)}"
        ) from None


def moved(at: int | None, sent_at: int | None, received_at: int) -> tuple[int, int | None]:
    """Return when something happened by our clock, and the given time where that is another.

    A sender whose clock is off says so by when it thinks that it sends.

    >>> moved(1_700_000_000_000_000, None, 1_600_000_000_000_000)
    (1600000000000000, 1700000000000000)
    """
    if at is None:
        return received_at, None
    off = 0 if sent_at is None else sent_at - received_at
    known = at - off if abs(off) > SKEW_MICROSECONDS else at
    if not EARLIEST <= known <= received_at:
        known = received_at
    return known, None if known == at else at


def flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values with nested ones by their path; lists are kept. Raises Refused.

    >>> flat({"plan": {"seats": 5}, "tags": ["a"]})
    {'plan.seats': 5, 'tags': ['a']}
    """
    found = dict(_flat(values, "", MOST_DEPTH))
    if len(found) > MOST_PROPERTIES:
        raise Refused("too_many", f"must have at most {MOST_PROPERTIES} properties")
    return found


def _flat(values: Mapping[str, Any], prefix: str, depth: int) -> Iterator[tuple[str, Any]]:
    if depth == 0:
        raise Refused("too_deep", f"must be nested at most {MOST_DEPTH} deep")
    for key, value in values.items():
        name = text(prefix + key, "a name", 256)
        if isinstance(value, dict):
            yield from _flat(value, f"{name}.", depth - 1)
        elif isinstance(value, str) and "\x00" in value:
            raise Refused("no_text", f"{name} must not have a zero byte")
        else:
            yield name, value


def digest_id(body: bytes) -> str:
    """Return an id for what has none: the same for the same bytes."""
    return hashlib.sha256(body).hexdigest()[:32]


def _shown(value: object) -> str:
    shown = str(value)
    return shown if len(shown) <= MOST_SHOWN else f"{shown[:MOST_SHOWN]}..."
