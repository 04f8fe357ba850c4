"""Tables of Marketo."""

from __future__ import annotations

from collections.abc import Callable

from importers.scenes import TABLES, happened, run_of, scores
from leadline.engines.duckdb.engine import DuckDB
from leadline.importers import Imported, read_points
from leadline.importers.marketo import OFTEN_UNSAID

Read = Callable[[str, str], Imported]


def test_campaigns_score_as_computed_by_hand(engine: DuckDB) -> None:
    """Triggers, constraints, how often, inactivity and demographic rules: all are kept."""
    found = read_points("marketo", TABLES / "marketo.csv", engine=engine)
    run = run_of(
        engine,
        found,
        leads=[
            {"lead_id": "ada", "account_id": "a", "job_title": "VP Sales", "country": "POLAND",
             "days_ago": 300},
            {"lead_id": "ben", "account_id": "b", "country": "France", "days_ago": 300},
        ],
        accounts=[
            {"account_id": "a", "number_of_employees": 600},
            {"account_id": "b", "number_of_employees": 499},
        ],
        events=[
            *happened("ada", *[("email_opened", 3, {})] * 3, ("email_opened", 2, {})),
            *happened("ada", ("email_clicked", 3, {})),
            *happened("ada", *[("form_submitted", 2, {"form": "Contact Us"})] * 2),
            *happened("ada", *[("page_viewed", 2, {"path": "/pricing"})] * 2),
            *happened("ada", ("page_viewed", 2, {"path": "/blog"})),
            *happened("ben", ("email_clicked", 40, {})),
        ],
    )  # fmt: skip
    rows = scores(run)
    assert rows["ada"]["behavior"] == 2 * 1 + 3 + 2 * 10 + 25 + 5 + 8
    assert rows["ada"]["demographic"] == 15 + 10 + 5
    assert (rows["ada"]["total"], rows["ada"]["band"]) == (93, "mql")
    assert (rows["ben"]["behavior"], rows["ben"]["demographic"]) == (3 - 10, 0)


def test_tokens_and_resets_are_reported(engine: DuckDB) -> None:
    """A value that is not in the table is not guessed, and a score cannot be set."""
    lost = read_points("marketo", TABLES / "marketo.csv", engine=engine).lost()
    assert [each.line for each in lost] == [15, 16, 17]
    assert "{{my.Click}}" in lost[1].reason
    assert "=0" in lost[2].reason


def test_how_often_is_assumed_aloud(imported: Read) -> None:
    """Where the table does not say how often a person can run through, the report does."""
    [finding] = imported("marketo", "Campaign,Change Score\nOpens Email,+1\n").findings
    assert (finding.status, finding.reason) == ("approximated", OFTEN_UNSAID)


def test_a_campaign_of_silence_is_never_called_the_same(imported: Read) -> None:
    """A silence rule gives back what it took, so the report tells the difference."""
    table = "Campaign,Change Score,Qualification\nInactive for 30 days,-10,Only once\n"
    found = imported("marketo", table)
    assert [each.status for each in found.findings] == ["approximated"]
    rule = next(iter(found.model.plain()["scores"]["behavior"]["rules"].values()))
    assert rule == {"silent_for": "30d", "points": -10}


def test_a_score_field_of_its_own_stays_beside_the_total(engine: DuckDB) -> None:
    """Whether it belongs to the total is not in the table, and the report says so."""
    found = read_points("marketo", TABLES / "marketo.csv", engine=engine)
    assert found.model.plain()["scores"]["total"] == {"formula": "behavior + demographic"}
    assert any("product_a" in each.reason for each in found.findings if not each.line)


def test_what_a_rule_cannot_keep_is_never_left_out_in_silence(imported: Read) -> None:
    """Conditions on silence, silence of one kind of thing, and values without a property."""
    table = (
        "Campaign,Constraint,Value,Change Score,Qualification,Group\n"
        "Opens Email,,,+1,Every time,\n"
        "Inactive for 30 days,Country is Poland,,-10,,\n"
        "Newsletter inactive for 30 days,,,-10,,\n"
        "Fills Out Form,,Demo,+10,Every time,Web\n"
    )
    found = imported("marketo", table)
    assert [each.line for each in found.lost()] == [0, 3, 4, 5]
    assert found.lost()[0].text == "column Group"
