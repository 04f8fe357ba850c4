"""What import-linter cannot say of floors: which room has a library, and who reads the clock."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "leadline"
TREES = {
    path.relative_to(SOURCE).with_suffix("").as_posix(): ast.parse(path.read_text(encoding="utf-8"))
    for path in sorted(SOURCE.rglob("*.py"))
}

FACES = ("cli", "service", "web", "mcp")
ROOMS: Mapping[str, tuple[str, ...]] = {
    "duckdb": ("engines/duckdb",),
    "adbc_driver_postgresql": ("engines/postgres",),
    "pyspark": ("engines/spark", "streaming"),
    "sqlglot": ("sql", "query", "tables", "printing", "history", "streaming"),
    "crawleruseragents": ("marks",),
    "confluent_kafka": ("service/topic",),
    "pydantic": ("model", "explain/plain", "mcp"),
    "mcp": ("mcp",),
    "httpx2": ("connectors", "web/entrance/provided"),
    "numpy": ("statistics", "history", "review", "learn", "reports", "scoring", "tables/repeated"),
    "sklearn": ("review", "learn"),
    "jinja2": ("reports", "web"),
    "rich": ("reports", "questions", "cli"),
    "typer": ("cli",),
    "prometheus_client": ("service/measures",),
    "httpcore2": ("service/delivery",),
    "jsonpath": ("service/hooks/said",),
    "defusedxml": ("service/hooks/bodies",),
    "cryptography": ("service/hooks/publickeys",),
    "authlib": ("web/entrance/provided",),
    "pyotp": ("service/second_factor",),
    "segno": ("service/second_factor",),
    "argon2": ("service/passwords",),
    "zxcvbn": ("service/passwords",),
}
"""Library to where it may be imported: drivers by their engine, arrays where there is no SQL."""

CLOCK = frozenset({"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"})
ENVIRONMENT = frozenset({"os.environ", "os.getenv"})
ENVIRONMENT_BELOW = ("engines/spark/session",)
"""Spark's own processes are told which Python to run by the environment alone."""


def is_in(module: str, rooms: tuple[str, ...]) -> bool:
    """Say whether a module is one of these, or in a folder of these."""
    return any(module == room or module.startswith(f"{room}/") for room in rooms)


def imported(tree: ast.Module) -> Iterator[str]:
    """Yield the packages that a module imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name.partition(".")[0] for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


def read(tree: ast.Module) -> set[str]:
    """Return the dotted names of two parts that a module reads."""
    return {
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }


@pytest.mark.parametrize("library", ROOMS)
def test_a_library_stays_in_its_rooms(library: str) -> None:
    """So it can be replaced there, and what does not need it does not load it."""
    users = [module for module, tree in TREES.items() if library in imported(tree)]
    assert users, f"nobody imports {library} any more"
    assert [each for each in users if not is_in(each, ROOMS[library])] == []


def test_the_clock_is_read_by_faces_alone() -> None:
    """Everywhere else the moment is an argument."""
    readers = [module for module, tree in TREES.items() if read(tree) & CLOCK]
    assert [each for each in readers if not is_in(each, FACES)] == []


def test_the_environment_is_read_by_faces_alone() -> None:
    """Everywhere else a setting is an argument."""
    readers = [module for module, tree in TREES.items() if read(tree) & ENVIRONMENT]
    assert [each for each in readers if not is_in(each, FACES + ENVIRONMENT_BELOW)] == []
