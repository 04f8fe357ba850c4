"""Names that end with a session."""

from __future__ import annotations

import gc
from datetime import datetime

import pyarrow as pa
import pytest

from leadline.engines.duckdb.engine import DuckDB
from leadline.engines.engine import Engine
from leadline.engines.workspace import Workspace, given_or_own
from leadline.errors import EngineError, LeadlineError

DATABASES = "select count(*) from duckdb_databases() where not internal"


def test_two_workspaces_have_tables_of_one_name(any_engine: Engine) -> None:
    """Neither sees what the other made, nor does the engine beside them."""
    with Workspace.on(any_engine) as one, Workspace.on(any_engine) as two:
        for workspace, number in ((one, 1), (two, 2)):
            workspace.engine.keep("kept", f"select {number} as x")
            workspace.engine.view("seen", "select x + 10 as x from kept")
            workspace.engine.register("given", pa.table({"x": [number + 20]}))
        query = "select x from kept union all select x from seen union all select x from given"
        found = [sorted(row[0] for row in each.engine.rows(query)) for each in (one, two)]
        assert found == [[1, 11, 21], [2, 12, 22]]
        with pytest.raises(LeadlineError):
            any_engine.rows("select * from kept")


def test_a_part_drops_its_own_names_alone(any_engine: Engine) -> None:
    """The workspace that it is a part of keeps what it has."""
    with Workspace.on(any_engine) as workspace:
        kept = workspace.keep("kept", "select 1 as x")
        with workspace.part() as part:
            names = [
                part.keep("kept", "select 2 as x"),
                part.view("seen", f"select * from {kept}"),
                part.register("given", pa.table({"x": [3]})),
            ]
        assert workspace.engine.rows(f"select * from {kept}") == [(1,)]
        for name in names:
            with pytest.raises(LeadlineError):
                workspace.engine.rows(f"select * from {name}")


def test_the_moment_of_one_session_is_not_that_of_another() -> None:
    """Each has its own."""
    with DuckDB(threads=1) as engine:
        one, two = engine.new_session(), engine.new_session()
        one.set_moment(datetime(2026, 1, 1))  # noqa: DTZ001 - naive UTC
        two.set_moment(datetime(2027, 1, 1))  # noqa: DTZ001 - naive UTC
        query = "select getvariable('leadline_as_of')"
        assert one.rows(query) == [(datetime(2026, 1, 1),)]  # noqa: DTZ001 - naive UTC
        assert two.rows(query) == [(datetime(2027, 1, 1),)]  # noqa: DTZ001 - naive UTC
        assert engine.rows(query) == [(None,)]


def test_a_session_that_nobody_holds_ends() -> None:
    """Its tables go with it, although it was not closed."""
    with DuckDB(threads=1) as engine:
        engine.new_session().keep("kept", "select 1 as x")
        gc.collect()
        assert engine.rows(DATABASES) == [(1,)]


def test_memory_is_free_again() -> None:
    """A hundred workspaces take as much as one."""
    used = "select coalesce(sum(memory_usage_bytes), 0) from duckdb_memory()"
    with DuckDB(threads=1) as engine:
        for _ in range(100):
            with Workspace.on(engine) as workspace:
                workspace.keep("kept", "select range as x from range(10000)")
        assert engine.rows(f"{DATABASES} union all {used}") == [(1,), (0,)]


def test_an_engine_that_was_given_stays_open() -> None:
    """One of its own is closed."""
    with DuckDB(threads=1) as engine:
        with given_or_own(engine) as given:
            assert given is engine
        assert engine.rows("select 1") == [(1,)]
    with given_or_own(None) as own:
        pass
    with pytest.raises(EngineError, match="this session has ended"):
        own.rows("select 1")


def test_rows_stay_in_order_as_long_as_one_session_wants_that() -> None:
    """One that no longer does takes it from no other."""
    query = "select current_setting('preserve_insertion_order')"
    with DuckDB(threads=1) as engine:
        other = engine.new_session()
        with other.ordered():
            with engine.ordered():
                assert engine.rows(query) == [(True,)]
            assert other.rows(query) == [(True,)]
        assert other.rows(query) == [(False,)]
