"""Keys that repeat, found by their hashes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.engines.duckdb.engine import DuckDB
from leadline.sql.text import Sql, name, sql_text
from leadline.tables.places.raw import prepare
from leadline.tables.repeated import shared_hashes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ALL_WAYS = [
    {"many_rows": 1000},
    {"many_rows": 0},
    {"many_rows": 0, "at_once": 3},
]
"""Asked of the engine, and of an array: at once, and in parts."""


@pytest.fixture(scope="module")
def own() -> Iterator[DuckDB]:
    """An engine for all tests here."""
    with DuckDB() as engine:
        prepare(engine, ["events"])
        yield engine


def shared(
    engine: DuckDB, keys: Sequence[tuple[str, str]], ways: dict[str, int], *, has_key: str = "true"
) -> list[tuple[str, str]]:
    """Return the keys whose hashes are shared, in their order."""
    rows = ", ".join(sql_text("({key})", key=key) for key in keys)
    source = Sql(f"(select * from (values ('', ''), {rows}) as v(a, b) where a <> '')")
    columns = [name("a"), name("b")]
    found = shared_hashes(engine, "events", source, columns, Sql(has_key), **ways)
    if found is None:
        return []
    query = "select distinct a, b from {rows} where hash(a, b) in (from {t}) order by all"
    return engine.rows(sql_text(query, rows=source, t=found))


KEYS = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("xyz")), max_size=40)


@pytest.mark.parametrize("ways", ALL_WAYS)
@given(keys=KEYS)
def test_the_keys_that_repeat_are_found(
    own: DuckDB, ways: dict[str, int], keys: list[tuple[str, str]]
) -> None:
    """All of them and no others, however many rows there are and in what order."""
    expected = sorted({key for key in keys if keys.count(key) > 1})
    assert shared(own, keys, ways) == expected


@pytest.mark.parametrize("ways", ALL_WAYS)
def test_rows_without_a_key_do_not_repeat(own: DuckDB, ways: dict[str, int]) -> None:
    """Nothing says that they are the same."""
    keys = [("a", ""), ("a", ""), ("b", "x"), ("b", "x")]
    assert shared(own, keys, ways, has_key="b <> ''") == [("b", "x")]
