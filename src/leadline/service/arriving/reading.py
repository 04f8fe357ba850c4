"""A request to facts, by its kind: ``segment:ENDPOINT``, ``rows:TABLE`` or ``answer``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from leadline.service.arriving import answer, rows, segment
from leadline.service.arriving.facts import Fact, Unusable
from leadline.service.arriving.items import Refused

Found: TypeAlias = Fact | Unusable


def read(kind: str, body: bytes, received_at: int) -> Iterator[Found]:
    """Yield the facts of a request, and what is none. Raises Refused where all of it is none."""
    form, _, name = kind.partition(":")
    if form == "segment":
        yield from segment.read(body, received_at, name)
    elif form == "rows" and name in rows.READERS:
        yield from rows.read(body, received_at, name)
    elif kind == answer.KIND:
        yield answer.read(body)
    else:
        raise Refused("unknown_kind", f"must be of a known kind; found {kind}")
