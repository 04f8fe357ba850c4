"""Draw the pictures of the web application anew, of invented leads, in the system's browser.

``python docs/make_web_pictures.py`` writes ``docs/pictures``; ``--all FOLDER`` writes every page in
three widths and both modes, to be looked at.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from playwright.sync_api import Browser, Page  # noqa: E402 - after the path

import serving  # noqa: E402 - the tests' own server
import signed  # noqa: E402 - the tests' own people
import stores  # noqa: E402 - after the path
from browser import launched  # noqa: E402 - the tests' own browser
from leadline.store import scores  # noqa: E402 - after the path
from leadline.store.store import Store  # noqa: E402 - after the path

Mode = Literal["light", "dark"]
WIDTHS = (1440, 768, 390)
MODES: tuple[Mode, ...] = ("light", "dark")
HEIGHT = 900
LEAD = (
    "select l.lead_id from current_bands as b join leads as l on l.lead_no = b.lead_no "
    "where b.band = 'follow_up' order by b.value desc limit 1"
)


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, Store]]:
    """Serve invented leads, which end now."""
    shop, url = folder / "shop", stores.file_url(folder)
    made = [sys.executable, "-m", "leadline.cli", "init", str(shop), "--demo"]
    subprocess.run(made, cwd=folder, check=True)  # noqa: S603
    with serving.serving(url, shop) as server, stores.opened(url) as store:
        while not _is_scored(store):
            time.sleep(1)
        yield server.url, store


def _is_scored(store: Store) -> bool:
    with store.reading() as session:
        return scores.published(session) is not None


@contextmanager
def window(browser: Browser, url: str, secret: str, width: int, mode: Mode) -> Iterator[Page]:
    """Open a page in which somebody is signed in."""
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHT}, color_scheme=mode, locale="en-GB"
    )
    context.add_cookies([{"name": "session", "value": secret, "url": url}])
    yield context.new_page()
    context.close()


def draw(page: Page, url: str, address: str, target: Path, *, whole: bool) -> None:
    """Draw a page once all of it is there."""
    page.goto(f"{url}/{address}")
    if address.startswith("lead?"):
        page.locator(".step").first.wait_for(timeout=60_000)
    if address == "queue":
        page.locator("#beside .button").first.wait_for(timeout=60_000)
    page.wait_for_timeout(500)
    page.screenshot(path=target, full_page=whole)


def main() -> None:
    """Draw the pictures of the pages, or all of all pages."""
    with TemporaryDirectory() as name, served(Path(name)) as (url, store), launched() as browser:
        secret = signed.begin(store, signed.add(store, "administrator", "Marta Kowal"))
        with store.reading() as session:
            [(lead,)] = session.rows(LEAD)
        if sys.argv[1:2] == ["--all"]:
            _all(browser, url, secret, lead, Path(sys.argv[2]))
            return
        target = ROOT / "docs" / "pictures"
        with window(browser, url, secret, WIDTHS[0], "light") as page:
            draw(page, url, "queue", target / "queue.png", whole=False)
            draw(page, url, f"lead?id={lead}", target / "lead.png", whole=False)


def _all(browser: Browser, url: str, secret: str, lead: str, folder: Path) -> None:
    pages = {
        "queue": "queue", "lead": f"lead?id={lead}", "leads": "leads", "accounts": "accounts",
        "account": "account?id=A0000104", "admin": "admin", "settings": "settings", "keys": "keys",
        "destinations": "destinations",
    }  # fmt: skip
    for mode in MODES:
        for width in WIDTHS:
            with window(browser, url, secret, width, mode) as page:
                for name, address in pages.items():
                    target = folder / f"{name}-{width}-{mode}.png"
                    draw(page, url, address, target, whole=name != "queue")


if __name__ == "__main__":
    main()
