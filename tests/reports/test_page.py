"""A report looks the same on a page, in JSON and on a terminal, and a browser can show it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader
from rich.console import Console

from browser import NARROW, WIDE, assert_sound, launched, opened, printed
from leadline.reports.charts import Chart, Flow, Mark, Series
from leadline.reports.html import unbroken
from leadline.reports.page import Finding, Findings, Page, Section, Text
from leadline.reports.svg.draw import draw
from leadline.reports.svg.letters import width_of
from leadline.reports.svg.room import ROOMS, Room
from leadline.reports.tables import Column, Table

DAYS = tuple(datetime(2026, 1, 1) + timedelta(days=14 * each) for each in range(14))  # noqa: DTZ001 - UTC
LEADS = Column("leads", "leads", "count")
SHARE = Column("share", "share of leads", "share")
SCORE = Column("score", "score", "points")
AT = Column("at", "moment", "time")
BAND = Column("band", "band")
BANDS = ("discard", "nurture", "follow_up", "sales")

CHARTS = (
    Chart(
        "histogram",
        "Scores",
        "Most are low.",
        "histogram",
        SCORE,
        (-20, 0, 20, 40),
        LEADS,
        (Series("leads", (3, 900, 70, 12)),),
        marks=(Mark(0, "nurture"), Mark(38, "follow_up"), Mark(41, "sales"), Mark(400, "none")),
        width=20,
    ),
    Chart(
        "rows",
        "Bands",
        "Overrides lift some.",
        "rows",
        BAND,
        ("sales", "a band whose name is far too long to be shown"),
        LEADS,
        (Series("before overrides", (100, 12345)), Series("after", (140, None))),
    ),
    Chart(
        "columns",
        "Shares",
        "They differ.",
        "columns",
        BAND,
        BANDS,
        SHARE,
        (Series("champion", (0.1, 0.2, 0.3, 0.4)), Series("challenger", (0.2, 0.2, 0.2, 0.4))),
    ),
    Chart(
        "stacked",
        "Bands over time",
        "They hold.",
        "stacked",
        AT,
        DAYS,
        LEADS,
        tuple(Series(each, (10,) * 14) for each in (*BANDS, "excluded")),
        ordered=True,
    ),
    Chart(
        "interval",
        "Close rate",
        "It rises.",
        "lines",
        AT,
        DAYS,
        SHARE,
        (
            Series(
                "rate",
                tuple(each / 20 for each in range(14)),
                tuple(each / 25 for each in range(14)),
                tuple(each / 18 for each in range(14)),
            ),
        ),
    ),
    Chart(
        "steps",
        "Score of one lead",
        "It falls.",
        "steps",
        AT,
        DAYS,
        SCORE,
        (Series("profile", tuple(range(14, 0, -1))),),
    ),
    Chart(
        "gains",
        "Gains",
        "The first fifth has half.",
        "lines",
        SHARE,
        (0.0, 0.2, 1.0),
        SHARE,
        (Series("champion", (0.0, 0.5, 1.0)), Series("challenger", (0.0, 0.6, 1.0))),
        diagonal=True,
    ),
)
FLOW = Flow(
    "flow",
    "Before and after",
    "Few rise.",
    Column("before", "champion"),
    Column("after", "challenger"),
    BANDS,
    (("nurture", "nurture", 500), ("nurture", "sales", 40), ("discard", "discard", 1)),
)
EVIL = "<script>alert('x')</script> & <b>"
PAGE = Page(
    "A report",
    f"All is well, says {EVIL}.",
    (
        Section(
            "first",
            "Findings",
            (
                Text("Read this."),
                Findings("findings", (Finding(EVIL, "Do that."), Finding("Second."))),
                Table("rules", "Rules", (BAND, LEADS), ((EVIL, 12345), ("none", None))),
            ),
        ),
        Section("charts", "Charts", (*CHARTS, FLOW), brief=False),
    ),
    (("model", "b2b"), ("fingerprint", "f" * 200)),
)

each_picture = pytest.mark.parametrize("chart", [*CHARTS, FLOW], ids=lambda each: each.name)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return the system's browser."""
    with launched() as found:
        yield found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return the page as a file."""
    path = tmp_path / "page.html"
    path.write_text(PAGE.html(), encoding="utf-8")
    return path


@pytest.mark.parametrize("width", [WIDE, 768, NARROW])
def test_a_browser_shows_the_page_whole(browser: Browser, file: Path, width: int) -> None:
    """Nothing is fetched, nothing fails, no text sticks out or lies upon another."""
    with opened(browser, file, width) as (_, look):
        assert len(look.charts) == len(CHARTS) + 1
        assert_sound(look)


def test_a_browser_finds_what_sticks_out(browser: Browser, tmp_path: Path) -> None:
    """The measures above can fail."""
    path = tmp_path / "bad.html"
    svg = "<svg viewBox='0 0 900 9' width='300'><text>over</text><text>lap</text></svg>"
    path.write_text(
        f"<p style='width:4000px'>wide</p>{svg}<img src='x.png'><script>throw 1</script>",
        encoding="utf-8",
    )
    with opened(browser, path) as (_, look):
        assert "wide" in look.overflowing
        assert look.overlapping
        assert look.shrunken
        assert look.errors
        assert look.requests


def test_the_page_prints(browser: Browser, file: Path) -> None:
    """On paper nothing is cut off, and folded figures leave no trace."""
    with opened(browser, file) as (page, _):
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 690, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= 690")
        assert page.locator("details").first.is_hidden()
        assert page.locator("svg").first.is_visible()
        paper = page.pdf(format="A4")
    pages = [printed(each.extract_text()) for each in PdfReader(io.BytesIO(paper)).pages]
    assert 2 <= len(pages) <= 8
    assert pages[0].startswith(printed(f"{PAGE.title} {PAGE.verdict}"))
    for chart in (*CHARTS, FLOW):
        [there] = [each for each in pages if printed(f"{chart.title} {chart.says}") in each]
        texts = [each.text or "" for each in _elements(chart) if each.tag.endswith("text")]
        assert all(printed(each) in there for each in texts)
    for said in ("Read this.", "Do that.", "12,345", "fingerprint"):
        assert printed(said) in "".join(pages)


def test_texts_are_never_markup() -> None:
    """What stands in a model or in a table cannot become part of the page."""
    assert "<script" not in PAGE.html()
    assert "<b> " not in PAGE.html()


@each_picture
@pytest.mark.parametrize("room", ROOMS, ids=lambda each: each.name)
def test_a_chart_reads_out_its_title_and_sentence(chart: Chart | Flow, room: Room) -> None:
    """A chart is an image with a title and a description, and its texts are text."""
    picture = ET.fromstring(draw(chart, room))  # noqa: S314 - written by us
    assert picture.get("role") == "img"
    assert picture.findtext("title") == chart.title
    assert picture.findtext("desc") == chart.says
    assert picture.findall("g") == []
    assert picture.findall("text")


@each_picture
def test_a_chart_is_small(chart: Chart | Flow) -> None:
    """A page with many charts can be sent by mail."""
    assert len(draw(chart)) < 12_000


@each_picture
def test_the_figures_of_a_chart_stand_on_the_page(chart: Chart | Flow) -> None:
    """Who cannot see a chart reads the same in a table."""
    page = PAGE.html()
    for row in chart.table().figures():
        for cell in row:
            assert f">{cell}</td>" in page or f">{unbroken(cell)}</td>" in page


def test_machines_get_values_as_they_are() -> None:
    """JSON has numbers that are not rounded for people, and moments with their zone."""
    found = PAGE.plain()
    tables = {table["name"]: table for each in found["sections"] for table in each["tables"]}
    assert tables["rules"]["rows"] == [
        {"band": EVIL, "leads": 12345},
        {"band": "none", "leads": None},
    ]
    assert tables["stacked"]["rows"][0]["at"] == "2026-01-01T00:00:00Z"
    assert tables["flow"]["rows"][1] == {"before": "nurture", "after": "sales", "count": 40}
    assert found["sections"][0]["findings"][0] == {"says": EVIL, "remedy": "Do that."}


def test_a_terminal_gets_the_brief_sections() -> None:
    """The same findings and tables are printed, and long sections are left to the page."""
    console = Console(file=io.StringIO(), width=100)
    PAGE.print(console)
    text = console.file.getvalue()  # type: ignore[attr-defined]  # a StringIO
    assert f"- {EVIL}" in text
    assert "12,345" in text
    assert "Charts" not in text


@pytest.mark.parametrize("chart", CHARTS, ids=lambda each: each.name)
def test_a_terminal_can_show_every_chart(chart: Chart) -> None:
    """Charts are tables there, those of one series with bars."""
    console = Console(file=io.StringIO(), width=120)
    Page("t", "v", (Section("s", "S", (chart, FLOW)),)).print(console)
    text = console.file.getvalue()  # type: ignore[attr-defined]  # a StringIO
    assert ("█" in text) == (chart.shape == "histogram")


def _elements(chart: Chart | Flow) -> Iterator[ET.Element]:
    return ET.fromstring(draw(chart)).iter()  # noqa: S314 - our own


def test_names_that_need_more_than_their_place_stand_before_bars_that_lie() -> None:
    """In a narrow room, names that are long stand above, and are whole."""
    names = tuple(f"{each} of all that were asked" for each in ("a tenth", "a fifth", "a third"))
    series = (Series("share", (0.1, 0.2, 0.3)),)
    chart = Chart("c", "Shares", "They rise.", "columns", BAND, names, SHARE, series)
    for room in ROOMS:
        picture = ET.fromstring(draw(chart, room))  # noqa: S314 - our own
        assert {*names, "10 %", "20 %", "30 %"} <= {each.text for each in picture.iter()}


def test_thirty_bands_can_be_told_apart() -> None:
    """Labels beside a flow keep a line between them, however few leads a band has."""
    bands = tuple(f"band {number}" for number in range(30))
    counts = tuple((band, band, 1 if number else 100_000) for number, band in enumerate(bands))
    flow = Flow("flow", "Flow", "It flows.", BAND, BAND, bands, counts)
    texts = [each for each in _elements(flow) if each.tag.endswith("text")]
    left = sorted(float(each.attrib["y"]) for each in texts if "band " in (each.text or ""))
    apart = [after - before for before, after in zip(left[::2], left[2::2], strict=False)]
    assert len(apart) == 29
    assert min(apart) >= 14


def test_names_of_marks_leave_each_other_room() -> None:
    """Where there is none, the line stands alone."""
    marks = tuple(Mark(at, f"a long name {at}") for at in range(0, 40, 2))
    chart = Chart(
        "h",
        "Scores",
        "Many edges.",
        "histogram",
        SCORE,
        (0, 20),
        LEADS,
        (Series("leads", (3, 9)),),
        marks=marks,
        width=20,
    )
    found = [each for each in _elements(chart) if each.tag.endswith("text")]
    named = [each for each in found if "long name" in (each.text or "")]
    assert 0 < len(named) < len(marks)
    for level in {each.attrib["y"] for each in named}:
        starts = [
            float(each.attrib["x"]) - width_of(each.text or "") * ("end" in each.attrib.values())
            for each in named
            if each.attrib["y"] == level
        ]
        widths = [width_of(each.text or "") for each in named if each.attrib["y"] == level]
        ends = [start + width for start, width in zip(starts, widths, strict=True)]
        assert all(end <= start for end, start in zip(ends, starts[1:], strict=False))
