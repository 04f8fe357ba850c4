"""Draw the pictures of the documentation anew, from invented leads, in the system's browser.

``python docs/make_pictures.py`` writes ``docs/pictures``.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from browser import launched, opened  # noqa: E402 - the tests' own browser
from invented import AS_OF, MODEL, tables  # noqa: E402 - the tests' own leads
from leadline.reports.trial import page  # noqa: E402 - after the path
from leadline.review.trial import spaced, trial  # noqa: E402 - after the path

WIDTH, TOP = 780, 1210


def main() -> None:
    """Draw the report of a trial run."""
    found = trial(MODEL, moments=spaced(AS_OF, 8, timedelta(days=14)), **tables())
    target = ROOT / "docs" / "pictures" / "trial.png"
    target.parent.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, launched() as browser:
        path = Path(folder) / "trial.html"
        path.write_text(page(found).html(), encoding="utf-8")
        with opened(browser, path, WIDTH) as (seen, _):
            clip = {"x": 0.0, "y": 0.0, "width": float(WIDTH), "height": float(TOP)}
            seen.screenshot(path=target, full_page=True, clip=clip)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
