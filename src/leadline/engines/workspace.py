"""Names that end with a session: whoever computes has tables of its own, and leaves none behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from threading import RLock
from typing import TYPE_CHECKING, Self, TypeVar

from leadline.engines.duckdb.engine import DuckDB
from leadline.engines.engine import Engine

if TYPE_CHECKING:
    from leadline.engines.arrow import ArrowStream

Given = TypeVar("Given", bound=Engine)


@dataclass(eq=False)
class Workspace:
    """A session of an engine, and the names that were made in it.

    Everything that is made through the session ends with it, whatever its name; names that are
    asked for here are no one else's.

    Attributes:
        engine: The session.
        lock: Held over several statements whose names are not their own.

    >>> with DuckDB() as engine, Workspace.on(engine) as workspace:
    ...     table = workspace.keep("pair", "select 1 as a, 2 as b")
    ...     table, workspace.engine.rows(f"select * from {table}")
    ('pair_1', [(1, 2)])
    """

    engine: Engine
    lock: RLock = field(default_factory=RLock, repr=False)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _names: list[str] = field(default_factory=list)
    _is_part: bool = False

    @classmethod
    def on(cls, engine: Engine) -> Workspace:
        """Return a workspace on a new session of an engine."""
        return cls(engine.new_session())

    def part(self) -> Workspace:
        """Return a workspace on the same session that can end before it, with its names alone."""
        return Workspace(self.engine, self.lock, self._numbers, _is_part=True)

    def name(self, what: str) -> str:
        """Return a name that nothing else has here."""
        made = f"{what}_{next(self._numbers)}"
        self._names.append(made)
        return made

    def keep(self, what: str, query: str) -> str:
        """Keep the rows of a query under a name of their own, and return it."""
        made = self.name(what)
        self.engine.keep(made, query)
        return made

    def view(self, what: str, query: str) -> str:
        """Read a query under a name of its own, and return it."""
        made = self.name(what)
        self.engine.view(made, query)
        return made

    def register(self, what: str, rows: ArrowStream) -> str:
        """Make rows that live outside readable under a name of their own, and return it."""
        made = self.name(what)
        self.engine.register(made, rows)
        return made

    def close(self) -> None:
        """Drop what has a name from here; where the session is its own, all that is in it."""
        if not self._is_part:
            self.engine.close()
            return
        while self._names:
            self.engine.drop(self._names.pop())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextmanager
def given_or_own(engine: Given | None) -> Iterator[Given | DuckDB]:
    """Yield an engine that was given, which stays open, else one that ends with the block."""
    if engine is not None:
        yield engine
        return
    with DuckDB() as own:
        yield own
