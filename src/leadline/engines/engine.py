"""What a place must be able to do so that a model can be scored there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self, runtime_checkable

from leadline.engines.arrow import ArrowStream
from leadline.sql.planning import Planning

if TYPE_CHECKING:
    import pyarrow as pa

    from leadline.engines.duckdb.engine import DuckDB

__all__ = ["ArrowStream", "Engine", "Publication", "Publisher"]


class Engine(Protocol):
    """A session of an engine; tables and views that it is told to make end with it.

    Queries are in the engine's own SQL, see ``leadline.sql.dialects.render``. Times in tables
    are UTC without a zone, in microseconds.

    Attributes:
        dialect: Name of its SQL in ``leadline.sql.dialects.LOWERINGS``.
        planning: How it likes its plans.
    """

    dialect: str
    planning: Planning

    @property
    def embedded(self) -> DuckDB:
        """The engine that reads and writes files for it; DuckDB reads its own."""

    def new_session(self) -> Self:
        """Return a session beside this one: what it names is its own, and ends with it.

        Both may run at once, in a thread each. It ends with this one at the latest.
        """

    def run(self, sql: str) -> None:
        """Run a statement that returns nothing; raises EngineError."""

    def rows(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""

    def arrow(self, sql: str) -> pa.Table:
        """Return the rows of a query as an Arrow table."""

    def register(self, name: str, rows: ArrowStream) -> list[str]:
        """Make rows that live outside readable under a name; return their columns' own names."""

    def keep(self, name: str, query: str) -> None:
        """Keep the rows of a query as a table of this session, in place of one of that name."""

    def view(self, name: str, query: str) -> None:
        """Read a query under a name, in place of a view of that name."""

    def drop(self, name: str) -> None:
        """Forget a table or view of this session, where there is one."""

    def set_moment(self, at: datetime) -> None:
        """Say what moment a spine with only one has; UTC, without a zone."""

    def close(self) -> None:
        """End the session and those beside it; what they made is gone.

        Who asks it for anything afterwards gets an EngineError.
        """


class Publication(NamedTuple):
    """Rows of this session that become a table for others.

    Attributes:
        address: Name of the table, such as ``crm.scores``.
        columns: Its columns, in their order.
        keys: Columns that tell its rows apart.
        relation: The table of this session that has the rows, once they are computed.
        query: What computes them.
    """

    address: str
    columns: Sequence[str]
    keys: Sequence[str]
    relation: str
    query: str


@runtime_checkable
class Publisher(Protocol):
    """An engine with tables that others read."""

    def check_target(self, target: Publication) -> None:
        """Check that a table can be written, before there is anything to write."""

    def publish(self, targets: Sequence[Publication]) -> None:
        """Replace the rows of tables: all of them at one moment, or none."""


@runtime_checkable
class Handing(Protocol):
    """An engine whose results may be larger than the memory of this process."""

    def handed(self, query: str) -> str:
        """Return the rows of a query as a relation of the embedded engine; times without zone."""
