"""Every function of our own is executed on the engine, with the cases where engines differ."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from math import copysign
from typing import Any

import pytest
from sqlglot import exp, parse_one

from leadline.engines.engine import Engine
from leadline.printing.dialects import DIALECTS
from leadline.sql.dialects import LOWERINGS, render
from leadline.sql.trees import column, sql_tree
from warehouses import ClickHouse, clickhouse

WAREHOUSES = ("clickhouse", "snowflake", "bigquery", "databricks")


@pytest.fixture(scope="module")
def house() -> Iterator[ClickHouse]:
    with clickhouse() as found:
        yield found


CASES: dict[str, list[tuple[str, Any]]] = {
    "microseconds": [("microseconds(timestamp '1970-01-01 00:00:01.000001')", 1_000_001)],
    "microseconds_between": [
        (
            "microseconds_between(timestamp '1969-12-31 23:59:59.999999', timestamp '2026-11-01')",
            1_793_491_200_000_001,
        ),
        (
            "microseconds_between(timestamp '2026-11-01', timestamp '2026-10-31 23:59:59.999999')",
            -1,
        ),
        ("microseconds_between(cast(null as timestamp), timestamp '2026-11-01')", None),
    ],
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
    "plus": [
        ("finite(plus(cast(1e308 as double), 1e308))", None),
        ("finite(plus(cast(-1e308 as double), -1e308))", None),
        ("finite(plus(cast(1e308 as double), -1e308))", 0.0),
        ("finite(plus(cast(1.7e308 as double), 5e-324))", 1.7e308),
        ("finite(plus(cast(0.1 as double), 0.2))", 0.1 + 0.2),
        ("finite(plus(cast(null as double), 2.0))", None),
    ],
    "minus": [
        ("finite(minus(cast(-1e308 as double), 1e308))", None),
        ("finite(minus(cast(5e-324 as double), 5e-324))", 0.0),
        ("finite(minus(cast(0.3 as double), 0.1))", 0.3 - 0.1),
        ("finite(minus(cast(1 as double), cast(null as double)))", None),
    ],
    "times": [
        ("finite(times(cast(1e308 as double), 10.0))", None),
        ("finite(times(cast(-1e200 as double), 1e200))", None),
        ("finite(times(cast(1e200 as double), 1e-200))", 1e200 * 1e-200),
        ("finite(times(cast(1e-200 as double), 1e-200))", 0.0),
        ("finite(times(cast(1e308 as double), 0.0))", 0.0),
        ("finite(times(cast(0.1 as double), 3.0))", 0.1 * 3.0),
        ("finite(times(cast(null as double), 0.0))", None),
        ("finite(times(cast(0 as double), cast(null as double)))", None),
    ],
    "divide": [
        ("finite(divide(1, 2))", 0.5),
        ("finite(divide(1, 0))", None),
        ("finite(divide(0, 0))", None),
        ("finite(divide(cast(null as double), 2.0))", None),
        ("finite(divide(cast(0 as double), cast(null as double)))", None),
        ("finite(divide(cast(1e308 as double), 0.1))", None),
        ("finite(divide(cast(1e-308 as double), 1e308))", 0.0),
        ("finite(divide(cast(1e200 as double), 1e-100))", 1e200 / 1e-100),
        ("finite(divide(cast(1 as double), 3.0))", 1 / 3),
    ],
    "finite": [
        ("finite(cast(-1.5 as double))", -1.5),
        ("finite(cast(null as double))", None),
        ("finite(minus(plus(cast(1e308 as double), 1e308), 1.0))", None),
    ],
    "weighted": [
        ("weighted(cast(10 as double), 0.5)", 5.0),
        ("weighted(cast(1e-300 as double), 1e-300)", 0.0),
        ("weighted(cast(1e308 as double), 1e9) > 1e290", True),
        ("weighted(cast(-1e308 as double), 1e9) < -1e290", True),
        ("weighted(cast(null as double), 0.5)", None),
    ],
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
        ("millionths(cast(0.0000025 as double))", 3.0),
        ("millionths(cast(123456.7654325 as double))", 123_456_765_433.0),
        ("millionths(cast(140000001 as double))", 140_000_001e6),
        ("millionths(cast(1e9 as double))", 1e15),
        ("millionths(cast(-1e9 as double))", -1e15),
        ("millionths(cast(8999999999 as double))", 8_999_999_999e6),
        ("millionths(cast(-1e300 as double))", -9e15),
        ("millionths(cast(null as double))", None),
        ("millionths(cast(1e300 as double))", 9e15),
    ],
    "hundredths": [
        ("hundredths(5000)", 1.0),
        ("hundredths(-5000)", -1.0),
        ("hundredths(4999)", 0.0),
        ("hundredths(25000)", 3.0),
        ("hundredths(-25000)", -3.0),
    ],
    "power_of_half": [("power_of_half(0.0)", 1.0), ("power_of_half(1e9) < 1e-300", True)],
    "raised": [
        ("raised(0.5, 3.0)", 0.125),
        ("raised(0.0, 0.0)", 1.0),
        ("raised(0.5, 2000.0) < 1e-300", True),
        ("raised(1.0, 1e9)", 1.0),
    ],
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
    "in_bytes": [
        ("in_bytes('a') < in_bytes('B')", False),
        ("in_bytes('Z') < in_bytes('a')", True),
        ("in_bytes('z') < in_bytes('é')", True),
    ],
    "least_text": [
        ("(select least_text(t) from (values ('a'), ('B'), ('é')) as v(t)) = 'B'", True),
    ],
    "same": [
        ("same(cast(null as text), cast(null as text))", True),
        ("same(cast('a' as text), cast('a' as text))", True),
        ("same(cast(1 as double), cast(null as double))", False),
    ],
    "text_to_number": [
        ("text_to_number('1.5')", 1.5),
        ("text_to_number('x')", None),
        ("text_to_number('inf')", None),
        ("text_to_number('1e400')", None),
        ("text_to_number('1e-400')", 0.0),
        ("text_to_number('-.5e1')", -5.0),
        ("text_to_number('')", None),
        ("text_to_number('007')", None),
        ("text_to_number(' 7')", None),
        ("text_to_number('1_000')", None),
        ("text_to_number('5.')", 5.0),
        ("text_to_number('1e99999')", None),
    ],
    "text_to_boolean": [
        ("text_to_boolean('TRUE')", True),
        ("text_to_boolean('no')", False),
        ("text_to_boolean('y')", True),
        ("text_to_boolean('TAK')", True),
        ("text_to_boolean('Нет')", False),
        ("text_to_boolean('是')", True),
        ("text_to_boolean('Falsch')", False),
        ("text_to_boolean('on')", True),
        ("text_to_boolean('maybe')", None),
    ],
    "fits": [("fits('ab', '^(a|b)+$')", True), ("fits('abc', '^(a|b)+$')", False)],
    "text_to_time": [
        ("text_to_time('2026-11-01T13:00:00+01:00')", datetime(2026, 11, 1, 12)),  # noqa: DTZ001
        ("text_to_time('2026-11-01T12:00:00.1234567Z')", datetime(2026, 11, 1, 12, 0, 0, 123456)),  # noqa: DTZ001
        ("text_to_time('2026-02-30')", None),
        ("text_to_time('2026-11-01 13:00 +01:00')", datetime(2026, 11, 1, 12)),  # noqa: DTZ001
        ("text_to_time('2026-11-01 12:00:00 UTC')", datetime(2026, 11, 1, 12)),  # noqa: DTZ001
        ("text_to_time('2026-11-01 13:00:00+0100')", datetime(2026, 11, 1, 12)),  # noqa: DTZ001
        ("text_to_time('2026-11-01')", datetime(2026, 11, 1)),  # noqa: DTZ001
        ("text_to_time('2026-11-01T12:00')", None),
        ("text_to_time('2026-11-01T24:00:00Z')", None),
        ("text_to_time('2026-11-01 12:00:00 Europe/Warsaw')", None),
        ("text_to_time('2026-1-1')", None),
        ("text_to_time('2026/01/01')", None),
        ("text_to_time(' 2026-01-01')", None),
        ("text_to_time('12026-01-01')", None),
        ("text_to_time('0000-01-01')", None),
        ("text_to_time('epoch')", None),
        ("text_to_time('soon')", None),
        ("text_to_time('now')", None),
        ("text_to_time('infinity')", None),
    ],
}


MEANINGS = {
    "microseconds": "time as whole microseconds",
    "microseconds_between": "age to the microsecond",
    "moment": "microseconds as a time",
    "the_moment": "the moment of a run",
    "seconds": "microseconds as seconds",
    "calendar_day": "calendar day in a time zone, with summer time",
    "plus": "+ with an overflow as null",
    "minus": "- with an overflow as null",
    "times": "* with an overflow as null, an underflow as 0",
    "divide": "/ real, null where the divisor is 0",
    "finite": "what is not finite as null",
    "weighted": "points times weight, of any size",
    "least_number": "least of numbers, null where one is null",
    "greatest_number": "greatest of numbers, null where one is null",
    "least_time": "least of times, null where one is null",
    "greatest_time": "greatest of times, null where one is null",
    "millionths": "points rounded to 6 decimals, halves away from zero",
    "hundredths": "scores rounded to 2 decimals, halves away from zero",
    "power_of_half": "half-life of any age",
    "raised": "steps of decay of any age",
    "exponential": "log-odds of any size",
    "clamp": "limits and ranges",
    "lower_ascii": "lower folds ASCII letters alone",
    "upper_ascii": "upper folds ASCII letters alone",
    "code_points": "length in code points",
    "matches": "like, case-sensitive and without escape",
    "in_bytes": "text ordered byte by byte",
    "least_text": "the first text byte by byte",
    "same": "null equal to null alone",
    "text_to_number": "text as a number, null where it is none",
    "text_to_boolean": "text as true or false, null where it is neither",
    "text_to_time": "text as a time, null where it is none",
    "fits": "whether a text fits a pattern",
}
"""What each function is for, as the support matrix says it."""


@pytest.mark.parametrize("dialect", LOWERINGS)
def test_every_function_has_cases(dialect: str) -> None:
    """A function that is not executed here fails the build."""
    assert set(LOWERINGS[dialect]) == set(CASES) == set(MEANINGS)


@pytest.mark.parametrize("name", CASES)
def test_a_function_is_one_of_our_own(name: str) -> None:
    """No function of ours is taken for one that sqlglot translates by itself."""
    tree = parse_one(f"select {name}(a)", dialect="duckdb")
    if not name.startswith("text_to"):
        assert tree.find(exp.Anonymous) is not None


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.feature(text)) for name, text in MEANINGS.items()],
)
def test_a_function_means_what_it_says(name: str, any_engine: Engine) -> None:
    """Each function gives the value of the design on every engine."""
    any_engine.set_moment(datetime(2026, 11, 1))  # noqa: DTZ001 - naive UTC
    for written, expected in CASES[name]:
        query = render(sql_tree(f"select {_of_column(written)} as found"), any_engine.dialect)
        assert any_engine.rows(query) == [(expected,)], written


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.feature(text, engines=("clickhouse",)))
        for name, text in MEANINGS.items()
    ],
)
def test_a_function_means_the_same_on_clickhouse(name: str, house: ClickHouse) -> None:
    """Statements for ClickHouse are printed; its embedded engine executes their functions."""
    for written, expected in CASES[name]:
        query = render(sql_tree(f"select {_of_column(written)} as found"), "clickhouse")
        [(found,)] = house.rows(f"with run as ({RUN}) {query} {DIALECTS['clickhouse'].end}")
        assert _plain(found) == expected, written


RUN = "select cast('2026-11-01' as DateTime64(6, 'UTC')) as as_of"


def _plain(found: Any) -> Any:
    """Return a time without its zone, as other engines give it."""
    return found.replace(tzinfo=None) if isinstance(found, datetime) else found


@pytest.mark.parametrize("dialect", WAREHOUSES)
@pytest.mark.parametrize("name", CASES)
def test_a_function_has_a_form_on_every_warehouse(name: str, dialect: str) -> None:
    """What is printed for them is none of our own names, and keeps its arguments."""
    arguments = [column(each) for each in "abc"]
    text = render(sql_tree(f"select {name}(:x) as found", x=arguments), dialect)
    assert parse_one(text, dialect=dialect)
    left = [each.name.lower() for each in parse_one(text, dialect=dialect).find_all(exp.Anonymous)]
    assert name not in left
    used = [each for each in "abc" if f":{each}" in LOWERINGS[dialect][name]]
    assert all(re.search(rf"\b{each}\b", text) for each in used)


def _of_column(written: str) -> str:
    """Have a text come from a column: engines work out constants before they look at branches."""
    found = re.fullmatch(r"(text_to_\w+)\((.*)\)", written)
    if found is None:
        return written
    return f"(select {found[1]}(t) from (select {found[2]} as t offset 0) as v)"


@pytest.mark.parametrize("rounded", ["millionths(cast(-1e-9 as double))", "hundredths(-4999)"])
def test_what_is_rounded_to_nothing_has_no_sign(rounded: str, any_engine: Engine) -> None:
    """Minus zero would be shown as such, and be another text than zero."""
    query = render(sql_tree(f"select {_of_column(rounded)} as found"), any_engine.dialect)
    [[found]] = any_engine.rows(query)
    assert copysign(1, found) == 1


def test_a_large_argument_is_worked_out_once() -> None:
    """Where an engine would work out equal expressions again and again."""
    terms = " + ".join(f"a{at}" for at in range(20))
    assert render(sql_tree(f"millionths({terms})"), "postgres").count("a19") == 1
    assert render(sql_tree("millionths(a)"), "postgres").count("a") > 1


def test_long_names_stay_apart() -> None:
    """PostgreSQL would cut them after 63 bytes, and take two for one."""
    one, other = ("é" * 60 + end for end in "ab")
    texts = {render(sql_tree("select :c", c=column(name)), "postgres") for name in (one, other)}
    assert len(texts) == 2
    assert all(len(text.split('"')[1].encode()) <= 63 for text in texts)
    assert render(sql_tree("select :c", c=column(one)), "duckdb") == f'SELECT "{one}"'
