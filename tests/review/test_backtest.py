"""Backtests of models whose worth is known."""

from __future__ import annotations

from random import Random
from typing import Any

import pyarrow as pa
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import InputError
from leadline.history.judged import judged
from leadline.history.opened import open_past
from leadline.model.task import read_task
from leadline.reports.backtest import page
from leadline.review.backtest.backtest import Backtest, backtest
from leadline.review.backtest.capacity import read_capacity
from past import MODEL, TASK, Rows, rows, tables


def run(found: dict[str, Rows], model: Any = MODEL, **options: Any) -> Backtest:
    """Return the backtest of a model over a past."""
    task = {**TASK, **options.pop("task", {})}
    with DuckDB() as engine:
        return backtest(model, task, engine=engine, **tables(found), **options)


def test_a_score_with_sense_is_better_than_chance_and_shuffled_outcomes_are_not() -> None:
    """The same rows, with outcomes that were dealt anew, are chance."""
    found = rows(1, leads=900)
    real = run(found, kind="all")
    assert real.verdict == "better than chance"
    owners = [row["lead_id"] for row in found["leads"]]
    dealt = dict(zip(owners, Random(2).sample(owners, len(owners)), strict=True))
    created = {row["lead_id"]: row["created_at"] for row in found["leads"]}
    shuffled = []
    for row in found["outcomes"]:
        to, wait = dealt[row["lead_id"]], row["occurred_at"] - created[row["lead_id"]]
        shuffled.append({**row, "lead_id": to, "occurred_at": created[to] + wait})
    senseless = run({**found, "outcomes": shuffled}, kind="all")
    assert senseless.verdict == "no better than chance"
    assert senseless.sample.wins > 100


def test_figures_are_those_of_scikit_learn_over_the_scores_of_the_statement() -> None:
    """A backtest measures exactly what scoring gives at each moment."""
    found = rows(2, leads=600)
    with DuckDB() as engine:
        document = read_task(TASK)
        of = judged(open_past(engine, MODEL, tables(found), document), document)
        query = "select total::double, outcome from {} join {} using (lead_id, as_of)"
        pairs = of.run.engine.rows(query.format(of.run.table("scores"), of.table))
    scores, outcomes = zip(*pairs, strict=True)
    result = run(found, kind="all")
    assert result.roc_auc.value == pytest.approx(roc_auc_score(outcomes, scores))
    assert result.pr_auc.value == pytest.approx(average_precision_score(outcomes, scores))
    assert (result.sample.rows, result.sample.wins) == (len(pairs), sum(outcomes))
    assert result.calibrated.brier.value is None


def test_a_probability_is_judged_as_it_is() -> None:
    """A score with a logistic link needs nothing learned."""
    found = rows(3, leads=300)
    rules = {"base": {"points": -1}, "seen": {"when": "hits.demo > 0", "points": 2}}
    person = {"rules": {"demo": {"event": "demo", "points": 0}}}
    scores = {"person": person, "chance": {"link": "logistic", "rules": rules}}
    model = {**MODEL, "scores": scores, "bands": {"by": "chance", "edges": {"low": 0}}}
    with DuckDB() as engine:
        document = read_task(TASK)
        of = judged(open_past(engine, model, tables(found), document), document)
        query = "select chance::double / 100, outcome from {} join {} using (lead_id, as_of)"
        pairs = of.run.engine.rows(query.format(of.run.table("scores"), of.table))
    result = run(found, model, kind="all")
    p, outcomes = zip(*pairs, strict=True)
    assert result.calibrated.brier.value == pytest.approx(brier_score_loss(outcomes, p))
    assert result.calibrated.says == "The score is a probability."


