"""Two models on the same rows."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import InputError
from leadline.history.judged import judged
from leadline.history.opened import open_past
from leadline.history.split import split
from leadline.model.document import Model
from leadline.model.task import read_task
from leadline.reports.compare import page
from leadline.review.backtest.capacity import read_capacity
from leadline.review.backtest.compare import Comparison, compare
from past import MODEL, TASK, rows, tables


def blind() -> dict[str, Any]:
    """Return the model without what tells winners."""
    model = deepcopy(MODEL)
    model["scores"]["person"]["rules"]["demo"]["points"] = 0
    return {**model, "model": "blind"}


def run(first: dict[str, Any], second: dict[str, Any], **options: Any) -> Comparison:
    """Return the comparison of two models over a past."""
    task = read_task(TASK)
    with DuckDB() as engine:
        of = judged(open_past(engine, first, tables(rows(1, leads=900)), task), task)
        other = Model.model_validate(second)
        return compare(of, other, split(of, "all"), **options)


def test_a_model_that_sees_more_is_better() -> None:
    """And the one that sees less is worse, whichever stands first."""
    better = run(blind(), MODEL)
    assert better.verdict == "the second is better"
    assert better.decides.difference.better == 1.0
    worse = run(MODEL, blind())
    assert worse.verdict == "the first is better"
    assert worse.decides.difference.measured.value == pytest.approx(
        -(better.decides.difference.measured.value or 0)
    )


def test_a_model_is_no_better_than_itself() -> None:
    """Not by any measure, and with no room for luck."""
    found = run(MODEL, {**MODEL, "model": "again"})
    assert found.verdict == "no clear difference"
    for each in found.measures:
        assert each.difference.measured.value == each.difference.measured.high == 0
        assert each.difference.better == 0.5


def test_precision_at_capacity_decides_where_it_is_given() -> None:
    """Else ROC-AUC, or what is named."""
    room = read_capacity("5/week")
    assert run(blind(), MODEL, capacity=room).named == "precision"
    assert run(blind(), MODEL).named == "roc_auc"
    assert run(blind(), MODEL, capacity=room, measure="lift_10").named == "lift_10"
    with pytest.raises(InputError, match="Precision needs --capacity"):
        run(blind(), MODEL, measure="qqq")


def test_only_rows_that_both_models_score_are_compared() -> None:
    """A score for some leads alone takes the others out of both sides."""
    some = deepcopy(MODEL)
    some["scores"]["company"]["for"] = "lead.size > 100"
    found = run(MODEL, some)
    assert found.unscored > 0
    whole = run(MODEL, MODEL)
    assert found.rows + found.unscored == whole.rows


def test_the_report_says_which_is_better_and_how_sure() -> None:
    """In words first, and in figures for machines."""
    found = run(blind(), MODEL)
    assert page(found).verdict.startswith(
        "past is better than blind: it puts the leads that win nearer to the top."
    )
    assert "The probability that past is better is 100 %." in page(found).verdict
    assert found.plain()["probability_second_better"] == 1.0


def test_two_versions_of_one_model_are_told_apart() -> None:
    """Where both have one name, they are the first and the second."""
    found = run({**blind(), "model": "past"}, MODEL)
    assert page(found).verdict.startswith("The second model is better than the first model: ")
