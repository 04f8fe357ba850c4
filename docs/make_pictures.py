"""Draw the pictures of the documentation anew, from the examples, in the system's browser.

``python docs/make_pictures.py`` writes ``docs/pictures``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from browser import launched, opened  # noqa: E402 - the tests' own browser
from invented import AS_OF, MODEL, tables  # noqa: E402 - the tests' own leads
from leadline.engines.duckdb.engine import DuckDB  # noqa: E402 - after the path
from leadline.explain.history import history  # noqa: E402 - after the path
from leadline.reports import history as history_page  # noqa: E402 - after the path
from leadline.reports import impact as impact_page  # noqa: E402 - after the path
from leadline.reports import trial as trial_page  # noqa: E402 - after the path
from leadline.reports.page import Page  # noqa: E402 - after the path
from leadline.review.diff.impact import impact  # noqa: E402 - after the path
from leadline.review.trial.trial import spaced, trial  # noqa: E402 - after the path
from leadline.scoring import Run  # noqa: E402 - after the path

DEALS, QUICKSTART = ROOT / "examples" / "deals", ROOT / "examples" / "quickstart"
WIDTH = 780


def of_trial() -> Page:
    """Return the report of a trial run of invented leads."""
    moments = spaced(AS_OF, 8, timedelta(days=14))
    return trial_page.page(trial(MODEL, moments=moments, **tables()))


def of_two_models() -> Page:
    """Return the report that the page on comparing models makes."""
    text = (DEALS / "model.yaml").read_text(encoding="utf-8")
    for old, new in (("Mid: 6", "Mid: 2"), ("New: 0", "New: 8"), ("sales: 75", "sales: 72")):
        text = text.replace(old, new)
    given = {"leads": DEALS / "deals.csv"}
    with DuckDB() as engine:
        run = Run.open(engine, DEALS / "model.yaml", given, as_of=AS_OF)
        found = impact(run, text, given, as_of=AS_OF)
    return impact_page.page("model.yaml", "other.yaml", found.difference, found)


def of_history() -> Page:
    """Return the report that the page on a lead's history makes."""
    given = {each: QUICKSTART / f"{each}.csv" for each in ("leads", "accounts", "events")}
    with DuckDB() as engine:
        run = Run.open(engine, QUICKSTART / "model.yaml", given, as_of=AS_OF)
        return history_page.page(history(run, "ada", AS_OF))


PICTURES: Mapping[str, tuple[Callable[[], Page], int]] = {
    "trial": (of_trial, 1208),
    "compare-two-models": (of_two_models, 1150),
    "lead-history": (of_history, 1000),
}
"""Name of a picture to the report that it shows, and how much of it."""


def main() -> None:
    """Draw the pictures that are named, or all."""
    with TemporaryDirectory() as folder, launched() as browser:
        for name in sys.argv[1:] or PICTURES:
            made, height = PICTURES[name]
            path = Path(folder) / f"{name}.html"
            path.write_text(made().html(), encoding="utf-8")
            with opened(browser, path, WIDTH) as (seen, _):
                clip = {"x": 0.0, "y": 0.0, "width": float(WIDTH), "height": float(height)}
                target = ROOT / "docs" / "pictures" / f"{name}.png"
                seen.screenshot(path=target, full_page=True, clip=clip)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
