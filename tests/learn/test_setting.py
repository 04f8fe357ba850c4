"""How methods are fitted: newer rows first, and little from few rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pyarrow import csv

from leadline.learn.setting import Setting, recency
from leadline.learn.sheet import Sheet, field_of_arrow
from leadline.learn.terms import log_loss

DEALS = Path(__file__).parents[2] / "examples" / "deals" / "deals.csv"


def test_the_newest_row_counts_most_and_the_oldest_still_counts() -> None:
    """Weights fall with age, from 1 to no less than a fifth."""
    weights = recency(Sheet({}, np.zeros(100, bool), order=np.arange(100.0)))
    assert weights is not None
    assert weights[-1] == 1
    assert (np.diff(weights) > 0).all()
    assert weights[0] > 0.2
    assert recency(Sheet({}, np.zeros(100, bool))) is None


@pytest.fixture(scope="module")
def deals() -> Sheet:
    """Real deals, without what nearly separates them."""
    table = csv.read_csv(DEALS, parse_options=csv.ParseOptions(delimiter=";"))
    names = set(table.column_names) - {"Status", "Seller", "Deal", "lead_id"}
    fields = {name: field_of_arrow(table[name]) for name in sorted(names)}
    return Sheet(fields, np.array(table["Status"]) == "Won")


@pytest.mark.parametrize(
    "setting", [Setting("scorecard"), Setting("logistic", "lines"), Setting("additive", "pairs")]
)
def test_forty_rows_are_no_worse_than_their_rate(deals: Sheet, setting: Setting) -> None:
    """Over many draws, what little they say is not blown up."""
    random, lost, by_rate = np.random.default_rng(1), [], []
    for _ in range(20):
        ranked = random.permutation(deals.rows)
        fitted, judged = deals.take(ranked[:40]), deals.take(ranked[40:])
        rate = (fitted.outcome.sum() + 0.5) / 41
        base = np.full(judged.rows, np.log(rate / (1 - rate)))
        lost.append(log_loss(setting.fit(fitted).log_odds(judged), judged.outcome).mean())
        by_rate.append(log_loss(base, judged.outcome).mean())
    assert np.mean(lost) <= np.mean(by_rate)
