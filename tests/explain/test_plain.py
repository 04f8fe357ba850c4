"""An explanation for machines: it has the form of its schema, and its ledger is its scores."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from math import exp
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from comparison import arrow
from explain.scenes import AT, opened
from leadline.engines.duckdb.engine import DuckDB
from leadline.explain.explain import explain
from leadline.explain.plain import json_schema
from leadline.explain.plain import plain as plain_of
from leadline.scoring import Run
from oracle.generate import case

SCHEMA: dict[str, Any] = json.loads(json_schema())
VALIDATOR = Draft202012Validator(SCHEMA)
SEEDS = range(40, 48)


def plain(run: Run, lead: str, at: datetime, since: datetime | None = None) -> dict[str, Any]:
    """Return what a machine reads of an explanation."""
    found: dict[str, Any] = json.loads(
        json.dumps(plain_of(explain(run, lead, at, since)), allow_nan=False)
    )
    VALIDATOR.validate(found)
    return found


def test_the_schema_is_sound_and_describes_every_part() -> None:
    """Who reads the form needs nothing else."""
    Draft202012Validator.check_schema(SCHEMA)
    assert json_schema() == json_schema()
    assert SCHEMA["description"]
    assert all(part["description"].endswith(".") for part in SCHEMA["$defs"].values())
    assert set(SCHEMA["required"]) == set(SCHEMA["properties"])


def test_it_says_who_when_by_which_model_and_what_came_out() -> None:
    """Scores, grades and bands by their names."""
    with opened() as run:
        found = plain(run, "ada", AT)
        assert found["model"] == run.fingerprint
    assert (found["lead"], found["as_of"]) == ("ada", "2026-11-01T12:00:00Z")
    assert found["scores"] == {"person": 6.0, "team": 11.0, "total": 17.0}
    assert (found["main_score"], found["model_name"]) == ("total", "m")
    assert (found["grades"], found["bands"]) == ({"fit": "B"}, {"band": "nurture"})
    assert (found["override"], found["since"]) == (None, None)
    assert found["missing"] == ["lead.size"]


def test_rows_of_the_ledger_are_what_was_computed() -> None:
    """With every state; times are text in UTC."""
    with opened() as run:
        rows = {each["rule"]: each for each in plain(run, "ada", AT)["ledger"]}
    assert rows["visit"] == {
        "score": "person",
        "rule": "visit",
        "label": "visit",
        "state": "fired",
        "points": 6.0,
        "unit": "points",
        "count": 2,
        "last_at": "2026-11-01T12:00:00Z",
        "weight": 1.0,
        "cuts": [],
    }
    assert (rows["size"]["state"], rows["size"]["points"]) == ("missing", 0.0)


def test_moves_and_ways_are_what_was_tried() -> None:
    """Steps of a way are counted."""
    with opened() as run:
        found = plain(run, "ada", AT)
    assert [(each["step"], each["change"], each["after"]) for each in found["moves"]] == [
        ("person.demo", 60.0, 77.0),
        ("lead.size = 1000000", 18.0, 35.0),
        ("person.visit", 0.0, 17.0),
    ]
    assert (found["moves"][1]["field"], found["moves"][1]["value"]) == ("lead.size", 1000000.0)
    assert found["ways"] == [
        {"ladder": "band", "band": "to_call", "steps": [{"step": "person.demo", "count": 1}]}
    ]


def test_reasons_are_the_largest_rows_in_two_decimals() -> None:
    """With the day and how long ago it is."""
    with opened() as run:
        [demo] = [each for each in plain(run, "cy", AT)["reasons"] if each["rule"] == "demo"]
    assert demo == {
        "score": "person",
        "rule": "demo",
        "label": "Asked for a demo",
        "points": 30.0,
        "unit": "points",
        "count": 1,
        "on": "2026-08-03",
        "days_ago": 90,
    }


def test_what_changed_since_a_moment_stands_in_it() -> None:
    """Scores of then, and the rows that differ."""
    with opened() as run:
        found = plain(run, "ada", AT, AT - timedelta(days=1))["since"]
    assert (found["as_of"], found["on"]) == ("2026-10-31T12:00:00Z", "2026-10-31")
    assert (found["scores"]["total"], found["change"]) == (13.0, 4.0)
    assert found["changes"] == [
        {
            "score": "person",
            "rule": "visit",
            "label": "visit",
            "kind": "gained, newly limited",
            "before": 4.0,
            "after": 6.0,
            "change": 2.0,
        }
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_ledger_sums_to_the_scores(seed: int) -> None:
    """On random models over random data, for every score that has rules."""
    one = case(seed)
    known = {row["lead_id"] for row in one.tables["leads"]}
    tables = {name: arrow(rows) for name, rows in one.tables.items() if rows}
    spine = arrow([{"lead_id": lead, "as_of": at} for lead, at in one.spine if lead in known])
    with DuckDB(threads=1) as engine:
        run = Run.open(engine, one.document, {**tables, "spine": spine})
        first = run.arrow("scores").to_pylist()[0]  # a lead that has not ended by then
        found = plain(run, first["lead_id"], first["as_of"])
    for name, score in one.document["scores"].items():
        points = [
            Decimal(str(row["points"]))
            for row in found["ledger"]
            if row["score"] == name and row["state"] != "missing"
        ]
        value = found["scores"][name]
        if "rules" in score and points:
            assert value == _sum(score, points), name
        elif "rules" in score and value is not None:
            low, high = score.get("range", [0, 0])
            assert value in {0, low, high}, name


def _sum(score: Mapping[str, Any], points: list[Decimal]) -> float:
    total = sum(points)
    if score.get("link") == "logistic":
        total = Decimal(str(round(100 / (1 + exp(-float(total))), 6)))
    return float(Decimal(total).quantize(Decimal("0.01"), ROUND_HALF_UP))
