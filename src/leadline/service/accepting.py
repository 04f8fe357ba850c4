"""Requests that wait to be kept: whoever commits takes all of them in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from threading import Thread
from typing import NamedTuple

from leadline.errors import LeadlineError, StoreError
from leadline.store import inbox
from leadline.store.inbox import Received
from leadline.store.store import Store

MOST_TOGETHER = 500
MOST_BYTES = 32 * 1024 * 1024


class Waiter(NamedTuple):
    """A request, and who waits for it to be on the disk."""

    request: Received
    answer: asyncio.Future[None]
    loop: asyncio.AbstractEventLoop


class Acceptor:
    """Keeps requests; ``accept`` returns once its request is synced, or raises StoreError.

    Every commit costs a sync of the disk, so one carries all that arrived since the last.

    Attributes:
        bytes_waiting: How much waits to be kept; a face refuses more before it reads it.
    """

    def __init__(
        self, store: Store, kept: Callable[[Sequence[Received]], None], threads: int = 1
    ) -> None:
        """Start; ``kept`` is called after each commit, with what it kept."""
        self._store = store
        self._kept = kept
        self._queue: SimpleQueue[Waiter | None] = SimpleQueue()
        self.bytes_waiting = 0
        self._threads = [Thread(target=self._run, name=f"accept-{n}") for n in range(threads)]
        for thread in self._threads:
            thread.start()

    @property
    def is_full(self) -> bool:
        """Whether more waits than memory should hold."""
        return self.bytes_waiting > MOST_BYTES

    async def accept(self, request: Received) -> None:
        """Keep a request. Raises StoreError where it is not kept."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[None] = loop.create_future()
        self.bytes_waiting += len(request.body)
        try:
            self._queue.put(Waiter(request, answer, loop))
            await answer
        finally:
            self.bytes_waiting -= len(request.body)

    def close(self) -> None:
        """Keep what waits, then stop."""
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            waiting = [first]
            ends = False
            while len(waiting) < MOST_TOGETHER and not self._queue.empty():
                another = self._queue.get()
                if another is None:
                    ends = True
                    break
                waiting.append(another)
            self._keep(waiting)
            if ends:
                return

    def _keep(self, waiting: list[Waiter]) -> None:
        error: LeadlineError | None = None
        requests = [each.request for each in waiting]
        try:
            inbox.accept(self._store, requests)
        except LeadlineError as found:
            error = found
        except Exception as found:  # noqa: BLE001 - whoever waits must hear of it
            error = StoreError(f"the store could not keep it: {found}.")
        for each in waiting:
            each.loop.call_soon_threadsafe(_answer, each.answer, error)
        if error is None:
            self._kept(requests)


def _answer(answer: asyncio.Future[None], error: LeadlineError | None) -> None:
    if answer.cancelled():  # whoever asked is gone; it is kept all the same
        return
    if error is None:
        answer.set_result(None)
    else:
        answer.set_exception(error)
