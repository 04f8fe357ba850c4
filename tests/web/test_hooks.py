"""What other systems send of themselves is kept as it came, read by a mapping, and counts once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import httpx2
import pytest

import serving
import signers
import stores
from leadline.service.hooks.document import sample_of, shipped
from leadline.store.store import Store
from signers import URL


@dataclass
class Hooked:
    """A service with a webhook of each mapping that ships."""

    store: Store
    url: str

    def send(self, name: str, made: signers.Request, path: str = "") -> httpx2.Response:
        """Send a request as a system does."""
        return httpx2.post(
            f"{self.url}/v1/hooks/{path or name}",
            content=made.body,
            headers=dict(made.headers),
            params=dict(made.query),
            timeout=30,
        )

    def settle(self) -> None:
        """Wait until nothing waits."""
        until = time.monotonic() + 30
        while self.rows("select count(*) from waiting") != [(0,)]:
            assert time.monotonic() < until, "something waits all the time"
            time.sleep(0.02)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Return rows of the store."""
        with self.store.reading() as session:
            return session.rows(query)


@pytest.fixture(scope="module")
def hooked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hooked]:
    folder = tmp_path_factory.mktemp("hooked")
    settings = []
    for name in shipped():
        (folder / f"{name}.secret").write_text(signers.signed(name).secret, encoding="utf-8")
        settings.append(f'[hooks.{name}]\nsecret_file = "{name}.secret"\nurl = "{URL}{name}"\n')
    (folder / "leadline.toml").write_text("\n".join(settings), encoding="utf-8")
    url = stores.file_url(folder)
    with stores.opened(url) as store, serving.serving(url, folder) as server:
        yield Hooked(store, server.url)


@pytest.mark.parametrize("name", shipped())
def test_a_signed_request_counts_once(hooked: Hooked, name: str) -> None:
    """It is sent twice here, and unsigned it is 401; the samples are never parked."""
    made = signers.signed(name, at=int(time.time()))
    unsigned = replace(made, headers={}, query={}, body=sample_of(name))
    assert hooked.send(name, unsigned).status_code == 401
    for _ in range(2):
        answer = hooked.send(name, made)
        assert (answer.status_code, answer.text) == (200, "")
    hooked.settle()
    kept = f"source = 'hooks/{name}'"
    assert hooked.rows(f"select count(*) from inbox where {kept}") == [(2,)]
    assert hooked.rows(f"select count(*) from parked where {kept}") == [(0,)]
    events = hooked.rows(f"select event_id from events where {kept}")
    assert len(events) == {"sendgrid": 6}.get(name, 1)


def test_who_sends_to_no_webhook_is_told_so(hooked: Hooked) -> None:
    """Nothing is kept then, nor of a body that is too large."""
    assert hooked.send("typeform", signers.signed("typeform"), "unknown").status_code == 404
    large = signers.Request(b"x" * (1024 * 1024 + 1))
    assert hooked.send("typeform", large).status_code == 413


def test_a_system_that_asks_whether_we_listen_is_answered(hooked: Hooked) -> None:
    """WeChat by GET; Mailchimp looks without a body. Neither is a request to keep."""
    made = signers.signed("wechat", b"")
    asked = {**made.query, "echostr": "5837397"}
    address = f"{hooked.url}/v1/hooks/wechat"
    assert httpx2.get(address, params=asked).text == "5837397"
    assert httpx2.get(address, params={**asked, "signature": "0" * 40}).status_code == 401
    before = hooked.rows("select count(*) from inbox")
    looked = httpx2.get(f"{hooked.url}/v1/hooks/mailchimp", params={"secret": signers.SECRET})
    assert looked.status_code == 200
    assert hooked.rows("select count(*) from inbox") == before
