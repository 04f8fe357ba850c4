"""Their words and ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import InputError
from leadline.importers import read_points
from leadline.importers.points.types import Types


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ("Marketing email opened", "email_opened"),
        ("Opens Email", "email_opened"),
        ("Clicked any email", "email_clicked"),
        ("Clicks Link in Email", "email_clicked"),
        ("Fills Out Form", "form_submitted"),
        ("Form Handler Submission", "form_submitted"),
        ("Landing Page Success", "form_submitted"),
        ("Visits Web Page", "page_viewed"),
        ("Page View", "page_viewed"),
        ("File Access", "content_downloaded"),
        ("Custom Redirect Click", "link_clicked"),
        ("Webinar Attended", "webinar_attended"),
        ("Unsubscribes from Email", "email_unsubscribed"),
    ],
)
def test_an_action_that_is_known_has_its_type(action: str, kind: str) -> None:
    """Wording and order of the words make no difference."""
    found = Types().action(action)
    assert found is not None
    assert found.types == (kind,)


@pytest.mark.parametrize(
    "action", ["Email opened by sales", "Form", "Interesting Moment", "Not opened email", ""]
)
def test_an_action_that_is_not_known_is_none(action: str) -> None:
    """A word more is another action."""
    assert Types().action(action) is None


def test_a_file_of_types_beats_the_table(engine: DuckDB, tmp_path: Path) -> None:
    """It names actions of one's own, what must be true of them, and fields for properties."""
    (tmp_path / "t.csv").write_text(
        "Rule,Points\nSequence enrolled,5\nEmail opened,1\nSegment is Gold,7\n", encoding="utf-8"
    )
    (tmp_path / "types.csv").write_text(
        "action,type,where\nsequence enrolled,enrolled,\nEmail opened,mail,kind = 'open'\n"
        "Segment,account.tier,\n",
        encoding="utf-8",
    )
    found = read_points("hubspot", tmp_path / "t.csv", types=tmp_path / "types.csv", engine=engine)
    scores = found.model.plain()["scores"]
    assert scores["engagement"]["rules"] == {
        "sequence_enrolled": {"event": "enrolled", "points": 5},
        "email_opened": {"event": "mail", "where": "kind = 'open'", "points": 1},
    }
    assert scores["fit"]["rules"]["segment_is_gold"]["when"] == "lower(account.tier) = 'gold'"


def test_a_file_of_types_that_says_nothing_is_refused(engine: DuckDB, tmp_path: Path) -> None:
    """All of its faults are reported, with their lines."""
    (tmp_path / "t.csv").write_text("Rule,Points\nEmail opened,1\n", encoding="utf-8")
    (tmp_path / "types.csv").write_text("action,type,where\na,,\nb,x,and\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_points("hubspot", tmp_path / "t.csv", types=tmp_path / "types.csv", engine=engine)
    assert [str(each).split()[0].rpartition(":")[2] for each in error.value.faults] == ["2", "3"]
