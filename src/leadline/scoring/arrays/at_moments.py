"""Sums of hits at each of many moments, limited and rounded by rule.

Leads are taken some at a time, so that what is computed of them stays in the caches. Of each pair
of lead and rule there is a row with the weight of its hits at each moment, found in two ways:

- *carried*: a hit comes in at the first moment that sees it and, without decay, goes out at the
  first that is past the rule's window; the rest is a running sum. What is halved with age comes in
  as what it weighs at the last moment, and is doubled back to the moment at hand. Nothing is ever
  subtracted but whole numbers, so no digit is lost.
- *met*: a hit is weighed at each moment that sees it: where it is halved and goes out of a window,
  falls evenly or by steps, or is halved more often than a double holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from leadline.model.document import HalfLife
from leadline.scoring.arrays.rules import PlainRule, Rules, Sums
from leadline.scoring.arrays.weights import Floats, Weights, Whole, halved

CELLS = 500_000
"""Of each part so many pairs of a hit and a moment: what is at hand then stays in the caches."""

MOST_HALF_LIVES = 900
"""Weights are carried over so many half-lives at most: a double holds 1,022."""

_FOREVER = 2**62


Numbers = npt.NDArray[np.integer[Any]]
"""Whole numbers of any size: the smaller, the faster they are brought into order."""


class Hits(NamedTuple):
    """Hits of plain rules, in any order; times in microseconds since 1970.

    Attributes:
        lead: A number of the lead.
        rule: The place of the rule among those that are summed.
        occurred_at: When it happened.
        seen_at: From when on it is visible: when it happened, or when that was known.
    """

    lead: Numbers
    rule: Numbers
    occurred_at: Numbers
    seen_at: Numbers

    def only(self, some: npt.NDArray[np.int64]) -> Hits:
        """Return some of them."""
        return Hits(*(each.take(some) for each in self))


def sums(hits: Hits, rules: Sequence[PlainRule], moments: Sequence[int]) -> Iterator[Sums]:
    """Yield the sums of all leads with a hit at each of some moments, some leads at a time.

    Moments are microseconds since 1970, rising.
    """
    if not rules or not len(moments):
        return
    table = _AtMoments.of(Rules.of(rules), np.array(moments, np.int64))
    for part in _parts(hits, max(1, CELLS // len(moments))):
        seen = _seen(part, table)
        if len(seen.lead):
            yield _summed(seen, table)


@dataclass(frozen=True)
class _AtMoments:
    """Rules at moments, each parameter by the place of its rule.

    Attributes:
        lift: By what carried weights are multiplied, one row a moment.
    """

    rules: Rules
    moments: Whole
    within: Whole
    weights: Weights
    is_carried: npt.NDArray[np.bool_]
    lift: Floats

    @classmethod
    def of(cls, rules: Rules, moments: Whole) -> Self:
        found = rules.given
        return cls(
            rules,
            moments,
            within=np.array([_FOREVER if each.within is None else each.within for each in found]),
            weights=Weights.of([each.decay for each in found]),
            is_carried=np.array([_is_carried(each, moments) for each in found]),
            lift=np.stack([_lift(each, moments) for each in found], axis=1),
        )


def _is_carried(rule: PlainRule, moments: Whole) -> bool:
    if rule.decay is None:
        return True
    if not isinstance(rule.decay, HalfLife) or rule.within is not None:
        return False
    span = int(moments[-1] - moments[0])
    return span <= MOST_HALF_LIVES * rule.decay.half_life.microseconds


def _lift(rule: PlainRule, moments: Whole) -> Floats:
    """Return by what a weight at the last moment is multiplied to be that at each moment."""
    if not isinstance(rule.decay, HalfLife) or not _is_carried(rule, moments):
        return np.ones(len(moments))
    half_life = np.full(len(moments), rule.decay.half_life.microseconds)
    return halved(moments - moments[-1], half_life)


class _Seen(NamedTuple):
    """Hits that some moment sees.

    Attributes:
        first: The place of the first moment that sees a hit.
        gone: The place of the first moment that does so no more.
    """

    lead: Whole
    rule: Whole
    occurred_at: Whole
    first: Whole
    gone: Whole

    def only(self, some: npt.NDArray[np.int64] | slice) -> _Seen:
        """Return some of them."""
        return _Seen(*(each[some] for each in self))


def _parts(hits: Hits, most: int) -> Iterator[Hits]:
    """Yield the hits of some leads at a time: about so many, and all of each lead."""
    if not len(hits.lead):
        return
    counts = np.bincount(hits.lead)
    part = ((np.cumsum(counts) - counts) // most)[hits.lead]
    if part.max() <= np.iinfo(np.uint16).max:
        part = part.astype(np.uint16)  # then places are counted, not compared
    order = np.argsort(part, kind="stable")
    for some in np.split(order, np.flatnonzero(np.diff(part[order])) + 1):
        yield hits.only(some)


def _seen(hits: Hits, table: _AtMoments) -> _Seen:
    rule = table.rules.place[hits.rule]
    first = np.searchsorted(table.moments, hits.seen_at)
    gone = np.searchsorted(table.moments, hits.occurred_at + table.within[rule])
    lead, occurred_at = (
        each.astype(np.int64, copy=False) for each in (hits.lead, hits.occurred_at)
    )
    found = _Seen(lead, rule, occurred_at, first, gone)
    return found.only(np.flatnonzero(first < gone))


def _summed(seen: _Seen, table: _AtMoments) -> Sums:
    rules = len(table.rules.given)
    pairs, pair = _distinct(seen.lead * rules + seen.rule)
    rule = pairs % rules
    points = _weights(seen, pair, rule, table)
    table.rules.give_points(points, rule)
    lead, target = pairs // rules, table.rules.target[rule]
    starts = np.flatnonzero(np.diff(lead, prepend=-1) | np.diff(target, prepend=-1))
    return Sums(lead[starts], target[starts], np.add.reduceat(points, starts, axis=1))


def _distinct(keys: Whole) -> tuple[Whole, Whole]:
    """Return the different keys in their order, and of each key its place among them."""
    low = keys.min()
    room = int(keys.max() - low) + 1
    if room > _ROOM * len(keys):
        return np.unique(keys, return_inverse=True)
    keys = keys - low
    found = np.flatnonzero(np.bincount(keys, minlength=room))
    place = np.empty(room, np.int64)
    place[found] = np.arange(len(found))
    return found + low, place[keys]


_ROOM = 8
"""So much room a key, counting is faster than sorting."""


def _weights(seen: _Seen, pair: Whole, rule: Whole, table: _AtMoments) -> Floats:
    """Return the weight of the hits of each pair at each moment."""
    is_carried = table.is_carried[seen.rule]
    carried, met = np.flatnonzero(is_carried), np.flatnonzero(~is_carried)
    weights = _carried(seen.only(carried), pair[carried], rule, table)
    if len(met):
        _add_met(weights, seen.only(met), pair[met], table)
    return weights


def _carried(seen: _Seen, pair: Whole, rule: Whole, table: _AtMoments) -> Floats:
    shape = (len(table.moments), len(rule))
    amount = table.weights.at(seen.rule, table.moments[-1] - seen.occurred_at)
    weights = _cells(shape, seen.first, pair, amount)
    out = np.flatnonzero(seen.gone < len(table.moments))
    if len(out):
        weights -= _cells(shape, seen.gone[out], pair[out], amount[out])
    for place in range(1, len(weights)):
        weights[place] += weights[place - 1]
    for place, lift in enumerate(table.lift):
        weights[place] *= lift[rule]
    return weights


def _cells(shape: tuple[int, int], row: Whole, place: Whole, amount: Floats) -> Floats:
    """Return amounts added up by row and column."""
    rows, columns = shape
    return _added(row * columns + place, amount, rows * columns).reshape(shape)


def _added(place: Whole, amount: Floats, count: int) -> Floats:
    """Return amounts added up by place; as real numbers also where there are none."""
    return np.bincount(place, amount, count).astype(np.float64, copy=False)


def _add_met(weights: Floats, seen: _Seen, pair: Whole, table: _AtMoments) -> None:
    """Add the weight of each hit at each moment that sees it, of some hits at a time."""
    step = max(1, CELLS // len(weights))
    for start in range(0, len(pair), step):
        some = seen.only(slice(start, start + step))
        times = some.gone - some.first
        hit = np.repeat(np.arange(len(times)), times)
        before = np.cumsum(times) - times
        place = np.arange(len(hit)) - (before - some.first)[hit]
        age = table.moments[place] - some.occurred_at[hit]
        amount = table.weights.at(some.rule[hit], age)
        weights += _cells(weights.shape, place, pair[start + hit], amount)
