"""The report of a trial run, as a person and as a machine reads it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

import invented
from browser import NARROW, WIDE, assert_sound, launched, opened
from invented import AS_OF, MODEL
from leadline.reports.page import Page
from leadline.reports.trial import page
from leadline.review.trial.trial import Trial, spaced, trial


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return the system's browser."""
    with launched() as found:
        yield found


@pytest.fixture(scope="module")
def found() -> Trial:
    """Return a trial run at five moments."""
    moments = spaced(AS_OF, 5, timedelta(days=14))
    return trial(MODEL, moments=moments, **invented.tables(300))


@pytest.fixture(scope="module")
def report(found: Trial) -> Page:
    """Return its report."""
    return page(found)


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_a_browser_shows_it_whole(
    browser: Browser, report: Page, tmp_path: Path, width: int
) -> None:
    """Charts have a size, nothing is fetched and no text sticks out."""
    path = tmp_path / "trial.html"
    path.write_text(report.html(), encoding="utf-8")
    with opened(browser, path, width) as (seen, look):
        assert_sound(look)
        assert len(look.charts) == 5, "bands, bands over time, three scores"
        assert seen.locator("h1").inner_text() == "Trial run of software-vendor"
        assert seen.locator(".findings li").count() >= 8
        seen.emulate_media(media="print")
        seen.set_viewport_size({"width": 690, "height": 900})
        assert seen.evaluate("document.documentElement.scrollWidth <= 690")


def test_the_verdict_stands_first(report: Page, found: Trial) -> None:
    """It says how many would be called, and how many rules never fire."""
    sales = next(each.leads for each in found.bands if each.band == "sales")
    assert f"{sales:,} (" in report.verdict
    assert "would be in sales" in report.verdict
    assert report.verdict.endswith(f"{len(found.never)} of 18 rules never fire.")


def test_machines_get_every_rule(report: Page, found: Trial) -> None:
    """JSON has the figures of the run by the names of the columns."""
    tables = {
        table["name"]: table["rows"]
        for section in report.plain()["sections"]
        for table in section["tables"]
    }
    assert [row["fired"] for row in tables["rules"]] == [each.fired for each in found.rules]
    assert {row["rule"] for row in tables["never"]} == set(found.never)
    assert [row["median"] for row in tables["scores"]] == [each.median for each in found.scores]
    assert len(tables["bands-band-over-time"]) == 5
    assert {row["field"] for row in tables["fields"]} == {each.field for each in found.fields}


def test_it_says_what_it_rests_on(report: Page, found: Trial) -> None:
    """Fingerprint, moments and counts stand at the end."""
    facts = dict(report.facts)
    assert facts["fingerprint"] == found.fingerprint
    assert facts["moments"] == "5, 2026-09-06 to 2026-11-01"
    assert facts["leads"] == "300"


def test_a_model_without_bands_is_told_by_its_main_score() -> None:
    """Where there is no ladder, the middle of the scores is the verdict."""
    model = MODEL[: MODEL.index("bands:")]
    found = page(trial(model, as_of=AS_OF, **invented.tables(100)))
    assert "Half of 100 leads have a profile of" in found.verdict


def test_more_findings_of_a_kind_are_counted() -> None:
    """A model with many faults of one kind does not bury the others."""
    rules = "".join(f"      r{each}: {{event: none{each}, points: 1}}\n" for each in range(9))
    model = MODEL.replace("      pricing:\n", f"{rules}      pricing:\n", 1)
    found = page(trial(model, as_of=AS_OF, **invented.tables(100)))
    text = json.dumps(found.plain()["sections"][0])
    assert "more rules never fire." in text
    assert "company.sector looks for 'Finance'" in text
