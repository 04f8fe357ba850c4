"""The report of one lead: every point, its bands, and what would move it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from browser import NARROW, assert_sound, launched
from browser import opened as page_opened
from explain.scenes import AT, MODEL, opened
from leadline.explain.explain import explain
from leadline.reports.lead import page
from leadline.reports.page import Page
from leadline.reports.tables import Table


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return the system's Chromium; without it the tests fail, as a page unseen is not tested."""
    with launched() as found:
        yield found


def made(lead: str, model: dict[str, Any] | None = None, *, days: int | None = None) -> Page:
    """Return the report of a lead."""
    with opened(model) as run:
        since = None if days is None else AT - timedelta(days=days)
        return page(explain(run, lead, AT, since))


def rows(found: Page, name: str) -> list[list[str]]:
    """Return the rows of a table as people read them."""
    [table] = [
        each
        for section in found.sections
        for each in section.blocks
        if isinstance(each, Table) and each.name == name
    ]
    return table.figures()


def test_every_point_stands_below_its_score() -> None:
    """Rules that were missed come last; formulas and rollups say what they read."""
    assert rows(made("ada"), "ledger") == [
        ["person", "6", "visit", "+6", "2", "", "2026-11-01T12:00:00Z", "limit 6 reached"],
        ["", "", "size", "", "", "", "", "a field is empty"],
        ["team", "11", "sum of person", "", "", "", "", ""],
        ["total", "17", "person + team", "", "", "", "", ""],
    ]


def test_rules_are_called_by_what_the_document_says() -> None:
    """In the ledger, and in the steps that could be taken."""
    assert "Asked for a demo" in [row[2] for row in rows(made("cy"), "ledger")]
    steps = [row[0] for row in rows(made("ada"), "moves")]
    assert steps == ["one more Asked for a demo", "lead.size = 1000000", "one more person.visit"]


def test_bands_name_what_decided_them_and_the_way_to_the_next() -> None:
    """An override, or the score."""
    assert rows(made("ada"), "standing") == [
        ["fit", "B", "person", "", ""],
        ["band", "nurture", "total", "to_call", "person.demo"],
    ]
    assert rows(made("cy"), "standing")[1][:3] == ["band", "excluded", "override rival"]


def test_a_score_that_is_not_there_says_so() -> None:
    """Neither a score nor a grade is made up."""
    scores = {
        "few": {"for": "lead.size > 3", "rules": {"x": {"when": "true", "points": 1}}},
        "none": {"rules": {"x": {"event": "never", "points": 1}}},
    }
    grades = {"fit": {"by": "few", "edges": {"A": 0}}}
    model = {"leadline": 1, "model": "m", "scores": scores, "grades": grades}
    assert [row[:3] for row in rows(made("dot", model), "ledger")] == [
        ["few", "", "has no such score"],
        ["none", "0", "no rule fired"],
    ]
    assert rows(made("dot", model), "standing") == [["fit", "-", "few", "", ""]]


def test_what_changed_is_told_then_and_now() -> None:
    """Scores and bands first, then the rules."""
    found = made("ada", days=1)
    assert rows(found, "moved") == [
        ["person", "4", "6"],
        ["team", "9", "11"],
        ["total", "13", "17"],
    ]
    assert rows(found, "changes") == [["gained, newly limited", "person.visit", "+2", "4", "6"]]


def test_nothing_that_changed_is_said_too() -> None:
    """An empty table would look like a fault."""
    found = made("dot", days=1).plain()
    [since] = [each for each in found["sections"] if each["name"] == "since"]
    assert [each["rows"] for each in since["tables"]] == [[]]


def test_the_page_is_sound_in_a_browser(browser: Browser, tmp_path: Path) -> None:
    """It begins with the sentences for who calls, and reasons stand as sentences."""
    path = tmp_path / "lead.html"
    path.write_text(made("ada", MODEL, days=20).html(), encoding="utf-8")
    for width in (1000, NARROW):
        with page_opened(browser, path, width) as (shown, look):
            assert_sound(look)
            assert "ada is in nurture" in shown.locator(".verdict").inner_text()
            assert shown.locator("#section-reasons li").all_inner_texts() == [
                "visit (2 times, latest today, +6)"
            ]
