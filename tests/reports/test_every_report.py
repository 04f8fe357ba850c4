"""Every report in every width and on paper: nothing scrolls sideways, nothing is cut."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader

import leadline
import past
from browser import NARROW, assert_sound, launched, opened, printed
from leadline.questions import QUESTIONS, question

AT = "2026-05-01"
LONG = "customer-success-and-enablement-department-of-the-northern-branch.example"
TABLES = past.tables(past.rows(leads=120))
SITES = TABLES["leads"].append_column("site", pa.array([LONG] * 120))
ROWS: dict[str, Any] = {**TABLES, "leads": SITES}
PEOPLE = pa.table({"lead_id": ["1", "2"], "email": [f"a@{LONG}", f"eva.{LONG[:50]}@gmial.com"]})
BOTH: dict[str, Any] = {"task": past.TASK, **ROWS}
LEADS: dict[str, Any] = {"leads": ROWS["leads"], "events": ROWS["events"]}
HIGHER = {"by": "total", "edges": {"nurture": 0, "sales": 40}}
OTHER: dict[str, Any] = {**past.MODEL, "bands": HIGHER}
FIRM = {"of": "account", "rollup": "total", "by": "sum"}
FIRMS: dict[str, Any] = {**past.MODEL, "scores": {**past.MODEL["scores"], "firm": FIRM}}
POINTS: dict[str, Any] = {"task": past.TASK, "method": "scorecard"}

ASKED: Mapping[str, Any] = {
    "account": lambda: leadline.explain(FIRMS, account="a1", **ROWS, as_of=AT, since="2026-03-01"),
    "audit": lambda: leadline.audit(**BOTH),
    "backtest": lambda: leadline.backtest(past.MODEL, split="all", **BOTH),
    "compare": lambda: leadline.compare(past.MODEL, OTHER, split="all", **BOTH),
    "diff": lambda: leadline.diff(past.MODEL, OTHER, **LEADS, as_of=AT),
    "explain": lambda: leadline.explain(past.MODEL, "l1", **LEADS, as_of=AT, since="2026-03-01"),
    "history": lambda: leadline.history(past.MODEL, "l1", **LEADS, as_of=AT),
    "inspect": lambda: leadline.inspect([ROWS["leads"], ROWS["events"], ROWS["outcomes"]]),
    "learn": lambda: leadline.learn(**POINTS, **ROWS),
    "marks": lambda: leadline.marks(events=ROWS["events"]),
    "rates": lambda: leadline.rates(**BOTH),
    "ready": lambda: leadline.ready(**BOTH),
    "resolve": lambda: leadline.resolve(leads=PEOPLE),
    "review": lambda: leadline.review(
        past.MODEL,
        task={**past.TASK, "worked": {"event": "call"}},
        since="2026-03-15",
        until="2026-04-20",
        capacity="3/week",
        **ROWS,
        as_of=AT,
    ),
    "rules": lambda: leadline.rules(past.MODEL, **BOTH),
    "score": lambda: leadline.score(past.MODEL, **LEADS, as_of=AT),
    "sources": lambda: leadline.sources(model=past.MODEL, by="lead.site", **BOTH),
    "thresholds": lambda: leadline.thresholds(past.MODEL, capacity="3/week", **BOTH),
    "trial": lambda: leadline.trial(past.MODEL, **ROWS, as_of=AT),
    "watch": lambda: leadline.watch(past.MODEL, since="2026-03-15", **BOTH, as_of=AT),
}
ELSEWHERE = {"import-points"}
"""Reports that other tests look at."""

SIDEWAYS = """() => [document.documentElement, ...document.querySelectorAll('.wide')]
    .filter(each => each.scrollWidth > each.clientWidth + 1).map(each => each.textContent)"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return the system's browser."""
    with launched() as found:
        yield found


def test_no_report_is_forgotten() -> None:
    """Whatever can be asked and has a report is looked at."""
    with_report = {name for name, place in QUESTIONS.items() if question(place).has_report}
    assert with_report <= {*ASKED, *ELSEWHERE}


@pytest.mark.parametrize("kind", ASKED)
def test_a_report_is_whole_in_every_width_and_on_paper(
    browser: Browser, tmp_path: Any, kind: str
) -> None:
    """On a telephone, a tablet, a screen; and what it says first stands on the first sheet."""
    page_of = ASKED[kind]().page
    path = tmp_path / f"{kind}.html"
    path.write_text(page_of.html(), encoding="utf-8")
    for width in (NARROW, 768, 1280):
        with opened(browser, path, width) as (page, look):
            assert_sound(look)
            assert page.evaluate(SIDEWAYS) == []
            if width == 1280:
                page.emulate_media(media="print")
                page.set_viewport_size({"width": 690, "height": 900})
                assert page.evaluate("document.documentElement.scrollWidth <= 690")
                paper = PdfReader(io.BytesIO(page.pdf(format="A4"))).pages
    letters = [printed(each.extract_text()) for each in paper]
    assert printed(page_of.verdict) in letters[0]
    for each in page_of.sections:
        title = printed(each.title)
        [*_, last] = [sheet for sheet in letters if title in sheet]
        assert not last.endswith(title)  # a title never ends a sheet
