"""A Tryton of the tests: the real program, over a database that is made once and kept."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import httpx2

from leadline.connectors.tryton.client import TrytonClient
from leadline.connectors.tryton.tryton import PARTY
from serving import free_port

MODULE = Path(__file__).parents[1] / "examples" / "tryton" / "leadline_score"
PASSWORD = "secret"  # noqa: S105 - of the tests
READY_SECONDS = 120
CONFIG = """\
[database]
uri = sqlite://
path = {folder}
[web]
listen = 127.0.0.1:{port}
[password]
length = 4
"""
WITHOUT_DNS = """\
import email_validator

asked = email_validator.validate_email
email_validator.validate_email = lambda email, **more: asked(
    email, **{**more, "check_deliverability": False}
)
"""
"""No name server answers where the tests run, and Tryton asks one of every address."""


class PeerClient(TrytonClient):
    """Our client, and what people do in wizards."""

    def wizard(self, name: str, values: Mapping[str, Any], state: str) -> None:
        """Run a wizard with the values of its forms up to a state."""
        begun = self._result(self._post(f"wizard.{name}.create", [{}]))
        self._result(self._post(f"wizard.{name}.execute", [begun[0], values, state, {}]))


@dataclass
class Peer:
    """A running Tryton.

    Attributes:
        url: Its address.
        file: Its database.
        client: Asks it, as our connector does.
    """

    url: str
    file: Path
    client: PeerClient

    def parties(self, names: Sequence[str]) -> list[str]:
        """Make parties, all at one time, each with an address of its own; return their ids."""
        made = [
            {
                "name": each,
                "contact_mechanisms": [
                    ["create", [{"type": "email", "value": f"{each.lower()}@north.com"}]]
                ],
            }
            for each in names
        ]
        return [str(each) for each in self.client.ask(PARTY, "create", made)]

    def values(self, party: str, *names: str) -> list[Any]:
        """Return what stands in fields of a party."""
        [row] = self.client.ask(PARTY, "read", [int(party)], list(names))
        return [row[each] for each in names]

    def moved_back(self, parties: Sequence[str], minutes: int) -> None:
        """Have rows appear late: with stamps of some minutes ago."""
        with sqlite3.connect(self.file, timeout=30) as connection:
            marks = ",".join("?" * len(parties))
            for table, key in (("party_party", "id"), ("party_contact_mechanism", "party")):
                connection.execute(
                    f"update {table} set create_date = datetime('now', '-{minutes} minutes'), "
                    f"write_date = null where {key} in ({marks})",
                    list(map(int, parties)),
                )


def _environment(folder: Path) -> dict[str, str]:
    """Return an environment in which Tryton finds the module of the examples."""
    modules = folder / "modules"
    about = modules / "leadline_score_module-1.dist-info"
    about.mkdir(parents=True)
    shutil.copytree(MODULE, modules / MODULE.name)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: m\nVersion: 1\n")
    entry = f"[trytond.modules]\n{MODULE.name} = {MODULE.name}\n"
    (about / "entry_points.txt").write_text(entry)
    (modules / "sitecustomize.py").write_text(WITHOUT_DNS)
    (folder / "password").write_text(f"{PASSWORD}\n")
    path = os.pathsep.join(filter(None, (str(modules), os.environ.get("PYTHONPATH", ""))))
    return {**os.environ, "PYTHONPATH": path, "TRYTONPASSFILE": str(folder / "password")}


def _database(folder: Path, environment: dict[str, str]) -> Path:
    """Return a new database; making one takes half a minute, so one is kept and copied."""
    said = hashlib.sha256(version("trytond").encode())
    for each in sorted(MODULE.rglob("*.*")):
        said.update(each.read_bytes() if each.is_file() and "__pycache__" not in str(each) else b"")
    kept = Path(gettempdir()) / f"leadline-tryton-{said.hexdigest()[:16]}.sqlite"
    file = folder / "crm.sqlite"
    if not kept.exists():
        file.touch()
        command = [
            Path(sys.executable).with_name("trytond-admin"), "-c", folder / "trytond.conf",
            "-d", "crm", "-u", MODULE.name, "sale_opportunity", "--activate-dependencies",
            "-l", "en",
        ]  # fmt: skip
        subprocess.run(
            list(map(str, command)), env=environment, input=b"\n", check=True,
            capture_output=True, timeout=600,
        )  # fmt: skip
        shutil.copy(file, kept.with_suffix(".part"))
        kept.with_suffix(".part").replace(kept)
    shutil.copy(kept, file)
    return file


@contextmanager
def tryton(folder: Path) -> Iterator[Peer]:
    """Yield a Tryton with the modules of parties and opportunities, and our fields."""
    port = free_port()
    (folder / "trytond.conf").write_text(CONFIG.format(folder=folder, port=port))
    environment = _environment(folder)
    file = _database(folder, environment)
    log = (folder / "tryton.log").open("wb")
    command = [
        Path(sys.executable).with_name("trytond"),
        "-c",
        folder / "trytond.conf",
        "-d",
        "crm",
    ]
    process = subprocess.Popen(list(map(str, command)), env=environment, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    client = PeerClient(url, "crm", "admin", PASSWORD)
    try:
        _wait(url, process)
        yield Peer(url, file, client)
    finally:
        client.close()
        process.terminate()
        process.wait(30)
        log.close()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        assert process.poll() is None, "Tryton ended"
        try:
            asked = {"id": 1, "method": "common.server.version", "params": []}
            if httpx2.post(f"{url}/crm/rpc/", json=asked, timeout=2).status_code:
                return
        except httpx2.HTTPError:
            time.sleep(0.1)
    raise AssertionError("Tryton never was ready")
