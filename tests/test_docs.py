"""All code of README and docs runs, and the reference mentions everything that there is."""

from __future__ import annotations

import inspect
import json
import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import documentation
import leadline
from documentation import ROOT, Block
from leadline import errors
from leadline.cli.commands import COMMANDS, command
from leadline.model.contract import CONTRACT
from leadline.model.durations import PATTERN
from leadline.model.expressions import KEYWORDS, SCOPES
from leadline.model.schema import json_schema
from leadline.model.types import Type
from leadline.service.workspace import workspace

REFERENCE = ROOT / "docs" / "reference"
LANGUAGE = (REFERENCE / "language.md").read_text(encoding="utf-8")
TABLES = (REFERENCE / "tables.md").read_text(encoding="utf-8")
PYTHON = (REFERENCE / "python.md").read_text(encoding="utf-8")
PAGES = documentation.pages()
BLOCKS = [block for page in PAGES for block in documentation.blocks(page)]
KINDS = {"console", "python", "yaml", "toml", "sh", "text"}
MARKS = {"part", "scores", "rules", "rest", "task", "wrong"}

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def _of_kind(kind: str) -> list[Any]:
    return [pytest.param(block, id=str(block)) for block in BLOCKS if block.kind == kind]


# --- what stands on the pages works


@pytest.mark.slow
@each_page
def test_a_page_runs_and_prints_what_it_says(page: Path) -> None:
    """A reader who does what a page says sees what the page shows."""
    assert documentation.run_page(page) == page.read_text(encoding="utf-8")


@pytest.mark.parametrize("block", _of_kind("yaml"))
def test_a_model_on_a_page_is_sound(block: Block) -> None:
    """Every piece of YAML is a model or a part of one, and only those shown as wrong are."""
    if {"wrong", "rest"} & set(block.marks):
        assert block.file, "it needs a file, and a command that says what it is"
        return
    assert [str(fault) for fault in documentation.faults(block)] == []


@pytest.mark.parametrize("block", _of_kind("toml"))
def test_settings_on_a_page_are_sound(block: Block, folder: Path) -> None:
    """Every file of a workspace is one that is read."""
    (folder / "leadline.toml").write_text(block.body, encoding="utf-8")
    assert workspace(folder, {}).values


@pytest.mark.parametrize("block", _of_kind("sh"))
def test_a_script_on_a_page_can_be_read_by_a_shell(block: Block) -> None:
    """What is for the reader's machine is at least free of slips."""
    subprocess.run(["bash", "-n"], input=block.body.encode(), check=True)  # noqa: S607 - any bash


def test_every_block_says_what_it_is() -> None:
    """No code escapes these tests by an unknown fence."""
    assert {block.kind for block in BLOCKS} <= KINDS
    assert {mark for block in BLOCKS for mark in block.marks} <= MARKS
    assert BLOCKS


@each_page
def test_every_link_leads_somewhere(page: Path) -> None:
    """Links between pages name files and headings that exist."""
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", documentation.FENCE.sub("", text)):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), f"{page.name} links to {target}"
        if anchor:
            assert anchor in set(_anchors(found)), f"{page.name} links to {target}"


def _anchors(page: Path) -> Iterator[str]:
    for title in re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def test_every_page_can_be_reached() -> None:
    """The map names every page."""
    text = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    for page in PAGES:
        if page.parent != ROOT and page.name != "index.md":
            assert f"({page.relative_to(ROOT / 'docs')})" in text, f"{page} is not in the map"


# --- the reference is whole


def _parts() -> dict[str, set[str]]:
    """Return every part of the language with its keys."""
    schema = json.loads(json_schema())
    found = {"Model": set(schema["properties"])}
    found |= {name: set(part.get("properties", ())) for name, part in schema["$defs"].items()}
    return {name: keys for name, keys in found.items() if keys}


def _sections(part: str) -> str:
    """Return the sections of the reference that say they list the keys of a part."""
    pieces = re.split(r"^#+ .+\n<!-- keys of (.+) -->$", LANGUAGE, flags=re.MULTILINE)
    titled = zip(pieces[1::2], pieces[2::2], strict=True)
    return "\n".join(text for names, text in titled if part in names.split())


@pytest.mark.parametrize("part", _parts())
def test_every_key_of_the_language_is_documented(part: str) -> None:
    """A key has a row in the section of its part, and stands in an example there."""
    text = _sections(part)
    rows = " ".join(re.findall(r"^\| (`[^|]*`) \|", text, re.MULTILINE))
    examples = " ".join(found["body"] for found in documentation.FENCE.finditer(text))
    for key in _parts()[part]:
        assert f"`{key}`" in rows, f"{key} of {part} has no row in language.md"
        assert re.search(rf"\b{key}:", examples), f"{key} of {part} has no example in language.md"


def test_every_word_of_expressions_is_documented() -> None:
    """Operators, scopes and types stand in the reference; of functions, see the operations."""
    for word in [*KEYWORDS, *SCOPES, *Type]:
        assert re.search(rf"`[^`]*\b{word}\b[^`]*`", LANGUAGE), f"{word} is not in language.md"


def test_every_unit_of_durations_is_documented() -> None:
    """Each unit that a duration can have has a row."""
    units = re.findall(r"\[(\w+)\]$", PATTERN)
    assert units, "the units stand in brackets at the end of the pattern"
    for unit in units[0]:
        assert f"| `{unit}` |" in LANGUAGE


