"""A first start: a store that has no model yet begins with tables and a model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import LeadlineError
from leadline.service import clock, commands
from leadline.service.asked.of_store import note
from leadline.service.bringing import bring, publishable
from leadline.store import inbox, jobs
from leadline.store import scores as kept
from leadline.store.inbox import Received
from leadline.store.store import Store

if TYPE_CHECKING:
    from leadline.tables.places.inputs import Input

Told = Callable[[str, int], None]


class Beginning:
    """Tables and a model for a store without one; it is run once, before the loop.

    Attributes:
        rows: Table to how many of its rows are in.
        fault: Why it was given up; empty where it was not.
    """

    def __init__(
        self, tables: Mapping[str, Input], model: str, by: str, say: Callable[[str], None]
    ) -> None:
        """Begin with nothing yet.

        Args:
            tables: The tables by name.
            model: The model document (YAML), a file.
            by: Who asked, as the audit log calls them.
            say: Tells a person why it was given up.
        """
        self._tables = tables
        self._model = model
        self._by = by
        self._say = say
        self._asked: int | None = None
        self.rows: dict[str, int] = {}
        self.fault = ""

    def run(self, store: Store, told: Told) -> None:
        """Bring the tables, and ask the loop to publish the model, where none is live.

        A start that was ended in the middle does the rest the next time: rows that are in stay
        as they are. What it cannot do is said in ``fault``.
        """
        try:
            with store.reading() as session:
                if kept.published(session) is not None:
                    return
            _, text = publishable(self._model)
            if self._tables:
                self._bring(store, told)
            command = commands.encoded(commands.Publish(text, by=self._by))
            request = Received("command", commands.KIND, clock.now(), command)
            [self._asked] = inbox.accept(store, [request])
        except (LeadlineError, OSError) as error:
            self.fault = str(error)
            self._say(f"the start was given up: {error}")

    def _bring(self, store: Store, told: Told) -> None:
        def count(table: str, rows: int) -> None:
            self.rows[table] = rows
            told(table, rows)

        with DuckDB() as engine:
            found = bring(store, engine, self._tables, self._model, count)
        self.rows = dict(found.rows)
        note(store, "imported", after={"rows": found.rows}, by=self._by)

    @property
    def is_scoring(self) -> bool:
        """Whether all rows are in, and what is left is the model."""
        return self._asked is not None

    def failed(self, store: Store) -> str:
        """Return why nobody is scored by the model, and never will; empty where that is open."""
        if self.fault or self._asked is None:
            return self.fault
        with store.reading() as session:
            job = jobs.find(session, self._asked)
        return job.detail if job is not None and job.state == "failed" else ""
