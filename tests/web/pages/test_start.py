"""The first start: from nothing to the first scored leads."""

from __future__ import annotations

import gzip
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pyarrow as pa
import pytest
from playwright.sync_api import Browser, Page, expect
from pyarrow import parquet

import serving
import signed
import stores
from leadline.service.first_start import MOST_FILE_BYTES, FirstStart
from leadline.store.store import Store
from leadline.web.signing import token_of
from signed import browser

READING = (sys.executable, "-m", "leadline.cli")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace of the README, of fewer leads."""
    folder = tmp_path_factory.mktemp("first")
    made = [*READING, "init", "shop", "--demo", "--leads", "150"]
    subprocess.run(made, cwd=folder, check=True, capture_output=True)
    return folder / "shop"


def test_serve_alone_leads_from_invented_data_to_the_first_scored_leads(
    shop: Path, chrome: Browser
) -> None:
    """The link of the start makes the first administrator, who sees the queue fill by itself."""
    with serving.serving(stores.file_url(shop), shop) as server:
        context = chrome.new_context(viewport={"width": 1440, "height": 900})
        page, said = context.new_page(), []
        page.on("console", lambda each: said.append(each.text))
        page.goto(_link(server))
        page.get_by_label("Name").fill("Ada Nowak")
        page.get_by_label("E-mail").fill("ada@sales.example")
        page.locator("input[type=password]").first.fill("a long enough secret")
        page.locator("form button").click()
        expect(page.locator("h1")).to_contain_text("to call")
        assert page.locator(".row").count() > 3
        assert said == []
        context.close()
    url = stores.file_url(shop)
    with serving.serving(url, shop), stores.opened(url) as store, store.reading() as session:
        noted = session.rows("select action from audit_log")
        assert [each for (each,) in noted].count("imported") == 1
        assert session.rows("select count(*) from inbox where kind = 'command'") == [(1,)]


def _link(server: serving.Server) -> str:
    found = re.search(r"(http://\S+/set-up/\S+)", server.log.read_text(encoding="utf-8"))
    assert found is not None
    return found[1]


def test_a_start_that_cannot_be_made_is_said_on_the_page_and_the_service_goes_on(
    tmp_path: Path,
) -> None:
    """With the words of the fault; what was sent meanwhile is taken."""
    (tmp_path / "leads.csv").write_text("lead_id\nada\n", encoding="utf-8")
    (tmp_path / "model.yaml").write_text("leadline: 1\nmodel: m\nscors: {}\n", encoding="utf-8")
    url = stores.file_url(tmp_path)
    more = ("--begin-with", "tables", "--leads", "leads.csv", "--model", "model.yaml")
    with serving.serving(url, tmp_path, *more) as server, stores.opened(url) as store:
        secret = signed.begin(store, signed.add(store, "administrator"))
        with browser(server.url, secret) as client:
            found = client.get("/queue")
        assert found.status_code == 200
        assert "Did you mean scores?" in found.text
        assert "the start was given up: model.yaml:3 scors" in server.log.read_text("utf-8")


def test_a_start_without_tables_is_refused_before_it_serves(tmp_path: Path) -> None:
    """It says what is needed."""
    words = [*READING, "serve", "--store", stores.file_url(tmp_path), "--begin-with", "tables"]
    found = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert found.returncode == 2
    assert "needs a model and a table to begin with" in found.stderr


def test_without_a_model_every_page_says_how_the_first_lead_is_scored(tmp_path: Path) -> None:
    """And none fails, also what follows a page."""
    url = stores.file_url(tmp_path)
    with serving.serving(url, tmp_path) as server, stores.opened(url) as store:
        secret = signed.begin(store, signed.add(store, "administrator"))
        with browser(server.url, secret) as client:
            for each in ("queue", "leads", "accounts", "lead?id=ada", "search?q=a"):
                found = client.get(f"/{each}")
                assert found.status_code == 200, each
                assert "leadline init shop --demo" in found.text, each
            assert client.get("/admin").status_code == 200
        seller = signed.begin(store, signed.add(store, "sales"))
        with browser(server.url, seller) as client:
            assert "start-demo" not in client.get("/queue").text
            assert client.post("/start-demo", headers=_token(seller)).status_code == 403
            assert client.post("/start-upload?name=a.csv", content=b"a").status_code == 403
        with browser(server.url, secret) as client:
            _refuse_hostile(client, secret)
            assert client.post("/start-demo", headers=_token(secret)).status_code == 303
            assert "on their way" in client.get("/queue").text
            _wait_for_model(store)
            assert client.post("/start-upload?name=a.csv", content=b"a", headers=_token(secret))
            assert "to call" in client.get("/queue").text


def _token(secret: str) -> dict[str, str]:
    return {"X-Form-Token": token_of(secret)}


def _refuse_hostile(client: httpx2.Client, secret: str) -> None:
    """What is too large, of another kind, or no page of ours sent is not kept."""

    def sent(name: str, content: bytes, headers: dict[str, str] | None = None) -> httpx2.Response:
        where = f"/start-upload?name={name}"
        return client.post(where, content=content, headers=headers or _token(secret))

    assert sent("a.csv", b"a", {"X-Form-Token": "forged"}).status_code == 403
    assert sent("a.csv.gz", gzip.compress(b"a" * 1000)).status_code == 422
    assert sent("../../etc/leadline.toml", b"a").status_code == 422
    assert sent("empty.csv", b"").status_code == 422
    assert sent("big.csv", b"0" * (MOST_FILE_BYTES + 1)).status_code == 422
    alone = EXPORTS["deeds.csv"].encode()
    assert "deeds.csv" in sent("..%2Fdeeds.csv", alone).text
    assert client.post("/start-look", headers=_token(secret)).status_code == 303
    assert "must hold leads" in client.get("/queue").text
    client.post("/start-clear", headers=_token(secret))
    assert "deeds.csv" not in client.get("/queue").text


def _wait_for_model(store: Store) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        with store.reading() as session:
            if session.rows("select 1 from models where state = 'published'"):
                return
        time.sleep(0.2)
    raise AssertionError("no model was published")


def test_a_bomb_ends_the_process_that_reads_it_alone(tmp_path: Path) -> None:
    """A file of 200 kB that would be 20 GB takes more memory and disk than it may."""
    leads = 20_000
    numbers = pa.array([0] * leads, pa.int32())
    ids = pa.DictionaryArray.from_arrays(numbers, pa.array(["a" * 1_000_000]))
    file = tmp_path / "leads.parquet"
    mails = [f"p{n}@x" for n in range(leads)]
    parquet.write_table(pa.table({"lead_id": ids, "email": mails}), file)
    first = FirstStart()
    first.add(file)
    first.look()
    assert (first.found, first.fault) == (None, "bounds")
    first.close()


EXPORTS = {
    "people.csv": "Lead ID,Email,Job Title\np1,eva@north.example,Director\np2,ben@oak.example,\n",
    "deeds.csv": "event_id,lead_id,type,occurred_at\n1,p1,demo_requested,2026-11-30T08:00:00Z\n",
}


def test_files_of_a_browser_are_looked_into_and_become_scored_leads(
    tmp_path: Path, chrome: Browser
) -> None:
    """Findings are shown before anything is brought in; then the leads are in the lists."""
    for name, text in EXPORTS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    with _fresh(tmp_path, chrome) as (page, _):
        page.get_by_label("Choose files").set_input_files([tmp_path / each for each in EXPORTS])
        expect(page.locator("#files li")).to_have_count(2)
        page.get_by_role("button", name="Look into them").click()
        found = page.locator("#files")
        expect(found).to_contain_text("people.csv is taken for leads")
        expect(found).not_to_contain_text(str(tmp_path))
        page.get_by_role("button", name="Bring them in").click()
        expect(page.locator(".tabs")).to_be_visible()
        page.goto(page.url.replace("queue", "lead?id=p1"))
        expect(page.locator("h1")).to_contain_text("eva@north.example")


def test_an_event_of_a_tracker_shows_as_it_arrives_and_a_starter_scores_its_lead(
    tmp_path: Path, chrome: Browser
) -> None:
    """The key and what to send stand on the page; its last step leads to the scored lead."""
    with _fresh(tmp_path, chrome) as (page, url):
        page.get_by_role("button", name="Make a key").click()
        key = page.locator("code").first.inner_text()
        event = {"event_id": "e1", "lead_id": "eva", "type": "demo_requested"}
        sent = httpx2.post(f"{url}/v1/events", json=event, auth=(key, ""))
        assert sent.status_code == 200
        expect(page.get_by_text("demo_requested", exact=False)).to_be_visible()
        page.get_by_role("button", name="Publish it").click()
        expect(page.locator(".tabs")).to_be_visible()
        page.get_by_role("link", name="Leads", exact=True).first.click()
        expect(page.locator("tbody")).to_contain_text("eva")
        expect(page.locator("tbody")).to_contain_text("40")


@contextmanager
def _fresh(folder: Path, chrome: Browser) -> Iterator[tuple[Page, str]]:
    """Open the first page of a service without anything; complaints of the browser fail."""
    url = stores.file_url(folder)
    with serving.serving(url, folder) as server, stores.opened(url) as store:
        context = chrome.new_context(viewport={"width": 1440, "height": 900})
        secret = signed.begin(store, signed.add(store, "administrator"))
        context.add_cookies([{"name": "session", "value": secret, "url": server.url}])
        page, said = context.new_page(), []
        page.on("console", lambda each: said.append(each.text))
        page.goto(f"{server.url}/queue")
        yield page, server.url
        context.close()
    assert said == []
