"""The published libraries of Segment and RudderStack work with another host, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

import serving
import stores
from leadline.store.keys import Key
from leadline.store.store import Store
from packages import installed

SDKS = Path(__file__).parent / "sdks"
PROGRAMS = ("segment_python.py", "rudder_python.py", "segment_node.mjs", "rudder_node.mjs")
SETTLED_SECONDS = 20

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def node_packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the libraries for Node."""
    return installed(SDKS, tmp_path_factory.mktemp("node"))


def _command(program: str, request: pytest.FixtureRequest) -> list[str]:
    if program.endswith(".py"):
        return [sys.executable, str(SDKS / program)]
    packages = request.getfixturevalue("node_packages")
    return ["node", str(SDKS / program), str(packages)]


def _settled(store: Store, query: str, expected: object) -> None:
    """Wait until a query of the store gives what is expected."""
    until = time.monotonic() + SETTLED_SECONDS
    while True:
        with store.reading() as session:
            found = session.rows(query)
        if found == expected or time.monotonic() > until:
            assert found == expected
            return
        time.sleep(0.05)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_library_sends_as_it_does_to_its_own_host(
    program: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Six calls of its documentation become events, fields, an account and a merge."""
    url = stores.file_url(tmp_path)
    command = _command(program, request)
    with stores.opened(url) as store:
        key = serving.make_key(store, Key("web", "write"))
        with serving.serving(url, tmp_path) as server:
            subprocess.run([*command, server.url, key], check=True, timeout=60)
            _settled(
                store,
                "select type, properties from events order by type",
                [
                    ("Demo Requested", '{"seats":5,"plan.name":"team"}'),
                    ("Seen", "{}"),
                    ("page_viewed", '{"name":"Pricing","category":"Docs","path":"/pricing"}'),
                ],
            )
            _settled(
                store, "select lead_id, account_id from leads where is_known", [("ada", "north")]
            )
            _settled(
                store,
                "select field, value from field_history where entity = 'lead' "
                "and field in ('title', 'email') order by field, value desc limit 1 offset 1",
                [("title", "CEO")],
            )
            _settled(
                store,
                "select f.lead_id, i.lead_id from lead_merges as m "
                "join leads as f on f.lead_no = m.from_no join leads as i on i.lead_no = m.into_no",
                [("a-4ae48cccb8ad47ad1a22", "ada")],
            )
            _settled(store, "select count(*) from parked", [(0,)])


def _segment(server: str, key: str, **more: object) -> object:
    """Return a client of Segment's library that sends to a service, and notes what it gives up."""
    from segment.analytics.client import Client  # noqa: PLC0415 - the libraries are these tests'

    return Client(key, host=server, **more)


def test_what_is_sent_again_counts_once(tmp_path: Path) -> None:
    """A library that got no answer sends its batch again, a day later too."""
    url = stores.file_url(tmp_path)
    with stores.opened(url) as store:
        key = serving.make_key(store, Key("web", "write"))
        with serving.serving(url, tmp_path) as server:
            for _ in range(2):
                client = _segment(server.url, key)
                client.track("ada", "Seen", message_id="one")  # type: ignore[attr-defined]
                client.shutdown()  # type: ignore[attr-defined]
            _settled(store, "select count(*) from waiting", [(0,)])
            _settled(store, "select event_id from events", [("one",)])


def test_a_library_keeps_what_a_service_that_is_away_did_not_answer(tmp_path: Path) -> None:
    """It tries until the service is back, and nothing is lost."""
    url = stores.file_url(tmp_path)
    with stores.opened(url) as store:
        key = serving.make_key(store, Key("web", "write"))
        port = serving.free_port()
        client = _segment(f"http://127.0.0.1:{port}", key)
        client.track("ada", "Seen", message_id="one")  # type: ignore[attr-defined]
        time.sleep(1)
        server = serving.start(url, tmp_path, port)
        client.shutdown()  # type: ignore[attr-defined]
        _settled(store, "select event_id from events", [("one",)])
        server.kill()
