"""A version of the model over all leads, beside the passes: sweep, publish, roll back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from queue import SimpleQueue
from threading import Event, Thread

from leadline.errors import EngineError, LeadlineError
from leadline.service import whole
from leadline.service.live import Live, Scores
from leadline.store.store import Store

CHUNK = 2000
"""Leads whose scores the loop writes in one transaction."""


@dataclass
class Sweep:
    """All leads scored at one moment, while passes go on; its scores come in chunks.

    Attributes:
        live: The version.
        before: The version whose bands stood before, for transitions and hysteresis.
        at: The moment, given by the loop.
        cause: What its transitions are for.
        quiet: Whether none of them is told anybody.
        inbox_id: The command that asked for it.
        touched: Leads that passes touched since; what they have is later, and stays.
    """

    live: Live
    before: int
    at: int
    cause: str
    quiet: bool
    inbox_id: int
    touched: set[int] = field(default_factory=set)
    touched_accounts: set[str] = field(default_factory=set)
    error: LeadlineError | None = None
    _chunks: SimpleQueue[Scores | None] = field(default_factory=SimpleQueue)
    _thread: Thread | None = None

    @property
    def switches(self) -> bool:
        """Whether it makes another version the one that is live."""
        return self.live.row.version != self.before

    def untouched(self, chunk: Scores) -> Scores:
        """Return scores without those of leads that passes touched since."""
        if not self.touched:
            return chunk
        return replace(
            chunk,
            scores=[row for row in chunk.scores if row.lead_no not in self.touched],
            bands=[row for row in chunk.bands if row.lead_no not in self.touched],
        )

    def start(self, store: Store) -> None:
        """Begin; when this returns the store is being read as it is at the moment."""
        reading = Event()
        self._thread = Thread(target=self._run, args=(store, reading), name="sweep")
        self._thread.start()
        reading.wait()

    def next(self) -> Scores | None:
        """Return scores that are ready to be written. Raises Empty, and the error it ended with."""
        chunk = self._chunks.get_nowait()
        if chunk is None and self.error is not None:
            raise self.error
        return chunk

    def _run(self, store: Store, reading: Event) -> None:
        try:
            with store.reading() as session:
                session.rows("select 1 from settings")  # from here on nothing later is seen
                reading.set()
                for chunk in whole.sweep(session, self.live, self.before, self.at, CHUNK):
                    self._chunks.put(chunk)
        except LeadlineError as error:
            self.error = error
        except Exception as error:  # noqa: BLE001 - whoever asked must hear of it
            self.error = EngineError(f"{type(error).__name__}: {error}.")
        finally:
            reading.set()
            self._chunks.put(None)
