"""Do bands fill up? Who is in each, how many enter it a week, and how far scores moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from leadline.history.replay import Replay, entries, replayed
from leadline.review.watch.standing import Shift, Standing, moved_rules
from leadline.review.watch.weeks import Weeks
from leadline.scoring import Run
from leadline.sql.text import name, sql_text

LATEST = 8
"""So many weeks before the watched ones are compared with as many at the end."""
MOST_RULES = 5


@dataclass(frozen=True)
class BandMove:
    """A band before and now.

    Attributes:
        band: Its name.
        share_before: Part of all leads that were in it when the watched weeks began.
        share: Part that is in it at the end.
        inside: How many are, scaled up where leads were sampled.
        entries_before: How many entered it a week, in the eight weeks before.
        entries: How many enter it a week, in the last eight.
    """

    band: str
    share_before: float
    share: float
    inside: float
    entries_before: float
    entries: float


@dataclass(frozen=True)
class Inflation:
    """What became of bands and scores.

    Attributes:
        ladder: The first ladder of leads; None where there is none.
        bands: Its bands, the lowest first.
        scores: Mean of each score of new leads, before and in the last eight weeks.
        rules: Mean points of the rules that moved most.
        sampled: How many leads were scored again, of how many.
    """

    ladder: str | None
    bands: tuple[BandMove, ...]
    scores: tuple[Shift, ...]
    rules: tuple[Shift, ...]
    sampled: tuple[int, int]


def inflation(run: Run, stood: Standing, weeks: Weeks) -> Inflation:
    """Return how bands and scores stand against before."""
    latest = max(weeks.before, weeks.count - LATEST)
    rules = tuple(each for each in moved_rules(stood, latest) if each.by)[:MOST_RULES]
    means = tuple(_means(stood, latest))
    ladder = next(iter(run.model.lead_bands), None)
    if ladder is None:
        return Inflation(None, (), means, rules, (0, 0))
    first, second = _moments(weeks.since), _moments(weeks.end)
    of = replayed(run, sorted({*first, *second}))
    return Inflation(
        ladder, tuple(_bands(of, ladder, first, second)), means, rules, (of.leads, of.of)
    )


def _moments(end: datetime) -> list[datetime]:
    """Return the ends of the latest weeks, and one before the first."""
    return [end - timedelta(weeks=each) for each in range(LATEST, -1, -1)]


def _bands(
    of: Replay, ladder: str, first: Sequence[datetime], second: Sequence[datetime]
) -> list[BandMove]:
    rows = entries(of, ladder).to_pylist()
    counts = {(row["as_of"], row["band"]): (row["entries"] or 0, row["inside"]) for row in rows}
    known = {
        at: sum(inside for (when, _), (_, inside) in counts.items() if when == at)
        for at in (*first, *second)
    }

    def entered(band: str, moments: Sequence[datetime]) -> float:
        found = sum(counts.get((at, band), (0, 0))[0] for at in moments[1:])
        return float(of.factor * found / LATEST)

    def share(band: str, at: datetime) -> float:
        return float(counts.get((at, band), (0, 0))[1] / max(known[at], 1))

    return [
        BandMove(
            band,
            share(band, first[-1]),
            share(band, second[-1]),
            of.factor * counts.get((second[-1], band), (0, 0))[1],
            entered(band, first),
            entered(band, second),
        )
        for band in _ordered(of, ladder, {band for _, band in counts})
    ]


def _ordered(of: Replay, ladder: str, seen: set[str]) -> list[str]:
    """Return the bands of edges, the lowest first, then those that overrides give."""
    edges = list(of.run.model.lead_bands[ladder].edges or {})
    return [*edges, *sorted(seen - set(edges))]


def _means(stood: Standing, latest: int) -> list[Shift]:
    weeks = stood.of.weeks
    columns = [
        sql_text(
            "avg({c}) filter (where week < {before}), avg({c}) filter (where week >= {latest})",
            c=name(stood.score(each)),
            before=weeks.before,
            latest=latest,
        )
        for each in stood.model.scores
    ]
    query = sql_text("select {columns} from {t}", columns=columns, t=name(stood.table))
    [row] = stood.run.engine.rows(query)
    pairs = zip(stood.model.scores, row[::2], row[1::2], strict=True)
    return [Shift(score, before or 0.0, now or 0.0) for score, before, now in pairs]