@pytest.mark.parametrize("what", ["cli", "settings"])
def test_references_that_are_made_are_current(what: str) -> None:
    """They are what the scripts beside them write."""
    script = ROOT / "docs" / f"generate_{what}.py"
    made = subprocess.run([sys.executable, str(script)], check=True, capture_output=True)
    assert (REFERENCE / f"{what}.md").read_text(encoding="utf-8") == made.stdout.decode()


def test_every_command_and_option_is_documented() -> None:
    """Nothing of the command line is left out of its reference."""
    text = (REFERENCE / "cli.md").read_text(encoding="utf-8")
    for name in COMMANDS:
        found = re.search(rf"### `leadline {re.escape(name)}[ `].*?(?=\n### |\Z)", text, re.DOTALL)
        section = found[0] if found else ""
        assert section, f"{name} is not in cli.md"
        for parameter in command(name).params:
            for word in [*parameter.opts, *parameter.secondary_opts]:
                shown = word if word.startswith("-") else str(parameter.metavar)
                assert f"`{shown}" in section, f"{shown} of {name} is not in cli.md"


def test_the_reference_of_tables_is_made_from_the_contract() -> None:
    """It is what ``docs/generate_tables.py`` writes."""
    script = ROOT / "docs" / "generate_tables.py"
    made = runpy.run_path(str(script))["written"](TABLES)
    assert made == TABLES, "run docs/generate_tables.py"


@pytest.mark.parametrize("table", CONTRACT)
def test_every_column_that_is_read_is_documented(table: str) -> None:
    """Each table has a section, with a row for each column of the contract and its type."""
    section = TABLES.partition(f"### {table}\n")[2].partition("\n### ")[0]
    assert section, f"{table} has no section in tables.md"
    for column, kind in CONTRACT[table].types.items():
        row = rf"^\| `{column}` \| {kind} \|"
        assert re.search(row, section, re.MULTILINE), f"{table}.{column} has no row in tables.md"


def test_every_column_that_is_written_is_documented() -> None:
    """Each result has a section, with a row for each of its columns."""
    scored = leadline.score(
        {
            "leadline": 1,
            "model": "all",
            "scores": {
                "s": {"rules": {"r": {"when": "true", "points": 1}}},
                "a": {"of": "account", "rollup": "s", "by": "max"},
            },
            "grades": {"g": {"by": "s", "edges": {"A": 0}}},
            "bands": {"by": "s", "edges": {"b": 0}},
        },
        leads=_table({"lead_id": ["x"], "account_id": ["y"]}),
        as_of="2026-11-01",
    )
    own = {"s", "a", "g"}
    for result in ("scores", "points", "account_scores", "transitions", "rejects"):
        section = TABLES.partition(f"### {result}\n")[2].partition("\n### ")[0]
        assert section, f"{result} has no section in tables.md"
        for column in set(getattr(scored, result).column_names) - own:
            assert f"| `{column}` |" in section, f"{result}.{column} has no row in tables.md"


def _table(columns: dict[str, list[str]]) -> Any:
    import pyarrow as pa  # noqa: PLC0415 - only here

    return pa.table(columns)


def test_every_exception_and_exit_status_is_documented() -> None:
    """Each exception has a row with its exit status, and each status one of its own."""
    found = [
        each
        for _, each in inspect.getmembers(errors, inspect.isclass)
        if issubclass(each, errors.LeadlineError)
    ]
    assert len(found) > 1
    for each in found:
        assert re.search(rf"^\| `{each.__name__}` \|.*\b{each.exit_status}\b", PYTHON, re.MULTILINE)
    for status in {0, 1, 130, *(each.exit_status for each in found)}:
        assert re.search(rf"^\| {status} \|", TABLES, re.MULTILINE), f"no row for status {status}"


def test_every_public_name_is_documented() -> None:
    """What the package exports, and what answers have, has its place."""
    own = {"result", "make_best", "command", *leadline.Answer.__dataclass_fields__}
    scored = {name for name in vars(leadline.Scored) if not name.startswith("_")} - own
    hidden = {"make_page", "printed", "below", "is_whole", "status", "figures", "question"}
    answers = set(leadline.Answer.__dataclass_fields__) - hidden
    for name in [*leadline.__all__, *scored, *answers]:
        assert re.search(rf"`[^`]*\b{name}\b[^`]*`", PYTHON), f"{name} is not in python.md"


# --- the README can be relied on


@pytest.mark.parametrize("mark", ["first command", "test command"])
def test_the_readme_has_its_two_commands(mark: str) -> None:
    """A block of shell follows each of the two marks."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.search(rf"^<!-- {mark} -->\n```sh\n", text, re.MULTILINE)


def test_the_changelog_knows_this_version() -> None:
    """The version of the package has a heading, with what moves scores under one of its own."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    [version] = re.findall(r'^version = "(.+)"$', project, re.MULTILINE)
    section = text.partition(f"## {version}")[2].partition("\n## ")[0]
    assert "### Scores" in section


def test_the_reference_of_http_is_that_of_the_service() -> None:
    """Every address stands in the reference as the service describes it."""
    made = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "generate_http.py")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert made.stdout == (REFERENCE / "http.md").read_text(encoding="utf-8")
