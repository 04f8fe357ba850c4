"""A preview says of all leads what the impact of the same change says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import InputError, ModelError
from leadline.model.given import read_model
from leadline.review.preview.preview import Preview
from leadline.scoring import Run
from review.test_impact import AS_OF, CHANGES, MODEL, changed_model, tables
from review.test_impact import preview as impact_of


@contextmanager
def _opened(model: dict[str, Any] = MODEL) -> Iterator[Preview]:
    with DuckDB(threads=1) as engine, Run.open(engine, model, tables(), as_of=AS_OF) as run:
        yield Preview.open(run)


def test_a_change_does_what_its_impact_says() -> None:
    """Counts of both bands, directions, and of each lead that moves its values and the reason."""
    with _opened() as preview:
        for path, value, _ in CHANGES:
            after = changed_model(path, value)
            found = preview.of(read_model(after)[0], named_leads=100)
            expected = impact_of(MODEL, after, tables())
            [ladder], [right] = found.ladders, expected.ladders
            assert found.leads == expected.leads
            for each in ("ladder", "bands", "up", "down", "changed"):
                assert getattr(ladder, each) == getattr(right, each)
            assert sorted(map(str, ladder.cells)) == sorted(map(str, right.cells))
            rows = {row["lead_id"]: row for row in expected.changed.to_pylist()}
            assert {row["lead_id"] for row in ladder.moves} == set(rows)
            for row in ladder.moves:
                assert row == {
                    "who": row["who"],
                    **{key: rows[row["lead_id"]][key] for key in row if key != "who"},
                }


def test_who_moves_farthest_is_named_first() -> None:
    """Of those that change band so many are named, those whose value changes most."""
    after = changed_model("scores/person/rules/demo/points", 3)
    with _opened() as preview:
        [every] = preview.of(read_model(after)[0], named_leads=100).ladders
        [few] = preview.of(read_model(after)[0], named_leads=4).ladders
    sizes = [abs(row["to_value"] - row["from_value"]) for row in every.moves]
    assert len(few.moves) == 4 < every.changed
    assert sorted(sizes, reverse=True)[:4] == [
        abs(row["to_value"] - row["from_value"]) for row in few.moves
    ]


def test_the_distribution_counts_every_known_lead() -> None:
    """Before and after are counted in the same parts, from the least to the greatest value."""
    with _opened() as preview:
        found = preview.of(read_model(changed_model("scores/profile/formula", "company"))[0])
    [ladder] = found.ladders
    assert ladder.spread is not None
    assert sum(ladder.spread.before) == sum(ladder.spread.after) == found.leads
    assert ladder.spread.before != ladder.spread.after
    assert ladder.spread.low == 0


def test_nothing_that_changes_moves_nobody() -> None:
    """The model as it is has no moves, and nothing that differs."""
    with _opened() as preview:
        found = preview.of(read_model(MODEL)[0])
    assert (found.changes, [each.changed for each in found.ladders]) == ((), [0])


def test_faults_and_other_columns_are_refused() -> None:
    """A variant with faults says where; one that reads the tables otherwise is opened anew."""
    with _opened() as preview:
        with pytest.raises(ModelError, match=r"scores\.company\.rules\.size\.of"):
            preview.of(read_model(changed_model("scores/company/rules/size/of", "lead.syze"))[0])
        with pytest.raises(InputError, match="must stay as they are"):
            preview.of(read_model({**MODEL, "passive": ["visit"]})[0])
