"""Evidence of a change: none where there is none, and soon where there is one."""

from __future__ import annotations

from math import lgamma

import numpy as np
import pytest

from leadline.statistics.evidence import (
    FACTORS,
    Kind,
    evidence,
    level_of,
    log_e_values,
    smallest,
)
from leadline.statistics.evidence import _log_gamma as log_gamma
from leadline.statistics.measures import Floats

BEFORE, WEEKS, SERIES = 20, 52, 100
KINDS: tuple[Kind, ...] = ("share", "count")


def drawn(kind: Kind, seed: int, factor: float = 1.0) -> tuple[Floats, Floats]:
    """Return counts of many series that change by a factor in the tenth week that is watched."""
    dice = np.random.default_rng(seed)
    size = dice.poisson(80, (SERIES, BEFORE + WEEKS)).astype(float)
    share = np.repeat(dice.uniform(0.05, 0.5, SERIES)[:, None], BEFORE + WEEKS, axis=1)
    share[:, BEFORE + 10 :] *= factor
    if kind == "share":
        return dice.binomial(size.astype(int), share).astype(float), size
    return dice.poisson(size * share).astype(float), size * share[:, :1]


@pytest.mark.parametrize("x", [0.01, 0.5, 1.0, 7.5, 300.0, 1e6])
def test_the_gamma_function_is_that_of_the_library(x: float) -> None:
    """To the ninth digit, for numbers small and large."""
    assert log_gamma(np.array([x]))[0] == pytest.approx(lgamma(x), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_an_e_value_is_one_on_average_where_nothing_changed(kind: Kind) -> None:
    """Over all counts that the level before lets expect, whatever the change looked for."""
    level = level_of(kind, np.full((1, BEFORE), 3.0), np.full((1, BEFORE), 10.0))
    dice = np.random.default_rng(1)
    hits, rows = (float(each[0] / level.worth[0]) for each in (level.hits + 0.5, level.size))
    if kind == "share":
        value = dice.beta(hits, rows - hits + 0.5 / level.worth[0] * 2, 200_000)
        found = dice.binomial(12, value)
    else:
        found = dice.poisson(12 * dice.gamma(hits, 1 / rows, 200_000))
    size = np.full((1, len(found)), 12.0) * level.worth[0]
    e = np.exp(log_e_values(level, found[None].astype(float) * level.worth[0], size))[0]
    mild = np.abs(np.log(FACTORS)) < 1  # the mean of the others rests on a few of all draws
    assert e.mean(0)[mild] == pytest.approx(np.ones(mild.sum()), abs=0.05)


@pytest.mark.parametrize("kind", KINDS)
def test_false_alarms_stay_within_their_budget(kind: Kind) -> None:
    """Of 300 series in 52 weeks no more than 52 in ``c`` each pass ``c`` where nothing changed."""
    passed = 0
    for seed in range(3):
        hits, size = drawn(kind, seed)
        level = level_of(kind, hits[:, :BEFORE], size[:, :BEFORE])
        total = evidence(level, hits[:, BEFORE:], size[:, BEFORE:]).total
        passed += int((total >= WEEKS * 5).any(1).sum())
    assert passed <= 3 * SERIES / 5 / 2  # the inequality allows twice as many


@pytest.mark.parametrize(("kind", "factor"), [("share", 2.0), ("count", 2.0), ("count", 0.5)])
def test_a_change_is_told_within_weeks_and_dated(kind: Kind, factor: float) -> None:
    """Nine of ten series that double or halve pass 5,200 within eight weeks, dated to a week."""
    hits, size = drawn(kind, 7, factor)
    keep = hits[:, :BEFORE].mean(1) > 20  # large enough to be seen so soon
    hits, size = hits[keep], size[keep]
    level = level_of(kind, hits[:, :BEFORE], size[:, :BEFORE])
    found = evidence(level, hits[:, BEFORE:], size[:, BEFORE:])
    assert not (found.total[:, :10] >= 5200).any()
    assert (found.total[:, 10:18] >= 5200).any(1).mean() > 0.9
    best = found.log_parts[:, 17].argmax(1)
    since = found.since[np.arange(len(best)), 17, best]
    assert np.median(np.abs(since - 10)) <= 1


def test_a_smaller_change_needs_more_rows() -> None:
    """What four weeks tell comes nearer to no change as weeks have more rows."""
    level = level_of("share", np.full((3, BEFORE), 20.0), np.full((3, BEFORE), 100.0))
    factors = smallest(level, np.array([30.0, 300.0, 3000.0]), 4, np.full(3, 1000.0))
    assert factors[0] > factors[1] > factors[2] > 1.1


def test_counts_that_come_together_are_worth_fewer() -> None:
    """Where each comes ten times at once, ten are worth about one, and a quarter more."""
    dice = np.random.default_rng(3)
    hits = 10.0 * dice.poisson(20, (SERIES, BEFORE)).astype(np.float64)
    size = np.full((SERIES, BEFORE), 200.0)
    assert np.median(level_of("count", hits, size).worth) == pytest.approx(12.5, rel=0.15)