@pytest.mark.parametrize(("chance", "is_off"), [(14, False), (80, True)])
def test_the_probability_that_a_learned_document_writes_is_judged(
    chance: int, *, is_off: bool
) -> None:
    """No curve is laid over it: where it says what does not come, that is told."""
    found = rows(3, leads=300)
    scores = {
        "person": {"rules": {"demo": {"event": "demo", "points": 10, "count": "once"}}},
        "probability": {"formula": f"case when person > 5 then {chance + 10} else {chance} end"},
    }
    model = {key: value for key, value in MODEL.items() if key != "bands"} | {
        "scores": scores,
        "provenance": {"method": "scorecard"},
    }
    result = run(found, model, kind="all")
    assert result.score == "probability"
    assert result.calibrated.says == "The score is a probability."
    assert {round(100 * each.expected) for each in result.calibrated.bins} <= {chance, chance + 10}
    assert result.calibrated.is_off == is_off
    assert ("probabilities do not hold: it says" in page(result).verdict) == is_off


def test_points_become_probabilities_by_what_is_not_judged() -> None:
    """The earlier part says what points mean; it is named, and the outcome fits."""
    result = run(rows(4, leads=1500))
    assert "from the earlier part" in result.calibrated.says
    assert result.calibrated.brier.value is not None
    share = result.rate.value or 0
    assert result.calibrated.brier.value < share * (1 - share)
    assert sum(each.rows for each in result.calibrated.bins) == result.sample.rows


def test_bands_have_what_became_of_their_rows() -> None:
    """Rows, outcomes and revenue of the bands add up to those that are judged."""
    result = run(rows(5, leads=600), kind="all")
    assert [each.band for each in result.bands] == ["sales", "nurture"]
    assert sum(each.rows for each in result.bands) == result.sample.rows
    assert sum(each.wins for each in result.bands) == result.sample.wins
    sales, nurture = result.bands
    assert (sales.rate.value or 0) > (nurture.rate.value or 0)
    assert sales.revenue is not None
    assert sales.revenue_each.value == pytest.approx(sales.revenue / sales.rows)
    assert sales.days.value is not None
    assert 0 < sales.days.value < 30


def test_capacity_is_the_best_rows_that_there_is_room_for() -> None:
    """Ten a week for the judged weeks; precision beats the rate of all."""
    result = run(rows(6, leads=900), kind="all", capacity=read_capacity("10/week"))
    use = result.capacity
    assert use is not None
    weeks = use.taken / 10
    assert 8 < weeks < 18
    assert (use.precision.value or 0) > (result.rate.value or 1)
    with pytest.raises(InputError, match="must be a number such as 60/week"):
        read_capacity("many")


def test_ranking_by_what_is_empty_is_no_better_than_chance() -> None:
    """A field that was filled in for winners alone ranks well, and is seen through."""
    found = rows(7, leads=900)
    winners = {row["lead_id"] for row in found["outcomes"] if row["outcome"] == "won"}
    dice = Random(1)
    for row in found["leads"]:
        filled = row["lead_id"] in winners or dice.random() < 0.3
        row["industry"] = dice.choice(["a", "b"]) if filled else None
    rules = {"industry": {"of": "lead.industry", "values": {"a": 10, "b": 12}}}
    model = {"leadline": 1, "model": "empty", "scores": {"s": {"rules": rules}}}
    result = run(found, model, kind="all")
    assert result.roc_auc.value is not None
    assert result.roc_auc.value > 0.7
    assert result.ranking.is_by_emptiness
    assert result.verdict == "no better than chance"
    assert "Only which fields are empty" in str(page(result).plain())


def test_where_sales_tried_is_shown_along_the_score() -> None:
    """Ten tenths of all rows, whether they are judged or not."""
    asked = {"worked": {"event": "call"}}
    result = run(rows(8, leads=600), kind="all", task=asked)
    assert sum(each.rows for each in result.tried) == result.sample.rows
    assert all(0 < (each.share.value or 0) < 1 for each in result.tried)
    only = run(rows(8, leads=600), kind="all", task={**asked, "rows": "worked"})
    untried = next(each.rows for each in only.judged.left_out if each.reason == "untried")
    assert sum(each.rows for each in only.tried) == only.sample.rows + untried
    assert run(rows(8, leads=100), kind="all").tried == ()


