"""What a text may mean."""

# ruff: noqa: DTZ001  # times on the engine carry no zone and mean UTC

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from leadline.model.types import Type
from leadline.sql.text import Scalar, Sql, sql_text
from leadline.tables.columns import Target
from leadline.tables.places.raw import RawColumn
from leadline.tables.values import reading

if TYPE_CHECKING:
    from leadline.engines.duckdb.engine import DuckDB

NOON = datetime(2026, 11, 1, 12)


def read(engine: DuckDB, text: Scalar, kind: Type, native: str = "CSV", **options: Any) -> Any:
    """Return what a value that was given means as a type."""
    target = replace(Target("x", RawColumn("x", Sql("x"), native)), **options)
    value = reading(target, kind).value
    return engine.rows(
        sql_text("select {value} from (select {text} as x)", value=value, text=text)
    )[0][0]


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
    typed = sql_text("(timestamp '2026-12-01 13:00:00')")
    options = {"native": "TIMESTAMP"}
    assert read(engine, typed, Type.TIME, **options) == datetime(2026, 12, 1, 13)
    assert read(engine, typed, Type.TIME, zone="Europe/Warsaw", **options) == datetime(
        2026, 12, 1, 12
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-01 13:00:00.000001+01", NOON.replace(microsecond=1)),
        ("1969-12-31 23:59:59.999999Z", datetime(1969, 12, 31, 23, 59, 59, 999_999)),
        ("infinity", None),
        ("-infinity", None),
    ],
)
def test_typed_times_with_a_zone(engine: DuckDB, text: str, expected: datetime | None) -> None:
    """They are UTC to the microsecond; infinite ones are null."""
    typed = sql_text("{text}::timestamptz", text=text)
    assert read(engine, typed, Type.TIME, native="TIMESTAMP WITH TIME ZONE") == expected


def test_no_calendar_is_asked_for_typed_times_with_a_zone() -> None:
    """They count microseconds in UTC as they are, and are read for nearly nothing."""
    given = RawColumn("x", Sql("x"), "TIMESTAMP WITH TIME ZONE")
    assert "timezone(" not in reading(Target("x", given), Type.TIME).value


@pytest.mark.parametrize(
    ("text", "expected"),
    [("true", True), ("FALSE", False), ("Yes", True), ("0", False), ("on", True), ("2", None)],
)
def test_booleans(engine: DuckDB, text: str, expected: bool | None) -> None:  # noqa: FBT001
    """Where they are asked for, yes, no, on, 1 and 0 will do."""
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
    assert engine.rows(sql_text("select {v}, typeof({v})", v=value)) == [(None, "TIMESTAMP")]
    assert reading(Target("x"), Type.ANY).value == "null"


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        ("03/04/2026", {"format": "dd/mm/yyyy"}, datetime(2026, 4, 3)),
        ("03/04/2026", {"format": "mm/dd/yyyy"}, datetime(2026, 3, 4)),
        ("3/4/2026", {"format": "mm/dd/yyyy"}, datetime(2026, 3, 4)),
        ("3.4.26", {"format": "dd.mm.yy"}, datetime(2026, 4, 3)),
        ("20260403", {"format": "yyyymmdd"}, datetime(2026, 4, 3)),
        ("31/04/2026", {"format": "dd/mm/yyyy"}, None),
        ("13/04/2026", {"format": "mm/dd/yyyy"}, None),
        ("03-04-2026", {"format": "dd/mm/yyyy"}, None),
        ("2026-04-03", {"format": "dd/mm/yyyy"}, datetime(2026, 4, 3)),
        ("03/04/2026 12:00", {"format": "dd/mm/yyyy"}, None),
        ("03/04/2026 12:00Z", {"format": "dd/mm/yyyy"}, datetime(2026, 4, 3, 12)),
        ("03/04/2026 14:00:00 +0200", {"format": "dd/mm/yyyy"}, datetime(2026, 4, 3, 12)),
        ("3/4/2026 9:05", {"format": "dd/mm/yyyy", "zone": "UTC"}, datetime(2026, 4, 3, 9, 5)),
        (
            "4/3/2026 2:05 PM",
            {"format": "mm/dd/yyyy", "zone": "America/New_York"},
            datetime(2026, 4, 3, 18, 5),
        ),
        ("4/3/2026 12:00:00am", {"format": "mm/dd/yyyy", "zone": "UTC"}, datetime(2026, 4, 3)),
    ],
)
def test_dates_in_a_declared_order(
    engine: DuckDB, text: str, options: dict[str, str], expected: datetime | None
) -> None:
    """The declaration alone decides; a time of day may follow, and needs a zone as always."""
    assert read(engine, text, Type.TIME, **options) == expected


@pytest.mark.parametrize(
    "text", ["2026-11-01 12:00:00 UTC", "2026-11-01 14:00:00 +0200", "2026-11-01T12:00 GMT"]
)
def test_a_space_before_the_offset(engine: DuckDB, text: str) -> None:
    """Databases write their times so."""
    assert read(engine, text, Type.TIME) == NOON


