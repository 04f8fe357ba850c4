"""The report of what was learned, as a person and as a machine reads it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from playwright.sync_api import Browser

from browser import NARROW, WIDE, assert_sound, launched, opened
from leadline.engines.duckdb.engine import DuckDB
from leadline.learn.learning import Learning, learn
from leadline.model.task import read_task
from leadline.reports.learn import page
from leadline.reports.page import Page

ROWS = 500
DAY = np.timedelta64(1, "D").astype("timedelta64[us]")
TASK = {
    "outcome": {"outcome": "won"},
    "horizon": "10d",
    "moments": {"after": "30d"},
    "leave_out": ["a field with quite a long name that was filled in by sales"],
}


def tables() -> dict[str, pa.Table]:
    """Leads whose chance rises with a field of a long name, and with visits."""
    random = np.random.default_rng(12)
    ids = [f"L{at}" for at in range(ROWS)]
    created = np.datetime64("2026-01-01", "us") + np.arange(ROWS) * DAY // 4
    size, visits = random.random(ROWS), random.poisson(2, ROWS)
    won = np.flatnonzero(random.random(ROWS) < 1 / (1 + np.exp(3 - 3 * size - visits / 2)))
    who = np.repeat(np.arange(ROWS), visits)
    leads = {
        "lead_id": ids,
        "created_at": created,
        "How many employees does your company have today": size,
        "a field with quite a long name that was filled in by sales": size,
        "source": random.choice(["web", "fair"], ROWS).tolist(),
    }
    events = {
        "event_id": [str(at) for at in range(len(who))],
        "lead_id": [ids[at] for at in who],
        "type": ["white_paper_downloaded_from_the_portal"] * len(who),
        "occurred_at": created[who] + 20 * DAY,
    }
    outcomes = {
        "lead_id": [ids[at] for at in won],
        "outcome": ["won"] * len(won),
        "occurred_at": created[won] + 32 * DAY,
    }
    given = {"leads": leads, "events": events, "outcomes": outcomes}
    return {key: pa.table(each) for key, each in given.items()}


@pytest.fixture(scope="module")
def found() -> Learning:
    """What was learned."""
    with DuckDB() as engine:
        return learn(engine, dict(tables()), read_task(TASK), method="logistic")


@pytest.fixture(scope="module")
def report(found: Learning) -> Page:
    """Return its report."""
    return page(found)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return the system's browser."""
    with launched() as opened_browser:
        yield opened_browser


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_a_browser_shows_it_whole(
    browser: Browser, report: Page, tmp_path: Path, width: int
) -> None:
    """Charts have a size, nothing is fetched and no text sticks out."""
    path = tmp_path / "learn.html"
    path.write_text(report.html(), encoding="utf-8")
    with opened(browser, path, width) as (seen, look):
        assert_sound(look)
        assert len(look.charts) == 3, "what matters, reliability, one type of events"
        assert seen.locator(".findings li").count() >= 2


def test_the_verdict_is_in_plain_words(report: Page) -> None:
    """It says what was learned, from how many, how well it ranks and whether chances hold."""
    assert report.verdict.startswith("The past tells who wins: ")
    assert "a coin does in 50 %" in report.verdict
    assert "Learned: logistic regression" in report.verdict
    assert "Its probabilities" in report.verdict


def test_machines_get_the_same(report: Page, found: Learning) -> None:
    """The curve of windows and half-lives, what was left out, and Brier's parts that add up."""
    parts = {
        table["name"]: table["rows"]
        for section in report.plain()["sections"]
        for table in section["tables"]
    }
    assert [row["window"] for row in parts["windows"]] == list(found.features.curves[0].losses)
    left_out = {row["what"]: row["why"] for row in parts["left_out"]}
    assert left_out[f"lead.{TASK['leave_out'][0]}"] == "is left out by the task"  # type: ignore[index]
    values = {row["measure"].strip(): row["value"] for row in parts["sure"]}
    of_it = [value for name, value in values.items() if name.startswith(("of it", "less", "plus"))]
    assert len(of_it) == 3
    assert abs(of_it[0] - of_it[1] + of_it[2] - values["Brier score"]) < 0.02
