"""The strongest reasons of a lead: the largest rows of its ledger, as people read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from leadline.explain.spoken import grouped, is_start
from leadline.model.checking.check import scores_read
from leadline.model.document import Model

MOST_REASONS = 5


@dataclass(frozen=True)
class Reason:
    """One reason.

    Attributes:
        score: The score that it moves.
        rule: The rule, or what a learned one reads.
        points: Points as people read them, in two decimals.
        unit: points, or log_odds.
        count: How many units it rests on; None where it rests on fields, or stands for several.
        on: Day of the latest unit in the zone of the model; None likewise.
        days_ago: Days from then to the moment of the score.
    """

    score: str
    rule: str
    points: float
    unit: str
    count: int | None
    on: date | None
    days_ago: int | None


class Explained(Protocol):
    """What is said about one lead, or about one account."""

    @property
    def model(self) -> Model:
        """The model that scored it."""

    @property
    def main(self) -> str:
        """Name of the score that it is ranked by."""

    @property
    def as_of(self) -> datetime:
        """The moment, UTC."""

    @property
    def because(self) -> Sequence[Mapping[str, Any]]:
        """The rows of which the strongest are its reasons."""


def reasons(found: Explained, most: int = MOST_REASONS) -> list[Reason]:
    """Return the strongest reasons for the score that a lead, or an account, is ranked by."""
    read = scores_read(found.model, [found.main])
    rows = [row for row in found.because if row["score"] in read]
    return strongest(found.model, found.as_of, rows, most)


def strongest(
    model: Model, as_of: datetime, rows: Iterable[Mapping[str, Any]], most: int
) -> list[Reason]:
    """Return the largest of some rows of the ledger, which are of one lead and moment."""
    fired: Sequence[Mapping[str, Any]] = [
        row
        for row in rows
        if row["points"] and row["state"] == "fired" and not is_start(model, row)
    ]
    largest = sorted(
        grouped(model, fired), key=lambda row: (-abs(row["points"]), row["score"], row["rule"])
    )
    return [_reason(model, as_of, row) for row in largest[:most]]


def day(model: Model, at: datetime) -> date:
    """Return the calendar day of a moment where the model counts days."""
    return at.astimezone(ZoneInfo(model.time_zone)).date()


def _reason(model: Model, as_of: datetime, row: Mapping[str, Any]) -> Reason:
    on = None if row["last_at"] is None else day(model, row["last_at"])
    return Reason(
        row["score"],
        row["rule"],
        round(row["points"], 2),
        row["unit"],
        row["count"],
        on,
        None if on is None else (day(model, as_of) - on).days,
    )
