"""What a question is answered with: an engine, and somebody who hears what goes on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self, TypeAlias, TypeVar

from leadline.errors import Fault, InputError

if TYPE_CHECKING:
    from leadline.engines.duckdb.engine import DuckDB
    from leadline.engines.engine import Engine

Held = TypeVar("Held", bound="AbstractContextManager[Any]")
Tell: TypeAlias = Callable[[str], None]
"""Hears a sentence that a person should know while an answer is made."""


Confirm: TypeAlias = Callable[[str], bool | None]
"""Asks a person whether to go on; None where nobody is there to answer."""


def nobody(_: str) -> None:
    """Answer for nobody."""


def silent(_: str) -> None:
    """Hear nothing."""


class Session:
    """The engine that a question names or was given, opened when it is first needed.

    An engine that was given stays open when the session ends; one of its own is closed.

    Args:
        engine: An engine, or its address; by default the embedded one.
        memory: The most memory that an engine of its own may use, such as ``6GB``.
        tell: Hears what a person should know meanwhile.
        progress: Hears how far an engine of its own is with a query, in percent.
        settled: Options that need not be said again, as a workspace stands for them.
        confirm: Asks a person whether to go on.
    """

    def __init__(  # noqa: PLR0913 - an engine, and who hears and answers
        self,
        engine: Engine | str | None = None,
        memory: str | None = None,
        tell: Tell = silent,
        progress: Callable[[float], None] | None = None,
        settled: frozenset[str] = frozenset(),
        *,
        confirm: Confirm = nobody,
    ) -> None:
        self.tell = tell
        self.confirm = confirm
        self.settled = settled
        self._given = engine
        self._options: dict[str, Any] = {"memory": memory, "progress": progress}
        self._ending = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.close()

    @cached_property
    def engine(self) -> Engine:
        """The engine. Raises InputError, EngineError."""
        if not isinstance(self._given, str | None):
            return self._given
        from leadline.engines.known import opened

        return self._ending.enter_context(opened(self._given or "duckdb", **self._options))

    def hold(self, run: Held) -> Held:
        """Return a run, or whatever else is to be closed, which ends with the session."""
        self._ending.enter_context(run)
        return run

    @property
    def embedded(self) -> DuckDB:
        """The engine, where it is the embedded one, which history needs. Raises InputError."""
        if self.engine.embedded is self.engine:
            return self.engine
        remedy = "Give files, and no other engine."
        expected = "can be reviewed on DuckDB alone"
        raise InputError(Fault("", "the model", expected, self.engine.dialect, remedy))
