"""What a text may mean."""

# ruff: noqa: DTZ001  # times on the engine carry no zone and mean UTC

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from leadline.data.columns import Target
from leadline.data.raw import Given
from leadline.data.sql import Scalar, Sql, sql
from leadline.data.values import reading
from leadline.model.types import Type

if TYPE_CHECKING:
    from leadline.engines.duckdb import DuckDB

NOON = datetime(2026, 11, 1, 12)


def read(engine: DuckDB, text: Scalar, kind: Type, native: str = "CSV", **options: Any) -> Any:
    """Return what a value that was given means as a type."""
    target = replace(Target("x", Given("x", Sql("x"), native)), **options)
    value = reading(target, kind).value
    return engine.rows(sql("select {value} from (select {text} as x)", value=value, text=text))[0][
        0
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", 1),
        ("-1.50", -1.5),
        ("+1", 1),
        (".5", 0.5),
        ("5.", 5),
        ("1e5", 100_000),
        ("1E-2", 0.01),
        ("0", 0),
        ("0.0", 0),
        ("1e400", None),
        ("007", None),
        ("1,000", None),
        ("1_000", None),
        (" 1", None),
        ("nan", None),
        ("inf", None),
        ("0x10", None),
        ("1e", None),
        (".", None),
        ("", None),
        ("\u0661", None),
    ],
)
def test_numbers(engine: DuckDB, text: str, expected: float | None) -> None:
    """A finite decimal number, without leading zeros, separators of thousands or spaces."""
    assert read(engine, text, Type.NUMBER) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-01T12:00:00Z", NOON),
        ("2026-11-01 12:00:00Z", NOON),
        ("2026-11-01T12:00Z", NOON),
        ("2026-11-01T14:00:00+02:00", NOON),
        ("2026-11-01T14:00:00+0200", NOON),
        ("2026-11-01T14:00:00+02", NOON),
        ("2026-11-01T17:45:00.000000+05:45", NOON),
        ("2026-11-01T12:00:00.000001999Z", NOON.replace(microsecond=1)),
        ("2026-11-01", datetime(2026, 11, 1)),
        ("2026-11-01T12:00:00", None),
        ("2026-11-31", None),
        ("2026-11-01T25:00:00Z", None),
        ("01/11/2026", None),
        ("20261101", None),
        ("2026-11-01T12:00:00 Europe/Warsaw", None),
        ("infinity", None),
        ("now", None),
    ],
)
def test_times(engine: DuckDB, text: str, expected: datetime | None) -> None:
    """ISO 8601 with a zone, in UTC to the microsecond; a date is midnight UTC."""
    assert read(engine, text, Type.TIME) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-07-01T14:00:00", datetime(2026, 7, 1, 12)),
        ("2026-12-01 13:00", datetime(2026, 12, 1, 12)),
        ("2026-12-01", datetime(2026, 11, 30, 23)),
        ("2026-07-01T12:00:00Z", datetime(2026, 7, 1, 12)),
    ],
)
def test_times_in_a_declared_zone(engine: DuckDB, text: str, expected: datetime) -> None:
    """Times without zone are in it, summer and winter; times with a zone keep theirs."""
    assert read(engine, text, Type.TIME, zone="Europe/Warsaw") == expected


def test_typed_times_in_a_declared_zone(engine: DuckDB) -> None:
    """Without a declaration, typed times are UTC."""
    typed = sql("(timestamp '2026-12-01 13:00:00')")
    options = {"native": "TIMESTAMP"}
    assert read(engine, typed, Type.TIME, **options) == datetime(2026, 12, 1, 13)
    assert read(engine, typed, Type.TIME, zone="Europe/Warsaw", **options) == datetime(
        2026, 12, 1, 12
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [("true", True), ("FALSE", False), ("Yes", True), ("0", False), ("on", None), ("2", None)],
)
def test_booleans(engine: DuckDB, text: str, expected: bool | None) -> None:  # noqa: FBT001
    """Where they are asked for, yes, no, 1 and 0 will do."""
    assert read(engine, text, Type.BOOLEAN) is expected


@pytest.mark.parametrize(
    ("given", "missing", "expected"),
    [
        (("999", Type.TEXT, "CSV"), (999,), None),
        (("999.0", Type.TEXT, "CSV"), (999,), "999.0"),
        (("999.0", Type.NUMBER, "CSV"), (999,), None),
        (("Select", Type.TEXT, "CSV"), (999, "Select"), None),
        (("select", Type.TEXT, "CSV"), ("Select",), "select"),
        ((999, Type.NUMBER, "INTEGER"), (999,), None),
        ((999, Type.NUMBER, "INTEGER"), ("999",), 999),
        ((Sql("false"), Type.BOOLEAN, "BOOLEAN"), (False,), None),
        (("false", Type.BOOLEAN, "CSV"), (False,), None),
        ((0, Type.NUMBER, "INTEGER"), (False,), 0),
    ],
)
def test_missing_values(
    engine: DuckDB, given: tuple[Scalar, Type, str], missing: tuple[Scalar, ...], expected: Scalar
) -> None:
    """Texts are compared with texts, numbers with numbers."""
    text, kind, native = given
    assert read(engine, text, kind, native, missing=missing) == expected


def test_a_column_that_is_not_there_is_null(engine: DuckDB) -> None:
    """Typed where a type was asked for."""
    value = reading(Target("x"), Type.TIME).value
    assert engine.rows(sql("select {v}, typeof({v})", v=value)) == [(None, "TIMESTAMP")]
    assert reading(Target("x"), Type.ANY).value == "null"
