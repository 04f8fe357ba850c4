"""The page about two models, in a browser and in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from playwright.sync_api import Browser

from browser import NARROW, assert_sound, launched, opened
from leadline.history.replay import Weekly
from leadline.model.diff import difference
from leadline.model.reading.reader import read
from leadline.reports.impact import page, verdict
from leadline.review.diff.impact import Cell, Impact, LadderImpact, Load, Shift, Spread


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return the system's Chromium; without it the tests fail, as a page unseen is not tested."""
    with launched() as found:
        yield found


def model(points: float = 30, **more: Any) -> Any:
    """Return a model whose only rule gives some points."""
    rules = {"demo": {"event": "demo_requested", "points": points}}
    return read({"leadline": 1, "model": "m", "scores": {"s": {"rules": rules}}, **more})


DIFFERENCE = difference(model(30), model(40))


def weekly(mean: float, margin: float = 0.0) -> Weekly:
    """Return entries a week."""
    return Weekly("sales", mean, mean - 2, mean + 2, mean - margin, mean + margin, 7)


def ladder(name: str = "band", **more: Any) -> LadderImpact:
    """Return what happens in a ladder."""
    lead = {"lead_id": "a", "from_band": None, "to_band": "sales", "from_value": None}
    parts: dict[str, Any] = {
        "ladder": name,
        "bands": ("nurture", "sales", "excluded"),
        "cells": (
            Cell(None, "sales", 1),
            Cell("nurture", "nurture", 900),
            Cell("nurture", "sales", 40),
            Cell("sales", "nurture", 5),
            Cell("sales", "excluded", 4),
        ),
        "up": 40,
        "down": 5,
        "changed": 50,
        "causes": {"points": 46, "override": 4},
        "load": (Load("sales", weekly(4.5), weekly(9, 1)), Load("excluded", None, weekly(3))),
        "listed": ({**lead, "to_value": 41.5, "reason": "s.demo +10", "who": "Ada"},),
        "of": 950,
    }
    return LadderImpact(**{**parts, **more})


def seen(*ladders: LadderImpact, **more: Any) -> Impact:
    """Return an impact."""
    shift = Shift("s", Spread(1.0, 0.0, 1.0, 4.0), Spread(None, None, None, None), 9, -2.0, 0.0)
    parts: dict[str, Any] = {
        "difference": DIFFERENCE,
        "as_of": datetime(2026, 11, 1, tzinfo=UTC),
        "leads": 950,
        "ladders": ladders,
        "shifts": (shift,),
        "weeks": 8,
        "replayed": 950,
        "notes": (),
        "changed": pa.table({}),
    }
    return Impact(**{**parts, **more})


def test_the_page_is_sound_in_a_browser(browser: Browser, tmp_path: Path) -> None:
    """With one ladder, several, none and no leads at all it fits and needs no network."""
    notes = ("ladder x is only in the first model, and is not compared",)
    found = (
        seen(ladder()),
        seen(ladder("east"), ladder("west"), replayed=20, notes=notes),
        seen(),
        None,
    )
    path = tmp_path / "impact.html"
    for number, each in enumerate(found):
        path.write_text(page("old.yaml", "new.yaml", DIFFERENCE, each).html(), encoding="utf-8")
        for width in (1000, NARROW):
            with opened(browser, path, width) as (shown, look):
                assert_sound(look)
                assert len(look.charts) == (1, 2, 0, 0)[number]
                assert "s.demo: points 30 -> 40" in shown.inner_text("main")


def test_scores_of_other_names_are_said_to_have_none_in_common() -> None:
    """In place of an empty table."""
    shown = page("old.yaml", "new.yaml", DIFFERENCE, seen(ladder(), shifts=()))
    assert "No score has the same name in both models." in str(shown.sections)


def test_the_verdict_counts_both_directions_and_the_load() -> None:
    """Leads up and down, those beside the edges, and entries into the highest band a week."""
    assert verdict(DIFFERENCE, seen(ladder())) == (
        "Of 950 leads, 50 change band: 40 up, 5 down, 5 to or from a band beside the edges. "
        "sales is entered 9 times a week; before, 4.5."
    )


def test_the_verdict_says_that_nothing_changes() -> None:
    """No number, or no band; without leads only the changes are counted."""
    same = difference(model(), model(description="words"))
    assert verdict(same, None) == "No score and no band can change: both models count the same."
    still = ladder(up=0, down=0, changed=0, load=())
    assert verdict(DIFFERENCE, seen(still)) == "None of 950 leads changes band."
    said = "1 change can move scores and bands; of whom, it takes leads to say."
    assert verdict(DIFFERENCE, None) == said
    assert verdict(DIFFERENCE, seen()) == "9 leads of 950 have another score."


def test_a_sample_has_margins() -> None:
    """Where leads were sampled, each mean has its margin; else there is none to show."""
    text = page("a", "b", DIFFERENCE, seen(ladder(), replayed=20)).html()
    assert "7 to 11" in text
    assert "+/-" in text
    assert "95 % confidence" in text
    assert "95 % confidence" not in page("a", "b", DIFFERENCE, seen(ladder())).html()


@pytest.mark.slow
def test_what_changes_no_number_stands_apart() -> None:
    """Words for people have a section of their own."""
    found = difference(model(), model(description="words"))
    names = [each.name for each in page("a", "b", found).sections]
    assert names == ["changes", "notes"]
