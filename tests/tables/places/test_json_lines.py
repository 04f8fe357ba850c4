"""JSON lines: values by their kind, nested values as text, anything else kept apart."""

# ruff: noqa: DTZ001  # times on the engine carry no zone and mean UTC

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from leadline.errors import InputError
from leadline.model.types import Type
from leadline.tables.places.json_lines import read_json_lines
from leadline.tables.places.raw import prepare
from leadline.tables.read import load

if TYPE_CHECKING:
    from pathlib import Path

    from leadline.engines.duckdb.engine import DuckDB


def test_values_have_the_type_of_their_kind(engine: DuckDB, folder: Path) -> None:
    """A number in quotes is a text, a nested value is JSON, a time is a time."""
    (folder / "leads.jsonl").write_text(
        '{"lead_id": 1, "n": 1, "b": true, "q": "5", "t": "2026-11-01", "d": {"x": [1]}, "m": 1}\n'
        '{"n": 2.5, "lead_id": "L2", "e": null, "q": "", "m": "one", "big": 12345678901234567}\n'
    )
    schema = load(engine, {"leads": "leads.jsonl"}, {}).schema["leads"]
    kinds = {title: str(schema[title]) for title in ("n", "b", "q", "t", "d", "m", "e", "big")}
    assert kinds == {
        "n": "number",
        "b": "boolean",
        "q": "text",
        "t": "time",
        "d": "text",
        "m": "text",
        "e": "any",
        "big": "text",
    }
    assert engine.rows("select lead_id, n, b, q, t, d, m, e, big from leads order by 1") == [
        ("1", 1.0, True, "5", datetime(2026, 11, 1), '{"x":[1]}', "1", None, None),
        ("L2", 2.5, None, None, None, None, "one", None, "12345678901234567"),
    ]
    assert schema["lead_id"] is Type.TEXT


def test_lines_that_are_no_objects_are_rejected(engine: DuckDB, folder: Path) -> None:
    """Empty lines are nothing at all; the rows of the others are right."""
    (folder / "leads.json").write_text('{"lead_id": "a"}\n\n[1]\n{"lead_id": \n{"x": "many"}\n')
    result = load(engine, {"leads": "leads.json"}, {})
    assert engine.rows("select lead_id from leads") == [("a",)]
    assert engine.rows('select "row", reason, content from rejects order by 1') == [
        (3, "not a JSON object", '"[1]"'),
        (4, "not a JSON object", r'"{\"lead_id\": "'),
        (5, "lead_id is missing", '{"lead_id":null,"x":"many"}'),
    ]
    assert result.examples("leads", "x") == [(5, "many")]


def test_odd_keys_are_names(engine: DuckDB, folder: Path) -> None:
    """Slashes, tildes, dots and quotes are part of a name."""
    (folder / "leads.json").write_text(r'{"lead_id": "a", "x/y~z.\"w\"": 1, "$": 2}')
    load(engine, {"leads": "leads.json"}, {})
    assert engine.rows(r'select "x/y~z.""w""", "$" from leads') == [(1.0, 2.0)]


def test_one_list_is_refused(engine: DuckDB, folder: Path) -> None:
    """The message says how to make lines of it."""
    (folder / "leads.json").write_text('[\n{"lead_id": "a"}]')
    with pytest.raises(InputError, match=r"one JSON object a line; found a list.*jq -c '\.\[\]'"):
        load(engine, {"leads": "leads.json"}, {})


def test_keys_that_differ_only_by_case_are_refused(engine: DuckDB, folder: Path) -> None:
    """Also when they stand in different lines."""
    (folder / "leads.json").write_text('{"lead_id": "a", "Name": 1}\n{"lead_id": "b", "name": 1}')
    with pytest.raises(InputError, match="both columns Name and name"):
        load(engine, {"leads": "leads.json"}, {})


def test_what_lies_inside_of_a_value_is_read_by_its_path(engine: DuckDB, tmp_path: Path) -> None:
    """Where it is asked for; a key with a point in its name comes first."""
    file = tmp_path / "events.jsonl"
    file.write_text('{"a": {"b": {"c": 5}, "d": "x"}, "a.d": "own"}\n{"a": {"b": null}}\n')
    prepare(engine, ["events"])
    raw = read_json_lines(engine, "events", [str(file)], paths=["a.b.c", "a.d", "a.x"])
    assert list(raw.columns) == ["a", "a.d", "a.b.c"]
    assert raw.columns["a.b.c"].native == "JSON NUMBER"
    values = [raw.columns[each].value for each in ("a.b.c", "a.d")]
    statement = f"select {', '.join(values)} from {raw.relation}"
    assert engine.rows(statement) == [("5", "own"), (None, None)]
