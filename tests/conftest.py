"""Engines that tests run on, and the marks that the support matrix is made from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import examples
import servers
import stores
from leadline.engines.duckdb.engine import DuckDB
from leadline.engines.engine import Engine
from leadline.engines.postgres.engine import Postgres
from leadline.engines.spark.engine import Spark
from leadline.store.store import Store
from leadline.tables.read import Loaded, load

SERVED = {Path(__file__).parent / each for each in ("web", "mcp")}
"""Folders with tests that ask a service."""

ENGINES = ("duckdb", "postgres", pytest.param("spark", marks=pytest.mark.spark))
"""Spark Connect is sent the text that Spark runs: what is its own is tested in ``engines``."""

MARKS = (
    "slow: takes more than two seconds on a quiet machine; scripts/check leaves it out",
    "spark(servers=False): needs Java, and ten seconds for a session or servers; left out likewise",
    "feature(name, engines): a line of the support matrix, and the engines that execute it",
)

examples.set_up()


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marks."""
    for mark in MARKS:
        config.addinivalue_line("markers", mark)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have tests with Spark run in one process, and those with servers of Spark in another.

    Spark takes long to start, and much memory. Tests of one file that ask a service share it.
    """
    for item in items:
        mark = item.get_closest_marker("spark")
        if mark:
            apart = mark.kwargs.get("servers") or "connect" in item.name
            item.add_marker(pytest.mark.xdist_group("servers of spark" if apart else "spark"))
        elif SERVED & set(item.path.parents):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))  # one service a file


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a PostgreSQL server that runs as long as the tests."""
    with servers.postgres() as server:
        yield server.url


@pytest.fixture(scope="session")
def spark_session() -> Iterator[Any]:
    """A session of Spark that runs as long as the tests."""
    with servers.spark() as session:
        yield session


@pytest.fixture(scope="session")
def spark(spark_session: Any) -> Iterator[Spark]:
    """A session beside it, with the embedded engine of its own."""
    with DuckDB(threads=1) as embedded, Spark(session=spark_session, embedded=embedded) as engine:
        yield engine


@pytest.fixture(scope="session")
def connect_url() -> Iterator[str]:
    """The address of a server of Spark Connect that runs as long as the tests."""
    with servers.spark_connect() as server:
        yield server.address


@pytest.fixture
def connect(connect_url: str) -> Iterator[Spark]:
    """A session with that server; none of it is left afterwards."""
    with DuckDB(threads=1) as embedded, Spark(connect_url, embedded=embedded) as engine:
        yield engine


@pytest.fixture(params=ENGINES)
def any_engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A session with each engine in turn; none of it is left afterwards."""
    if request.param == "duckdb":
        with DuckDB(threads=1) as duckdb:
            yield duckdb
        return
    if request.param == "spark":
        yield request.getfixturevalue("spark")
        return
    with Postgres(request.getfixturevalue("postgres_url")) as postgres:
        yield postgres


@pytest.fixture
def engine() -> Iterator[DuckDB]:
    """A session with the embedded engine; none of it is left afterwards."""
    with DuckDB(threads=2) as engine:
        yield engine


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, so that messages show short names."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def loaded(engine: DuckDB, folder: Path) -> Callable[..., Loaded]:
    """Write ``table="text of a CSV file"`` to files, and load them."""

    def read(
        columns: dict[str, dict[str, Any]] | None = None, *, clean: bool = False, **tables: str
    ) -> Loaded:
        for table, text in tables.items():
            (folder / f"{table}.csv").write_text(text, encoding="utf-8", newline="")
        inputs = {table: f"{table}.csv" for table in tables}
        return load(engine, inputs, columns or {}, clean=clean)

    return read


@pytest.fixture(params=stores.KINDS)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a new store of each kind, without its tables."""
    if request.param == "sqlite":
        yield stores.file_url(tmp_path)
        return
    with stores.database(request.getfixturevalue("postgres_url")) as url:
        yield url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """A new store of each kind."""
    with stores.opened(store_url) as made:
        yield made
