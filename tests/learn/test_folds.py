"""Which rows are fitted and which judged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from leadline.learn.folds import folds
from leadline.learn.sheet import Sheet


def test_only_settled_earlier_rows_are_fitted() -> None:
    """No fitted row is later than a judged one, nor settled after it."""
    order = np.arange(100.0)
    sheet = Sheet({}, np.arange(100) % 3 == 0, order, until=order + 10)
    for fold in folds(sheet):
        assert (order[fold.fitted] + 10).max() <= order[fold.judged].min()


def test_a_history_shorter_than_its_horizon_is_still_learned_from() -> None:
    """Hardly any outcome was settled in time, so all earlier rows are fitted, and no later one."""
    order = np.arange(100.0)
    sheet = Sheet({}, np.arange(100) % 3 == 0, order, until=order + 90)
    found = folds(sheet)
    assert min(len(fold.fitted) for fold in found) == 40
    for fold in found:
        assert order[fold.fitted].max() < order[fold.judged].min()


def test_groups_are_never_on_both_sides() -> None:
    """Rows that belong together are fitted or judged together."""
    groups = np.repeat(np.arange(20), 5)
    sheet = Sheet({}, np.arange(100) % 3 == 0, groups=groups)
    found = folds(sheet)
    assert sorted(np.concatenate([fold.judged for fold in found])) == list(range(100))
    for fold in found:
        assert not set(groups[fold.fitted]) & set(groups[fold.judged])


def test_a_group_may_have_a_past_unless_it_is_to_be_kept_apart() -> None:
    """An account that comes again is judged by what was learned of its earlier leads too."""
    sheet = Sheet({}, np.arange(100) % 3 == 0, np.arange(100.0), groups=np.arange(100) % 4)
    assert min(len(fold.fitted) for fold in folds(sheet)) == 40
    assert not folds(replace(sheet, is_apart=True))
