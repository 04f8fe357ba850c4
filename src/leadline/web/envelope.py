"""An event of CloudEvents whose attributes stand in the head of the request (binary mode)."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote

import msgspec

from leadline.web.endpoint import Refused

_PREFIX = "ce-"


def closed(head: Iterable[tuple[str, str]], body: bytes) -> bytes:
    """Return an event with its attributes around it; any other body as it came. Raises Refused.

    >>> closed([("ce-specversion", "1.0"), ("ce-id", "e%201")], b'{"plan": 5}')
    b'{"specversion":"1.0","id":"e 1","data":{"plan": 5}}'
    >>> closed([("content-type", "application/json")], b"{}")
    b'{}'
    """
    attributes: dict[str, object] = {
        name.lower().removeprefix(_PREFIX): _said(value)
        for name, value in head
        if name.lower().startswith(_PREFIX)
    }
    if "specversion" not in attributes:
        return body
    if body.strip():
        attributes["data"] = _object(body)
    return msgspec.json.encode(attributes)


def _said(value: str) -> str:
    """Return the value of an attribute: what a head cannot hold is written by percents."""
    return unquote(value.removeprefix('"').removesuffix('"'))


def _object(body: bytes) -> msgspec.Raw:
    try:
        found = msgspec.json.decode(body, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        found = msgspec.Raw(b"")
    if bytes(found)[:1] != b"{":
        raise Refused(400, "the data of an event must be an object of JSON")
    return found
