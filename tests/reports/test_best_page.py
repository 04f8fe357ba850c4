"""The list of the best leads."""

from __future__ import annotations

from explain.scenes import MODEL, opened
from leadline.explain.best import best
from leadline.reports.best import page


def test_the_best_are_listed_with_their_reasons() -> None:
    """The verdict counts all, the table shows the best."""
    with opened() as run:
        found = page(best(run, 2)).plain()
    assert (found["title"], found["verdict"]) == (
        "m",
        "Of 4 leads, 3 are in nurture, 1 in excluded.",
    )
    [section] = found["sections"]
    assert section["title"] == "Highest scores, 2 of 4"
    assert section["tables"][0]["rows"] == [
        {"lead": "ada", "score": 17.0, "band": "nurture", "reasons": "visit x2 +6"},
        {"lead": "ben", "score": 16.0, "band": "nurture", "reasons": "visit +4; size +1"},
    ]


def test_who_a_lead_is_stands_beside_its_id() -> None:
    """Where the model shows fields; a lead that has none of them has its id alone."""
    with opened({**MODEL, "show": ["lead.size", 'account."Full Name"']}) as run:
        [section] = page(best(run, 2)).plain()["sections"]
    assert [(each["lead"], each["who"]) for each in section["tables"][0]["rows"]] == [
        ("ada", None),
        ("ben", "5"),
    ]
