"""Fields that look as if they were written after the outcome: tests on counts by value."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from leadline.history.counts_by_value import EMPTY, Cells
from leadline.review.audit.alone import auc_alone
from leadline.review.audit.evidence import FieldEvidence, Suspicion, percent
from leadline.statistics.measures import Floats
from leadline.statistics.shares import wilson

FEWEST = 20
"""Fewer rows with the outcome, or without, than this say nothing."""
ALONE = 0.9
"""A field that alone has this ROC-AUC is better than whole honest models are."""
STRONG = 0.8
"""From this ROC-AUC on, a field is compared with all the others together."""
BEYOND = 0.05
"""How much more it must have than all the others together."""
ENDS = 150.0
"""The odds at one end are at least so many times those at the other: near certainty both ways."""
EACH_END = 5.0
"""The odds at each end are at least so many times from those of all rows."""
ASK_ENDS = 40.0
ASK_FILLED = 0.2
"""Filled for winners and losers with shares this far apart is worth a question."""
_END_SHARE = 0.01
_SETTLED = 0.995
_SETTLES_WINS = 0.2
_SETTLES_LOSSES = 0.3
_EXPECTED = 20.0
"""Where chance alone would leave at least so many of the other outcome, none is no accident."""
_NO_LUCK = float(-np.log(0.001))
"""A value of so few rows that they could all end alike by luck settles nothing."""
_EXPECTED_FILLED = 10.0
"""The same where it is not one of many values, but whether there is any."""
_ROUND = 0.75


def enough(rows: int, positives: int) -> bool:
    """Return whether there are outcomes enough, of both kinds, to judge fields by."""
    return min(positives, rows - positives) >= FEWEST


def after(cells: Cells, auc: float | None) -> Iterator[FieldEvidence]:
    """Yield evidence that a field was written after the outcome, from its counts alone."""
    yield from _alone(auc)
    yield from [*_settled(cells)] or _filled_for_one_kind(cells)
    yield from _ends(cells)
    yield from _filled(cells)


def _evidence(kind: str, says: str, *, is_alarm: bool = True) -> FieldEvidence:
    return FieldEvidence(Suspicion.AFTER, kind, says, is_alarm)


def _alone(auc: float | None) -> Iterator[FieldEvidence]:
    if auc is not None and auc >= ALONE:
        yield _evidence(
            "too good alone", f"Alone it ranks with a ROC-AUC of {auc:.2f}; whole models do less."
        )


def beyond(auc: float | None, others: float | None) -> Iterator[FieldEvidence]:
    """Yield evidence that a field says more than all the others together."""
    if auc is None or others is None or auc < max(STRONG, others + BEYOND):
        return
    yield _evidence(
        "more than all others",
        f"Alone it ranks with a ROC-AUC of {auc:.2f}, all other fields together with {others:.2f}.",
    )


def _settled(cells: Cells) -> Iterator[FieldEvidence]:
    """Yield values that settle the outcome for a good part of all winners or losers."""
    rows, wins = cells.rows.sum(1), cells.wins.sum(1)
    base = wins.sum() / max(rows.sum(), 1)
    losses = rows - wins
    for is_won, hits, misses, expected, least in (
        (True, wins, losses, rows * (1 - base), _SETTLES_WINS),
        (False, losses, wins, rows * base, _SETTLES_LOSSES),
    ):
        usual = np.clip(hits.sum() / max(rows.sum(), 1), 1e-9, 1 - 1e-9)
        settles = (hits >= _SETTLED * rows) & (rows * -np.log(usual) >= _NO_LUCK)
        if hits[settles].sum() < least * hits.sum() or expected[settles].sum() < _EXPECTED:
            continue
        yield _evidence("settles the outcome", _settled_said(cells, settles, misses, is_won=is_won))


def _settled_said(cells: Cells, settles: Floats, misses: Floats, *, is_won: bool) -> str:
    rows = cells.rows.sum(1)
    titles = [each.label for each, chosen in zip(cells.cells, settles, strict=True) if chosen]
    who, other = ("won", "losers") if is_won else ("lost", "winners")
    rate = 1 - misses[settles].sum() / rows[settles].sum()
    all_of = cells.wins.sum() if is_won else cells.rows.sum() - cells.wins.sum()
    hits = rows[settles].sum() - misses[settles].sum()
    if titles == [EMPTY]:
        return (
            f"Where it is empty ({rows[settles].sum():,.0f} rows), {percent(rate)} {who}: "
            f"it is filled for nearly all {other}."
        )
    shown = ", ".join(titles[:3]) + (f" and {len(titles) - 3} more" if len(titles) > 3 else "")  # noqa: PLR2004 - as many as are shown
    return (
        f"Of the {rows[settles].sum():,.0f} rows with {shown}, {percent(rate)} {who}; they are "
        f"{percent(hits / all_of)} of all that {who}."
    )


def _filled_for_one_kind(cells: Cells) -> Iterator[FieldEvidence]:
    """Yield evidence that whoever has any value at all won, or lost, few as they may be."""
    if cells.empty is None:
        return
    total, won = cells.rows.sum(), cells.wins.sum()
    rows, wins = total - cells.rows[cells.empty].sum(), won - cells.wins[cells.empty].sum()
    for who, hits, other in (("won", wins, total - won), ("lost", rows - wins, won)):
        if hits >= _SETTLED * rows and rows * other >= _EXPECTED_FILLED * total:
            says = f"Of the {rows:,.0f} rows for which it is filled, {percent(hits / rows)} {who}."
            yield _evidence("filled for one kind", says)


def _ends(cells: Cells) -> Iterator[FieldEvidence]:
    """Yield evidence of values that nearly settle the outcome one way and the other."""
    rows, wins = cells.rows.sum(1), cells.wins.sum(1)
    large = rows >= max(FEWEST, _END_SHARE * rows.sum())
    if large.sum() < 2:  # noqa: PLR2004 - two ends
        return
    low, high = wilson(wins[large], rows[large])
    best, worst = int(np.argmax(low)), int(np.argmin(high))
    base = _odds(wins.sum() / rows.sum())
    up, down = _odds(low[best]) / base, base / max(_odds(high[worst]), 1e-9)
    ratio = up * down
    if min(up, down) < EACH_END or ratio < ASK_ENDS:
        return
    titles = [each.label for each, chosen in zip(cells.cells, large, strict=True) if chosen]
    rates = wins[large] / rows[large]
    yield _evidence(
        "nearly certain both ways",
        f"With {titles[best]} {percent(rates[best])} of {rows[large][best]:,.0f} win, with "
        f"{titles[worst]} {percent(rates[worst])} of {rows[large][worst]:,.0f}.",
        is_alarm=bool(ratio >= ENDS),
    )


def _odds(share: float) -> float:
    return float(share / max(1 - share, 1e-9))


def filled(cells: Cells) -> tuple[float, float]:
    """Return the share of winners and of losers for whom a field is filled."""
    rows, wins = cells.rows.sum(1), cells.wins.sum(1)
    if cells.empty is None:
        return 1.0, 1.0
    won, lost = max(wins.sum(), 1), max((rows - wins).sum(), 1)
    empty = cells.empty
    return 1 - wins[empty] / won, 1 - (rows - wins)[empty] / lost


def _filled(cells: Cells) -> Iterator[FieldEvidence]:
    won, lost = filled(cells)
    if abs(won - lost) >= ASK_FILLED:
        yield _evidence(
            "filled by outcome",
            f"It is filled for {percent(won)} of the winners and {percent(lost)} of the losers.",
            is_alarm=False,
        )


def by_roundness(cells: Cells) -> Iterator[FieldEvidence]:
    """Yield evidence that how round a number is gives the outcome away; cells are of roundness."""
    empty = cells.empty
    rows, wins = (np.delete(each.sum(1), empty or [], 0) for each in (cells.rows, cells.wins))
    if empty is None:
        rows, wins = cells.rows.sum(1), cells.wins.sum(1)
    if not enough(int(rows.sum()), int(wins.sum())):
        return
    auc = auc_alone(cells, without=empty)
    if auc is not None and auc >= _ROUND:
        yield _evidence(
            "roundness", f"How round the number is tells the outcome, with a ROC-AUC of {auc:.2f}."
        )
