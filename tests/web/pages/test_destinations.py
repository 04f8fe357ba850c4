"""The administrator's page of destinations: how each is, its buttons, and the settings."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

import signed
import stores
from leadline.service.delivery.destinations import Destination
from leadline.service.service import Service
from leadline.store import audit_log, outbox
from leadline.store.store import Store
from leadline.web.app import application
from leadline.web.signing import token_of

from .conftest import park

CRM = Destination("crm", "webhook", "https://crm.example/hook?key=hush", (b"k",))
MAIL = Destination("mail", "email", "smtp://mail.example", secret="whisper")  # noqa: S106 - of nobody


@dataclass
class Desk:
    """The application as an administrator sees it, and its store."""

    store: Store
    service: Service
    secret: str

    def ask(self, method: str, path: str, **form: str) -> httpx2.Response:
        """Ask an address as a page of our own does."""
        return asyncio.run(self._asked(method, path, form))

    async def _asked(self, method: str, path: str, form: dict[str, str]) -> httpx2.Response:
        transport = httpx2.ASGITransport(application(self.service))
        headers = {"Sec-Fetch-Site": "same-origin", "X-Form-Token": token_of(self.secret)}
        cookies = {"session": self.secret}
        async with httpx2.AsyncClient(
            transport=transport, base_url="http://localhost", headers=headers, cookies=cookies
        ) as client:
            return await client.request(method, path, data=form or None)

    def parked(self, destination: str) -> int:
        """Return how many deliveries of a destination are parked."""
        with self.store.reading() as session:
            return len(outbox.listed(session, "parked", destination, 10))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Two destinations and one that is gone; each of two has a delivery that was parked."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LEADLINE_ENGINE", "postgresql://me:hearsay@host/leads")
    Path("leadline.toml").write_text('capacity = "60/week"\n', encoding="utf-8")
    with stores.opened(stores.file_url(tmp_path)) as store:
        for name in ("crm", "old"):
            park(store, name, "410 Gone")
        person = signed.add(store, "administrator")
        service = Service(store, destinations=[CRM, MAIL])
        yield Desk(store, service, signed.begin(store, person))


def test_each_destination_is_shown_with_how_it_is_and_no_secret(desk: Desk) -> None:
    """One that is gone has no buttons; settings say where they came from."""
    text = desk.ask("GET", "/destinations").text
    assert "410 Gone" in text
    assert 'aria-label="Send a test: crm"' in text
    assert 'aria-label="Have the parked ones go again: crm"' in text
    assert 'aria-label="Have the parked ones go again: mail"' not in text
    assert ": old" not in text
    assert "Not in the settings any more" in text
    assert "leadline.toml:1" in text
    assert "postgresql://me:***@host/leads" in text
    assert not [each for each in ("hush", "whisper", "hearsay") if each in text]


def test_a_test_is_written_for_the_deliverer(desk: Desk) -> None:
    """It is said; one that nobody would get, or for nobody, is refused in its place."""
    found = desk.ask("POST", "/test-destination", name="crm")
    assert found.headers["location"] == "destinations?did=test&name=crm"
    with desk.store.reading() as session:
        assert outbox.last(session, "crm", 1)[0].kind == "test"
    text = desk.ask("GET", f"/{found.headers['location']}").text
    assert "A test to crm is written" in text
    for name in ("mail", "nobody"):
        refused = desk.ask("POST", "/test-destination", name=name)
        assert refused.status_code == 400
        assert 'role="alert"' in refused.text


def test_what_is_parked_of_one_destination_goes_again(desk: Desk) -> None:
    """That of another stays, and the audit log says who did it."""
    found = desk.ask("POST", "/deliver-again", name="crm")
    assert found.status_code == 303
    assert (desk.parked("crm"), desk.parked("old")) == (0, 1)
    with desk.store.reading() as session:
        [row, *_] = audit_log.last(session, 1)
    assert (row.action, row.subject) == ("deliveries.replayed", "crm")


def test_a_file_with_a_fault_leaves_the_destinations_shown(desk: Desk) -> None:
    """The fault stands where the settings would."""
    Path("leadline.toml").write_text('modle = "m.yaml"\n', encoding="utf-8")
    text = desk.ask("GET", "/destinations").text
    assert "modle is not a setting" in text
    assert "410 Gone" in text


def test_http_says_the_same_of_destinations(desk: Desk) -> None:
    """Those of the settings come first; one that is gone has no kind."""
    found = desk.ask("GET", "/v1/destinations").json()["destinations"]
    rows = [(each["name"], each["kind"], each["parked"]) for each in found]
    assert rows == [("crm", "webhook", 1), ("mail", "email", 0), ("old", None, 1)]
