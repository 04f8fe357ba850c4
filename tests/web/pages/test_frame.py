"""What holds of every page: who may see it, no barrier, no sideways scroll, nothing foreign."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import httpx2
import pytest
from playwright.sync_api import Page, expect

import signed
from leadline.store.people import Role
from leadline.web.pages import assets
from leadline.web.pages.site import ADDRESSES
from signed import browser

from .conftest import House, Open, Site

PAGES = (
    "queue", "lead?id=ada", "leads", "accounts", "account?id=north", "search?q=a", "keys",
    "glossary", "settings", "admin", "ask?kind=override&lead=ada", "lead?id=nobody",
    "model", "draft?id=1", "draft?id=1&as=text", "destinations",
)  # fmt: skip
ENTRANCE = ("sign-in", "me", "join/used")


def _slow(page: str) -> bool:
    return page.startswith("lead?id=ada")


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_no_page_has_a_barrier(opened: Open, bare: House, axe: str, mode: str) -> None:
    """Axe finds nothing by WCAG 2.2 AA, in either mode."""
    found: dict[str, list[str]] = {}
    with opened("queue", "administrator", color_scheme=mode) as window:
        for each in (*PAGES, *ENTRANCE):
            window.page.goto(window.page.url.rsplit("/", 1)[0] + f"/{each}")
            if _slow(each):
                expect(window.page.locator(".step").first).to_be_visible()
            found[each] = _barriers(window.page, axe)
    with opened("queue", "administrator", house=bare, color_scheme=mode) as window:
        for each in _start(window.page):
            found[each] = _barriers(window.page, axe)
    assert {each: faults for each, faults in found.items() if faults} == {}


def _barriers(page: Page, axe: str) -> list[str]:
    """Return what axe finds on a page."""
    page.evaluate(axe)
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    options = json.dumps({"runOnly": {"type": "tag", "values": tags}})
    result = page.evaluate(f"axe.run(document, {options})")
    return [
        f"{fault['id']}: {[node['html'][:160] for node in fault['nodes'][:3]]}"
        for fault in result["violations"]
    ]


def _start(page: Page) -> Iterator[str]:
    """Yield what the first page shows: files that were looked into, events, and a new key."""
    yield "start"
    page.locator("form[action=start-key] button").click()
    expect(page.locator(".note.good")).to_be_visible()
    yield "start with a key"


@pytest.mark.parametrize("width", [320, 390, 768, 1440])
def test_no_page_scrolls_sideways(opened: Open, bare: House, width: int) -> None:
    """In English, and where texts are a third longer."""
    for language in ("en-GB", "qps-ploc"):
        with opened("queue", "administrator", width, locale=language) as window:
            base = window.page.url.rsplit("/", 1)[0]
            for each in (*PAGES, *ENTRANCE):
                window.page.goto(f"{base}/{each}")
                assert _wide(window.page) <= width, (each, language)
        with opened("queue", "administrator", width, bare, locale=language) as window:
            for each in _start(window.page):
                assert _wide(window.page) <= width, (each, language)


def _wide(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth"))


def test_a_page_asks_no_other_host_and_is_small(opened: Open, site: Site) -> None:
    """The first visit takes 160 kB at most, later ones 40 kB."""
    requests: list[tuple[str, int]] = []
    with opened("keys") as window:
        page = window.page
        page.on("response", lambda each: requests.append((each.url, _size(each))))
        page.context.clear_cookies(name="nothing")
        page.goto(f"{site.live.url}/queue", wait_until="load")
    assert all(url.startswith(site.live.url) for url, _ in requests)
    secret = signed.begin(site.store, site.people["sales"])
    with browser(site.live.url, secret) as client:
        queue = client.get("/queue", headers={"Accept-Encoding": "gzip"})
    own = int(queue.headers["content-length"])
    files = sum(len(each.packed or each.body) for each in assets.assets().values())
    assert own <= 40_000
    assert own + files <= 160_000


def _size(response: object) -> int:
    headers: dict[str, str] = response.headers  # type: ignore[attr-defined]
    return int(headers.get("content-length", "0"))


def test_files_of_pages_are_kept_for_ever_under_names_that_tell_what_is_in_them(
    site: Site,
) -> None:
    """And none is found under another name."""
    with httpx2.Client(base_url=site.live.url) as client:
        for each in assets.assets().values():
            found = client.get(f"/static/{each.name}")
            assert found.status_code == 200
            assert "immutable" in found.headers["cache-control"]
        assert client.get("/static/pages.css").status_code == 404
        assert client.get("/static/..%2fpages.css").status_code == 404


def test_own_script_is_at_most_12_kb() -> None:
    """What htmx does is its own."""
    assert len(assets.assets()["pages.js"].body) <= 12 * 1024


@pytest.mark.parametrize("role", [None, "viewer", "sales", "marketing", "administrator"])
def test_each_address_is_for_those_who_have_the_right(site: Site, role: Role | None) -> None:
    """Nobody is sent to sign in; who lacks the right is refused by the server."""
    secret = "" if role is None else signed.begin(site.store, site.people[role])
    answers = {"viewer": 403, "sales": 200, "marketing": 200, "administrator": 200}
    admin = {"administrator": 200}
    model = {"marketing": 200, "administrator": 200}
    of_models = dict.fromkeys(("try", "draft", "publish"), model)
    with browser(site.live.url, secret) as client:
        for each in ADDRESSES:
            if each.methods != ("GET",):
                found = client.post(each.path, data={"lead": "joe", "kind": "nothing"})
                needed: dict[str, dict[str, int]] = {
                    "answer": answers,
                    "correct": answers,
                    "administer": admin,
                    **of_models,
                }
                expected = needed.get(each.needs, {})
                if role is None:
                    assert found.status_code == 303, each.path
                elif expected.get(role, 403 if expected else 200) == 403:
                    assert found.status_code == 403, (each.path, role)
                continue
            found = client.get(each.path, params={"id": "ada", "lead": "ada", "kind": "rejected"})
            if role is None:
                assert found.headers["location"].startswith("/sign-in"), each.path
                continue
            needs: dict[str, dict[str, int]] = {
                "answer": answers, "export": answers, "administer": admin, **of_models,
            }  # fmt: skip
            usual = 403 if each.needs in needs else 200
            status = needs.get(each.needs, {}).get(role, usual)
            assert found.status_code in {status, 404 if status == 200 else status}, each.path


def test_who_may_only_look_sees_no_answers(opened: Open) -> None:
    """What is not allowed is not shown."""
    with opened("lead?id=ada", "viewer") as window:
        expect(window.page.locator("h1")).to_have_text("Ada Nowak")
        expect(window.page.get_by_role("button", name="Accept")).to_have_count(0)


def test_forged_and_old_forms_change_nothing(site: Site) -> None:
    """A form of another site, one with another token, and one that comes twice."""
    secret = signed.begin(site.store, site.people["sales"])
    before = site.live.rows("select count(*) from answers")
    with browser(site.live.url, secret) as client:
        form = {"lead": "joe", "kind": "claimed", "form_token": "guessed"}
        assert client.post("/answer", data=form).status_code == 403
        other = {"Sec-Fetch-Site": "cross-site"}
        assert client.post("/answer", data=form, headers=other).status_code == 403
    assert site.live.rows("select count(*) from answers") == before
    with browser(site.live.url, secret) as client:
        form = {"lead": "joe", "kind": "claimed", "answer_id": "said-once"}
        for _ in range(2):
            client.post("/answer", data=form, headers={"HX-Request": "true"})
        away = client.post("/answer", data={**form, "back": "//evil.example"})
        assert away.headers["location"] == "/"
    found = site.live.rows("select count(*) from answers where answer_id = 'said-once'")
    assert found == [(1,)]


def test_below_a_path_of_a_proxy_every_address_leads_back(site: Site) -> None:
    """No page names the root of its host, so it works below any path."""
    secret = signed.begin(site.store, site.people["administrator"])
    with browser(site.live.url, secret) as client:
        for each in PAGES:
            text = client.get(f"/{each}").text
            assert re.findall(r'(?:href|src|action|hx-get|hx-post|connect)="(?:/|http)', text) == []


def test_lists_are_exported_without_formulas(site: Site) -> None:
    """A cell that a spreadsheet would compute is text."""
    site.live.send("/v1/leads", {"lead_id": "sum", "name": "=HYPERLINK(1)", "account_id": "n"})
    site.live.settle()
    secret = signed.begin(site.store, site.people["sales"])
    with browser(site.live.url, secret) as client:
        leads = client.get("/leads.csv")
        assert "'=HYPERLINK(1)" in leads.text
        assert ",=HYPERLINK" not in leads.text
        assert client.get("/queue.csv").text.count("\n") >= 3
