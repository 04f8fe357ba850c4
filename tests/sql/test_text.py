"""Composing SQL: nothing that is put in can break out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from leadline.sql.text import Part, Sql, joined, name, sql_text

if TYPE_CHECKING:
    from leadline.engines.duckdb.engine import DuckDB

NASTY = ["a'b", 'a"b', "a;drop table x--", "{x}", "%s", "żółć", "a\\b", "a\nb", ""]


@pytest.mark.parametrize("text", NASTY)
def test_any_text_is_a_value(engine: DuckDB, text: str) -> None:
    """A text comes back as it was put in."""
    assert engine.rows(sql_text("select {text}", text=text)) == [(text,)]


@pytest.mark.parametrize("title", [text for text in NASTY if text])
def test_any_text_is_a_name(engine: DuckDB, title: str) -> None:
    """A column is called as it was put in."""
    [(described, *_)] = engine.rows(sql_text("describe select 1 as {title}", title=name(title)))
    assert described == title


def test_values_have_their_types(engine: DuckDB) -> None:
    """Booleans, nulls, numbers, sequences and mappings are written as SQL writes them."""
    parts: dict[str, Part] = {"numbers": [1, 2.5], "yes": True, "none": None, "map": {"k'": "v'"}}
    statement = sql_text("select [{numbers}], {yes}, {none}, {map}", **parts)
    assert engine.rows(statement) == [([1, 2.5], True, None, {"k'": "v'"})]


def test_sql_stands_as_it_is() -> None:
    """Only what was made here is trusted."""
    assert sql_text("{a}, {b}", a=Sql("now()"), b="now()") == "now(), 'now()'"
    assert joined(" and ", [Sql("a"), Sql("b")]) == "a and b"
