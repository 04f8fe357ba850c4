"""Tables of Account Engagement."""

from __future__ import annotations

from collections.abc import Callable

from importers.scenes import TABLES, happened, run_of, scores
from leadline.engines.duckdb.engine import DuckDB
from leadline.importers import Imported, read_points
from leadline.importers.account_engagement import LETTERS

Read = Callable[[str, str], Imported]


def test_scoring_rules_and_a_profile_score_as_computed_by_hand(engine: DuckDB) -> None:
    """Actions add up, a category is a score beside them, and criteria move the grade from D."""
    found = read_points("pardot", TABLES / "account_engagement.csv", engine=engine)
    run = run_of(
        engine,
        found,
        leads=[
            {"lead_id": "ada", "account_id": "a", "department": "Marketing",
             "job_title": "Chief Marketing Officer", "competitor": False, "days_ago": 300},
            {"lead_id": "ben", "account_id": "b", "competitor": True, "days_ago": 300},
        ],
        accounts=[{"account_id": "a", "industry": "Finance"}, {"account_id": "b"}],
        events=[
            *happened("ada", *[("email_opened", 3, {"email_id": "e1"})] * 2),
            *happened("ada", ("email_opened", 2, {"email_id": "e2"})),
            *happened("ada", *[("email_clicked", 2, {})] * 2),
            *happened("ada", ("form_submitted", 2, {})),
            *happened("ada", *[("page_viewed", 2, {"path": "/blog"})] * 2),
            *happened("ada", ("page_viewed", 2, {"path": "/pricing"})),
            *happened("ada", ("content_downloaded", 2, {"category": "Product A"})),
        ],
        outcomes=[{"lead_id": "ben", "outcome": "lost", "days_ago": 10}],
    )  # fmt: skip
    rows = scores(run)
    assert rows["ada"]["activity"] == 2 * 1 + 2 * 3 + 50 + 3 * 1 + 10 + 3
    assert rows["ada"]["category_product_a"] == 5
    assert (rows["ada"]["profile"], rows["ada"]["grade"]) == (2 + 1 + 3, "B")
    assert (rows["ben"]["activity"], rows["ben"]["grade"]) == (-100 - 10, "F")


def test_what_has_no_counterpart_is_reported(engine: DuckDB) -> None:
    """Unknown actions, and criteria that do not say what they are compared with."""
    found = read_points("pardot", TABLES / "account_engagement.csv", engine=engine)
    assert [each.line for each in found.lost()] == [13, 19]


def test_ten_thirds_lead_from_d_to_the_best_grade(imported: Read) -> None:
    """The letters are a third apart, and D is where everybody starts."""
    table = "Activity,Points,Type,Condition\nIndustry,1/3,Profile,is Software\n"
    edges = imported("account-engagement", table).model.plain()["grades"]["grade"]["edges"]
    assert list(edges) == list(LETTERS)
    assert (edges["D"], edges["A+"], edges["F"]) == (0, 10, -2)


def test_points_for_a_property_are_refused(imported: Read) -> None:
    """Properties change the grade there; a number would be another product's rule."""
    found = imported("pardot", "Activity,Points\nEmail Click,3\nIndustry is Software,10\n")
    assert [each.line for each in found.lost()] == [3]


def test_your_score_stands_above_the_default_score(imported: Read) -> None:
    """Both are columns of the page on which the rules are kept."""
    found = imported("pardot", "Activity,Default Score,Your Score\nEmail Click,3,7\n")
    [rule] = found.model.plain()["scores"]["activity"]["rules"].values()
    assert rule["points"] == 7
