"""Which method: compared on the same later or other rows, the simplest that is about as good."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from leadline.learn.calibration import (
    Reliability,
    Turn,
    carried,
    levelled,
    refined_loss,
    reliability,
    turn,
)
from leadline.learn.folds import Fold, folds
from leadline.learn.luck import luck
from leadline.learn.scorecard import ENTRIES, Card
from leadline.learn.setting import SIMPLEST_FIRST, Found, Kind, Setting
from leadline.learn.sheet import Flags, Floats, Sheet, Whole, members
from leadline.learn.terms import probability
from leadline.learn.unripe import counted, losses, rate, so_far
from leadline.statistics.measures import Measured, Sample, measured, roc_auc

Tell = Callable[[str], None]
FEW = 12_000
"""Of more rows than this, so many are taken to compare methods, evenly over time."""
_NEAR = 0.005
"""So much less area under the curve is about as good."""
_MANY, _PLAIN = 500, ("", "lines")
"""With fewer outcomes than this in a short history only these shapes are tried."""
_COIN = 0.5
"""Area under the curve of a ranking by lot."""
_NO_SIGN = 0.01
"""Rankings that luck gives more often than this are nothing to learn."""
_LEAST_GAIN = 0.003
"""A model that lessens the loss by a smaller share is nothing to act on, however certain it is."""


@dataclass(frozen=True)
class Tried:
    """A setting with what it said of rows that it was not fitted to.

    Attributes:
        setting: How it was learned.
        said: Log-odds of each judged row.
        again: Log-odds of the rows that the fold before judged, by what was learned for each fold
            but the first; empty without an order.
        losses: Refined log-loss of each judged row.
        auc: Area under the curve of each fold, weighted by its rows; like the loss, a ranking that
            is the wrong way round is no worse than none.
    """

    setting: Setting
    said: Floats
    again: Floats
    losses: Floats
    auc: float

    @property
    def loss(self) -> float:
        """Mean of the losses."""
        return float(self.losses.mean())

    def __post_init__(self) -> None:
        """Refuse figures that are none."""
        if not np.isfinite(self.losses).all():
            raise ValueError("losses must be finite")


@dataclass(frozen=True)
class Learned:
    """What was learned, and how good it is.

    Attributes:
        verdict: learned, or nothing to learn.
        model: What was learned; None where there is nothing.
        setting: How.
        trials: Every setting that was tried.
        auc: On rows that were not fitted: the newest, or all by turns.
        reliability: On the same rows, after calibration on others.
        chance: How often the best of as many rankings without sense is as good.
        judged: How many rows that was.
        base_loss: Log-loss of the rate alone on these rows.
        loss: Log-loss of the model.
        turned: Calibration of the final model.
    """

    verdict: Literal["learned", "nothing to learn"]
    model: Found | None
    setting: Setting
    trials: tuple[Tried, ...]
    auc: Measured
    reliability: Reliability
    chance: float
    judged: int
    base_loss: float
    loss: float
    turned: Turn = field(default_factory=Turn)


def _quiet(_text: str) -> None:
    """Say nothing."""


def choose(
    sheet: Sheet,
    kind: Kind | None = None,
    entries: int = ENTRIES,
    tell: Tell = _quiet,
    among: Sequence[Setting] = (),
) -> Learned:
    """Learn with the method asked for, or with the simplest that is about as good as the best.

    ``among`` are other settings to choose among, the simplest first.
    Raises ValueError where rows are too few to be judged at all.
    """
    few = _thinned(sheet)
    cuts = folds(few)
    if not cuts:
        raise ValueError("no rows can be kept apart to judge by, with both outcomes before them")
    start = list(among) or [
        replace(each, entries=entries)
        for each in SIMPLEST_FIRST
        if kind == each.kind or (kind is None and _differs(each, sheet))
    ]
    if cuts[0].is_unripe:
        start = _plain(start, few)
        unripe = [replace(each, unripe=True) for each in start]
        start = [*start, *unripe] if _can_wait(few, cuts) else unripe
    wanted = [near for each in start for near in (each, *_recent(each, sheet))]
    trials = [_told(each, few, cuts, tell) for each in wanted]
    best = simplest(_by_kind(trials, _groups(few, cuts)), few, cuts)
    tuned = [_told(each, few, cuts, tell) for each in (*_stiff(best.setting), *_more(best, few))]
    best = simplest([best, *tuned], few, cuts)
    return _judged(sheet, few, cuts, best, (*trials, *tuned), tell)


def _plain(settings: list[Setting], sheet: Sheet) -> list[Setting]:
    """Return the settings with the fewest coefficients where outcomes are few."""
    if sheet.outcome.sum() >= _MANY:
        return settings
    return [each for each in settings if each.shape in _PLAIN] or settings


def _can_wait(sheet: Sheet, cuts: Sequence[Fold]) -> bool:
    """Return whether each fold had rows of both kinds whose horizon had ended."""
    ripe = [cut.before(sheet).ripe() for cut in cuts]
    return all(0 < int(each.outcome.sum()) < each.rows for each in ripe)


def _more(best: Tried, sheet: Sheet) -> Iterator[Setting]:
    """Yield the best setting with the rows whose horizon has not ended, if they were not in."""
    if sheet.course is not None and not best.setting.unripe:
        yield replace(best.setting, unripe=True)


def _told(setting: Setting, sheet: Sheet, cuts: Sequence[Fold], tell: Tell) -> Tried:
    tell(f"trying {setting.says}")
    return trial(setting, sheet, cuts)


def trial(setting: Setting, sheet: Sheet, cuts: Sequence[Fold]) -> Tried:
    """Fit each fold and judge its other rows."""
    said, lost, aucs = [], [], []
    again = [np.zeros(0)]
    shares = _shares(cuts, ordered=sheet.is_ordered)
    before: Sheet | None = None
    for cut, share in zip(cuts, shares, strict=True):
        there = sheet.take(cut.judged)
        model = setting.fit(cut.before(sheet))
        found = model.log_odds(there)
        if before is not None:
            again.append(model.log_odds(before))
        before = there if sheet.is_ordered else None
        said.append(found)
        lost.append(share * refined_loss(found, there))
        sample = Sample.of_rows(found, there.outcome)
        aucs.append(float(np.maximum(roc_auc(sample.positives, sample.negatives), _COIN)))
    sizes = [
        0.0 if np.isnan(auc) else share * len(cut.judged)
        for auc, share, cut in zip(aucs, shares, cuts, strict=True)
    ]
    mean = np.average(np.nan_to_num(aucs), weights=sizes) if any(sizes) else _COIN
    return Tried(
        setting, np.concatenate(said), np.concatenate(again), np.concatenate(lost), float(mean)
    )


def _shares(cuts: Sequence[Fold], *, ordered: bool) -> Floats:
    """Return what a row of each fold counts, 1 in mean; with an order, half for each fold back.

    What held last is what will hold next; older folds say what is steady. Where the newest rows are
    unripe they know least, and all count alike.
    """
    is_newer = ordered and not cuts[0].is_unripe
    found = 2.0 ** np.arange(len(cuts)) if is_newer else np.ones(len(cuts))
    sizes = np.array([len(cut.judged) for cut in cuts], float)
    return np.asarray(found * sizes.sum() / (found @ sizes))


def simplest(trials: Sequence[Tried], sheet: Sheet, cuts: Sequence[Fold]) -> Tried:
    """Return the first trial that is about as good as the best one, by loss and by ranking.

    Its loss is within one standard error of the best, that of the difference, row by row, rows of
    a group together; and its area under the curve is no more than 0.005 below.
    """
    best = min(trials, key=lambda each: each.loss)
    groups = _groups(sheet, cuts)
    return next(
        each
        for each in trials
        if each.loss <= best.loss + _error(each, best, groups) and each.auc >= best.auc - _NEAR
    )


def _groups(sheet: Sheet, cuts: Sequence[Fold]) -> Whole:
    """Return the group of each judged row, a number of its own where it stands alone."""
    rows = np.concatenate([cut.judged for cut in cuts])
    return members(None if sheet.groups is None else sheet.groups[rows], len(rows))


def _error(one: Tried, two: Tried, groups: Whole) -> float:
    gaps = one.losses - two.losses
    sums = np.bincount(groups, gaps - gaps.mean())
    return float(np.sqrt((sums**2).sum()) / len(gaps))


def _differs(setting: Setting, sheet: Sheet) -> bool:
    """Return whether the setting can give another model than a simpler one.

    Without numbers, bins of single fields are what the logistic regression has already.
    """
    has_numbers = any(each.numbers is not None for each in sheet.fields.values())
    return has_numbers or setting.shape != "single"


def _recent(setting: Setting, sheet: Sheet) -> Iterator[Setting]:
    """Yield the setting in which newer rows count more, where there is an order.

    Of rows whose horizon has not ended the newest say least: they are not made to count more.
    """
    if sheet.order is not None and not setting.unripe:
        yield replace(setting, recent=True)


def _by_kind(trials: Sequence[Tried], groups: Whole) -> list[Tried]:
    """Return each setting once, with recency where it was tried and is not clearly worse.

    What moved before will move again, and where nothing moves newer rows cost little.
    """
    found: dict[Setting, Tried] = {}
    for each in trials:
        key = replace(each.setting, recent=False)
        steady = found.get(key, each)
        is_near = each.loss <= steady.loss + _error(each, steady, groups)
        found[key] = each if is_near else steady
    return list(found.values())


def _stiff(setting: Setting) -> Iterator[Setting]:
    """Yield settings with stronger and with weaker penalties."""
    if setting.kind != "scorecard":
        yield from (replace(setting, stiffness=each) for each in (3.0, 0.33))


def _thinned(sheet: Sheet) -> Sheet:
    """Return evenly many rows over time of a long sheet, whole groups where there are any.

    Rows whose horizon has not ended are as many again at most, and as dense.
    """
    ripe = int(sheet.is_ripe.sum())
    if ripe <= FEW and sheet.rows <= 2 * FEW:
        return sheet
    if sheet.order is not None:
        ranked = np.argsort(sheet.order, kind="stable")
        most = ripe if ripe > FEW else sheet.rows / 2
        places = np.linspace(0, most - 1, FEW)
        newer = np.arange(most, sheet.rows, most / FEW)
        return sheet.take(np.sort(ranked[np.concatenate([places, newer]).astype(int)]))
    of_groups = members(sheet.groups, sheet.rows)
    lots = np.random.default_rng(20_26).random(of_groups.max() + 1)
    return sheet.take(np.flatnonzero(lots[of_groups] < FEW / sheet.rows))


def _judged(  # noqa: PLR0913, PLR0917 - all that is known by then
    sheet: Sheet,
    few: Sheet,
    cuts: Sequence[Fold],
    best: Tried,
    trials: tuple[Tried, ...],
    tell: Tell,
) -> Learned:
    """Measure the chosen setting on rows it has not seen, and fit it to all."""
    there = few.take(np.concatenate([cut.judged for cut in cuts]))
    outcome, groups = there.outcome, there.groups
    rates = np.concatenate([np.full(len(cut.judged), rate(cut.settled(few))) for cut in cuts])
    turned = _calibrated(best, there, cuts)
    last = _last(cuts, ordered=few.is_ordered)
    loss = losses(there, turned)
    by_luck = luck(
        [each.said for each in (best, *trials)],
        outcome,
        _parts(cuts),
        _shares(cuts, ordered=few.is_ordered),
        groups,
        ordered=few.is_ordered,
    )
    naive = losses(there, np.log(rates / (1 - rates)))
    sample = Sample.of_rows(
        best.said[last], outcome[last], None if groups is None else groups[last]
    )
    auc = measured(sample, roc_auc)
    nothing = (
        by_luck > _NO_SIGN
        or (auc.value or 0.0) <= _COIN
        or best.loss > (1 - _LEAST_GAIN) * _base_refined(there, cuts)
    )
    model, turn_ = None, Turn()
    if not nothing:
        tell(f"fitting {best.setting.says} to {sheet.rows:,} rows")
        model = best.setting.fit(sheet)
        turn_ = _final_turn(best.said, there, last, model)
        model = _turned(model, turn_)
    return Learned(
        verdict="nothing to learn" if nothing else "learned",
        model=model,
        setting=best.setting,
        trials=trials,
        auc=auc,
        reliability=reliability(
            so_far(there, probability(turned))[last],
            outcome[last],
            None if groups is None else groups[last],
        ),
        chance=by_luck,
        judged=int(last.sum()),
        base_loss=float(naive[last].mean()),
        loss=float(loss[last].mean()),
        turned=turn_,
    )


def _parts(cuts: Sequence[Fold]) -> Whole:
    return np.repeat(np.arange(len(cuts)), [len(cut.judged) for cut in cuts])


def _last(cuts: Sequence[Fold], *, ordered: bool) -> Flags:
    """Return which judged rows the figures are of: the newest, or all where there is no order.

    All too where the newest are unripe: too little is known of them alone.
    """
    parts = _parts(cuts)
    is_newest = ordered and not cuts[0].is_unripe
    return np.asarray(parts == len(cuts) - 1 if is_newest else parts >= 0)


def _calibrated(best: Tried, there: Sheet, cuts: Sequence[Fold]) -> Floats:
    """Return log-odds, each fold turned by what the fold before it, or all others, showed."""
    parts, found = _parts(cuts), best.said.copy()
    for part in range(len(cuts)):
        here = parts == part
        others = parts == part - 1 if there.is_ordered else parts != part
        if others.any() and 0 < there.outcome[others].mean() < 1:
            by = _turn(best.said[others], there.take(np.flatnonzero(others)))
            if there.is_ordered:
                by = carried(by, best.said[others], _section(best.again, parts, part - 1))
            found[here] = by(best.said[here])
    return found


def _section(again: Floats, parts: Whole, part: int) -> Floats:
    """Return what the next fold's model said of the rows that a fold judged."""
    return np.asarray(again[parts[: len(again)] == part])


