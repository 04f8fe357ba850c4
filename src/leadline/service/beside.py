"""Scores that are computed beside the passes of the loop, which writes them part by part."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Event, Thread

from leadline.errors import EngineError, LeadlineError
from leadline.service.live import Live, Scores, Touched
from leadline.service.taking import Taken
from leadline.store.session import Session
from leadline.store.store import Store

CHUNK = 2000
"""Leads whose scores the loop writes in one transaction."""


@dataclass
class Beside(ABC):
    """Many leads scored at one moment, while passes go on; their scores come in chunks.

    Attributes:
        live: The version of the model.
        at: The moment, given by the loop.
        since: What passes took since.
        scored: What they scored since; that is later, and stays.
    """

    live: Live
    at: int
    since: Taken = field(default_factory=Taken, init=False)
    scored: Touched = field(default_factory=Touched, init=False)
    _error: LeadlineError | None = field(default=None, init=False)
    _chunks: SimpleQueue[Scores | None] = field(default_factory=SimpleQueue, init=False)
    _held: list[Scores | None] = field(default_factory=list, init=False)
    _is_abandoned: bool = field(default=False, init=False)

    @abstractmethod
    def scores(self, session: Session) -> Iterator[Scores]:
        """Yield the scores over the store as it is, some at a time."""

    def start(self, store: Store) -> None:
        """Begin; when this returns the store is being read as it is at the moment."""
        reading = Event()
        Thread(target=self._run, args=(store, reading), name=type(self).__name__).start()
        reading.wait()

    def next(self) -> Scores | None:
        """Return scores that are ready, the same ones until ``written``; None at the end.

        Raises Empty where none are, and the error that it ended with.
        """
        if not self._held:
            self._held.append(self._chunks.get_nowait())
        if self._held[0] is None and self._error is not None:
            raise self._error
        return self._held[0]

    def written(self) -> None:
        """Say that what is ready is in the store: a transaction that failed is tried again."""
        self._held.clear()

    def abandon(self) -> None:
        """End after the scores that are being computed; nobody waits for more."""
        self._is_abandoned = True

    def touch(self, touched: Touched, taken: Taken) -> None:
        """Note what a pass took and scored."""
        self.since.touched |= taken.touched
        self.since.touched_accounts |= taken.touched_accounts
        self.since.active_accounts |= taken.active_accounts
        self.scored.leads |= touched.leads
        self.scored.accounts |= touched.accounts

    def _run(self, store: Store, reading: Event) -> None:
        try:
            with store.reading() as session:
                session.rows("select 1 from settings")  # from here on nothing later is seen
                reading.set()
                for chunk in self.scores(session):
                    self._chunks.put(chunk)
                    if self._is_abandoned:
                        break
        except LeadlineError as error:
            self._error = error
        except Exception as error:  # noqa: BLE001 - whoever asked must hear of it
            self._error = EngineError(f"{type(error).__name__}: {error}.")
        finally:
            reading.set()
            self._chunks.put(None)
