"""The pinned exports hold what pyproject asks for, whole and checked."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from leadline.explain.plain import json_schema as of_explanations
from leadline.model.schema import json_schema as of_models

ROOT = Path(__file__).parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS = PROJECT["dependency-groups"]
RUNTIME = PROJECT["project"]["dependencies"]
EXPORTS = {
    "requirements.txt": RUNTIME,
    "requirements-dev.txt": [*RUNTIME, *GROUPS["build"], *GROUPS["dev"]],
}
SCHEMAS = {"model": of_models, "explain": of_explanations}
PYTHONS = ("3.11", "3.12", "3.13")

each_export = pytest.mark.parametrize("export", EXPORTS)


def _entries(export: str) -> Iterator[str]:
    """Yield the entries of an export, each on one line and without comments."""
    text = (ROOT / export).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = (line.partition(" #")[0].strip() for line in text.splitlines())
    yield from (line for line in lines if line and not line.startswith("#"))


def _pins(export: str) -> list[Requirement]:
    return [Requirement(entry.partition("--hash")[0]) for entry in _entries(export)]


def _stands_on(pin: Requirement, python: str) -> bool:
    environment = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": "linux",
        "platform_python_implementation": "CPython",
    }
    return pin.marker is None or pin.marker.evaluate(environment)


@each_export
def test_every_requirement_has_a_pin_that_satisfies_it(export: str) -> None:
    """On each Python, a requirement of pyproject has one pin, of a version that it allows."""
    for python in PYTHONS:
        pins = {canonicalize_name(p.name): p for p in _pins(export) if _stands_on(p, python)}
        for wanted in map(Requirement, EXPORTS[export]):
            pin = pins.get(canonicalize_name(wanted.name))
            assert pin is not None, f"{wanted} is not in {export}; export it anew, see README.md"
            [version] = [each.version for each in pin.specifier]
            assert wanted.specifier.contains(version), f"{export} has {pin}, but {wanted} is asked"


@each_export
def test_every_pin_is_exact_and_has_hashes(export: str) -> None:
    """Nothing but the very files that were tested can be installed."""
    for entry in _entries(export):
        assert re.match(r"^[\w.-]+==[\w.]+ ", entry), entry
        assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", entry)) >= 1, entry


@each_export
def test_no_place_stands_in_an_export(export: str) -> None:
    """Where packages come from is the reader's own setting."""
    text = (ROOT / export).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text


def test_both_exports_pin_the_same_versions() -> None:
    """What is tested is what is installed."""
    tested = {str(pin) for pin in _pins("requirements-dev.txt")}
    assert [str(pin) for pin in _pins("requirements.txt") if str(pin) not in tested] == []


def test_the_build_backend_is_pinned() -> None:
    """The group ``build`` repeats what the build asks for."""
    assert GROUPS["build"] == PROJECT["build-system"]["requires"]


def test_what_only_builds_is_not_installed_to_run() -> None:
    """Pip fetches it for the build, and the environment stays without."""
    builds = {canonicalize_name(Requirement(each).name) for each in GROUPS["build"]}
    assert builds.isdisjoint(canonicalize_name(pin.name) for pin in _pins("requirements.txt"))


def test_every_supported_python_is_declared() -> None:
    """The versions that are checked here are those that pyproject allows."""
    allowed = Requirement(f"python{PROJECT['project']['requires-python']}").specifier
    assert [p for p in ("3.10", *PYTHONS, "3.14") if allowed.contains(f"{p}.0")] == [*PYTHONS]


@pytest.mark.parametrize("what", SCHEMAS)
def test_the_shipped_schemas_are_current(what: str) -> None:
    """The JSON Schemas in the repository are what the code gives today."""
    shipped = ROOT / "schema" / f"{what}.schema.json"
    assert shipped.read_text(encoding="utf-8") == SCHEMAS[what]()
