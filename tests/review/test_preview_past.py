"""Past weeks of a preview are those of the impact of the same change."""

from __future__ import annotations

import pyarrow as pa

from leadline.engines.duckdb.engine import DuckDB
from leadline.model.given import read_model
from leadline.review.diff.impact import impact
from leadline.review.preview.past import Past
from leadline.scoring import Run
from review.test_impact import AS_OF, MODEL, changed_model, tables

EDGES = {"nurture": 0, "follow_up": 15, "sales": 35}
BEFORE = {**MODEL, "bands": {"by": "profile", "edges": MODEL["bands"]["edges"]}}


def test_entries_a_week_are_those_of_the_impact() -> None:
    """Of all leads, and of a sample with its interval; one after the other, the same again."""
    after = read_model({**BEFORE, "bands": {"by": "profile", "edges": EDGES}})[0]
    for sample in (100, 40):
        with DuckDB(threads=1) as engine, Run.open(engine, BEFORE, tables(), as_of=AS_OF) as run:
            past = Past.open(run, weeks=2, sample=sample)
            found = past.of(after)
            assert past.of(after) == found
            expected = impact(run, after, tables(), as_of=AS_OF, weeks=2, sample=sample)
        [ladder] = expected.ladders
        ours = {each.band: each for each in found.loads["band"]}
        assert ours == {each.band: each for each in ladder.load}
        assert (found.weeks, found.leads) == (2, expected.replayed)
        assert any(each.before != each.after for each in ours.values())


def test_events_of_a_lead_that_was_merged_count_for_the_one_that_stays() -> None:
    """Also where the sample has the latter alone."""
    given = tables()
    leads = [row["lead_id"] for row in given["leads"].to_pylist()]
    merges = {
        "lead_merges": pa.table(
            {
                "from_id": leads[1::2],
                "into_id": leads[0::2],
                "recorded_at": [AS_OF.replace(month=10, day=25)] * len(leads[1::2]),
            }
        )
    }
    after = read_model(changed_model("scores/person/rules/demo/points", 15))[0]
    given |= merges
    with DuckDB(threads=1) as engine, Run.open(engine, MODEL, given, as_of=AS_OF) as run:
        found = Past.open(run, weeks=1, sample=30).of(after)
        right = impact(run, after, given, as_of=AS_OF, weeks=1, sample=30)
    assert {each.band: each for each in found.loads["band"]} == {
        each.band: each for each in right.ladders[0].load
    }
