"""Ranges and short money as numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.sql.text import Sql, sql_text
from leadline.tables.ranges import number_in

if TYPE_CHECKING:
    from leadline.engines.duckdb.engine import DuckDB

RANGES = {
    "51-200": (51, 125.5, 200),
    "51 – 200 employees": (51, 125.5, 200),  # noqa: RUF001
    "1,000 to 5,000": (1000, 3000, 5000),
    "1 200 - 5 000": (1200, 3100, 5000),
    "10,001+": (10_001, 10_001, 10_001),
    "> 500": (500, 500, 500),
    "<10": (0, 5, 10),
    "up to 10": (0, 5, 10),
    "bis 50": (0, 25, 50),
    "$1.5M": (1_500_000, 1_500_000, 1_500_000),
    "$300K": (300_000, 300_000, 300_000),
    "$1M-$5M": (1_000_000, 3_000_000, 5_000_000),
    "1-5M": (1_000_000, 3_000_000, 5_000_000),
    "500-1k": (500, 750, 1000),
    "2 Mio. €": (2_000_000, 2_000_000, 2_000_000),
    "3 млн": (3_000_000, 3_000_000, 3_000_000),
    "7": (7, 7, 7),
    "0": (0, 0, 0),
    "P-1": None,
    "-5": None,
    "00-950": None,
    "200-51": None,
    "2026-03-12": None,
    "many": None,
    "": None,
}


def test_a_range_is_its_low_middle_or_high_number(engine: DuckDB) -> None:
    """An open end is the end that is there; what is no range is null."""
    columns = [number_in(Sql("x"), which, ".") for which in ("low", "middle", "high")]
    rows = sql_text("(select unnest([{texts}]) as x)", texts=list(RANGES))
    found = engine.rows(sql_text("select x, {columns} from {rows}", columns=columns, rows=rows))
    assert {text: numbers for text, *numbers in found} == {
        text: list(numbers or (None, None, None)) for text, numbers in RANGES.items()
    }


def test_a_comma_can_stand_before_decimals(engine: DuckDB) -> None:
    """Points then group thousands."""
    number = number_in(Sql("x"), "low", ",")
    rows = "(select unnest(['1.200-5.000', '1,5 млн']) as x)"
    assert engine.rows(f"select {number} from {rows}") == [(1200.0,), (1_500_000.0,)]
