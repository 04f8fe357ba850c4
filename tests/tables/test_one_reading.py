"""The same dirty rows through every reader: the same usable rows, rejects and counts."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from leadline.engines.duckdb.engine import DuckDB
from leadline.engines.engine import Engine
from leadline.engines.postgres.engine import Postgres
from leadline.engines.spark.engine import Spark
from leadline.model.document import Model
from leadline.model.reading.reader import read as read_document
from leadline.model.types import Type
from leadline.scoring.loading import load
from leadline.sql.dialects import render
from leadline.sql.trees import column, sql_tree
from leadline.streaming.arriving import AS_GIVEN, Arriving
from leadline.tables.places.warehouse import place, source
from leadline.tables.reading import once, order

FOREVER, NEVER = "infinity", "-infinity"
"""Times that are none."""
LAST_MICROSECOND = 2**63 - 1

TIMES = ("occurred_at", "recorded_at")
TEXTS = ("event_id", "lead_id", "account_id", "type", "path", "amount", "seen")
COLUMNS = (*TEXTS, *TIMES, "n", "flag")

MODEL: Model = read_document(
    {
        "leadline": 1,
        "model": "any",
        "columns": {
            "events": {
                "path": {"type": "text"},
                "amount": {"type": "number"},
                "seen": {"type": "time"},
                "n": {"type": "number"},
                "flag": {"type": "boolean"},
            }
        },
        "scores": {"s": {"rules": {"r": {"when": "true", "points": 1}}}},
    }
)

Row = Mapping[str, Any]


class Read(NamedTuple):
    """What a reader makes of rows; without counts where it has none."""

    rows: list[tuple[Any, ...]]
    rejects: Counter[str] | None = None
    bad: dict[str, int] | None = None


def few(*values: Any) -> st.SearchStrategy[Any]:
    """Return one of a few values, or none."""
    return st.one_of(st.none(), st.sampled_from(values))


NOON = datetime(2026, 11, 1, 12)  # noqa: DTZ001 - naive UTC
MOMENTS = few(NOON, NOON + timedelta(microseconds=1), datetime(1800, 1, 1), FOREVER, NEVER)  # noqa: DTZ001
ODD = ("", " ", "é", "e\u0301", "🎉", "\u00a0", "'", '"', "a,b", "\\", "null", "Z", "z", "10", "9")

ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "event_id": few("e", "e", "f", "E", ""),
            "lead_id": few("a", "b", "ä", ""),
            "account_id": few("x", ""),
            "type": few("visit", "visit", ""),
            "path": few(*ODD),
            "amount": few("1", "1e3", "5.", "007", "abc", "-.5", "", "1e400", "NaN"),
            "seen": few("2026-11-01", "2026-11-01 12:00 +01:00", "soon", "", "0000-01-01"),
            "occurred_at": MOMENTS,
            "recorded_at": MOMENTS,
            "n": few(0.0, 5.0, 10.0, 9.0, 2.5, -1e-7, 1e20, 123456.75),
            "flag": few(True, False),
        }
    ),
    min_size=1,
    max_size=12,
)


def text_of(value: Any) -> str:
    """Return a value as it stands in a file of texts."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds") + "Z"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**63 else repr(value)
    return "" if value is None else str(value)


def as_csv(rows: Sequence[Row], folder: Path) -> str:
    """Write rows as CSV."""
    path = folder / "events.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(COLUMNS)
        writer.writerows([[text_of(row[each]) for each in COLUMNS] for row in rows])
    return str(path)


