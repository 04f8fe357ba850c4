"""What a workspace says of leads that are ready."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from leadline.model.durations import Duration

REASONS = (
    "not our market",
    "too small",
    "no need",
    "no budget",
    "wrong contact",
    "bought elsewhere",
)
"""Why a lead is given back, where the team has no list of its own."""


@dataclass(frozen=True)
class Handover:
    """The settings.

    Attributes:
        reasons: Why a lead may be given back, or was lost.
        cool_down: For so many microseconds after it changed, a band does not fall.
    """

    reasons: tuple[str, ...] = REASONS
    cool_down: int = 0

    @classmethod
    def of(cls, section: Mapping[str, Any] | None) -> Self:
        """Return what a section of the settings says.

        >>> Handover.of({"cool_down": "1h"}).cool_down
        3600000000
        """
        given = section or {}
        cool_down = given.get("cool_down")
        return cls(
            tuple(given.get("reasons", REASONS)),
            0 if cool_down is None else Duration(str(cool_down)).microseconds,
        )