@pytest.mark.parametrize(
    ("text", "decimal", "thousands", "expected"),
    [
        ("1,5", ",", None, 1.5),
        ("-0,5", ",", None, -0.5),
        ("1.5", ",", None, None),
        ("1.234,5", ",", None, None),
        ("1.234,5", ",", ".", 1234.5),
        ("1.234.567", ",", ".", 1_234_567),
        ("1.23", ",", ".", None),
        ("12.34,5", ",", ".", None),
        ("1 200,5", ",", " ", 1200.5),
        ("1\u00a0200", ".", " ", 1200),
        ("1,200.5", ".", ",", 1200.5),
        ("1'200.5", ".", "'", 1200.5),
        ("1200", ",", ".", 1200),
        ("1e3", ",", None, 1000),
        ("0.123", ",", ".", None),
        (",", ",", None, None),
        ("", ",", None, None),
    ],
)
def test_numbers_with_declared_marks(
    engine: DuckDB, text: str, decimal: str, thousands: str | None, expected: float | None
) -> None:
    """Thousands stand in groups of three, or the value is no number."""
    marks: dict[str, Any] = {"decimal_mark": decimal, "thousands": thousands}
    assert read(engine, text, Type.NUMBER, **marks) == expected


@pytest.mark.parametrize("token", ["1970-01-01", "1970-01-01T01:00:00+01:00"])
def test_times_that_mean_missing(engine: DuckDB, token: str) -> None:
    """They are compared as moments, in text and in typed columns."""
    for native, value in (
        ("CSV", "1970-01-01T00:00:00Z"),
        ("TIMESTAMP", Sql("(timestamp '1970-01-01')")),
    ):
        assert read(engine, value, Type.TIME, native, missing=(token,)) is None
        assert read(engine, value, Type.TIME, native, missing=("1970-01-02",)) is not None


WORDED = {
    ("Mar 12, 2026 9:14 AM", "mmm dd, yyyy"): datetime(2026, 3, 12, 9, 14),
    ("12 Mar 2025", "dd mmm yyyy"): datetime(2025, 3, 12),
    ("Oct 28, 2026 03:00 PM CET", "mmm dd, yyyy"): datetime(2026, 10, 28, 14),
    ("Thu, 12 Mar 2026 09:14:00 +0100", "dd mmm yyyy"): datetime(2026, 3, 12, 8, 14),
    ("March 3rd, 2026 at 5:00 PM", "mmm dd yyyy"): datetime(2026, 3, 3, 17),
    ("12 марта 2026 г. 09:14:30", "dd mmm yyyy"): datetime(2026, 3, 12, 9, 14, 30),  # noqa: RUF001
    ("12 marca 2026 r., 09:14", "dd mmm yyyy"): datetime(2026, 3, 12, 9, 14),
    ("12. März 2026 um 09:14", "dd mmm yyyy"): datetime(2026, 3, 12, 9, 14),
    ("2026年3月12日", "yyyy mmm dd"): datetime(2026, 3, 12),
    ("12-Mar-26", "dd mmm yy"): datetime(2026, 3, 12),
    ("Foo 12, 2026", "mmm dd yyyy"): None,
    ("31 Feb 2026", "dd mmm yyyy"): None,
    ("Oct 28, 2026 03:00 PM CST", "mmm dd, yyyy"): None,
    ("2026010509", "yyyymmddhh"): datetime(2026, 1, 5, 9),
    ("202601050914", "yyyymmddhhmm"): datetime(2026, 1, 5, 9, 14),
    ("03/12/2026 09:00 PM EST", "mm/dd/yyyy"): datetime(2026, 3, 13, 2),
    ("1773306841123456", "unix_microseconds"): datetime(2026, 3, 12, 9, 14, 1, 123456),
}


def test_months_may_be_words_and_zones_letters(engine: DuckDB) -> None:
    """In several languages; letters that mean several zones make a time none."""
    found = {each: read(engine, each[0], Type.TIME, format=each[1], zone="UTC") for each in WORDED}
    assert found == WORDED


def test_a_value_can_be_said_or_made_of_others(engine: DuckDB) -> None:
    """Texts with a bar between; null where all are."""
    parts = (RawColumn("a", Sql("x"), "CSV"), RawColumn("b", Sql("'b'"), "CSV"))
    made = RawColumn("made", Sql("null"), "MADE")
    value = reading(Target("id", made, parts=parts), Type.TEXT).value
    assert engine.rows(f"select {value} from (select unnest(['a', '']) as x)") == [
        ("a|b",),
        ("|b",),
    ]
    empty = reading(Target("id", made, parts=parts[:1]), Type.TEXT).value
    assert engine.rows(f"select {empty} from (select '' as x)") == [(None,)]