def as_json(rows: Sequence[Row], folder: Path) -> str:
    """Write rows as JSON lines."""
    path = folder / "events.json"
    lines = [
        json.dumps({each: _in_json(row[each]) for each in COLUMNS}, ensure_ascii=False)
        for row in rows
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def _in_json(value: Any) -> Any:
    if isinstance(value, float):
        return json.loads(text_of(value))
    return text_of(value) if isinstance(value, datetime) else value


def as_arrow(rows: Sequence[Row]) -> pa.Table:
    """Return rows in memory; infinite times are what DuckDB takes for such."""
    columns: dict[str, pa.Array] = {
        each: pa.array([row[each] for row in rows], pa.string()) for each in TEXTS
    }
    for each in TIMES:
        moments = [_microseconds(row[each]) for row in rows]
        columns[each] = pa.array(moments, pa.int64()).cast(pa.timestamp("us"))
    columns["n"] = pa.array([row["n"] for row in rows], pa.float64())
    columns["flag"] = pa.array([row["flag"] for row in rows], pa.bool_())
    return pa.table(columns)


def _microseconds(value: Any) -> int | None:
    if isinstance(value, datetime):
        return (value - datetime(1970, 1, 1)) // timedelta(microseconds=1)  # noqa: DTZ001
    return {FOREVER: LAST_MICROSECOND, NEVER: -LAST_MICROSECOND}.get(value)


def as_parquet(rows: Sequence[Row], folder: Path) -> str:
    """Write rows as Parquet."""
    path = folder / "events.parquet"
    parquet.write_table(as_arrow(rows), path)
    return str(path)


def found_by(engine: Engine, given: Any) -> Read:
    """Return what the reader of an engine makes of rows."""
    loaded = load(engine, {"events": given}, MODEL)
    columns = ", ".join(render(column(each), engine.dialect) for each in COLUMNS)
    rows = engine.rows(f"select {columns} from events")
    rejects = Counter(
        reason
        for (reason,) in engine.embedded.rows(
            "select reason from rejects where table_name = 'events'"
        )
    )
    bad = {}
    for note in loaded.notes:
        if match := re.search(r": ([\d,]+) values? of (\w+) (?:is|are) not", note):
            bad[match[2]] = int(match[1].replace(",", ""))
    return Read(in_order(rows), rejects, bad)


def in_order(rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return rows in an order that does not depend on the reader."""
    plain = [tuple(_plain(each) for each in row) for row in rows]
    return sorted(plain, key=lambda row: [str(each) for each in row])


def _plain(value: Any) -> Any:
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


def by_duckdb(rows: Sequence[Row], write: Callable[[Sequence[Row], Path], Any]) -> Read:
    """Return what the embedded engine reads."""
    with TemporaryDirectory() as folder, DuckDB(threads=1) as engine:
        return found_by(engine, write(rows, Path(folder)))


def by_postgres(server: Postgres, rows: Sequence[Row]) -> Read:
    """Return what is read of a table of PostgreSQL."""
    kinds = {**dict.fromkeys(TEXTS, "text"), **dict.fromkeys(TIMES, "timestamptz")}
    kinds |= {"n": "double precision", "flag": "boolean"}
    made = ", ".join(f'"{each}" {kinds[each]}' for each in COLUMNS)
    server.run("drop table if exists dirty_events")
    server.run(f"create table dirty_events ({made})")
    for row in rows:
        values = ", ".join(
            "null" if row[each] is None else f"{_quoted(row[each])}::{kinds[each]}"
            for each in COLUMNS
        )
        server.run(f"insert into dirty_events values ({values})")
    return found_by(server, "table:public.dirty_events")


def _quoted(value: Any) -> str:
    written = value if isinstance(value, str) else text_of(value)
    return "'" + written.replace("'", "''") + "'"


def by_statement(rows: Sequence[Row]) -> Read:
    """Return the rows that the statement printed for DuckDB reads."""
    natives = {
        **dict.fromkeys(TEXTS, "VARCHAR"),
        **dict.fromkeys(TIMES, "TIMESTAMP"),
        "n": "DOUBLE",
        "flag": "BOOLEAN",
    }
    types = dict.fromkeys(COLUMNS, Type.TEXT)
    declared = MODEL.columns["events"]
    made = source("duckdb", "events", "events", types, declared, natives, is_clean=False)
    with DuckDB(threads=1) as engine:
        engine.register(place("events"), as_arrow(rows))
        columns = [column(each) for each in COLUMNS]
        query = sql_tree("select :columns from :rows as e", columns=columns, rows=made.tree)
        return Read(in_order(engine.rows(render(query, "duckdb"))))


def by_stream(spark: Spark, rows: Sequence[Row], folder: Path) -> Read:
    """Return the events that a stream keeps of files that arrive."""
    file = as_json(rows, folder)
    arriving = Arriving.of(spark, file, MODEL, folder / "state")
    written = ", ".join(f"`{each}` string" for each in arriving.columns)
    spark.session.read.schema(written).json(file).createOrReplaceTempView("arrived_here")
    spark.keep("typed_here", arriving.typed("arrived_here"))
    usable = sql_tree("select * from typed_here where reason is null")
    query = render(once("events", usable, COLUMNS, order("events", [AS_GIVEN])), "spark")
    rejected = spark.rows("select reason from typed_here where reason is not null")
    return Read(in_order(spark.rows(query)), Counter(reason for (reason,) in rejected))


@given(rows=ROWS)
@settings(max_examples=25)
def test_every_reader_finds_the_same(postgres_url: str, rows: list[Row]) -> None:
    """Files of all kinds, rows in memory, a table of PostgreSQL, and the printed statement."""
    expected = by_duckdb(rows, as_csv)
    assert by_duckdb(rows, as_json) == expected
    assert by_duckdb(rows, as_parquet) == expected
    assert by_duckdb(rows, lambda given, _: as_arrow(given)) == expected
    with Postgres(postgres_url) as server:
        assert by_postgres(server, rows) == expected
    assert by_statement(rows).rows == expected.rows


@pytest.mark.spark
@given(rows=ROWS)
@settings(max_examples=3)
def test_spark_and_a_stream_find_the_same(spark: Spark, rows: list[Row]) -> None:
    """Parquet files as a table, and events that arrive."""
    expected = by_duckdb(rows, as_csv)
    with TemporaryDirectory() as name:
        folder = Path(name)
        assert found_by(spark, f"table:parquet.`{as_parquet(rows, folder)}`") == expected
        streamed = by_stream(spark, rows, folder)
        assert (streamed.rows, streamed.rejects) == (expected.rows, expected.rejects)
