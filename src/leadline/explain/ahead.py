"""What becomes of a lead's score if nothing more happens: it is scored at moments to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from leadline.scoring import Run

DAYS = 60


@dataclass(frozen=True)
class Ahead:
    """A lead at a moment to come.

    Attributes:
        at: The moment, UTC.
        value: The score that leads are ranked by.
        band: The band of the first ladder, None without one.
    """

    at: datetime
    value: float | None
    band: str | None


def ahead(run: Run, lead_id: str, as_of: datetime, days: int = DAYS) -> list[Ahead]:
    """Return the score of a lead now and at each of the next days, if nothing more happens."""
    moments = [as_of + timedelta(days=day) for day in range(days + 1)]
    rows = run.over([(lead_id, at) for at in moments]).arrow("scores").to_pylist()
    rows.sort(key=lambda row: row["as_of"])
    model = run.model
    ladder = next((model.column(each) for each in model.lead_bands), None)
    return [
        Ahead(row["as_of"].astimezone(UTC), row[model.main_score], row[ladder] if ladder else None)
        for row in rows
    ]


def falls(found: Sequence[Ahead]) -> Ahead | None:
    """Return the first moment to come at which the band is another; None where it stays."""
    return next((each for each in found if each.band != found[0].band), None)
