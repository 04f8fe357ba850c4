"""The list of the best leads."""

from __future__ import annotations

from explain.scenes import opened
from leadline.explain.best import best
from leadline.reports.best import page


def test_the_best_are_listed_with_their_reasons() -> None:
    """The verdict counts all, the table shows the best."""
    with opened() as run:
        found = page(best(run, 2)).plain()
    assert (found["title"], found["verdict"]) == ("m", "4 leads. band: nurture 3, excluded 1.")
    [section] = found["sections"]
    assert section["title"] == "Highest scores, 2 of 4"
    assert section["tables"][0]["rows"] == [
        {"lead": "ada", "score": 17.0, "band": "nurture", "reasons": "visit x2 +6"},
        {"lead": "ben", "score": 16.0, "band": "nurture", "reasons": "visit +4; size +1"},
    ]
