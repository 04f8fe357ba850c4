"""A service runs a connection by itself, one runner at a time."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

import serving
from leadline.errors import LeadlineError

from .test_hubspot import WRITE, Both, both, there

__all__ = ["both", "there"]
WAIT_SECONDS = 60


def test_a_service_reads_and_writes_by_itself(both: Both, tmp_path: Path) -> None:
    """Nothing before a person has looked; then what changes there is told back."""
    lead = both.there.add("contacts", firstname="Ada")
    assert both.connect(status=True)[:3] == [
        "runs by the command alone", "read: never, 0 records", "approved: never",
    ]  # fmt: skip
    both.connect(once=True)
    both.connect(approve=True)
    toml = f"""
source = "store"
[store]
url = "{both.url}"
[connectors.hub]
kind = "hubspot"
url = "{both.there.url}"
secret_env = "HUBSPOT_KEY"
minutes = 1
[connectors.hub.write]
""" + "".join(f'{name} = "{field}"\n' for name, field in WRITE.items())
    (tmp_path / "leadline.toml").write_text(toml, encoding="utf-8")
    with serving.serving(both.url, tmp_path) as running:
        until = time.monotonic() + WAIT_SECONDS
        while both.there.value(lead, "leadline_band") != "warm":
            assert time.monotonic() < until, running.log.read_text(encoding="utf-8")
            time.sleep(0.05)
        assert running.stop() == 0
    status = both.connect(status=True)
    assert status[1].endswith(", 1 records")
    assert status[3].endswith(", 1 records")
    assert status[4] == "refused: 0"


def test_one_runner_at_a_time_has_a_connection(both: Both) -> None:
    """The command says that another one is at it; so does the status."""
    with both.store.alone("connection hub") as is_mine:
        assert is_mine
        with pytest.raises(LeadlineError, match=r"hub must have no other run; one is under way"):
            both.connect(once=True)
        assert both.connect(status=True)[0].endswith("a run is under way")
    both.connect(once=True)
