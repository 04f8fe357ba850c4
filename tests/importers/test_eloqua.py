"""Tables of Eloqua."""

from __future__ import annotations

from collections.abc import Callable

from importers.scenes import TABLES, happened, run_of, scores
from leadline.engines.duckdb.engine import DuckDB
from leadline.importers import Imported, read_points

Read = Callable[[str, str], Imported]


def test_weighted_criteria_score_as_computed_by_hand(engine: DuckDB) -> None:
    """Of the rows of a criterion the best counts, times the weight; two grades make a cell."""
    found = read_points("eloqua", TABLES / "eloqua.csv", engine=engine)
    run = run_of(
        engine,
        found,
        leads=[
            {"lead_id": "ada", "account_id": "a", "job_title": "VP Marketing"},
            {"lead_id": "ben", "account_id": "b", "job_title": "director of sales"},
            {"lead_id": "cid", "account_id": "b", "job_title": "Manager of Sales"},
        ],
        accounts=[
            {"account_id": "a", "industry": "Software", "annual_revenue": 2_000_000},
            {"account_id": "b", "industry": "Farming", "annual_revenue": 999_999},
        ],
        events=[
            *happened("ada", ("form_submitted", 10, {}), ("email_clicked", 5, {})),
            *happened("ada", ("email_opened", 3, {})),
            *happened("ben", *[("email_clicked", 2, {})] * 3),
            *happened("cid", ("form_submitted", 3, {})),
        ],
    )
    rows = scores(run)
    names = ("profile", "engagement", "band")
    assert [rows["ada"][name] for name in names] == [40 + 30 + 30, 25 + 15 + 20, "A2"]
    assert [rows["ben"][name] for name in names] == [20, 30, "D3"]
    assert [rows["cid"][name] for name in names] == [10, 50, "D2"]


def test_merged_cells_are_read_as_those_above(engine: DuckDB) -> None:
    """A criterion and its weight stand once for several rows."""
    found = read_points("eloqua", TABLES / "eloqua.csv", engine=engine)
    rule = found.model.plain()["scores"]["profile"]["rules"]["job_title"]
    assert rule["values"] == {"vp marketing": 40, "director of sales": 20, "manager of sales": 10}
    assert {each.rule for each in found.findings if each.line in (2, 3, 4)} == {"profile.job_title"}


def test_what_is_assumed_is_said(imported: Read) -> None:
    """Thresholds that are not in the table, and weights that do not add up to 100."""
    table = "Criteria,Field value,Points,Weighting\nIndustry,Software,100,60%\n"
    found = imported("eloqua", table)
    assert [each.reason for each in found.findings if not each.line] == [
        "25, 50 and 75 are assumed",
        "the weights that were carried over add up to 60 %",
    ]


def test_a_row_without_weight_is_reported(imported: Read) -> None:
    """A criterion of unknown weight gives no points."""
    table = "Criteria,Field value,Points,Weighting\nIndustry,Software,100,60%\nCity,Kyiv,100,\n"
    assert [each.line for each in imported("eloqua", table).lost()] == [3]
