"""What the data decides about types, and what it says of values that do not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from leadline.errors import InputError
from leadline.model.document import Column
from leadline.model.types import Type
from leadline.tables.read import load

if TYPE_CHECKING:
    from collections.abc import Callable

    from leadline.engines.duckdb.engine import DuckDB
    from leadline.tables.read import Loaded


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1", "2.5", ""], Type.NUMBER),
        (["1", "007"], Type.TEXT),
        (["1e5", "-3"], Type.NUMBER),
        (["1", "x"], Type.TEXT),
        (["9007199254740993"], Type.TEXT),
        (["true", "FALSE"], Type.BOOLEAN),
        (["true", "yes"], Type.TEXT),
        (["yes", "no"], Type.TEXT),
        (["0", "1"], Type.NUMBER),
        (["1", "NaN", "-Infinity", "inf", "1e400"], Type.NUMBER),
        (["nan", "inf"], Type.TEXT),
        (["2026-11-01", "2026-11-01T12:00:00Z"], Type.TIME),
        (["2026-11-01T12:00:00Z", "2026-11-01 12:00:00"], Type.TEXT),
        (["2026"], Type.NUMBER),
        (["", ""], Type.ANY),
        (["x"], Type.TEXT),
    ],
)
def test_all_values_decide_the_type(
    loaded: Callable[..., Loaded], values: list[str], expected: Type
) -> None:
    """One value that does not fit makes the column a text."""
    lines = [f"{number},{value}" for number, value in enumerate(values)]
    result = loaded(leads="lead_id,x\n" + "\n".join(lines) + "\n")
    assert result.schema["leads"]["x"] is expected


def test_the_last_of_many_rows_decides_too(loaded: Callable[..., Loaded]) -> None:
    """The sample only rules types out."""
    lines = [f"{number},{number}" for number in range(5_000)]
    result = loaded(leads="lead_id,x\n" + "\n".join([*lines, "a,b"]) + "\n")
    assert result.schema["leads"]["x"] is Type.TEXT
    assert result.examples("leads", "x") == [(5002, "b")]


def test_what_stands_among_numbers_for_none_is_null_with_a_note(
    loaded: Callable[..., Loaded], engine: DuckDB
) -> None:
    """Programs write NaN and infinity; a column does not become text by them."""
    result = loaded(leads="lead_id,x\na,1\nb,NaN\nc,inf\n")
    assert engine.rows("select x from leads order by lead_id") == [(1.0,), (None,), (None,)]
    assert result.notes == [
        "leads.csv: 2 values of x are not numbers and count as null: 'NaN' (row 3), 'inf' (row 4)."
    ]


def test_times_without_zone_are_refused(loaded: Callable[..., Loaded]) -> None:
    """The message shows where, and what to declare."""
    with pytest.raises(InputError) as caught:
        loaded(
            events="event_id,lead_id,type,occurred_at\n"
            "e1,a,x,2026-11-01T12:00:00Z\ne2,a,x,2026-11-01 12:00:00\n"
        )
    assert str(caught.value) == (
        "events.csv:3 occurred_at must have a zone, such as 2026-11-01T12:00:00Z; "
        "found 2026-11-01 12:00:00. "
        "Declare columns: {events: {occurred_at: {zone: UTC}}} if the times are UTC."
    )


def test_a_declared_zone_mends_it(engine: DuckDB, loaded: Callable[..., Loaded]) -> None:
    """Times without zone are then in that zone, also in a column that no contract names."""
    columns = {
        "leads": {
            "created_at": Column.model_validate({"zone": "Europe/Warsaw"}),
            "seen": Column.model_validate({"zone": "UTC"}),
        }
    }
    result = loaded(columns, leads="lead_id,created_at,seen\na,2026-11-01 13:00,2026-11-01 12:00\n")
    assert engine.rows("select created_at = seen from leads") == [(True,)]
    assert result.schema["leads"]["seen"] is Type.TIME


def test_times_declared_without_a_zone_are_refused(loaded: Callable[..., Loaded]) -> None:
    """Without the declaration the column is a text."""
    text = "lead_id,seen\na,2026-11-01 12:00\n"
    assert loaded(leads=text).schema["leads"]["seen"] is Type.TEXT
    with pytest.raises(InputError, match=r"leads\.csv:2 seen must have a zone"):
        loaded({"leads": {"seen": Column.model_validate({"type": "time"})}}, leads=text)


def test_numbers_are_no_times(engine: DuckDB) -> None:
    """Seconds or milliseconds, since when: nothing is guessed."""
    with pytest.raises(InputError, match=r"leads created_at must be a time; found BIGINT"):
        load(engine, {"leads": pa.table({"lead_id": ["a"], "created_at": [1_700_000_000]})}, {})


def test_values_that_do_not_fit_are_counted_with_examples(
    engine: DuckDB, loaded: Callable[..., Loaded]
) -> None:
    """They are null; three of them are shown with their rows."""
    columns = {
        "leads": {
            "x": Column.model_validate({"type": "number", "missing": [9]}),
            "b": Column.model_validate({"type": "boolean"}),
        }
    }
    text = "lead_id,x,b\na,1,yes\nb,one,no\nc,,1\nd,two,maybe\ne,three,\nf,four,0\ng,9.0,true\n"
    result = loaded(columns, leads=text)
    assert engine.rows("select x, b from leads order by lead_id") == [
        (1.0, True),
        (None, False),
        (None, True),
        (None, None),
        (None, None),
        (None, False),
        (None, True),
    ]
    assert result.notes == [
        (
            "leads.csv: 4 values of x are not numbers and count as null: "
            "'one' (row 3), 'two' (row 5), 'three' (row 6)."
        ),
        "leads.csv: 1 value of b is not true or false and counts as null: 'maybe' (row 5).",
    ]


def test_typed_columns_are_parsed_where_another_type_is_asked_for(engine: DuckDB) -> None:
    """A text may hold numbers and times, a number may be wanted as text."""
    columns = {
        "leads": {
            "n": Column.model_validate({"type": "number"}),
            "t": Column.model_validate({"type": "text"}),
        }
    }
    table = pa.table(
        {
            "lead_id": ["a", "b"],
            "n": ["1", "x"],
            "t": [1.0, None],
            "created_at": ["2026-11-01", None],
        }
    )
    result = load(engine, {"leads": table}, columns)
    assert engine.rows("select n, t, year(created_at) from leads order by lead_id") == [
        (1.0, "1", 2026),
        (None, None, None),
    ]
    assert result.notes == ["leads: 1 value of n is not a number and counts as null: 'x' (row 2)."]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "lead_id,created_at\na,2026-01-02\nb,03/04/2026\n",
            (
                "leads.csv:3 created_at must say which part is the day and which the month; "
                "found 03/04/2026. Declare columns: {leads: {created_at: {format: dd/mm/yyyy}}} "
                "if the day comes first, else with mm/dd/yyyy."
            ),
        ),
        (
            "lead_id,created_at\na,3.4.2026 12:00\n",
            (
                "leads.csv:2 created_at must say which part is the day and which the month; "
                "found 3.4.2026 12:00. "
                "Declare columns: {leads: {created_at: {format: dd.mm.yyyy}}} "
                "if the day comes first, else with mm.dd.yyyy."
            ),
        ),
    ],
)
def test_dates_of_unclear_order_are_refused(
    loaded: Callable[..., Loaded], text: str, message: str
) -> None:
    """The message says where, and what to declare."""
    with pytest.raises(InputError) as caught:
        loaded(leads=text)
    assert str(caught.value) == message


def test_a_declared_format_makes_times(engine: DuckDB, loaded: Callable[..., Loaded]) -> None:
    """A column with a format is one of times, and a value that does not fit counts as bad."""
    columns = {
        "leads": {
            "created_at": Column.model_validate({"format": "dd/mm/yyyy", "zone": "Europe/Warsaw"}),
            "seen": Column.model_validate({"format": "MM/DD/YYYY"}),
        }
    }
    text = "lead_id,created_at,seen\na,01/11/2026 13:00,11/01/2026\nb,,31/01/2026\n"
    result = loaded(columns, leads=text)
    assert result.schema["leads"]["seen"] is Type.TIME
    assert engine.rows("select created_at - seen = interval 12 hour from leads order by 1") == [
        (True,),
        (None,),
    ]
    assert result.notes == [
        "leads.csv: 1 value of seen is not a time and counts as null: '31/01/2026' (row 3)."
    ]


def test_a_clock_without_zone_is_refused_in_a_declared_format(
    loaded: Callable[..., Loaded],
) -> None:
    """The format says nothing of the zone."""
    columns = {"leads": {"created_at": Column.model_validate({"format": "mm/dd/yyyy"})}}
    for clock in ("9:30", "9:30 AM"):
        with pytest.raises(InputError, match=r"leads\.csv:2 created_at must have a zone"):
            loaded(columns, leads=f"lead_id,created_at\na,1/11/2026 {clock}\n")


def test_numbers_with_a_comma_are_refused(engine: DuckDB, loaded: Callable[..., Loaded]) -> None:
    """1,234 may be little or much; declared, it is one of them."""
    text = "lead_id;x\na;7\nb;1,234\n"
    with pytest.raises(InputError) as caught:
        loaded({"leads": {"x": Column.model_validate({"type": "number"})}}, leads=text)
    assert str(caught.value) == (
        "leads.csv:3 x must say what the comma means; found 1,234. "
        "Declare columns: {leads: {x: {decimal: ','}}} if decimals follow it, "
        "or with thousands: ',' if it groups thousands."
    )
    for declared, expected in (({"decimal": ","}, 1.234), ({"thousands": ","}, 1234)):
        loaded({"leads": {"x": Column.model_validate(declared)}}, leads=text)
        assert engine.rows("select x from leads order by lead_id") == [(7,), (expected,)]


def test_offsets_may_differ_from_row_to_row(engine: DuckDB, loaded: Callable[..., Loaded]) -> None:
    """Each time has its own; all are the same moment in UTC."""
    times = ["2026-11-01T12:00:00Z", "2026-11-01 14:00+02:00", "2026-11-01T06:30:00.000-0530"]
    lines = [f"e{at},a,x,{each}" for at, each in enumerate(times)]
    loaded(events="\n".join(["event_id,lead_id,type,occurred_at", *lines]))
    assert engine.rows("select count(*), count(distinct occurred_at) from events") == [(3, 1)]
