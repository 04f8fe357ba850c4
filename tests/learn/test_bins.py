"""Bins of a field."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from leadline.learn.bins import ABSENT, FIRST, OTHER, fine, supervised
from leadline.learn.sheet import Field


def test_missing_and_unseen_have_codes_of_their_own() -> None:
    """No value is 0, a level not seen often enough is 1."""
    field = Field.of_levels(["a"] * 9 + ["b"] * 9 + ["rare", None])
    codes = fine(field).codes(field)
    assert codes[-1] == ABSENT
    assert codes[-2] == OTHER
    assert set(codes[:18]) == {FIRST, FIRST + 1}


@given(st.lists(st.floats(-1e6, 1e6), min_size=30, max_size=200))
def test_every_seen_number_is_in_a_bin(values: list[float]) -> None:
    """The lowest edge is below all of them, edges rise, and each bin has rows enough."""
    field = Field(numbers=np.array(values))
    bins = fine(field)
    codes = bins.codes(field)
    assert list(bins.edges) == sorted(set(bins.edges))
    assert codes.min() >= FIRST
    assert np.bincount(codes, minlength=bins.size)[FIRST:].min() >= 5


def test_bins_that_say_the_same_are_merged() -> None:
    """One step of the rate gives no edge but near the step."""
    random = np.random.default_rng(1)
    size = random.random(4000)
    won = random.random(4000) < np.where(size > 0.6, 0.7, 0.2)
    bins = supervised(Field(numbers=size), won)
    assert 2 <= len(bins.edges) <= 3
    assert all(abs(edge - 0.6) < 0.05 for edge in bins.edges[1:])
