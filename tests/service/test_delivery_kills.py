"""Whatever is killed, service or receiver: every change arrives at least once, known by its key."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

import serving
import stores
from leadline.errors import StoreError
from leadline.service.delivery.signing import new_secret
from leadline.store.keys import Key
from leadline.store.store import Store
from sending import publish, require_all, sending, settle, wait_for_more

KILLS = int(os.environ.get("LEADLINE_KILLS", "4"))
LEADS = min(150 * KILLS, 6000)
"""So many people do something: more would come to a busy machine faster than it takes them."""
SETTINGS = """
[destinations.hook]
kind = "webhook"
url = "http://127.0.0.1:{port}/hook"
secret_env = "HOOK"
allow_private = ["127.0.0.0/8"]
"""
RECEIVER = Path(__file__).parents[1] / "taking_hooks.py"

pytestmark = pytest.mark.slow


def _receiver(port: int, got: Path) -> subprocess.Popen[bytes]:
    """Start a receiver that writes down what it took before it answers."""
    return subprocess.Popen([sys.executable, str(RECEIVER), str(port), str(got)])


def _arrived(got: Path) -> list[str]:
    lines = got.read_text(encoding="utf-8").splitlines() if got.exists() else []
    return [json.loads(each)["key"] for each in lines if each.endswith("}")]


def _told(store: Store) -> set[str]:
    """Return what the changes of band that are to be told are known by."""
    with store.reading() as session:
        found = session.rows(
            "select transition_id from transitions where not quiet "
            "and coalesce(from_band, '') <> coalesce(to_band, '')"
        )
    return {f"change-{number}-hook" for (number,) in found}


def _settled(store: Store, seconds: float = 120) -> None:
    """Have what waits go at once, and wait until nothing does."""
    until, had = time.monotonic() + seconds, "leased_until = null, "  # what the dead had
    while time.monotonic() < until:
        # the service writes the same rows, in another order: PostgreSQL may refuse one of both
        with suppress(StoreError), store.writing() as session:
            session.run(f"update deliveries set {had}due_at = 0 where state = 'waits'")
            session.run(
                "update deliveries set state = 'waits', tries = 0, due_at = 0 "
                "where state = 'parked'"
            )
            had = ""
        with store.reading() as session:
            if session.rows("select count(*) from deliveries where state <> 'done'") == [(0,)]:
                return
        time.sleep(0.25)
    raise AssertionError("something is never delivered")


def test_every_change_arrives_whoever_is_killed(
    store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Service and receiver die at random moments, under load; each change has one key."""
    monkeypatch.setenv("HOOK", new_secret())
    monkeypatch.setattr("sending.LEADS", LEADS)
    dice = random.Random(2)
    got, hook_port, port = tmp_path / "got", serving.free_port(), serving.free_port()
    (tmp_path / "leadline.toml").write_text(SETTINGS.format(port=hook_port), encoding="utf-8")
    with stores.opened(store_url) as store:
        key = serving.make_key(store, Key("web", "write"))
        publish(store)
        receiver = _receiver(hook_port, got)
        server = serving.start(store_url, tmp_path, port)
        settle(store)  # its model is live
        with sending([server.url], key, 2) as clients:
            for turn in range(KILLS):
                time.sleep(dice.uniform(0.05, 1.5))
                if turn % 2:
                    receiver.kill()
                    receiver.wait(30)
                    receiver = _receiver(hook_port, got)
                else:
                    server.kill()
                    server = serving.start(store_url, tmp_path, port)
            wait_for_more(clients)
        settle(store)
        _settled(store)
        assert server.stop() == 0
        receiver.kill()
        receiver.wait(30)
        told, arrived = _told(store), _arrived(got)
        assert len(told) > LEADS // 3, "bands changed"
        assert told == set(arrived)
        sys.stdout.write(
            f"{KILLS} kills: {len(told)} changes, {len(arrived) - len(told)} came again\n"
        )
        require_all(store, clients)
