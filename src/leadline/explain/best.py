"""The leads with the highest scores, with their bands and strongest reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from leadline.explain.reasons import Reason, strongest
from leadline.model.document import Model
from leadline.scoring import Run

MOST_LEADS = 20
MOST_REASONS = 3
EXCLUDED = "excluded"
"""The band of leads that are never passed on, and so are not among the best."""


@dataclass(frozen=True)
class Ranked:
    """One of the best leads.

    Attributes:
        lead_id: The lead.
        as_of: The moment, UTC.
        score: The score that leads are ranked by.
        bands: Its band on each ladder, in the order of the model.
        reasons: Its strongest reasons, the strongest first.
    """

    lead_id: str
    as_of: datetime
    score: float
    bands: tuple[str | None, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Best:
    """The best of all leads that were scored.

    Attributes:
        model: The model.
        leads: The best, the highest score first.
        rows: How many leads and moments were scored.
        moments: How many moments there are among them.
        bands: For each ladder how many rows are in each band, the most first; None is no band.
    """

    model: Model
    leads: tuple[Ranked, ...]
    rows: int
    moments: int
    bands: Mapping[str, Mapping[str | None, int]]


def best(run: Run, most: int = MOST_LEADS) -> Best:
    """Return the leads with the highest scores; those that are excluded are left out."""
    [(rows, moments)] = run.rows("select count(*), count(distinct as_of) from spine")
    counts = {name: band_counts(run, name) for name in run.model.bands}
    return Best(run.model, tuple(_ranked(run, _highest(run, most))), rows, moments, counts)


def band_counts(run: Run, ladder: str) -> dict[str | None, int]:
    """Return how many rows of the spine are in each band of a ladder, the most first."""
    column = run.model.column(ladder)
    return dict(
        run.rows(
            f'select "{column}", count(*) from {run.table("scores")} group by 1 order by 2 desc, 1'
        )
    )


def _highest(run: Run, most: int) -> list[tuple[Any, ...]]:
    """Return lead, moment, score and bands of the rows with the highest scores."""
    score = run.model.main_score
    bands = [run.model.column(each) for each in run.model.bands]
    wanted = f"""and "{bands[0]}" is distinct from '{EXCLUDED}'""" if bands else ""
    shown = ", ".join(f'"{each}"' for each in (score, *bands))
    found = run.rows(
        f'select lead_id, as_of, {shown} from {run.table("scores")} where "{score}" is not null '
        f'{wanted} order by "{score}" desc, lead_id, as_of limit {most}'
    )
    return [(lead, at.replace(tzinfo=UTC), *rest) for lead, at, *rest in found]


def _ranked(run: Run, rows: Sequence[tuple[Any, ...]]) -> list[Ranked]:
    ledgers: dict[tuple[str, datetime], list[dict[str, Any]]] = {}
    if rows:
        for row in run.over([(lead, at) for lead, at, *_ in rows]).arrow("points").to_pylist():
            ledgers.setdefault((row["lead_id"], row["as_of"]), []).append(row)
    return [
        Ranked(
            lead,
            at,
            score,
            tuple(bands),
            tuple(strongest(run.model, at, ledgers.get((lead, at), ()), MOST_REASONS)),
        )
        for lead, at, score, *bands in rows
    ]
