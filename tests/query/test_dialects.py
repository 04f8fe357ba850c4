"""Every function of our own is executed on the engine, with the cases where engines differ."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from sqlglot import exp, parse_one

from leadline.engines.duckdb import DuckDB
from leadline.query.dialects import LOWERINGS, render
from leadline.query.sql import sql

CASES: dict[str, list[tuple[str, Any]]] = {
    "microseconds": [("microseconds(timestamp '1970-01-01 00:00:01.000001')", 1_000_001)],
    "moment": [("moment(1000001)", datetime(1970, 1, 1, 0, 0, 1, 1))],  # noqa: DTZ001 - naive UTC
    "the_moment": [("the_moment()", datetime(2026, 11, 1))],  # noqa: DTZ001 - naive UTC
    "seconds": [("seconds(1500000)", 1.5), ("seconds(-1)", -1e-6)],
    "calendar_day": [
        (
            "cast(calendar_day(timestamp '2026-07-01 22:30:00', 'Europe/Warsaw') as text)",
            "2026-07-02",
        ),
        (
            "cast(calendar_day(timestamp '2026-01-01 22:30:00', 'Europe/Warsaw') as text)",
            "2026-01-01",
        ),
        ("cast(calendar_day(timestamp '2026-01-01 22:30:00', 'UTC') as text)", "2026-01-01"),
    ],
    "finite": [
        ("finite(1e308 * 10)", None),
        ("finite(cast('nan' as double))", None),
        ("finite(cast(2.5 as double))", 2.5),
        ("finite(-1e308 * 10)", None),
    ],
    "divide": [("divide(1, 2)", 0.5), ("divide(1, 0)", None), ("divide(null, 2)", None)],
    "least_number": [
        ("least_number(cast(1 as double), 2)", 1.0),
        ("least_number(cast(null as double), 2.0)", None),
        ("least_number(cast(-1 as double), cast(null as double))", None),
    ],
    "greatest_number": [
        ("greatest_number(cast(1 as double), 2)", 2.0),
        ("greatest_number(cast(1 as double), cast(null as double))", None),
    ],
    "least_time": [("least_time(date '2026-01-01', cast(null as date))", None)],
    "greatest_time": [
        ("greatest_time(date '2026-01-01', date '2025-01-01') > date '2025-06-01'", True)
    ],
    "millionths": [
        ("millionths(cast(0.0000005 as double))", 1.0),
        ("millionths(cast(-0.0000005 as double))", -1.0),
        ("millionths(cast(1.0000005 as double))", 1_000_001.0),
        ("millionths(cast(0.0000004999 as double))", 0.0),
        ("millionths(cast(0.1 as double) + 0.2)", 300_000.0),
        ("millionths(cast(null as double))", None),
        ("millionths(cast(1e300 as double))", 9e15),
    ],
    "hundredths": [
        ("hundredths(5000)", 1.0),
        ("hundredths(-5000)", -1.0),
        ("hundredths(4999)", 0.0),
    ],
    "power_of_half": [("power_of_half(0.0)", 1.0), ("power_of_half(1e9) < 1e-300", True)],
    "raised": [("raised(0.5, 3.0)", 0.125), ("raised(0.0, 0.0)", 1.0)],
    "exponential": [("exponential(0.0)", 1.0), ("exponential(1e9) > 1e300", True)],
    "clamp": [
        ("clamp(5, -3, 3)", 3),
        ("clamp(-5, -3, 3)", -3),
        ("clamp(null, -3, 3)", None),
    ],
    "lower_ascii": [("lower_ascii('ABCÉŁ')", "abcÉŁ")],
    "upper_ascii": [("upper_ascii('abcéß')", "ABCéß")],
    "code_points": [("code_points('é日本')", 3.0), ("code_points('')", 0.0)],
    "matches": [
        ("matches('a_b', 'a\\_b')", False),
        ("matches('a\\b', 'a\\%')", True),
        ("matches('A', 'a')", False),
        ("matches(null, 'a')", None),
    ],
    "same": [("same(null, null)", True), ("same(1, null)", False)],
    "text_to_number": [
        ("text_to_number('1.5')", 1.5),
        ("text_to_number('x')", None),
        ("text_to_number('inf')", None),
    ],
    "text_to_boolean": [("text_to_boolean('TRUE')", True), ("text_to_boolean('yes')", None)],
    "text_to_time": [
        ("text_to_time('2026-11-01T13:00:00+01:00')", datetime(2026, 11, 1, 12)),  # noqa: DTZ001
        ("text_to_time('soon')", None),
    ],
}


@pytest.mark.parametrize("engine_name", LOWERINGS)
def test_every_function_has_cases(engine_name: str) -> None:
    """A function that is not executed here fails the build."""
    assert set(LOWERINGS[engine_name]) == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_a_function_is_one_of_our_own(name: str) -> None:
    """No function of ours is taken for one that sqlglot translates by itself."""
    tree = parse_one(f"select {name}(a)", dialect="duckdb")
    if not name.startswith("text_to"):
        assert tree.find(exp.Anonymous) is not None


@pytest.mark.parametrize(
    ("written", "expected"), [pair for pairs in CASES.values() for pair in pairs]
)
def test_a_function_means_what_it_says(written: str, expected: object) -> None:
    """Each function gives the value of the design on the engine."""
    with DuckDB(threads=1) as engine:
        engine.run("set variable leadline_as_of = timestamp '2026-11-01'")
        value = engine.rows(f"select {render(sql(written), 'duckdb')}")[0][0]
    assert value == expected
