"""What a workspace says of leads that are ready."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from leadline.model.durations import Duration
from leadline.service.handover.team import NOBODY, Team, team

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
        team: Who takes leads, and by which rules.
    """

    reasons: tuple[str, ...] = REASONS
    cool_down: int = 0
    team: Team = NOBODY

    @classmethod
    def of(
        cls,
        section: Mapping[str, Any] | None,
        sellers: Mapping[str, Any] | None = None,
        rules: Mapping[str, Any] | None = None,
    ) -> Self:
        """Return what sections of the settings say. Raises InputError.

        >>> Handover.of({"cool_down": "1h"}).cool_down
        3600000000
        """
        given = section or {}
        cool_down = given.get("cool_down")
        return cls(
            tuple(given.get("reasons", REASONS)),
            0 if cool_down is None else Duration(str(cool_down)).microseconds,
            team(sellers, rules, section),
        )
