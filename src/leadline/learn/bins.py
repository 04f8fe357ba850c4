"""Bins of one field, as a document can write them: edges or values, other, and missing.

The codes of a field's rows are 0 for the entry ``missing``, 1 for ``other``, and 2 and above for
the entries of ``bins`` or ``values`` in their order. Below the lowest edge a number is ``other``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor, log10
from typing import Any

import numpy as np

from leadline.learn.sheet import Field, Flags, Floats, Whole

ABSENT, OTHER, FIRST = 0, 1, 2
RARE = 5
"""A level with fewer rows is part of ``other``: nothing can be said of it."""
MOST_LEVELS = 60
"""More levels of a field than these are part of ``other``, the rarest first."""


@dataclass(frozen=True)
class Bins:
    """How a field is cut.

    Attributes:
        edges: Lower edges, rising; empty where the field has levels.
        groups: Levels of each entry; empty where the field has numbers.
    """

    edges: tuple[float, ...] = ()
    groups: tuple[tuple[Any, ...], ...] = ()

    @property
    def size(self) -> int:
        """How many codes there are, missing and other included."""
        return FIRST + max(len(self.edges), len(self.groups))

    @property
    def is_ordered(self) -> bool:
        """Whether neighbouring codes are neighbours."""
        return not self.groups

    def codes(self, field: Field) -> Whole:
        """Return the code of each row."""
        if field.numbers is not None:
            found = np.searchsorted(np.array(self.edges), field.numbers, side="right") + OTHER
            found[np.isnan(field.numbers)] = ABSENT
            return found.astype(np.int64)
        places = {level: at for at, levels in enumerate(self.groups, FIRST) for level in levels}
        table = np.array([*(places.get(each, OTHER) for each in field.levels), ABSENT], np.int64)
        assert field.codes is not None  # noqa: S101 - a field has numbers or levels
        return table[field.codes]

    def merged(self, joins: Sequence[int]) -> Bins:
        """Return the bins without the edges, or with the groups joined, of some entries.

        ``joins`` gives for each entry the number of the entry it becomes part of.
        """
        if not self.groups:
            kept = [at for at, to in enumerate(joins) if at == 0 or to != joins[at - 1]]
            return Bins(edges=tuple(self.edges[at] for at in kept))
        found: dict[int, tuple[Any, ...]] = {}
        for levels, to in zip(self.groups, joins, strict=True):
            found[to] = (*found.get(to, ()), *levels)
        return Bins(groups=tuple(found.values()))


def fine(field: Field, most: int = 24, rare: int = RARE) -> Bins:
    """Return bins that follow the field alone: equally many rows, every level that is not rare."""
    if field.numbers is not None:
        return Bins(edges=_quantile_edges(field.numbers[~field.missing], most, rare))
    return often(field, MOST_LEVELS, rare)


def often(field: Field, most: int, rare: int = RARE) -> Bins:
    """Return bins of the levels that most rows have, each alone; others are ``other``."""
    codes = field.codes[~field.missing] if field.codes is not None else np.zeros(0, np.int64)
    counts = np.bincount(codes, minlength=len(field.levels))
    first = np.argsort(-counts, kind="stable")[:most]
    kept = sorted(int(at) for at in first if counts[at] >= rare)
    return Bins(groups=tuple((field.levels[at],) for at in kept))


def _quantile_edges(known: Floats, most: int, rare: int) -> tuple[float, ...]:
    """Return lower edges of bins with about equally many rows; a frequent value has its own."""
    if not known.size:
        return ()
    values, counts = np.unique(known, return_counts=True)
    most = max(1, min(most, len(known) // max(rare, 1)))
    wanted = len(known) / most
    starts, held = [0], 0
    for place, count in enumerate(counts):
        if held and (held + count / 2 > wanted or count >= wanted) and held >= rare:
            starts.append(place)
            held = 0
        held += int(count)
    if len(starts) > 1 and held < rare:
        starts.pop()
    first = _short(values[0] - (abs(values[0]) or 1.0) * 1e-3, values[0])
    return (first, *(_short(values[at - 1], values[at]) for at in starts[1:]))


def _short(low: float, high: float) -> float:
    """Return the number with the fewest digits above ``low``, up to ``high``.

    >>> _short(0.2361, 0.2499), _short(9, 12), _short(0.0, 1.0)
    (0.24, 10.0, 1.0)
    """
    gap = high - low
    start = max(0, -floor(log10(gap))) - 1 if gap > 0 else 17
    magnitude = -floor(log10(max(abs(high), abs(low), 1e-300)))
    for digits in range(min(start, magnitude), 18):
        found = round(floor(high * 10.0**digits) / 10.0**digits, max(digits, 0))
        if low < found <= high:
            return float(found)
    return float(high)


def supervised(field: Field, outcome: Flags, most: int = 24, penalty: float = 3.0) -> Bins:
    """Return bins that say something of the outcome: fine ones, merged while little is lost.

    Neighbours are merged while the log-likelihood that is lost is below ``penalty``, the least
    loss first, as in Kerber's ChiMerge; levels are neighbours in the order of their rates. Where a
    shape that only rises or falls loses little, it is taken.
    """
    cuts = fine(field, most)
    codes = cuts.codes(field)
    wins = np.bincount(codes, outcome, cuts.size)[FIRST:]
    rows = np.bincount(codes, minlength=cuts.size)[FIRST:].astype(float)
    if not rows.size:
        return cuts
    order = np.arange(len(rows))
    if cuts.groups:
        order = np.argsort((wins + 0.5) / (rows + 1), kind="stable")
    parts = _merge([_Part((int(at),), wins[at], rows[at]) for at in order], penalty)
    if not cuts.groups:
        parts = _monotone(parts, penalty)
    joins = np.empty(len(rows), np.int64)
    for number, part in enumerate(parts):
        joins[list(part.places)] = number
    return cuts.merged([int(each) for each in joins])


@dataclass(frozen=True)
class _Part:
    places: tuple[int, ...]
    wins: float
    rows: float

    def __add__(self, other: _Part) -> _Part:
        return _Part(self.places + other.places, self.wins + other.wins, self.rows + other.rows)

    @property
    def rate(self) -> float:
        return (self.wins + 0.5) / (self.rows + 1)

    @property
    def likelihood(self) -> float:
        losses = self.rows - self.wins
        return float(sum(n * np.log(n / self.rows) for n in (self.wins, losses) if n > 0))


def _merge(parts: list[_Part], penalty: float) -> list[_Part]:
    """Merge neighbours, those first that cost least, while it costs less than the penalty."""
    parts = list(parts)
    while len(parts) > 1:
        costs = [_cost(one, two) for one, two in pairwise(parts)]
        at = int(np.argmin(costs))
        if costs[at] >= penalty:
            break
        parts[at : at + 2] = [parts[at] + parts[at + 1]]
    return parts


def _cost(one: _Part, two: _Part) -> float:
    return float(one.likelihood + two.likelihood - (one + two).likelihood)


def _monotone(parts: list[_Part], penalty: float) -> list[_Part]:
    """Return the nearest rising or falling shape where it costs less than a penalty a bin."""
    whole = sum(part.likelihood for part in parts)
    shapes = [_pooled(parts, sign) for sign in (1, -1)]
    best = max(shapes, key=lambda shape: sum(part.likelihood for part in shape))
    lost = whole - sum(part.likelihood for part in best)
    return best if lost < 2 * penalty * (len(parts) - len(best) + 1) else parts


def _pooled(parts: list[_Part], sign: int) -> list[_Part]:
    """Pool neighbours that go against the sign: pool adjacent violators."""
    found: list[_Part] = []
    for part in parts:
        found.append(part)
        while len(found) > 1 and sign * (found[-1].rate - found[-2].rate) <= 0:
            last = found.pop()
            found[-1] += last
    return found
