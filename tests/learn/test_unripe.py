"""Rows whose horizon has not ended, of a young firm whose truth is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from leadline.learn.choose import choose
from leadline.learn.clock import Clock
from leadline.learn.folds import folds
from leadline.learn.setting import Setting
from leadline.learn.sheet import Course, Field, Floats, Sheet
from leadline.learn.terms import probability
from leadline.learn.unripe import counted, losses, rate, so_far

HORIZON = 90.0


def young(
    seed: int, rows: int = 4000, days: float = 125.0, fails: float = 0.3
) -> tuple[Sheet, Floats]:
    """Leads of the first days of a firm, and the true chance of each.

    Winners win after 40 days in mean, and of the others some are lost earlier.
    """
    random = np.random.default_rng(seed)
    order = np.sort(random.uniform(0, days, rows))
    size = random.normal(size=rows)
    chances = np.asarray(probability(1.2 * size - 2.5))
    won = random.random(rows) < chances
    lost = ~won & (random.random(rows) < fails)
    ends = order + np.where(won, random.beta(2, 2.5, rows), random.beta(2, 4, rows)) * HORIZON
    until = order + HORIZON
    known = np.where(won | lost, ends, until)
    seen = days
    came, failed = won & (known <= seen), lost & (known <= seen)
    clock = Clock.of_rows(np.minimum(known, seen) - order, came, failed)
    course = Course(known, seen, clock)
    fields = {"lead.size": Field(numbers=size)}
    return Sheet(fields, came, order, until=until, course=course), chances


@pytest.mark.parametrize("fails", [0.0, 0.3, 0.95])
def test_the_rate_comes_out_as_if_all_had_been_followed(fails: float) -> None:
    """However many are lost early, and though most rows are open still."""
    sheet, chances = young(1, 20_000, fails=fails)
    assert sheet.outcome.mean() < 0.75 * chances.mean()
    assert sheet.course is not None
    assert sheet.course.clock.rate == pytest.approx(chances.mean(), rel=0.1)
    assert rate(sheet) == pytest.approx(chances.mean(), rel=0.1)
    fitted = Setting("logistic", "lines", unripe=True).fit(sheet)
    assert probability(fitted.log_odds(sheet)).mean() == pytest.approx(chances.mean(), rel=0.1)


def test_true_chances_lose_least_and_come_true_so_far() -> None:
    """The likelihood of what is known prefers the truth, and as much has come as should have."""
    sheet, chances = young(2, 20_000)
    true = np.log(chances / (1 - chances))
    least = losses(sheet, true).mean()
    for other in (0.8 * true, 1.2 * true, true + 0.2, true - 0.2):
        assert losses(sheet, other).mean() > least
    assert so_far(sheet, chances).sum() == pytest.approx(sheet.outcome.sum(), rel=0.05)


def test_what_has_ended_counts_whole_and_what_is_open_the_less_the_newer_it_is() -> None:
    """A row of yesterday says nothing yet, and a known no is never one that is open."""
    sheet, chances = young(3)
    counts, last = counted(sheet, chances), int(np.argmax(np.asarray(sheet.order)))
    assert counts[~sheet.is_open] == pytest.approx(1)
    assert counts[last] < 0.02
    assert counts[sheet.is_open].max() <= 1
    assert counted(sheet.ripe(), 0.1) == pytest.approx(1)


def test_a_young_firm_learns_from_leads_that_are_open() -> None:
    """Too few horizons have ended to learn by; with the others there is a model that holds."""
    sheet, chances = young(4, 1500, days=110.0)
    found = choose(sheet, "logistic")
    assert found.setting.unripe
    assert found.verdict == "learned"
    assert found.model is not None
    said = probability(found.model.log_odds(sheet))
    assert said.mean() == pytest.approx(chances.mean(), rel=0.25)
    assert np.corrcoef(said, chances)[0, 1] > 0.9


def test_nothing_is_learned_of_a_young_firm_without_signs() -> None:
    """Sizes dealt out by lot tell nothing of those that are open either."""
    sheet, _ = young(5, 1500, days=110.0)
    dealt = np.random.default_rng(5).normal(size=sheet.rows)
    found = choose(replace(sheet, fields={"lead.size": Field(numbers=dealt)}), "logistic")
    assert found.verdict == "nothing to learn"


def test_a_long_history_is_judged_by_rows_whose_horizon_has_ended() -> None:
    """And nothing is fitted that was not known when the first row to judge came."""
    sheet, _ = young(6, 3000, days=900.0)
    found = folds(sheet)
    for each in found:
        assert not each.is_unripe
        assert sheet.is_ripe[each.judged].all()
        before = each.before(sheet)
        assert each.at is not None
        assert before.order is not None
        assert before.order.max() < each.at
        assert before.course is not None
        assert before.course.known[before.outcome].max() <= each.at
        assert before.ripe().rows < before.rows