@pytest.mark.parametrize("chosen", ["all", "worked"])
def test_winners_whom_nobody_tried_are_counted(chosen: str) -> None:
    """Their share has an interval, and the report says which rows fit."""
    result = run(rows(8, leads=300), kind="all", task={"worked": {"event": "call"}, "rows": chosen})
    alone = result.unworked
    assert alone is not None
    assert alone.low is not None
    assert alone.high is not None
    assert 0 <= alone.low < (alone.value or 0) < alone.high <= 1
    told = str(page(result).plain())
    assert "of the rows with the outcome were not tried within 14d of the moment" in told
    assert "`rows: all` asks of all" in told or chosen == "all"


def test_the_report_has_verdict_charts_and_what_was_left_out() -> None:
    """One page, of which machines get every table."""
    found = page(run(rows(9, leads=600), kind="all", task={"worked": {"event": "call"}}))
    names = {each.name for each in found.sections}
    assert {"measures", "findings", "bands-band", "tenths", "curves", "over-time"} <= names
    assert {"tried", "rows"} <= names
    html = found.html()
    assert html.index(found.verdict.split(".")[0]) < html.index("<svg")
    assert html.count("<svg") >= 6


def plain(won: list[str | None], sizes: list[int]) -> Backtest:
    """Return the backtest of a plain table: how big each row is, and how it ended."""
    table = pa.table(
        {
            "lead_id": [str(place) for place in range(len(won))],
            "won": pa.array(won, pa.string()),
            "size": sizes,
        }
    )
    model = {
        "leadline": 1,
        "model": "tiny",
        "scores": {"s": {"rules": {"big": {"when": "lead.size >= 100", "points": 10}}}},
    }
    return backtest(model, {"outcome": {"field": "won", "is": "yes"}}, leads=table)


@pytest.mark.parametrize(
    ("won", "sizes", "says"),
    [
        (["no"] * 60, [10, 200] * 30, "not enough data"),
        (["yes", "no", "yes"], [10, 200, 200], "not enough data"),
        (["yes"] + ["no"] * 59, [10, 200] * 30, "not enough data"),
        (["yes", "no", "no"] * 50, [10] * 150, "no better than chance"),
    ],
)
def test_what_cannot_be_judged_is_said_and_never_guessed(
    won: list[str | None], sizes: list[int], says: str
) -> None:
    """One outcome only, three rows, one winner, one score: each is a result of its own."""
    found = plain(won, sizes)
    assert found.verdict == says
    assert found.pr_auc.low is None or len(won) > 10
    assert page(found).plain()
    assert page(found).html()


def test_rows_without_any_outcome_are_told() -> None:
    """A field that is empty in every row is no fault of the value that was asked for."""
    with pytest.raises(InputError, match="50 have no value that says how they ended"):
        plain([None] * 50, [10, 200] * 25)


def test_a_model_that_reads_the_outcome_is_doubted() -> None:
    """Written by another name into the model, the report says so first."""
    found = rows(3, leads=600)
    winners = {row["lead_id"] for row in found["outcomes"] if row["outcome"] == "won"}
    dice = Random(4)
    for row in found["leads"]:
        row["fee"] = dice.randrange(1, 99) if row["lead_id"] in winners else 0
    rules = {
        "fee": {"when": "lead.fee > 0", "points": 10},
        "size": {"when": "lead.size > 99", "points": 1},
    }
    model = {"leadline": 1, "model": "leaky", "scores": {"s": {"rules": rules}}}
    result = run(found, model, kind="all")
    assert [each.title for each in result.doubts] == ["fee"]
    assert "Do not rely on this: fee" in str(page(result).plain())
    assert run(found).doubts == ()
