"""A request without what it says of somebody."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import TypeAlias
from urllib.parse import unquote_plus

import msgspec

from leadline.service.arriving import items, reading
from leadline.service.arriving.facts import Fact, Mark, Merge, Unusable
from leadline.service.arriving.items import Refused
from leadline.service.people import ids_in

IsOf: TypeAlias = Callable[[Fact | Unusable], bool]
"""Says whether what was read is of somebody."""


class _Batch(msgspec.Struct):
    batch: list[msgspec.Raw] | None = None
    sentAt: msgspec.Raw = msgspec.Raw(b"null")  # noqa: N815 - as senders write it


def without(kind: str, body: bytes, received_at: int, is_of: IsOf, hooks: reading.Hooks) -> bytes:
    """Return a body without the parts that are of somebody; empty where none is left."""
    parts, head, between, tail = _taken_apart(kind, body)
    left = [each for each in parts if not any(map(is_of, _read(kind, each, received_at, hooks)))]
    if len(left) == len(parts):
        return body
    return head + between.join(left) + tail if left else b""


def named(fact: Fact | Unusable) -> Iterator[tuple[str, str]]:
    """Yield the ids that a fact names somebody by, each with its kind.

    In what is no fact every text, or every word where it is no JSON, may be an id of any kind.
    """
    if isinstance(fact, Unusable):
        for each in _texts_in(fact.body):
            yield from (("user", each), ("anonymous", each), ("email", each.strip().lower()))
    elif isinstance(fact, Merge):
        yield from (("user", each) for each in (fact.from_id, fact.into_id) if each)
    elif not isinstance(fact, Mark):
        for ids in (fact.ids, getattr(fact, "previous", None)):
            if ids is not None:
                yield from ids_in(ids)
                yield from [("email", ids.email)] if ids.email else []


_WORD = re.compile(r"[^\s\"'<>(){}\[\],;:=&]+")


def _texts_in(body: bytes) -> Iterator[str]:
    """Yield the texts and whole numbers of a value of JSON; of what is none, its words."""
    try:
        waiting = [json.loads(body)]
    except (ValueError, RecursionError):
        for word in _WORD.findall(body.decode("utf-8", "replace")):
            yield from {word, unquote_plus(word)}  # it may be a form
        return
    while waiting:
        value = waiting.pop()
        if isinstance(value, str | int):
            yield str(value)
        elif isinstance(value, dict | list):
            waiting += value.values() if isinstance(value, dict) else value


def _taken_apart(kind: str, body: bytes) -> tuple[list[bytes], bytes, bytes, bytes]:
    """Return the parts of a body, and what stands before, between and behind them."""
    try:
        if kind.startswith("segment:"):
            whole = msgspec.json.decode(body, type=_Batch)
            if whole.batch is None:
                return [body], b"", b"", b""
            tail = b'],"sentAt":' + bytes(whole.sentAt) + b"}"
            return list(map(bytes, whole.batch)), b'{"batch":[', b",", tail
        if body.lstrip()[:1] == b"[":
            return items.parts(body), b"[", b",", b"]"
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, Refused):
        return [body], b"", b"", b""
    is_one = kind.startswith("hook:")  # of a form or of XML no line is a part
    lines = [body] if is_one else [each for each in body.splitlines() if each.strip()]
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return lines, b"", b"\n", b""
    return [body], b"", b"", b""


def _read(
    kind: str, part: bytes, received_at: int, hooks: reading.Hooks
) -> Iterator[Fact | Unusable]:
    try:
        yield from reading.read(kind, part, received_at, hooks)
    except Refused as refused:
        yield Unusable(0, refused.reason, refused.detail, part)
