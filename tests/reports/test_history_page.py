"""The page about one lead over time, in a browser, as JSON and in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from browser import NARROW, assert_sound, launched, opened
from leadline.explain.history import History, Moment
from leadline.model.reading.reader import read
from leadline.reports.history import page, sparkline, verdict

MODEL = read(
    {
        "leadline": 1,
        "model": "m",
        "scores": {"fit": {"rules": {"r": {"event": "x", "points": 1}}}},
        "bands": {"by": "fit", "edges": {"low": -10, "middle": 10, "high": 30}},
    }
)
START = datetime(2026, 1, 1, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return the system's Chromium; without it the tests fail, as a page unseen is not tested."""
    with launched() as found:
        yield found


def moment(day: float, value: float | None, change: float = 0.0, what: str = "") -> Moment:
    """Return a moment of a lead."""
    band = None if value is None else "high" if value >= 30 else "middle" if value >= 10 else "low"
    rule, points = ("fit.r", change) if change else (None, 0.0)
    at = START + timedelta(days=day)
    scores, bands = {"fit": value}, {"band": band}
    return Moment(at, what, value, change, band, rule, points, scores, bands, "print")


def told(*moments: Moment, of: int | None = None) -> History:
    """Return a history."""
    return History("ada", MODEL, "fit", moments, of or len(moments))


MOMENTS = (
    moment(0, 5, 5, "created"),
    moment(10, 20, 15, "visit"),
    moment(20, 19.5, -0.5),
    moment(30, 4.5, -15),
    moment(40, 25, 20.5, "demo"),
    moment(50, 24),
)


def test_the_page_is_sound_in_a_browser(browser: Browser, tmp_path: Path) -> None:
    """It needs no network, nothing overflows, and every band that is reached has its name."""
    path = tmp_path / "history.html"
    path.write_text(page(told(*MOMENTS)).html(), encoding="utf-8")
    for width in (1000, NARROW):
        with opened(browser, path, width) as (shown, look):
            assert_sound(look)
            assert len(look.charts) == 1
            texts = shown.locator("svg text").all_text_contents()
            assert {"low", "middle", "high"} <= set(texts)


def test_one_moment_and_scores_that_are_null_are_shown(browser: Browser, tmp_path: Path) -> None:
    """A lead without a past, or without a score for a while, has a page too."""
    path = tmp_path / "history.html"
    for moments in ((moment(0, 5),), (moment(0, None), moment(1, 5), moment(2, None))):
        path.write_text(page(told(*moments)).html(), encoding="utf-8")
        with opened(browser, path) as (_, look):
            assert_sound(look)


def test_moments_without_an_event_are_listed_where_much_changed() -> None:
    """Events, changes of band and large falls are listed in order; small changes are not."""
    [section] = [each for each in page(told(*MOMENTS)).sections if each.name == "changes"]
    table: Any = section.blocks[0]
    assert [(row[0], row[1], row[5]) for row in table.rows] == [
        ("2026-01-01 09:30", "created", "fit.r +5"),
        ("2026-01-11 09:30", "visit", "fit.r +15"),
        ("2026-01-31 09:30", "time went by", "fit.r -15"),
        ("2026-02-10 09:30", "demo", "fit.r +20.5"),
    ]


def test_json_has_every_moment() -> None:
    """The table behind the chart has all moments, with what happened and the rule."""
    plain = page(told(*MOMENTS)).plain()
    [section] = [each for each in plain["sections"] if each["name"] == "score"]
    rows = section["tables"][0]["rows"]
    assert len(rows) == len(MOMENTS)
    assert rows[1]["what"] == "visit"
    assert rows[1]["rule"] == "fit.r"


def test_the_verdict_says_since_when_and_what_was_highest() -> None:
    """The band began with the demo, the highest score too, and has faded since."""
    assert verdict(told(*MOMENTS)) == (
        "ada has a fit of 24, and is in middle since 2026-02-10 09:30 UTC (demo); "
        "the highest was 25 on 2026-02-10 09:30."
    )


def test_a_lead_is_called_by_what_the_model_shows() -> None:
    """Its names stand before its id, in the title as in the verdict."""
    found = page(replace(told(*MOMENTS), names="Ada Byron, Northwind"))
    assert found.title == "History of Ada Byron, Northwind (ada)"
    assert found.verdict.startswith("Ada Byron, Northwind (ada) has a fit of 24")


def test_thinning_is_said() -> None:
    """Where moments were left out, the page says how many there were."""
    text = page(told(*MOMENTS, of=900)).html()
    assert "6 of 900 moments, those of the largest changes." in text
    assert "moments, those" not in page(told(*MOMENTS)).html()


def test_the_line_of_blocks_runs_from_the_lowest_to_the_highest() -> None:
    """Each block holds the value of the latest moment before it."""
    line = sparkline(told(moment(0, 0), moment(1, 8)))
    assert line.startswith("▁" * 59 + "█  0 to 8, 2026-01-01 09:30 to ")
