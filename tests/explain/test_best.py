"""The leads with the highest scores, and how many are in each band."""

from __future__ import annotations

from explain.scenes import opened
from leadline.explain.best import best


def test_the_best_stand_first_with_bands_and_reasons() -> None:
    """A lead that an override excludes is not among them."""
    with opened() as run:
        found = best(run)
    assert [(each.lead_id, each.score) for each in found.leads] == [
        ("ada", 17.0),
        ("ben", 16.0),
        ("dot", 1.0),
    ]
    assert found.leads[0].bands == ("nurture",)
    assert [(each.rule, each.points) for each in found.leads[1].reasons] == [
        ("visit", 4.0),
        ("size", 1.0),
    ]
    assert (found.rows, found.moments) == (4, 1)
    assert found.bands == {"band": {"nurture": 3, "excluded": 1}}


def test_no_more_are_taken_than_were_asked_for() -> None:
    """The counts are of all."""
    with opened() as run:
        found = best(run, 1)
    assert ([each.lead_id for each in found.leads], found.rows) == (["ada"], 4)
