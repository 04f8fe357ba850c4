"""What became of leads by band is counted on ripe moments of theirs, one each."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from typing import Any

import pyarrow as pa
import pytest

import leadline
from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import ModelError
from leadline.history.judged import judged
from leadline.history.opened import open_past
from leadline.model.given import read_model
from leadline.model.task import read_task
from leadline.review.preview.won import Won
from past import MODEL, TASK, rows, tables


def _with_bands(edge: float) -> dict[str, Any]:
    made = deepcopy(dict(MODEL))
    score = list(made["scores"])[-1]
    return {**made, "bands": {"by": score, "edges": {"low": -100, "high": edge}}}


def test_shares_are_those_of_the_bands_at_the_moments() -> None:
    """One moment of each lead, none of the latest eighth; bands are those of a score there."""
    given, task = tables(dict(rows())), read_task(TASK)
    variants = [_with_bands(1), _with_bands(12)]
    with DuckDB(threads=1) as engine:
        run = open_past(engine, variants[0], given, task)
        won = Won.open(run, task)
        found = won.of_model(read_model(variants[1])[0])
        asked = engine.arrow(f"select * from {won.run.duckdb.address(won.table)}").to_pylist()
        every = judged(run, task)
        last = run.engine.rows(f"select as_of from {every.table} order by as_of")
    leads = [row["lead_id"] for row in asked]
    assert len(set(leads)) == len(leads) == found.leads == found.of
    assert max(row["as_of"] for row in asked) <= last[len(last) * 7 // 8][0]
    outcome = {(row["lead_id"], row["as_of"]): row["outcome"] for row in asked}
    for model, shares in zip(variants, (found.before, found.after), strict=True):
        spine = [(lead, at) for lead, at in outcome]
        scored = leadline.score(model, spine=_spine(spine), **given).scores.to_pylist()
        counts = Counter(row["band"] for row in scored)
        wins = Counter(
            row["band"]
            for row in scored
            if outcome[row["lead_id"], row["as_of"].replace(tzinfo=None)]
        )
        assert {each.band: (each.leads, each.wins) for each in shares["band"]} == {
            band: (counts[band], wins[band]) for band in counts
        }
        for each in shares["band"]:
            assert each.share.value == pytest.approx(each.wins / each.leads)
            low, high = each.share.low, each.share.high
            assert low is not None
            assert high is not None
            assert low <= each.wins / each.leads <= high
    assert found.before != found.after


def test_of_many_leads_always_the_same_are_asked_about() -> None:
    """And how many there were is said."""
    given, task = tables(dict(rows())), read_task(TASK)
    model = _with_bands(1)
    with DuckDB(threads=1) as engine:
        run = open_past(engine, model, given, task)
        first, second = (Won.open(run, task, sample=5).of_model(run.model) for _ in range(2))
    assert first == second
    assert first.leads == 5 < first.of


def test_a_variant_that_reads_what_the_task_leaves_out_is_refused() -> None:
    """Its shares would be those of a model that had seen how leads ended."""
    given, task = tables(dict(rows())), read_task({**TASK, "leave_out": ["lead.created_at"]})
    model = deepcopy(_with_bands(1))
    first = next(iter(model["scores"].values()))
    first["rules"]["young"] = {"when": "age(lead.created_at) < 9d", "points": 1}
    with DuckDB(threads=1) as engine:
        won = Won.open(open_past(engine, _with_bands(1), given, task), task)
        with pytest.raises(ModelError, match="leaves it out"):
            won.of_model(read_model(model)[0])


def _spine(pairs: list[Any]) -> Any:
    return pa.table(
        {
            "lead_id": [lead for lead, _ in pairs],
            "as_of": pa.array([at for _, at in pairs], pa.timestamp("us")),
        }
    )
