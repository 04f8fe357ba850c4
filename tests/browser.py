"""What a person would see of a page: it is opened in the system's Chromium and measured."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unicodedata import normalize

from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDE, NARROW = 1000, 390

expect.set_options(timeout=60_000)  # other tests may have the cores for long

OVERFLOWING = """() => {
    const wide = document.documentElement.clientWidth, found = [];
    for (const each of document.querySelectorAll('h1, h2, p, li, td, th, figcaption, dd, svg')) {
        const box = each.getBoundingClientRect();
        const scrolls = each.closest('.wide');
        if (box.width && box.right > wide + 1 && !scrolls) found.push(each.textContent);
    }
    for (const each of document.querySelectorAll('svg text')) {
        const box = each.getBoundingClientRect();
        const frame = each.closest('svg').getBoundingClientRect();
        const out = box.left < frame.left - 1 || box.right > frame.right + 1
            || box.top < frame.top - 2 || box.bottom > frame.bottom + 2;
        if (box.width && out) found.push(each.textContent);
    }
    return found;
}"""

OVERLAPPING = """() => {
    const found = [];
    for (const chart of document.querySelectorAll('svg')) {
        const texts = [...chart.querySelectorAll('text')]
            .map(each => [each.textContent, each.getBoundingClientRect()]);
        texts.forEach(([one, a], place) => texts.slice(place + 1).forEach(([two, b]) => {
            const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
            const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
            if (across > 1 && down > 4) found.push(`${one} / ${two}`);
        }));
    }
    return found;
}"""

SHRUNKEN = """() => [...document.querySelectorAll('svg[viewBox]')]
    .map(each => each.getBoundingClientRect().width / each.viewBox.baseVal.width)
    .filter(scale => scale && scale < 0.99)"""


@dataclass(frozen=True)
class Look:
    """What was seen.

    Attributes:
        requests: Addresses that the page wanted, its own aside.
        errors: What the page complained of.
        charts: Width and height of each chart that is to be seen, in pixels.
        overflowing: Texts that do not fit.
        overlapping: Pairs of texts of a chart that lie upon each other.
        shrunken: By how much charts are scaled down, and their letters with them.
    """

    requests: tuple[str, ...]
    errors: tuple[str, ...]
    charts: tuple[tuple[float, float], ...]
    overflowing: tuple[str, ...]
    overlapping: tuple[str, ...]
    shrunken: tuple[float, ...]


@contextmanager
def launched() -> Iterator[Browser]:
    """Start Chromium. Where it is not installed that is an error: a page unseen is not tested."""
    if not CHROMIUM.exists():
        raise RuntimeError(f"{CHROMIUM} is missing: apt-get install -y chromium")
    with sync_playwright() as tool:
        found = tool.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield found
        found.close()


@contextmanager
def opened(browser: Browser, path: Path, width: int = WIDE) -> Iterator[tuple[Page, Look]]:
    """Open a file and look at it."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    requests: list[str] = []
    errors: list[str] = []
    page.on("request", lambda each: requests.append(each.url))
    page.on("pageerror", lambda each: errors.append(str(each)))
    page.on("console", lambda each: errors.append(each.text))
    page.goto(path.as_uri())
    foreign = [each for each in requests if each != path.as_uri() and each != "data:,"]
    boxes = [each.bounding_box() for each in page.locator("svg").all()]
    charts = tuple((box["width"], box["height"]) for box in boxes if box)
    seen = (tuple(page.evaluate(each)) for each in (OVERFLOWING, OVERLAPPING, SHRUNKEN))
    yield page, Look(tuple(foreign), tuple(errors), charts, *seen)
    page.close()


def assert_sound(look: Look) -> None:
    """Assert what holds of every report."""
    assert look.requests == ()
    assert look.errors == ()
    assert look.overflowing == ()
    assert look.overlapping == ()
    assert look.shrunken == ()
    for width, height in look.charts:
        assert width > 250
        assert height > 20  # that of a single bar


def printed(text: str) -> str:
    """Return the letters of a text, however they are spaced and joined on paper."""
    return "".join(normalize("NFKC", text).split())
