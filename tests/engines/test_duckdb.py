"""The embedded engine: its settings, its errors, and how it is stopped."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa
import pytest

from leadline.engines.duckdb import engine as module
from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import EngineError, FileError

if TYPE_CHECKING:
    from collections.abc import Iterator

SLOW = "select sum(hash(i) % 7) from range(100000000000) t(i)"


@pytest.fixture
def engine() -> Iterator[DuckDB]:
    with DuckDB() as engine:
        yield engine


def test_rows_and_tables_come_back(engine: DuckDB) -> None:
    """As tuples, as an Arrow table, or batch by batch."""
    engine.run("create table t as select i, 'x' as x from range(3) t(i)")
    assert engine.rows("from t where i > ?", [1]) == [(2, "x")]
    assert engine.arrow("from t order by i").to_pylist()[0] == {"i": 0, "x": "x"}
    assert sum(batch.num_rows for batch in engine.reader("from t")) == 3


def test_the_session_is_in_utc(engine: DuckDB) -> None:
    """Wherever the machine stands."""
    assert engine.rows("select '2026-11-01'::timestamptz::varchar") == [("2026-11-01 00:00:00+00",)]


def test_rows_that_live_outside_can_be_read_again(engine: DuckDB) -> None:
    """Also those of a stream, which itself can be read only once."""
    names = engine.register("t", pa.table({"a": [1], "A": [2]}).to_reader())
    assert names == ["a", "A"]
    assert engine.rows("from t") == engine.rows("from t") == [(1, 2)]
    engine.unregister("t")
    with pytest.raises(EngineError, match="t does not exist"):
        engine.rows("from t")


def test_a_name_is_never_a_variable(engine: DuckDB) -> None:
    """DuckDB would otherwise read Python's variables as tables."""
    leads = pl.DataFrame({"a": [1]})
    with pytest.raises(EngineError, match="leads does not exist"):
        engine.rows("from leads")
    assert len(leads) == 1


def test_options_reach_the_engine() -> None:
    """Threads and memory."""
    with DuckDB(threads=1, memory_limit="1GB") as engine:
        query = "select current_setting('threads'), current_setting('memory_limit')"
        assert engine.rows(query) == [(1, "953.6 MiB")]


def test_wrong_options_are_an_error() -> None:
    """Of the engine, in its words."""
    with pytest.raises(EngineError, match="Memory must have a number"):
        DuckDB(memory_limit="much")


def test_what_it_spills_is_removed() -> None:
    """Into a folder of its own among the system's temporary files."""
    with DuckDB(memory_limit="60MB", threads=1) as engine:
        [(spill,)] = engine.rows("select current_setting('temp_directory')")
        engine.run("create table t as select hash(i) as h, i from range(6000000) t(i)")
        engine.rows("select count(*) from (select h, count(*) from t group by h)")
        assert any(Path(spill).iterdir())
    assert not Path(spill).exists()


def test_too_little_memory_says_what_to_do() -> None:
    """More of it, or fewer rows."""
    with DuckDB(memory_limit="30MB", threads=1) as engine:
        engine.run("set max_temp_directory_size = '1MB'")
        with pytest.raises(EngineError, match=r"more memory.*fewer rows"):
            engine.rows("select list(hash(i)) from range(20000000) t(i)")


def test_a_mistake_in_a_statement_is_one_line(engine: DuckDB) -> None:
    """What DuckDB adds to it is for those who wrote the statement."""
    with pytest.raises(EngineError) as caught:
        engine.run("select nothing")
    assert str(caught.value) == (
        'DuckDB: Referenced column "nothing" was not found because the FROM clause is missing.'
    )
    assert caught.value.__cause__


def test_files_that_cannot_be_used_are_errors_of_files(engine: DuckDB, tmp_path: Path) -> None:
    """With the system's reason."""
    (tmp_path / "file").touch()
    with pytest.raises(FileError, match=r"Not a directory\. Check the path"):
        engine.run(f"copy (select 1) to '{tmp_path}/file/x.csv'")
    with pytest.raises(FileError, match=r"No space left on device\. Free space"):
        engine.run("copy (from range(100000)) to '/dev/full' (format csv)")


def test_a_statement_can_be_cancelled(engine: DuckDB) -> None:
    """From another thread; the engine can be used afterwards."""
    threading.Timer(0.3, engine.cancel).start()
    with pytest.raises(EngineError, match="cancelled"):
        engine.rows(SLOW)
    assert engine.rows("select 1") == [(1,)]


def test_a_person_can_stop_a_statement(engine: DuckDB) -> None:
    """Ctrl-C stops it as it stops Python."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background it is ignored
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        engine.rows(SLOW)
    assert engine.rows("select 1") == [(1,)]


def test_progress_of_long_statements_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of short ones it is not."""
    monkeypatch.setattr(module, "QUIET_SECONDS", 0.2)
    seen: list[float] = []
    with DuckDB(progress=seen.append) as engine:
        engine.rows("select 1")
        assert seen == []
        threading.Timer(1.5, engine.cancel).start()
        with pytest.raises(EngineError):
            engine.rows(SLOW)
    assert seen
    assert all(0 <= percent <= 100 for percent in seen)


def test_order_is_kept_where_it_is_asked_for(engine: DuckDB) -> None:
    """And given up again afterwards, even after a failure."""
    setting = "select current_setting('preserve_insertion_order')"
    with engine.ordered():
        assert engine.rows(setting) == [(True,)]
    assert engine.rows(setting) == [(False,)]

    def fail() -> None:
        with engine.ordered():
            engine.rows("select nothing")

    with pytest.raises(EngineError):
        fail()
    assert engine.rows(setting) == [(False,)]


def test_starting_is_quick() -> None:
    """A small batch must not wait for its engine."""
    started = time.perf_counter()
    with DuckDB() as engine:
        engine.rows("select 1")
    assert time.perf_counter() - started < 2
