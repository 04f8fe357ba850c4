"""The ledger as the chart that adds up, in the digits that are shown."""

from __future__ import annotations

from typing import Any

import pytest

from leadline.explain.standing import standing
from leadline.model.given import read_model
from leadline.reports.svg import strips
from leadline.reports.waterfall import Waterfall, chance, log_odds, waterfall

BANDS = {
    "by": "profile",
    "edges": {"nurture": 0, "follow_up": 20, "sales": 60},
    "leave": {"sales": 50},
    "require": {"sales": "hits.demo > 0"},
}
PERSON = {
    "rules": {"demo": {"event": "demo", "points": 40}, "page": {"event": "page", "points": 1}}
}


def _model(formula: str) -> Any:
    company = {"range": [0, 30], "rules": {"size": {"when": "lead.size > 1", "points": 40}}}
    scores = {"company": company, "person": PERSON, "profile": {"formula": formula}}
    return read_model({"leadline": 1, "model": "w", "scores": scores, "bands": BANDS})[0]


def _row(score: str, rule: str, points: float, state: str = "fired") -> dict[str, Any]:
    return {
        "score": score, "rule": rule, "points": points, "state": state, "unit": "points",
        "count": 1, "weight": 1.0, "last_at": None,
    }  # fmt: skip


def _found(
    ledger: list[dict[str, Any]], band: str | None = None, **scores: float
) -> dict[str, Any]:
    return {"ledger": ledger, "scores": scores, "bands": {"band": band}, "override": None}


def _shown(fall: Waterfall) -> list[tuple[str, str, float | None]]:
    return [(row.kind, row.rule or row.score, row.value) for row in fall.rows]


def test_rows_lead_from_nothing_to_the_score() -> None:
    """Each begins where the one before it ends; the range takes what is too much."""
    ledger = [_row("company", "size", 40.0), _row("person", "demo", 40.0)]
    fall = waterfall(
        _model("company + person"), _found(ledger, company=30.0, person=40.0, profile=70.0)
    )
    assert fall.adds_up
    assert _shown(fall) == [
        ("rule", "size", 40.0),
        ("range", "company", -10.0),
        ("score", "company", 30.0),
        ("rule", "demo", 40.0),
        ("score", "person", 40.0),
        ("total", "profile", 70.0),
    ]
    drawn = [row for row in fall.rows if row.kind in {"rule", "range"}]
    assert [(row.start, row.end) for row in drawn] == [(0.0, 40.0), (40.0, 30.0), (30.0, 70.0)]


def test_a_cent_that_rounding_leaves_has_a_row_of_its_own() -> None:
    """Shown digits add up to the shown sum."""
    ledger = [_row("person", "demo", 0.333333), _row("person", "page", 0.333333)]
    fall = waterfall(
        _model("company + person"), _found(ledger, company=0, person=0.67, profile=0.67)
    )
    assert ("rounding", "person", 0.01) in _shown(fall)
    parts = [row.value or 0 for row in fall.rows if row.kind in {"rule", "rounding"}]
    assert round(sum(parts), 2) == 0.67


def test_a_formula_that_is_no_sum_is_said_and_not_drawn_as_one() -> None:
    """Its scores begin at nothing each."""
    ledger = [_row("company", "size", 20.0), _row("person", "demo", 40.0)]
    fall = waterfall(
        _model("greatest(company, person)"), _found(ledger, company=20, person=40, profile=40)
    )
    assert not fall.adds_up
    assert fall.formula == "greatest(company, person)"
    assert [row.start for row in fall.rows if row.kind == "rule"] == [0.0, 0.0]


def test_a_rule_that_a_missing_field_left_open_is_listed_without_points() -> None:
    """It is not known, which is not nothing."""
    ledger = [_row("company", "size", 0.0, "missing"), _row("person", "demo", 40.0)]
    fall = waterfall(_model("company + person"), _found(ledger, company=0, person=40, profile=40))
    assert ("missing", "size", None) in _shown(fall)


def test_chances_and_log_odds_are_each_other() -> None:
    """Over the whole scale."""
    for percent in (1.0, 20.0, 50.0, 99.0):
        assert chance(log_odds(percent)) == pytest.approx(percent)


def test_why_no_higher_band_says_what_lacks() -> None:
    """Points, what the band asks for, or both; and below which score a band is left."""
    model = _model("company + person")
    far = standing(model, "band", _found([], "nurture", company=0, person=5, profile=5))
    assert far is not None
    assert (far.next, far.short, list(far.asked)) == ("follow_up", 15, [])
    near = standing(model, "band", _found([], "follow_up", company=0, person=57, profile=57.5))
    assert near is not None
    assert (near.next, near.short, list(near.asked)) == ("sales", 2.5, [("person", "demo")])
    fired = [_row("person", "demo", 40.0)]
    kept = standing(model, "band", _found(fired, "sales", company=15, person=40, profile=55))
    assert kept is not None
    assert (kept.next, kept.stays_above) == (None, 50)


def test_a_strip_marks_where_a_score_is_and_was() -> None:
    """The band that is shown is the one that people go by."""
    rungs = [strips.Rung("nurture", 0), strips.Rung("sales", 60)]
    span = strips.span_of(rungs, [70.0, 20.0])
    drawn = strips.line(rungs, span, 70.0, 20.0, "sales", "70, Sales")
    assert 'aria-label="70, Sales"' in drawn
    assert drawn.count('class="rail"') == 1
    assert drawn.index('class="was"') < drawn.index('class="is"')
