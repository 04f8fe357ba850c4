"""The first start: a service without a model says what comes next."""

from __future__ import annotations

from pathlib import Path

import serving
import signed
import stores
from signed import browser


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
