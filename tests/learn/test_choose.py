"""Which method, for outcomes whose cause is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.learn.additive import fit_additive
from leadline.learn.choose import choose
from leadline.learn.sheet import Field, Floats, Sheet
from leadline.learn.terms import PairTerm, probability
from leadline.statistics.measures import Sample, roc_auc

ROWS = 1000


def made(
    random: np.random.Generator, shape: Callable[..., Floats], rows: int = ROWS
) -> tuple[Sheet, Floats]:
    """Return rows whose log-odds are a shape of two numbers, beside two that say nothing."""
    numbers = random.uniform(-1, 1, (4, rows))
    log_odds = shape(numbers[0], numbers[1])
    fields = {f"lead.n{at}": Field(numbers=each) for at, each in enumerate(numbers)}
    return Sheet(fields, random.random(rows) < probability(log_odds)), log_odds


def area(said: Floats, sheet: Sheet) -> float:
    """Return the area under the curve."""
    sample = Sample.of_rows(said, sheet.outcome)
    return float(roc_auc(sample.positives, sample.negatives))


SHAPES: dict[str, Callable[..., Floats]] = {
    "line": lambda one, two: 2 * one + two - 1,
    "step": lambda one, two: 2.5 * (one > 0.3) + (two < 0) - 1.5,
    "U": lambda one, two: 4 * one**2 - two - 1.5,
}


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
@given(st.integers(0, 2**32 - 1))
@settings(max_examples=1)
def test_a_shape_is_learned_whatever_it_is(shape: str, seed: int) -> None:
    """Other rows are ranked nearly as well as by the cause itself."""
    random = np.random.default_rng(seed)
    fitted, _ = made(random, SHAPES[shape])
    judged, log_odds = made(random, SHAPES[shape], 4000)
    found = choose(fitted)
    assert found.model is not None
    assert area(found.model.log_odds(judged), judged) > area(log_odds, judged) - 0.04


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=2)
def test_fields_that_say_nothing_alone_are_found_together(seed: int) -> None:
    """The outcome depends on whether two numbers have one sign; each alone is useless."""
    random = np.random.default_rng(seed)
    fitted, _ = made(random, lambda one, two: 2 * np.sign(one * two))
    model = fit_additive(fitted, pairs=3)
    [pair, *_] = [term for term in model.terms if isinstance(term, PairTerm)]
    assert set(pair.names) == {"lead.n0", "lead.n1"}
    judged, _ = made(random, lambda one, two: 2 * np.sign(one * two))
    assert area(model.log_odds(judged), judged) > 0.8


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=2)
def test_a_trend_is_carried_on(seed: int) -> None:
    """A number that rises with time, and the outcome with it, still ranks rows that come later."""
    random = np.random.default_rng(seed)
    order = np.arange(3000.0)
    numbers = order / 1000 + random.normal(0, 0.4, 3000)
    outcome = random.random(3000) < probability(1.2 * numbers - 3)
    fields = {"lead.x": Field(numbers=numbers)}
    whole = Sheet(fields, outcome, order)
    found = choose(whole.take(np.arange(2400)), "additive")
    later = whole.take(np.arange(2400, 3000))
    assert found.model is not None
    assert area(found.model.log_odds(later), later) > area(numbers[2400:], later) - 0.02