def _turn(said: Floats, there: Sheet) -> Turn:
    """Return the turn that fits rows best, by as much as is known of them."""
    return turn(said, there.outcome, counted(there, probability(said)))


def _final_turn(said: Floats, there: Sheet, last: Flags, model: Found) -> Turn:
    """Return the turn of the model fitted to all rows.

    Where rows that are unripe judge, only how steep it is: how high it is, all rows say best.
    """
    newest = there.take(np.flatnonzero(last))
    if not 0 < newest.outcome.mean() < 1:
        return Turn()
    by = _turn(said[last], newest)
    if not there.is_ordered:
        return by
    again = model.log_odds(newest)
    if there.is_ripe.all():
        return carried(by, said[last], again)
    return levelled(by.slope, float(probability(again).mean()), again)


def _turned(model: Found, by: Turn) -> Found:
    if isinstance(model, Card):
        return replace(model, base=by(np.array(model.base)).item(), slope=by.slope * model.slope)
    return model.turned(by.base, by.slope)


def _base_refined(there: Sheet, cuts: Sequence[Fold]) -> float:
    """Return the loss of the rate of each fold alone: the best that knows nothing of a row."""
    parts, shares = _parts(cuts), _shares(cuts, ordered=there.is_ordered)
    of_parts = [rate(there.take(np.flatnonzero(parts == part))) for part in range(len(cuts))]
    rates = np.array(of_parts)[parts]
    return float((shares[parts] * losses(there, np.log(rates / (1 - rates)))).mean())
