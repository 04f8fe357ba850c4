"""Pages send what happens on them, from a real browser, and nothing where a person says so."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page

import browser as browsers
from leadline.web import snippet

from .conftest import Live

PAGE = """<!doctype html><title>Pricing</title>
<script>window.leadline = function () { (leadline.q = leadline.q || []).push(arguments) };
leadline('track', 'demo_requested', {seats: 5});</script>
<script async src="%s/track.js" data-key="%s" %s></script>"""
MOST_BYTES = 3 * 1024


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsers.launched() as found:
        yield found


@pytest.fixture(scope="module")
def shop(live: Live, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A web site of another origin than the service's."""
    folder: Path = tmp_path_factory.mktemp("shop")
    for name, more in {"plain.html": "", "cookie.html": "data-cookie"}.items():
        (folder / name).write_text(PAGE % (live.url, live.page_key, more), encoding="utf-8")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def _visit(page: Page, address: str) -> list[str]:
    """Open a page, have it say who is there, and return what the browser keeps."""
    with page.expect_response(lambda answer: answer.url.endswith("/v1/batch")):
        page.goto(address)
    with page.expect_response(lambda answer: answer.url.endswith("/v1/batch")):
        page.evaluate("leadline('identify', null, {email: 'ada@north.example', title: 'Chief'})")
    page.wait_for_load_state("networkidle")
    return [str(each["name"]) for each in page.context.cookies()]


def test_a_page_tells_what_happens_on_it(live: Live, browser: Browser, shop: str) -> None:
    """Also what was said before the script had come; fields that the key may not set are not."""
    page = browser.new_page()
    assert _visit(page, f"{shop}/plain.html") == []
    page.evaluate("history.pushState({}, '', '/docs')")
    page.close()
    live.settle()
    seen = live.rows("select type, properties from events order by type, taken_at")
    assert [kind for kind, _ in seen] == ["demo_requested", "page_viewed", "page_viewed"]
    assert '"path":"/plain.html"' in str(seen[1][1])
    assert '"path":"/docs"' in str(seen[2][1])
    [(fields, known)] = live.rows("select fields, is_known from leads")
    assert "ada@north.example" in str(fields)
    assert "Chief" not in str(fields)
    assert known


def test_a_device_is_known_again_where_a_cookie_is_allowed(
    live: Live, browser: Browser, shop: str
) -> None:
    """Two visits are of one lead."""
    context = browser.new_context()
    for _ in range(2):
        page = context.new_page()
        assert _visit(page, f"{shop}/cookie.html") == ["leadline"]
        page.close()
    context.close()
    live.settle()
    found = live.rows(
        "select count(distinct lead_no), count(*) from events "
        "where properties like '%cookie.html%' and type = 'page_viewed'"
    )
    assert found == [(1, 2)]


@pytest.mark.parametrize("name", ["doNotTrack", "globalPrivacyControl"])
def test_who_does_not_want_it_is_not_tracked(browser: Browser, shop: str, name: str) -> None:
    """Nothing is sent, and calls of the page do no harm."""
    page = browser.new_page()
    value = "'1'" if name == "doNotTrack" else "true"
    page.add_init_script(f"Object.defineProperty(navigator, '{name}', {{get: () => {value}}})")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    page.goto(f"{shop}/cookie.html", wait_until="networkidle")
    page.evaluate("leadline('track', 'seen')")
    page.wait_for_timeout(200)
    assert page.context.cookies() == []
    page.close()
    assert [each for each in sent if "/v1/" in each] == []


def test_the_script_is_small() -> None:
    """A page hardly notices it."""
    assert len(snippet.text()) < MOST_BYTES
