"""Takes what the outbox has for one destination and sends it, again where it did not arrive."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event, Thread

from leadline.errors import LeadlineError
from leadline.service import happenings
from leadline.service.clock import now
from leadline.service.delivery.destinations import Sender, Sent
from leadline.service.happenings import Delivered, Tell, nobody
from leadline.store import outbox
from leadline.store.outbox import DeliveryRow
from leadline.store.store import Store

SECOND = 1_000_000
DELAYS = (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 10 * 3600)
"""Seconds from a try to the next one; after the last it is parked. The first is at once."""
MOST_WAIT = 10 * 3600
LEASE_SECONDS = 60
"""Longer than any try takes; what a process had that is gone, goes again after it."""
POLL_SECONDS = 0.25
LANES = 4
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
        self._under_way: set[Future[None]] = set()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Take nothing more, and wait for what is on its way."""
        self._stopping.set()
        self.signal.set()
        if self._thread.is_alive():
            self._thread.join()
        self._pool.shutdown()
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
        """Begin to send what may be sent now; return how much that was."""
        self._under_way = {each for each in self._under_way if not each.done()}
        free = self._lanes - len(self._under_way)
        at = self._now()
        if free <= 0:
            return 0
        with self._store.reading() as session:
            if not outbox.due(session, self.name, at, 1):
                return 0
        with self._store.writing() as session:
            rows = outbox.lease(session, self.name, at, at + LEASE_SECONDS * SECOND, free)
        self._under_way |= {self._pool.submit(self._send, row) for row in rows}
        return len(rows)

    def _send(self, row: DeliveryRow) -> None:
        """Send a delivery, and keep what became of it; where that fails it goes again later."""
        try:
            found = self._sender.send(row, self._now())
        except Exception as error:  # noqa: BLE001 - of whatever a sender dies, others go on
            self._tell(happenings.failed("deliver", error))
            found = Sent(False, detail=f"cannot be sent: {type(error).__name__}")
        try:
            self._keep(row, found)
        except LeadlineError as error:
            self._tell(happenings.failed("deliver", error))
        self.signal.set()

    def _keep(self, row: DeliveryRow, found: Sent) -> None:
        at = self._now()
        due_at = None if found.is_done else next_try(row, found, at)
        with self._store.writing() as session:
            if found.is_done:
                outbox.sent(session, row.delivery_id, at, found.status)
            else:
                told = row._replace(status=found.status, detail=found.detail)
                outbox.failed(session, told, at, due_at)
        state = "done" if found.is_done else "parked" if due_at is None else "failed"
        self._tell(Delivered(self.name, state, (at - row.created_at) / SECOND))


def next_try(row: DeliveryRow, found: Sent, at: int) -> int | None:
    """Return when a delivery goes again; None where it has gone often enough."""
    if found.is_final or row.tries > len(DELAYS):
        return None
    seconds = max(DELAYS[row.tries - 1], min(found.wait_seconds, MOST_WAIT))
    return at + int(seconds * SECOND)
