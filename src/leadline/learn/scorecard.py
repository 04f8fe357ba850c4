"""A card: at most so many entries with whole points, for people to read and to keep.

Entries are added one at a time, each the one that gains most likelihood given those before, and
exchanged while that gains; then whole numbers are searched around several multiples of the
log-odds, changing one entry at a time. The idea of choosing among few entries and several
multiples is that of Liu, Zhong, Li, Seltzer and Rudin, FasterRisk, NeurIPS 2022.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from leadline.learn.bins import ABSENT, FIRST, Bins, fine, supervised
from leadline.learn.sheet import Field, Floats, Sheet, Whole
from leadline.learn.terms import entries, event_rule, probability, rounded

ENTRIES = 12
_RIDGE = 3.0
"""Of each entry: a normal prior by which log-odds of more than about one are seldom."""
_LARGEST = (2, 3, 5, 8)
"""Most points of one entry, for each multiple that is tried."""
_LEAST_GAIN = 1.5
"""Log-likelihood that an entry must gain: what a parameter costs, and half of it for the choice."""
_NEWTON = 12
_NEAR = 2
_SWAPS = 2
_SIMPLER = 1e-4
"""Part of the loss that a card with smaller points may have more."""


@dataclass(frozen=True)
class Entry:
    """One place of a field's bins, or all from an edge on; without places, events that fade."""

    name: str
    codes: tuple[int, ...]


