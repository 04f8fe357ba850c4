"""A service: a store, what accepts, and the loop; started and stopped together."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from types import MappingProxyType
from typing import Self

from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import EngineError, LeadlineError, StoreError
from leadline.marks.signs import Signs
from leadline.mirror.mirror import Mirror
from leadline.model.task import TaskDocument
from leadline.service import clock, commands, happenings, logs
from leadline.service.accepting import Acceptor
from leadline.service.arriving.telling import Telling
from leadline.service.beginning import Beginning
from leadline.service.clock import Clock
from leadline.service.commands import Command
from leadline.service.delivery.deliverer import Deliverer
from leadline.service.delivery.destinations import Destination
from leadline.service.delivery.senders import sender
from leadline.service.delivery.telling import Outbox, Tells
from leadline.service.drafting import Approval, Publishing
from leadline.service.feed import Feed
from leadline.service.first_start import FirstStart
from leadline.service.handover.handing import Handing
from leadline.service.handover.settings import Handover
from leadline.service.happenings import Began, Happening, Refuses, Served, Stopped
from leadline.service.hooks.hook import Hook
from leadline.service.keeping import Keeping
from leadline.service.loop import Loop
from leadline.service.measures import Measures
from leadline.service.previewing import Previewing
from leadline.service.reader import Reader
from leadline.store import facts as stored
from leadline.store import inbox, jobs, keys
from leadline.store import scores as kept
from leadline.store.inbox import Received
from leadline.store.keys import Key
from leadline.store.migrate import migrate
from leadline.store.store import Store

WATCH_SECONDS = 1.0
"""How long it may go unnoticed that a key was revoked, or that the disk is full."""
USED_SECONDS = 60.0
"""How often is written which keys were used."""
HOLD_SECONDS = 1.0
ASK_SECONDS = 0.05
"""How often the store is asked whether the loop has done something."""


@dataclass(frozen=True)
class Bounds:
    """When the service takes nothing more.

    Attributes:
        inbox_seconds: Age of the oldest request that waits.
        free_bytes: Room on the disk of a store in a file.
        loop_seconds: Since when the loop may not have come round; it stands still then.
    """

    inbox_seconds: float = 60.0
    free_bytes: int = 256 * 1024 * 1024
    loop_seconds: float = 300.0


@dataclass(frozen=True)
class Load:
    """How much waits, and how much room there is.

    Attributes:
        inbox_seconds: Age of the oldest request that waits.
        free_bytes: Room on the disk of a store in a file; None for a server.
    """

    inbox_seconds: float = 0.0
    free_bytes: int | None = None


class Service(Reader):
    """Accepts, takes in, scores; several processes may be one on a server, one on a file.

    Attributes:
        store: The store.
        bounds: When nothing more is taken.
        measures: What it counts.
        load: How much waits, as it was a second ago.
        previewing: What drafts of the model would do.
        publishing: How drafts of the model become live.
        hooks: What other systems send, by the names of their addresses.
        handing: What becomes of leads that are ready.
        destinations: Where changes of band go.
        beginning: What its store began with, and how far that is; None for nothing.
        first_start: What an administrator gave it to begin with.
        is_ending: Whether it was told to end; who keeps a connection open lets go of it.
    """

    def __init__(  # noqa: PLR0913 - all but the store may be left out
        self,
        store: Store,
        bounds: Bounds | None = None,
        telling: Telling | None = None,
        keeping: Keeping | None = None,
        feeds: Sequence[Feed] = (),
        *,
        signs: Signs | None = None,
        hooks: Mapping[str, Hook] = MappingProxyType({}),
        handing: Handover | None = None,
        task: TaskDocument | None = None,
        mirror: Mirror | None = None,
        destinations: Sequence[Destination] = (),
        alerting: Tells | None = None,
        approval: Approval = "none",
        beginning: Beginning | None = None,
    ) -> None:
        """Make a service of a store, which it closes when it stops.

        Args:
            store: The store.
            bounds: When nothing more is taken.
            telling: What tells leads apart.
            keeping: How long requests are kept as they came.
            feeds: Where more comes from; it closes them.
            signs: What tells programs from people.
            hooks: What other systems send, by the names of their addresses.
            handing: What becomes of leads that are ready.
            task: What drafts are judged by that have no task of their own.
            mirror: Events in columns, for what scores everybody.
            destinations: Where changes of band go.
            alerting: What writes alerts.
            approval: Who approves a draft of the model before it is published.
            beginning: What a store without a model begins with.
        """
        super().__init__(store, DuckDB(threads=1))
        self._telling = telling or Telling()
        self._keeping = keeping or Keeping()
        self._feeds = feeds
        self._signs = signs
        self.hooks = hooks
        self._mirror = mirror
        self.handing = handing or Handover()
        self.destinations = destinations
        self._alerting = alerting
        self.beginning = beginning
        self._is_due = beginning is not None
        self.first_start = FirstStart()
        self._deliverers = [
            Deliverer(store, each.name, sender(each), tell=self._tell) for each in destinations
        ]
        self.bounds = bounds or Bounds()
        self.measures = Measures(self._gauges)
        self.previewing = Previewing(store, task)
        self.publishing = Publishing(store, approval, self.ask)
        self.load = Load()
        self.is_ending = False
        self._keys: Mapping[str, Key] = {}
        self._used: dict[str, int] = {}
        self._write_used_at = 0.0
        self._reason = ""
        self._came_round = monotonic()
        self._begins = False
        self._loop: Loop | None = None
        self._stopping = Event()
        self._threads = [
            Thread(target=self._run, name="loop"),
            Thread(target=self._watch, name="watch"),
            *(Thread(target=self._follow, args=(each,), name="feed") for each in feeds),
        ]
        self._acceptor: Acceptor | None = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Bring the store to this version and begin. Raises EngineError.

        A store in a file has one service; a second is refused, and so is a clock that is far
        behind what the store knows.
        """
        is_loop = self.store.hold()
        if self.store.kind == "sqlite" and not is_loop:
            raise EngineError(
                "the store must have no other service; one is running on this file. "
                "Stop that one, or use PostgreSQL for several."
            )
        if is_loop:
            migrate(self.store)
            with self.store.reading() as session:
                Clock(stored.last_taken(session)).refuse_behind()
        self._begins = is_loop
        self._acceptor = Acceptor(self.store, self._kept, 1 if self.store.kind == "sqlite" else 2)
        for thread in self._threads:
            thread.start()
        for each in self._deliverers:
            each.start()
        self._tell(Served(version("leadline"), self.store.kind))

    def stop(self) -> None:
        """Keep what waits to be kept, end the pass that is under way, and close the store."""
        self._stopping.set()
        for feed in self._feeds:
            feed.end()
        if self._acceptor is not None:
            self._acceptor.close()
        if self._loop is not None:
            self._loop.stop()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()
        for each in self._deliverers:
            each.stop()
        for feed in self._feeds:
            feed.close()
        self.previewing.close()
        self.first_start.close()
        self._engine.close()
        self.store.close()
        self._tell(Stopped())

    def _tell(self, happening: Happening) -> None:
        """Have something counted and written down."""
        self.measures.hear(happening)
        logs.hear(happening)

    def _kept(self, requests: Sequence[Received]) -> None:
        self._tell(happenings.kept(requests))
        self._wake()

    async def accept(self, request: Received) -> None:
        """Keep a request; it is on the disk when this returns. Raises StoreError."""
        assert self._acceptor is not None, "it was started"  # noqa: S101 - says what is known
        await self._acceptor.accept(request)

    def keep(self, requests: Sequence[Received]) -> None:
        """Keep requests; they are on the disk when this returns. Raises StoreError."""
        inbox.accept(self.store, requests)
        self._kept(requests)

    def now(self) -> int:
        """Return the present moment in microseconds."""
        return clock.now()

    async def key(self, given: str) -> Key | None:
        """Return what a key may do; None where it is not known, or opens nothing any more.

        One that is not known yet is looked up before it is refused, as senders throw away what is.
        """
        key_hash = keys.hashed(given)
        found = self._keys.get(key_hash)
        if found is None and given:
            await asyncio.to_thread(self._read_keys)
            found = self._keys.get(key_hash)
        if found is not None:
            self._used[key_hash] = self.now()
        return found

    def _write_used(self) -> None:
        """Write which keys were used, once in a while: not with each request."""
        if self._used and monotonic() >= self._write_used_at:
            self._write_used_at = monotonic() + USED_SECONDS
            used, self._used = self._used, {}
            with self.store.writing() as session:
                keys.used(session, dict(used))

    def refuses(self) -> str:
        """Return why nothing more is taken now; an empty text where it is."""
        if self._acceptor is not None and self._acceptor.is_full:
            return "too much waits to be kept"
        return self._reason

    def _watch(self) -> None:
        """Look at the keys and at the load, so that no request has to wait for that."""
        while not self._stopping.is_set():
            try:
                self._read_keys()
                self._write_used()
                reason = self._overload()
            except LeadlineError:
                reason = "the store does not answer"
            if reason != self._reason:
                self._tell(Refuses(reason))
            self._reason = reason
            self._stopping.wait(WATCH_SECONDS)

    def _follow(self, feed: Feed) -> None:
        """Take what a feed has; while nothing is taken, or the store is away, it stays there."""
        while not self._stopping.is_set():
            rests_seconds = feed.rests_seconds
            try:
                if self.refuses():
                    rests_seconds = WATCH_SECONDS
                elif feed.take():
                    self._wake()
                    rests_seconds = 0.0
            except (LeadlineError, OSError) as error:
                self._tell(happenings.failed("feed", error))
                rests_seconds = WATCH_SECONDS
            self._stopping.wait(rests_seconds)

    def _read_keys(self) -> None:
        with self.store.reading() as session:
            self._keys = keys.valid(session, clock.now())

    def _overload(self) -> str:
        with self.store.reading() as session:
            oldest = inbox.oldest_waiting(session)
        path = getattr(self.store, "path", None)
        self.load = Load(_seconds_since(oldest), None if path is None else _free(path))
        if self.load.inbox_seconds > self.bounds.inbox_seconds:
            return "what waits is too old"
        if self.load.free_bytes is not None and self.load.free_bytes < self.bounds.free_bytes:
            return "the disk is too full"
        return ""

    @property
    def loop_seconds(self) -> float:
        """Since when the loop has not come round, or asked whether it may run."""
        rounds = [self._came_round, *([self._loop.came_round] if self._loop else [])]
        return monotonic() - max(rounds)

    @property
    def begins(self) -> bool:
        """Whether its loop has taken nothing yet of what waited when it started.

        It accepts meanwhile. But a service that is called ready before, and dies soon after,
        leaves more behind each time than it found.
        """
        return self._begins and not (self._loop is not None and self._loop.has_taken)

    @property
    def stands_still(self) -> bool:
        """Whether the loop has not come round for so long that it never will."""
        return self.loop_seconds > self.bounds.loop_seconds

    def _gauges(self) -> Mapping[str, float]:
        """Return what is as it is now; while the store is away, of this process alone."""
        found: dict[str, float] = {
            "loop_age_seconds": self.loop_seconds,
            "waiting_bytes": self._acceptor.bytes_waiting if self._acceptor else 0,
            "takes": 0 if self.refuses() else 1,
        }
        if self.load.free_bytes is not None:
            found["disk_free_bytes"] = self.load.free_bytes
        with suppress(LeadlineError), self.store.reading() as session:
            found["inbox_age_seconds"] = _seconds_since(inbox.oldest_waiting(session))
            found["inbox_requests"] = inbox.count_waiting(session)
            found["accounts_due"] = len(kept.accounts_due(session))
            found["store_bytes"] = self.store.size(session)
        return found

    def _handing(self) -> Handing:
        """Return what the loop does for leads that are ready."""
        outbox = Outbox(self.destinations, self._deliver, self._alerting)
        return Handing(self.handing, outbox)

    def ask(self, command: Command) -> str:
        """Have the loop do something, wherever it runs, and return what it says of it.

        Raises LeadlineError with its words where it could not.
        """
        request = Received("command", commands.KIND, clock.now(), commands.encoded(command))
        [number] = inbox.accept(self.store, [request])
        self._wake()
        while not self._stopping.wait(ASK_SECONDS):
            with self.store.reading() as session:
                job = jobs.find(session, number)
            if job is not None and job.state == "failed":
                raise LeadlineError(job.detail)
            if job is not None and job.state == "done":
                return job.detail
        raise StoreError("the service ends; what was asked is done when it runs again.")

    def _deliver(self) -> None:
        """Have looked at what was written into the outbox."""
        for each in self._deliverers:
            each.signal.set()

    def _wake(self) -> None:
        if self._loop is not None:
            self._loop.signal.set()

    def begin(self, beginning: Beginning) -> None:
        """Have a store that has no model begin with tables and a model. Raises StoreError.

        Facts are written by one at a time: the loop rests meanwhile, and what is sent waits.
        """
        loop = self.may_begin()
        self.beginning, self._is_due = beginning, True
        loop.stop()

    def may_begin(self) -> Loop:
        """Return the loop that rests while a store begins. Raises StoreError."""
        if self._is_due:
            raise StoreError("the store begins with something else already.")
        if self._loop is None:
            raise StoreError("another process writes to the store; leadline import brings tables.")
        return self._loop

    def _begin(self) -> None:
        """Bring what the store begins with, if that is still to be done."""
        if not self._is_due or self.beginning is None:
            return
        self.beginning.run(self.store, self._bringing)
        self._is_due = False
        state = "failed" if self.beginning.fault else "done"
        self._tell(happenings.Ended("beginning", state))

    def _bringing(self, table: str, rows: int) -> None:
        """Say that the loop is alive while tables are brought; give up where it is to end."""
        self._came_round = monotonic()
        if self._stopping.is_set():
            raise StoreError(f"the service ended after {rows} rows of {table}.")

    def _run(self) -> None:
        """Run the loop whenever this process is the one that may; whatever ends it, it returns."""
        while not self._stopping.is_set():
            self._came_round = monotonic()
            try:
                if self.store.hold():
                    self._begin()
                    self._loop = Loop(
                        self.store,
                        self._engine,
                        telling=self._telling,
                        keeping=self._keeping,
                        signs=self._signs,
                        hooks={name: each.mapping for name, each in self.hooks.items()},
                        mirror=self._mirror,
                        handing=self._handing(),
                        tell=self._tell,
                    )
                    self._tell(Began())
                    if not self._stopping.is_set():
                        self._loop.run()
            except Exception as error:  # noqa: BLE001 - else the service would only fill up
                self._begins = False
                self._tell(happenings.failed("loop", error))
            self._stopping.wait(HOLD_SECONDS)


def _seconds_since(moment: int | None) -> float:
    """Return the age of a moment in microseconds; nothing is of no age."""
    return 0.0 if moment is None else max(0, clock.now() - moment) / 1_000_000


def _free(path: Path) -> int:
    return shutil.disk_usage(path.parent or Path()).free
