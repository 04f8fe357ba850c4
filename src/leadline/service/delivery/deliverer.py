"""Takes what the outbox has for one destination and sends it, again where it did not arrive."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from queue import SimpleQueue
from threading import Event, Thread

from leadline.errors import LeadlineError
from leadline.service import happenings
from leadline.service.clock import now
from leadline.service.delivery.destinations import Sender, Sent
from leadline.service.happenings import Delivered, Tell, nobody
from leadline.store import outbox
from leadline.store.outbox import DeliveryRow
from leadline.store.session import Session
from leadline.store.store import Store

SECOND = 1_000_000
DELAYS = (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 10 * 3600)
"""Seconds from a try to the next one; after the last it is parked. The first is at once."""
MOST_WAIT = 10 * 3600
LEASE_SECONDS = 60
"""Longer than any try takes; what a process had that is gone, goes again after it."""
POLL_SECONDS = 0.25
LANES = 32
"""So many leads of a destination are told of at a time."""


class Deliverer:
    """A destination's own thread and lanes, so that a slow one slows no other."""

    def __init__(  # noqa: PLR0913 - all but the first three are named
        self,
        store: Store,
        name: str,
        sender: Sender,
        *,
        read_clock: Callable[[], int] = now,
        tell: Tell = nobody,
        lanes: int = LANES,
    ) -> None:
        """Make one; it begins with ``start``."""
        self._store, self.name, self._sender = store, name, sender
        self._now, self._tell, self._lanes = read_clock, tell, lanes
        self.signal = Event()
        self._stopping = Event()
        self._pool = ThreadPoolExecutor(lanes, thread_name_prefix=f"deliver-{name}")
        self._thread = Thread(target=self._run, name=f"deliver-{name}")
        self._under_way: set[int] = set()
        self._results: SimpleQueue[tuple[DeliveryRow, Sent]] = SimpleQueue()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    @property
    def is_busy(self) -> bool:
        """Whether something is on its way, or what became of it is not kept yet."""
        return bool(self._under_way)

    def stop(self) -> None:
        """Take nothing more, wait for what is on its way, and keep what became of it."""
        self._stopping.set()
        self.signal.set()
        if self._thread.is_alive():
            self._thread.join()
        self._pool.shutdown()
        with suppress(LeadlineError):  # what is not kept goes again, as after a kill
            self._keep_results()
        self._sender.close()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                taken = self.take()
            except LeadlineError as error:  # the store is away; what waits stays there
                self._tell(happenings.failed("deliver", error))
                taken = 0
            if not taken:
                self.signal.wait(POLL_SECONDS)
                self.signal.clear()

    def take(self) -> int:
        """Keep what became of tries, and begin those that may be; return how many both were.

        Both are one transaction: a commit costs a sync of the disk, and many go at a time.
        """
        at, done = self._now(), self._results.qsize()
        free = self._lanes - len(self._under_way) + done
        with self._store.reading() as session:
            is_due = free > 0 and bool(outbox.due(session, self.name, at, 1))
        if not (done or is_due):
            return 0
        until = at + LEASE_SECONDS * SECOND
        kept, rows = self._keep_results(lambda session: self._lease(session, at, until, free))
        for row in rows:
            self._under_way.add(row.delivery_id)
            self._pool.submit(self._send, row)
        return kept + len(rows)

    def _lease(self, session: Session, at: int, until: int, most: int) -> list[DeliveryRow]:
        return outbox.lease(session, self.name, at, until, most)

    def _send(self, row: DeliveryRow) -> None:
        """Try to send a delivery."""
        try:
            found = self._sender.send(row, self._now())
        except Exception as error:  # noqa: BLE001 - of whatever a sender dies, others go on
            self._tell(happenings.failed("deliver", error))
            found = Sent(False, detail=f"cannot be sent: {type(error).__name__}")
        self._results.put((row, found))
        self.signal.set()

    def _keep_results(
        self, then: Callable[[Session], list[DeliveryRow]] = lambda _: []
    ) -> tuple[int, list[DeliveryRow]]:
        """Keep what became of tries, and do something else in the same transaction."""
        ended = [self._results.get() for _ in range(self._results.qsize())]
        try:
            with self._store.writing() as session:
                states = [self._keep(session, row, found) for row, found in ended]
                rows = then(session)
        except BaseException:
            for each in ended:  # the store was away, and they are kept later
                self._results.put(each)
            raise
        for (row, _), state in zip(ended, states, strict=True):
            self._under_way.discard(row.delivery_id)
            self._tell(Delivered(self.name, state, (self._now() - row.created_at) / SECOND))
        return len(ended), rows

    def _keep(self, session: Session, row: DeliveryRow, found: Sent) -> str:
        """Keep what became of a try, and return it in a word."""
        at = self._now()
        if found.is_done:
            outbox.sent(session, row.delivery_id, at, found.status)
            return "done"
        due_at = next_try(row, found, at)
        outbox.failed(session, row._replace(status=found.status, detail=found.detail), at, due_at)
        return "parked" if due_at is None else "failed"


def next_try(row: DeliveryRow, found: Sent, at: int) -> int | None:
    """Return when a delivery goes again; None where it has gone often enough."""
    if found.is_final or row.tries > len(DELAYS):
        return None
    seconds = max(DELAYS[row.tries - 1], min(found.wait_seconds, MOST_WAIT))
    return at + int(seconds * SECOND)
