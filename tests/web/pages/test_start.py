"""The first start: from nothing to the first scored leads."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

import serving
import signed
import stores
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
    with serving.serving(stores.file_url(shop), shop) as again:
        assert "beginning" not in again.log.read_text(encoding="utf-8").split("served")[-1]


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
