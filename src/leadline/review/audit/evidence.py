"""Why a field or an event is suspected: the evidence, in words with figures."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Suspicion(StrEnum):
    """What a field is suspected of."""

    AFTER = "after the fact"
    CALENDAR = "calendar in disguise"
    IDENTIFIER = "identifier"


@dataclass(frozen=True)
class FieldEvidence:
    """One reason.

    Attributes:
        suspicion: What it speaks for.
        kind: Which test found it.
        says: What was found, a sentence.
        is_alarm: Whether it is enough alone; else it is a question to ask.
    """

    suspicion: Suspicion
    kind: str
    says: str
    is_alarm: bool = True


def percent(share: float) -> str:
    """Return a share as people read it; never all or nothing where it is neither.

    >>> percent(0.5), percent(0.99999), percent(0)
    ('50 %', 'over 99.9 %', '0 %')
    """
    if 0 < share < _LEAST:
        return "under 0.1 %"
    if 1 - _LEAST < share < 1:
        return "over 99.9 %"
    return f"{100 * share:.1f}".removesuffix(".0") + " %"


_LEAST = 0.001
