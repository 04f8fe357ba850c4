"""Tables of HubSpot."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from importers.scenes import TABLES, happened, run_of, scores
from leadline.engines.duckdb.engine import DuckDB
from leadline.importers import Imported, read_points
from leadline.model.types import Type

Read = Callable[[str, str], Imported]
EMPLOYEES = "Number of employees"
SCHEMA = {"accounts": {"account_id": Type.TEXT, "industry": Type.TEXT, EMPLOYEES: Type.NUMBER}}


def test_a_table_of_groups_scores_as_computed_by_hand(engine: DuckDB) -> None:
    """Limits of rules and groups, decay in steps, how often and how recently: all are kept."""
    found = read_points("hubspot", TABLES / "hubspot.csv", schema=SCHEMA, engine=engine)
    run = run_of(
        engine,
        found,
        leads=[
            {"lead_id": "ada", "account_id": "a", "job_title": "Head of Sales",
             "email": "ada@north.example", "days_ago": 300},
            {"lead_id": "ben", "account_id": "b", "job_title": "Student",
             "email": "ben@uni.EDU", "days_ago": 300},
            {"lead_id": "cid", "account_id": "c", "days_ago": 12},
        ],
        accounts=[
            {"account_id": "a", "industry": "Software", EMPLOYEES: 2000},
            {"account_id": "b", "industry": "finance", EMPLOYEES: 50},
            {"account_id": "c"},
        ],
        events=[
            *happened("ada", *[("email_opened", 5, {})] * 7),
            *happened("ada", ("email_clicked", 10, {}), ("email_clicked", 45, {})),
            *happened("ada", *[("page_viewed", 2, {"path": "/pricing"})] * 2),
            *happened("ada", *[("page_viewed", 3, {"path": "/blog"})] * 3),
            *happened("ada", *[("form_submitted", 20, {"form": "Demo Request"})] * 2),
            *happened("ben", ("page_viewed", 70, {"path": "/blog"})),
            *happened("cid", ("email_clicked", 61, {})),
        ],
    )  # fmt: skip
    rows = scores(run)
    assert [rows["ada"][name] for name in ("fit", "engagement", "total", "band")] == [
        15 + 20 + 10,
        (5 + 3 + 1.5) + 60,
        45 + 69.5,
        "sales",
    ]
    assert [rows["ben"][name] for name in ("fit", "engagement", "total")] == [15 - 20, -20, -25]
    assert [rows["cid"][name] for name in ("fit", "engagement", "band")] == [0, 0, "below"]


def test_an_action_that_is_not_known_is_reported(engine: DuckDB) -> None:
    """It becomes a line of the report, not a rule."""
    found = read_points("hubspot", TABLES / "hubspot.csv", engine=engine)
    [lost] = found.lost()
    assert (lost.line, lost.rule) == (12, "")
    assert "Sequence enrolled" in lost.reason
    assert "sequence" not in str(found.model.plain()).lower()


@pytest.mark.parametrize(
    ("decay", "written"),
    [
        ("100% every month", {"points": 8, "decay": {"keep": 0, "every": "30d"}}),
        ("keeps 50% every 2 months", {"points": 8, "decay": {"keep": 0.5, "every": "60d"}}),
        ("5% monthly", {"points": 8, "decay": {"linear": "600d"}}),
        ("none", {"points": 8}),
    ],
)
def test_decay_is_written_as_it_falls(imported: Read, decay: str, written: object) -> None:
    """All at once and by shares of what is left are steps; many small steps are a line."""
    found = imported("hubspot", f"Rule;Points;Decay\nEmail opened;8;{decay}\n")
    rule = found.model.plain()["scores"]["engagement"]["rules"]["email_opened"]
    assert rule == {"event": "email_opened", **written}  # type: ignore[dict-item] # a mapping


def test_positive_and_negative_attributes_of_older_scores_have_their_sign(imported: Read) -> None:
    """Points under Negative are taken away, with or without a minus."""
    table = "Type,Criteria,Score\nPositive,Country is Poland,5\nNegative,Country is Atlantis,5\n"
    rules = imported("hubspot", table).model.plain()["scores"]["fit"]["rules"]
    assert [rule["points"] for rule in rules.values()] == [5, -5]


def test_thresholds_of_both_parts_make_a_matrix(imported: Read) -> None:
    """Fit letters and engagement digits are grades, and each pair is a band of its own."""
    table = (
        "Type,Rule,Condition,Points\nProperty,Country,is Poland,50\nEvent,Email opened,,1\n"
        "Threshold,Fit A,,60\nThreshold,Fit B,,30\nThreshold,Fit C,,0\n"
        "Threshold,Engagement 1,,60\nThreshold,Engagement 2,,0\n"
    )
    plain = imported("hubspot", table).model.plain()
    assert plain["grades"]["fit_grade"] == {"by": "fit", "edges": {"C": 0, "B": 30, "A": 60}}
    assert plain["bands"]["cells"]["B1"] == ["B1"]
    assert plain["bands"]["default"] == "C2"


def test_a_limit_of_a_score_is_its_range(imported: Read) -> None:
    """The limit of the total has no counterpart, and is reported."""
    table = "Rule,Points\nEmail opened,1\nEngagement score limit,60\nScore limit,100\n"
    found = imported("hubspot", table)
    assert found.model.plain()["scores"]["engagement"]["range"] == [-60, 60]
    assert [each.line for each in found.lost()] == [4]


def test_a_count_that_must_be_exact_is_a_condition_on_hits(imported: Read, engine: DuckDB) -> None:
    """Exactly twice gives points for two, and none for three."""
    found = imported("hubspot", "Rule,Frequency,Points\nEmail clicked,exactly 2 times,7\n")
    run = run_of(
        engine,
        found,
        leads=[{"lead_id": "two"}, {"lead_id": "three"}],
        events=[
            *happened("two", *[("email_clicked", 1, {})] * 2),
            *happened("three", *[("email_clicked", 1, {})] * 3),
        ],
    )
    assert {lead: row["engagement"] for lead, row in scores(run).items()} == {"two": 7, "three": 0}
