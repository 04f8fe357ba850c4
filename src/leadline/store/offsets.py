"""How far the topics of a source were taken, part by part."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from leadline.errors import StoreError
from leadline.store import schema
from leadline.store.session import Session

Part: TypeAlias = tuple[str, int]
"""A topic and the number of one of its parts."""
NOWHERE = -1
"""Nothing of a part was taken yet."""


class Moved(NamedTuple):
    """A part that is taken further: the next message before and after."""

    part: Part
    was: int
    to: int


def known(session: Session, source: str) -> dict[Part, int]:
    """Return the parts of a source with the message that is taken next."""
    found = session.rows("select topic, part, next from offsets where source = ?", source)
    return {(topic, part): at for topic, part, at in found}


def move(session: Session, source: str, moved: Iterable[Moved]) -> None:
    """Take parts further. Raises StoreError where another service did it meanwhile."""
    for (topic, part), was, to in moved:
        session.insert(schema.offsets, [(source, topic, part, NOWHERE)], "keep")
        key = (source, topic, part)
        if not session.run(_MOVE, to, *key, was):
            raise StoreError(f"part {part} of {topic} was taken by another service meanwhile.")


_MOVE = "update offsets set next = ? where source = ? and topic = ? and part = ? and next = ?"
