"""What the design promises for every model and all data, on the random cases."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from comparison import arrow, product
from leadline.engines.duckdb.engine import DuckDB
from leadline.model.checking.check import order
from leadline.model.fingerprint import fingerprint
from leadline.model.reading.reader import read
from leadline.model.reading.writer import write
from leadline.scoring import Scored, score
from oracle.generate import Case, case

SEEDS = range(3000, 3012)
AS_OF = datetime(2026, 11, 1, 12, tzinfo=UTC)


def on_random_cases(test: Callable[[int], None]) -> Callable[[int], None]:
    """Have a test tried on the cases; by all in one process, so that each is scored once."""
    return pytest.mark.xdist_group("random properties")(
        pytest.mark.parametrize("seed", SEEDS)(test)
    )


def scored(one: Case) -> Scored:
    """Score a case."""
    with DuckDB(threads=1) as engine:
        return product(engine, one.document, one.tables, one.spine)


@cache
def as_it_is(seed: int) -> Scored:
    """Score a random case as it is; several properties compare with it."""
    return scored(case(seed))


def rows(found: Scored) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return scores and ledger in the order of their keys, without the fingerprint.

    A weight is a mean of floating numbers, and the same to 9 decimals.
    """
    points = [
        {**row, "weight": row["weight"] and round(row["weight"], 9)}
        for row in found.points.to_pylist()
    ]
    scores = [{**row, "model": ""} for row in found.scores.to_pylist()]
    return (
        sorted(scores, key=lambda row: (row["lead_id"], row["as_of"])),
        sorted(points, key=lambda row: (row["lead_id"], row["as_of"], row["score"], row["rule"])),
    )


@on_random_cases
def test_what_happens_later_changes_nothing(seed: int) -> None:
    """Events, outcomes and marks after the last moment change no score and no ledger row."""
    one = case(seed)
    later = max(at for _, at in one.spine) + timedelta(microseconds=1)
    tables = dict(one.tables)
    for table, key in (("events", "event_id"), ("outcomes", "outcome_id")):
        if tables.get(table):
            added = [
                {**row, key: f"later {at}", "occurred_at": later, "recorded_at": None}
                for at, row in enumerate(tables[table])
            ]
            tables[table] = [*tables[table], *added]
    assert rows(scored(Case(one.document, tables, one.spine))) == rows(as_it_is(seed))


@on_random_cases
def test_one_lead_alone_is_scored_as_among_all(seed: int) -> None:
    """A lead's row is the same whether its moments are the whole spine or a part of it."""
    one = case(seed)
    all_scores, all_points = rows(as_it_is(seed))
    lead = one.spine[0][0]
    alone = Case(one.document, one.tables, [pair for pair in one.spine if pair[0] == lead])
    scores, points = rows(scored(alone))
    assert scores == [row for row in all_scores if row["lead_id"] == lead]
    assert points == [row for row in all_points if row["lead_id"] == lead]


@on_random_cases
def test_a_batch_at_one_moment_is_scored_as_a_spine(seed: int) -> None:
    """All leads known at a moment come out alike by ``as_of`` and by a spine of that moment."""
    one = case(seed)
    at = one.spine[0][1]
    given = {name: arrow(table) for name, table in one.tables.items() if table}
    batch = score(one.document, as_of=at, **given)
    known = batch.scores.select(["lead_id", "as_of"])
    assert rows(batch) == rows(score(one.document, spine=known, **given))


@on_random_cases
def test_the_ledger_sums_to_the_score(seed: int) -> None:
    """The points of a score's rows, rounded to two places, are the score."""
    one = case(seed)
    found = as_it_is(seed)
    for name, spec in one.document["scores"].items():
        if "rules" not in spec or spec.get("link"):
            continue
        sums: dict[tuple[str, datetime], int] = {}
        for row in found.points.to_pylist():
            if row["score"] == name:
                key = (row["lead_id"], row["as_of"])
                sums[key] = sums.get(key, 0) + round(row["points"] * 1e6)
        for row in found.scores.to_pylist():
            if row[name] is not None:
                total = sums.get((row["lead_id"], row["as_of"]), 0)
                assert abs(row[name] * 1e6 - total) <= 5000


@on_random_cases
def test_sending_events_again_changes_nothing(seed: int) -> None:
    """Rows of events that come twice count once."""
    one = case(seed)
    twice = {**one.tables}
    if events := one.tables.get("events"):  # an absent table is not an empty one
        twice["events"] = [*events, *events]
    assert rows(scored(Case(one.document, twice, one.spine))) == rows(as_it_is(seed))


@pytest.mark.parametrize("seed", range(100))
def test_a_written_model_is_the_model(seed: int) -> None:
    """Writing and reading a document gives an equal model with the same fingerprint."""
    model = read(case(seed).document)
    again = read(write(model))
    assert again == model
    assert fingerprint(again) == fingerprint(model)
    assert order(again) == order(model)


def _model(rules: dict[str, Any], **score_keys: Any) -> dict[str, Any]:
    return {"leadline": 1, "model": "m", "scores": {"person": {**score_keys, "rules": rules}}}


def _person(model: dict[str, Any], ages_days: list[float]) -> float:
    """Return the score of one lead with events of these ages."""
    events = [
        {
            "event_id": f"e{at}",
            "lead_id": "a",
            "type": "visit",
            "occurred_at": AS_OF - timedelta(days=age),
        }
        for at, age in enumerate(ages_days)
    ]
    leads = arrow([{"lead_id": "a"}])
    tables = {"events": arrow(events)} if events else {}
    found = score(model, leads=leads, as_of=AS_OF, **tables).scores.to_pylist()
    return float(found[0]["person"])


@pytest.mark.parametrize("days", [1, 7, 30, 365])
def test_half_of_the_points_remain_after_a_half_life(days: int) -> None:
    """An event as old as the half-life is worth half of its points, to the last decimal."""
    rule = {"event": "visit", "points": 10, "decay": {"half_life": f"{days}d"}}
    assert _person(_model({"visit": rule}), [days]) == 5.0
    assert _person(_model({"visit": rule}), [0]) == 10.0


@pytest.mark.parametrize("points", [7, -7])
@pytest.mark.parametrize("count", [0, 1, 3, 9])
def test_a_limit_never_raises_what_it_limits(points: int, count: int) -> None:
    """With a limit a rule gives as much as without, or less, on both sides of 0."""
    free = _person(_model({"visit": {"event": "visit", "points": points}}), [1.0] * count)
    limited = {"visit": {"event": "visit", "points": points, "limit": 20}}
    assert abs(_person(_model(limited), [1.0] * count)) == min(abs(free), 20)


def test_model_file_and_values_are_one(tmp_path: Path) -> None:
    """A model scores alike from a file, a text and plain values."""
    model = _model({"visit": {"event": "visit", "points": 3}})
    file = tmp_path / "model.yaml"
    file.write_text(json.dumps(model), encoding="utf-8")
    leads = arrow([{"lead_id": "a"}])
    prints = {
        score(given, leads=leads, as_of=AS_OF).scores.to_pylist()[0]["model"]
        for given in (model, file, str(file), json.dumps(model, indent=1))
    }
    assert len(prints) == 1