@dataclass(frozen=True)
class Card:
    """Whole points by the bins of fields.

    Attributes:
        bins: Field to its bins.
        points: Field to the points of each code.
        base: Log-odds of a row with 0 points.
        slope: Log-odds of one point.
        events: Field that fades to its rule for 1 point, and the points.
    """

    bins: dict[str, Bins]
    points: dict[str, Whole]
    base: float
    slope: float
    events: dict[str, tuple[Mapping[str, Any], int]] = field(default_factory=dict)

    def total(self, sheet: Sheet) -> Floats:
        """Return the points of each row."""
        return sum((part for _, part in self.parts(sheet)), start=np.zeros(sheet.rows))

    def parts(self, sheet: Sheet) -> Iterator[tuple[str, Floats]]:
        """Yield what each field gives each row."""
        for name, bins in self.bins.items():
            yield name, self.points[name][bins.codes(sheet.fields[name])].astype(float)
        for name, (_, points) in self.events.items():
            yield name, rounded(points * _fading(sheet.fields[name]))

    def log_odds(self, sheet: Sheet) -> Floats:
        """Return the log-odds that the points stand for."""
        return self.base + self.slope * self.total(sheet)

    @property
    def entries(self) -> int:
        """How many entries of the document have points other than 0."""
        found = (rule for _, rule in self._rules())
        return sum(_entries_of(rule) for rule in found)

    def _rules(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, bins in self.bins.items():
            points = [int(each) for each in self.points[name]]
            if bins.is_ordered:
                kept = [at for at in range(FIRST, bins.size) if points[at] != points[at - 1]]
                shorter = Bins(edges=tuple(bins.edges[at - FIRST] for at in kept))
                yield (
                    name,
                    {
                        "of": name,
                        **entries(shorter, [*points[:FIRST], *map(points.__getitem__, kept)]),
                    },
                )
            else:
                given = [(g, p) for g, p in zip(bins.groups, points[FIRST:], strict=True) if p]
                shorter = Bins(groups=tuple(g for g, _ in given) or bins.groups[:1])
                kept_points = [p for _, p in given] or [0]
                yield name, {"of": name, **entries(shorter, [*points[:FIRST], *kept_points])}
        for name, (rule, each) in self.events.items():
            yield name, event_rule(rule, each)

    def rules(self, called: dict[str, str]) -> dict[str, dict[str, Any]]:
        """Return the rules of the document; ``called`` gives each field a name of a rule."""
        return {called[name]: rule for name, rule in self._rules() if _entries_of(rule)}


def _entries_of(rule: dict[str, Any]) -> int:
    if "event" in rule:
        return int(rule["points"] != 0)
    table = rule.get("values") or rule["bins"]
    found = [*table.values(), rule.get("other", 0), rule.get("missing", 0)]
    return sum(1 for each in found if each)


def fit_scorecard(sheet: Sheet, weights: Floats | None = None, most: int = ENTRIES) -> Card:
    """Choose at most ``most`` entries and whole points for them."""
    varied = {name: each for name, each in sheet.fields.items() if each.varies}
    cuts = {name: _cut(each, sheet) for name, each in varied.items() if not each.rule}
    candidates = [each for name, cut in cuts.items() for each in _candidates(name, cut, sheet)]
    candidates += [Entry(name, ()) for name, each in varied.items() if each.rule]
    weights = np.ones(sheet.rows) if weights is None else _effective(weights)
    if not candidates:
        return _card(
            sheet, cuts, [], np.zeros(0, np.int64), *_line(np.zeros(1), *_sums(sheet, weights))
        )
    design = np.stack([_flags(each, cuts, sheet) for each in candidates], axis=1)
    search = _Search(design, sheet.outcome.astype(float), weights)
    chosen = search.choose(min(most, len(candidates)))
    points, base, slope = _whole(design[:, chosen], sheet, weights, search.coefficients[1:])
    return _card(sheet, cuts, [candidates[at] for at in chosen], points, base, slope)


def _effective(weights: Floats) -> Floats:
    """Return weights that add up to the rows that would say as much without (Kish).

    So what an entry must gain means the same with weights as without.
    """
    return np.asarray(weights * weights.sum() / (weights @ weights))


def _sums(sheet: Sheet, weights: Floats) -> tuple[Floats, Floats]:
    wins = float(weights @ sheet.outcome)
    return np.array([wins]), np.array([float(weights.sum()) - wins])


def _cut(given: Field, sheet: Sheet) -> Bins:
    if given.numbers is not None:
        return supervised(given, sheet.outcome, penalty=1.0)
    return fine(given, rare=max(5, sheet.rows // 500))


def _candidates(name: str, cut: Bins, sheet: Sheet) -> Iterator[Entry]:
    """Yield the entries that a field may have; a number's is all that is from an edge on."""
    codes = cut.codes(sheet.fields[name])
    counts = np.bincount(codes, minlength=cut.size)
    least = min(5, sheet.rows // 20)
    start = FIRST + 1 if cut.is_ordered else FIRST
    for code in (ABSENT, *range(start, cut.size)):
        taken = (code,) if code == ABSENT or not cut.is_ordered else tuple(range(code, cut.size))
        if least <= counts[list(taken)].sum() <= sheet.rows - least:
            yield Entry(name, taken)


def _flags(entry: Entry, cuts: dict[str, Bins], sheet: Sheet) -> Floats:
    if not entry.codes:
        return _fading(sheet.fields[entry.name]).astype(np.float32)
    codes = cuts[entry.name].codes(sheet.fields[entry.name])
    return np.isin(codes, entry.codes).astype(np.float32)


def _fading(given: Field) -> Floats:
    assert given.numbers is not None  # noqa: S101 - what fades is a number
    return given.numbers


def _card(  # noqa: PLR0913, PLR0917 - all that makes a card
    sheet: Sheet,
    cuts: dict[str, Bins],
    chosen: Sequence[Entry],
    points: Whole,
    base: float,
    slope: float,
) -> Card:
    found: dict[str, Whole] = {}
    events = {}
    for entry, each in zip(chosen, points, strict=True):
        if not entry.codes:
            events[entry.name] = (sheet.fields[entry.name].rule or {}, int(each))
            continue
        here = found.setdefault(entry.name, np.zeros(cuts[entry.name].size, np.int64))
        here[list(entry.codes)] += each
    return Card({name: cuts[name] for name in found}, found, base, slope, events)


class _Search:
    """Chooses columns of 0 and 1 for a penalised logistic regression."""

    def __init__(self, design: Floats, outcome: Floats, weights: Floats) -> None:
        self.design, self.outcome, self.weights = design, outcome, weights
        rate = (weights @ outcome + 0.5) / (weights.sum() + 1)
        self.chosen: list[int] = []
        self.coefficients = np.array([np.log(rate / (1 - rate))])
        self.loss = np.inf

    def choose(self, most: int) -> list[int]:
        """Add the best column until there are enough, then exchange while that gains."""
        self._refit()
        while len(self.chosen) < most:
            gains = self._gains()
            best = int(np.argmax(gains))
            if gains[best] <= _LEAST_GAIN:
                break
            self.chosen.append(best)
            self._refit()
        for _ in range(_SWAPS):
            if not self._exchange():
                break
        return self.chosen

    def _exchange(self) -> bool:
        moved = False
        for old in list(self.chosen):
            state = (list(self.chosen), self.coefficients, self.loss)
            at = self.chosen.index(old)
            self.chosen.pop(at)
            self.coefficients = np.delete(self.coefficients, at + 1)
            self._refit()
            self.chosen.append(int(np.argmax(self._gains())))
            self._refit()
            if self.loss < state[2] - 1e-3:
                moved = True
            else:
                self.chosen, self.coefficients, self.loss = state
        return moved

    def _columns(self) -> Floats:
        ones = np.ones((len(self.outcome), 1), np.float32)
        return np.concatenate([ones, self.design[:, self.chosen]], axis=1)

    def _refit(self) -> None:
        """Newton's method from where the coefficients are."""
        columns = self._columns()
        size = columns.shape[1]
        start = np.zeros(size)
        start[: len(self.coefficients)] = self.coefficients
        ridge = np.diag([0.0, *[_RIDGE] * (size - 1)])
        for _ in range(_NEWTON):
            chances = probability(columns @ start)
            curve = self.weights * np.maximum(chances * (1 - chances), 1e-5)
            slope = columns.T @ (self.weights * (self.outcome - chances)) - ridge @ start
            step = np.linalg.solve((columns.T * curve) @ columns + ridge, slope)
            start = start + np.clip(step, -3, 3)
            if np.abs(step).max() < 1e-4:  # noqa: PLR2004 - settled
                break
        log_odds = columns @ start
        losses = np.logaddexp(0, np.where(self.outcome > 0, -log_odds, log_odds))
        self.coefficients = start
        self.loss = float(self.weights @ losses + start @ ridge @ start / 2)

    def _gains(self) -> Floats:
        """Return what each column would gain with one Newton step, the others adjusted."""
        columns = self._columns()
        chances = probability(columns @ self.coefficients)
        curve = (self.weights * np.maximum(chances * (1 - chances), 1e-5)).astype(np.float32)
        left = (self.weights * (self.outcome - chances)).astype(np.float32)
        slope = self.design.T @ left
        scaled = columns * curve[:, None]
        crossed = self.design.T @ scaled
        own = (self.design**2).T @ curve
        square = columns.T @ scaled + 1e-3 * np.eye(columns.shape[1])
        adjusted = own - (crossed * np.linalg.solve(square, crossed.T).T).sum(1)
        gains = slope**2 / (2 * (np.maximum(adjusted, 0) + _RIDGE))
        gains[adjusted < 0.01 * own] = 0  # it is one of the chosen, written in another way
        gains[self.chosen] = 0
        return np.asarray(gains, float)


def _whole(
    design: Floats, sheet: Sheet, weights: Floats, wanted: Floats
) -> tuple[Whole, float, float]:
    """Return whole points near the wanted log-odds, and the base and slope that fit them."""
    patterns, members = np.unique(design.round(2), axis=0, return_inverse=True)
    wins = np.bincount(members.ravel(), weights * sheet.outcome, len(patterns)).astype(float)
    losses = np.bincount(members.ravel(), weights * ~sheet.outcome, len(patterns)).astype(float)
    found = []
    for largest in _LARGEST:
        scale = largest / max(np.abs(wanted).max(initial=0), 1e-9)
        points = np.rint(wanted * scale).astype(np.int64)
        found.append(_improved(points, largest, patterns.astype(float), wins, losses))
    least = min(loss for loss, _ in found)
    points = next(each for loss, each in found if loss <= least * (1 + _SIMPLER))
    divisor = int(np.gcd.reduce(points)) if points.any() else 1
    points = points // max(divisor, 1)
    return points, *_line((patterns @ points).astype(float), wins, losses)


def _improved(
    points: Whole, largest: int, patterns: Floats, wins: Floats, losses: Floats
) -> tuple[float, Whole]:
    """Change the entry by one point that lowers the loss most, while one does."""
    steps = np.concatenate([np.eye(len(points), dtype=np.int64) * each for each in (-1, 1)])
    start = np.array(_line(patterns @ points, wins, losses))
    best = float(_losses((patterns @ points)[:, None], wins, losses, start)[0])
    for _ in range(2 * len(points)):
        tried = points + steps
        found = _losses(patterns @ tried.T, wins, losses, start)
        found[np.abs(tried).max(axis=1) > largest] = np.inf
        at = int(np.argmin(found))
        if found[at] >= best * (1 - 1e-6):
            break
        best, points = float(found[at]), tried[at]
    return best, points


def _losses(totals: Floats, wins: Floats, losses: Floats, start: Floats) -> Floats:
    """Return the loss of each column of totals, with base and slope near their best."""
    rows = (wins + losses)[:, None]
    base, slope = np.full(totals.shape[1], start[0]), np.full(totals.shape[1], start[1])
    for _ in range(_NEAR):
        chances = probability(base + slope * totals)
        curve = rows * np.maximum(chances * (1 - chances), 1e-9)
        left = wins[:, None] - rows * chances
        one, two, three = curve.sum(0), (curve * totals).sum(0), (curve * totals**2).sum(0) + 1e-3
        up, along = left.sum(0), (left * totals).sum(0)
        divisor = one * three - two**2
        base = base + np.clip((three * up - two * along) / divisor, -1, 1)
        slope = slope + np.clip((one * along - two * up) / divisor, -1, 1)
    log_odds = base + slope * totals
    return np.asarray(wins @ np.logaddexp(0, -log_odds) + losses @ np.logaddexp(0, log_odds))


def _line(totals: Floats, wins: Floats, losses: Floats) -> tuple[float, float]:
    """Return base and slope of the logistic regression on the totals."""
    values, members = np.unique(totals, return_inverse=True)
    found = [np.bincount(members, each).astype(float) for each in (wins, losses)]
    return line(values, found[0], found[1])


def line(values: Floats, wins: Floats, losses: Floats, prior: float = 0.01) -> tuple[float, float]:
    """Return base and slope of a logistic regression of one number, nearly without a prior."""
    rows = wins + losses
    rate = (wins.sum() + 0.5) / (rows.sum() + 1)
    mean, spread = np.average(values, weights=rows), 1.0
    spread = float(np.sqrt(np.average((values - mean) ** 2, weights=rows))) or 1.0
    scaled = (values - mean) / spread
    here = np.array([np.log(rate / (1 - rate)), 0.0])
    best = _line_loss(here, scaled, wins, losses, prior)
    for _ in range(25):
        chances = probability(here[0] + here[1] * scaled)
        curve = rows * np.maximum(chances * (1 - chances), 1e-9)
        left = wins - rows * chances
        slope = np.array([left.sum(), left @ scaled - prior * here[1]])
        cross = curve @ scaled
        square = np.array([[curve.sum(), cross], [cross, curve @ scaled**2 + prior]])
        step = np.linalg.solve(square, slope)
        found = _line_loss(here + step, scaled, wins, losses, prior)
        while found > best and np.abs(step).max() > 1e-9:  # noqa: PLR2004 - settled
            step = step / 4
            found = _line_loss(here + step, scaled, wins, losses, prior)
        if found > best or np.abs(step).max() < 1e-9:  # noqa: PLR2004 - settled
            break
        here, best = here + step, found
    return float(here[0] - here[1] * mean / spread), float(here[1] / spread)


def _line_loss(line_: Floats, values: Floats, wins: Floats, losses: Floats, prior: float) -> float:
    log_odds = line_[0] + line_[1] * values
    found = wins @ np.logaddexp(0, -log_odds) + losses @ np.logaddexp(0, log_odds)
    return float(found + prior * line_[1] ** 2 / 2)
