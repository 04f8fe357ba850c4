"""How the results of a run are spread: scores, bands, overrides."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from leadline.model.document import Ladder
from leadline.query.context import Context, Level
from leadline.scoring import Run
from leadline.sql.text import name as quoted

ENOUGH_BINS = 20
MOST_MOVES = 20
"""Changes of band of accounts that are listed."""
MOST_MOMENTS = 120
"""More moments than this are not shown one by one."""


@dataclass(frozen=True)
class Bin:
    """Leads whose score is at least ``low`` and below ``high``."""

    low: float
    high: float
    leads: int


@dataclass(frozen=True)
class ScoreSpread:
    """How one score is spread; figures are null where no lead has the score.

    Attributes:
        score: Name of the score.
        leads: Leads that have the score.
        nulls: Leads that do not have it.
        zeros: Leads whose score is exactly 0.
        minimum: Least score.
        lower_quartile: A quarter of the leads is below it.
        median: Half of the leads are below it.
        upper_quartile: A quarter of the leads is above it.
        maximum: Greatest score.
        mean: Mean score.
        bins: Bins of one round width, from the least score to the greatest.
    """

    score: str
    leads: int
    nulls: int
    zeros: int
    minimum: float | None
    lower_quartile: float | None
    median: float | None
    upper_quartile: float | None
    maximum: float | None
    mean: float | None
    bins: tuple[Bin, ...]


@dataclass(frozen=True)
class BandCount:
    """Leads in a band: ``before`` overrides and after them; band None where there is no score.

    ``is_beside``: it stands in overrides alone, neither above nor below the others.
    ``unit``: whose ladder it is; of accounts all counts are of these.
    """

    ladder: str
    band: str | None
    before: int
    leads: int
    share: float
    is_beside: bool = False
    unit: Level = "lead"


@dataclass(frozen=True)
class BandAt:
    """Leads, or accounts of a ladder of theirs, in a band at one moment; times are UTC."""

    ladder: str
    at: datetime
    band: str | None
    leads: int


@dataclass(frozen=True)
class AccountMove:
    """A change of band of an account; times are UTC."""

    account_id: str
    ladder: str
    at: datetime
    from_band: str
    to_band: str | None
    value: float | None


@dataclass(frozen=True)
class OverrideUse:
    """Leads for which an override was the first that applied."""

    override: str
    leads: int
    share: float


def moments(run: Run) -> tuple[datetime, ...]:
    """Return the moments of the spine, the first first."""
    rows = run.engine.rows(f"select distinct as_of from {run.moments.table} order by as_of")
    return tuple(at.replace(tzinfo=UTC) for (at,) in rows)


def round_step(least: float) -> float:
    """Return the next of 1, 2, 5 and their tenfolds.

    >>> round_step(0.3), round_step(14), round_step(0)
    (0.5, 20.0, 1.0)
    """
    if least <= 0:
        return 1.0
    power = math.floor(math.log10(least))
    steps = (round(each * 10.0**power, 12) for each in (1, 2, 5, 10))
    return next(each for each in steps if each >= least * (1 - 1e-9))


def score_spreads(run: Run) -> tuple[ScoreSpread, ...]:
    """Return how every score is spread."""
    query = " union all ".join(
        _SPREAD.format(place=place, score=quoted(name), scores=run.table("scores"))
        for place, name in enumerate(run.model.scores)
    )
    figures = [dict(zip(_FIGURES, row[1:], strict=True)) for row in sorted(run.engine.rows(query))]
    widths = [_width(each["minimum"], each["maximum"]) for each in figures]
    counts = _bin_counts(run, widths)
    return tuple(
        ScoreSpread(name, **figures[place], bins=tuple(_bins(width, counts.get(place, {}))))
        for place, (name, width) in enumerate(zip(run.model.scores, widths, strict=True))
    )


_FIGURES = (
    "leads",
    "nulls",
    "zeros",
    "minimum",
    "lower_quartile",
    "median",
    "upper_quartile",
    "maximum",
    "mean",
)
_SPREAD = """
    select {place} as place, count({score}) as leads, count(*) - count({score}) as nulls,
        count(*) filter (where {score} = 0) as zeros, min({score}) as minimum,
        quantile_cont({score}, 0.25) as lower, median({score}) as middle,
        quantile_cont({score}, 0.75) as upper, max({score}) as maximum, avg({score}) as mean
    from {scores}
