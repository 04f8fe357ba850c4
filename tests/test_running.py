"""What runs the service for a long time, units of systemd and a container, names what there is."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from leadline.cli.commands import COMMANDS, asked, command
from leadline.service.settings import SETTINGS
from leadline.web.app import described

ROOT = Path(__file__).parents[1]
PACKAGING = ROOT / "packaging"
UNITS = sorted(PACKAGING.glob("*.service"))
CONTAINER = (PACKAGING / "Containerfile").read_text(encoding="utf-8")
STEPS = [
    tuple(step.split(maxsplit=1))
    for step in CONTAINER.replace("\\\n", " ").splitlines()
    if step and not step.startswith("#")
]


def _steps(name: str) -> list[str]:
    return [said for step, said in STEPS if step == name]


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_unit_runs_commands_that_there_are(unit: Path, tmp_path: Path) -> None:
    """As an own user, with settings that there are; systemd itself finds no fault where it is."""
    text = unit.read_text(encoding="utf-8")
    read = configparser.RawConfigParser(strict=False)
    read.optionxform = str  # type: ignore[assignment, method-assign]
    read.read_string(text)
    [name] = re.findall(r"/opt/leadline/bin/leadline (\w+)", read["Service"]["ExecStart"])
    assert name in COMMANDS
    assert read["Service"]["User"] == "leadline"
    variables = {each.variable for each in SETTINGS}
    assert set(re.findall(r"\bLEADLINE_\w+", text)) <= variables
    if shutil.which("systemd-analyze"):
        local = tmp_path / unit.name
        local.write_text(text.replace("/opt/leadline/bin/leadline", sys.executable))
        done = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", str(local)],  # noqa: S607 - the system's own
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert unit.name not in done.stderr, done.stderr


def test_the_timer_starts_the_backup() -> None:
    """They have one name."""
    for timer in PACKAGING.glob("*.timer"):
        assert timer.with_suffix(".service") in UNITS


def test_the_container_copies_what_there_is_and_installs_what_is_pinned() -> None:
    """From the clone, with hashes; it does not run as root, and names a version of Python."""
    for copied in _steps("COPY"):
        if "--from" not in copied:
            assert all((ROOT / each).exists() for each in copied.split()[:-1]), copied
    assert "--require-hashes --requirement requirements.txt" in CONTAINER
    [user] = _steps("USER")
    assert user.isdecimal()
    assert int(user) > 0
    assert all(re.match(r"python:3\.1[123]-slim\b", each) for each in _steps("FROM"))


def test_the_container_serves_where_it_says() -> None:
    """Its port, its command, its address for health and its settings are those of the program."""
    fields = asked("serve").__dataclass_fields__
    assert _steps("EXPOSE") == [str(fields["port"].default)]
    options = {option for each in command("serve").params for option in each.opts}
    assert set(re.findall(r"--[a-z-]+", _steps("CMD")[-1])) <= options
    [health] = re.findall(r"127\.0\.0\.1:(\d+)(/\w+)", CONTAINER)
    assert health[0] == str(fields["port"].default)
    assert health[1] in described()["paths"]
    assert set(re.findall(r"\bLEADLINE_\w+", CONTAINER)) <= {each.variable for each in SETTINGS}
