"""A connection that a service runs by itself, every so many minutes."""

from __future__ import annotations

from contextlib import closing
from time import monotonic

from leadline.engines.duckdb.engine import DuckDB
from leadline.service.connecting.reading import Reading
from leadline.service.connecting.settings import ConnectionSettings
from leadline.service.connecting.writing import Writing
from leadline.service.reader import Reader
from leadline.store import connections, inbox
from leadline.store.store import Store


class Scheduled:
    """Reads, and writes once what it read was taken in; a run that fails waits for its next time.

    One runner at a time has a connection, of all services of a store and the command.
    """

    rests_seconds = 1.0

    def __init__(self, store: Store, settings: ConnectionSettings, minutes: int) -> None:
        self._store, self._settings = store, settings
        self._seconds = minutes * 60.0
        self._next_at = 0.0
        self._waits: list[int] | None = None
        self._is_ending = False

    def take(self) -> int:
        """Do what is due; return how many requests were read. Raises LeadlineError."""
        if self._waits is not None:
            if self._is_taken_in(self._waits):
                self._write()
        elif monotonic() >= self._next_at:
            return self._read()
        return 0

    def _read(self) -> int:
        with self._store.alone(self._settings.lock) as is_mine:
            if not is_mine:
                return 0
            self._next_at = monotonic() + self._seconds
            with closing(self._settings.opened()) as crm:
                reading = Reading(self._store, crm, self._settings, self._goes_on)
                self._waits = reading.read().requests or []
            return len(self._waits)

    def _is_taken_in(self, requests: list[int]) -> bool:
        with self._store.reading() as session:
            return not inbox.still_wait(session, requests)

    def _write(self) -> None:
        """Write what is due, where a person has looked at it; later where another one is at it."""
        with self._store.alone(self._settings.lock) as is_mine:
            if not is_mine:
                return
            self._waits = None  # so that a run that fails waits for its next time
            with self._store.reading() as session:
                row = connections.find(session, self._settings.name)
            if row.looked_at is not None:
                with closing(self._settings.opened()) as crm, DuckDB(threads=1) as engine:
                    reader = Reader(self._store, engine)
                    Writing(reader, self._settings).write_all(crm, self._goes_on)

    def _goes_on(self) -> bool:
        return not self._is_ending

    def end(self) -> None:
        """Hear that the service ends: what is under way is cut short."""
        self._is_ending = True

    def close(self) -> None:
        """Nothing is open between two times."""