"""


def _width(low: float | None, high: float | None) -> float:
    """Return a round width, such that there are not many more bins than enough."""
    return round_step(((high or 0.0) - (low or 0.0)) / ENOUGH_BINS)


def _bin_counts(run: Run, widths: Sequence[float]) -> dict[int, dict[int, int]]:
    """Return score to bin to leads, by numbers."""
    query = " union all ".join(
        f"select {place} as place, cast(floor({quoted(name)} / {width!r}) as bigint) as bin, "
        f"count(*) as leads from {run.table('scores')} "
        f"where {quoted(name)} is not null group by all"
        for place, (name, width) in enumerate(zip(run.model.scores, widths, strict=True))
    )
    counts: dict[int, dict[int, int]] = {}
    for place, number, leads in run.engine.rows(query):
        counts.setdefault(place, {})[number] = leads
    return counts


def _bins(width: float, counts: dict[int, int]) -> Iterable[Bin]:
    for number in range(min(counts, default=0), max(counts, default=-1) + 1):
        low, high = round(number * width, 9), round((number + 1) * width, 9)
        yield Bin(low, high, counts.get(number, 0))


def band_counts(run: Run) -> tuple[BandCount, ...]:
    """Return leads in each band of each ladder, the lowest band first; or accounts."""
    found: list[BandCount] = []
    for ladder, written in run.model.bands.items():
        column, unit = run.model.column(ladder), _unit(written)
        rows = run.engine.rows(
            f"select {quoted(column)}, {quoted('edge_' + column)}, count(*) "
            f"from {_standing(run, ladder)} group by all"
        )
        total = sum(count for _, _, count in rows) or 1
        ranked = bands_of(run, ladder, ())
        for band in bands_of(run, ladder, [each for row in rows for each in row[:2]]):
            after = sum(count for now, _, count in rows if now == band)
            before = sum(count for _, edge, count in rows if edge == band)
            share = after / total
            beside = band not in ranked
            found.append(BandCount(ladder, band, before, after, share, beside, unit))
    return tuple(found)


def _unit(ladder: Ladder) -> Level:
    return "account" if ladder.is_account else "lead"


def _standing(run: Run, ladder: str) -> str:
    """Return the table that has the bands of a ladder."""
    return run.table("account_scores" if run.model.bands[ladder].is_account else "scores")


def account_moves(run: Run) -> tuple[AccountMove, ...]:
    """Return the latest changes of band of accounts, from moment to moment."""
    if "account_transitions" not in run.statement.outputs:
        return ()
    rows = run.engine.rows(
        'select account_id, ladder, "at", from_band, to_band, value '
        f"from {run.table('account_transitions')} where from_band is not null "
        f'order by "at" desc, ladder, account_id limit {MOST_MOVES}'
    )
    return tuple(
        AccountMove(account, ladder, at.replace(tzinfo=UTC), *rest)
        for account, ladder, at, *rest in rows
    )


def bands_of(run: Run, ladder: str, seen: Iterable[str | None]) -> list[str | None]:
    """Return the bands of a ladder, the lowest first, then those of overrides, then none."""
    written = run.model.bands[ladder]
    known: list[str | None] = list(written.edges or {})
    if written.cells:  # the best cells are written first
        known = [written.default, *reversed(written.cells)]
    return list(dict.fromkeys([*known, *sorted(seen, key=lambda band: (band is None, band))]))


def bands_at(run: Run, at: Sequence[datetime]) -> tuple[BandAt, ...]:
    """Return leads in each band at each of a few moments; nothing for one moment or very many."""
    if not 1 < len(at) <= MOST_MOMENTS:
        return ()
    return tuple(
        BandAt(ladder, moment.replace(tzinfo=UTC), band, leads)
        for ladder in run.model.bands
        for moment, band, leads in run.engine.rows(
            f"select as_of, {quoted(run.model.column(ladder))}, count(*) "
            f"from {_standing(run, ladder)} group by all order by all"
        )
    )


def override_uses(run: Run) -> tuple[OverrideUse, ...]:
    """Return for how many leads each override was the first that applied."""
    rows = run.engine.rows(f"select override, count(*) from {run.table('scores')} group by 1")
    counts, total = dict(rows), sum(leads for _, leads in rows) or 1
    return tuple(
        OverrideUse(name, counts.get(name, 0), counts.get(name, 0) / total)
        for name in Context(run.model, run.loaded.schema).overrides("lead")
    )
