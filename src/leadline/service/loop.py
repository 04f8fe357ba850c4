"""The loop: what waits becomes facts and scores, pass after pass; it alone writes facts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from queue import Empty
from threading import Event as Signal

from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import LeadlineError, StoreError
from leadline.service import commands, writing
from leadline.service.arriving import reading
from leadline.service.arriving.facts import Unusable
from leadline.service.arriving.items import Refused
from leadline.service.arriving.pages import limited
from leadline.service.clock import Clock, now
from leadline.service.live import Live, Scores
from leadline.service.publishing import Sweep
from leadline.service.taking import Arrived, Taken, Taking, know
from leadline.store import facts as stored
from leadline.store import inbox, jobs, keys
from leadline.store import scores as kept
from leadline.store.inbox import Parked, Waiting
from leadline.store.session import Session
from leadline.store.store import Store

MOST_REQUESTS = 1000
MOST_FACTS = 4000
IDLE_SECONDS = 0.02
"""How long to wait for other processes' requests; those of this one wake the loop at once."""
RETRY_SECONDS = 1.0


@dataclass
class Pass:
    """Requests that are taken together.

    Attributes:
        requests: Those that are done with when the pass is written.
        arrived: Their facts, each with when it was taken.
        parked: What is no fact.
    """

    requests: list[Waiting] = field(default_factory=list)
    arrived: list[Arrived] = field(default_factory=list)
    parked: list[Parked] = field(default_factory=list)


class Loop:
    """Takes what waits, scores whom it touches, and writes both in one transaction."""

    def __init__(self, store: Store, engine: DuckDB, read_clock: Callable[[], int] = now) -> None:
        self.store = store
        self.engine = engine
        self.signal = Signal()
        self._stopping = False
        self._live: dict[int, Live] = {}
        self._sweep: Sweep | None = None
        self._pages: Mapping[str, Collection[str]] = {}
        with store.reading() as session:
            self.clock = Clock(stored.last_taken(session), read_clock)
        self.clock.refuse_behind()

    def stop(self) -> None:
        """End ``run`` after the pass that is under way."""
        self._stopping = True
        self.signal.set()

    def run(self) -> None:
        """Take what waits until ``stop``; a store that does not answer is asked again."""
        while not self._stopping:
            try:
                taken = self.take() + self.go_on()
            except StoreError:
                self.signal.wait(RETRY_SECONDS)
                continue
            if not taken:
                self.signal.wait(IDLE_SECONDS)
                self.signal.clear()

    def drain(self) -> int:
        """Take all that waits and end the sweep that is under way; return how many requests."""
        total = 0
        while (taken := self.take()) or self._sweep is not None:
            total += taken
            if not self.go_on():
                self.signal.wait(IDLE_SECONDS)
        return total

    # --- commands and sweeps, beside the passes

    def _begin(self, asked: Waiting) -> None:
        """Begin what a command asks; it waits in the inbox until it has ended."""
        at = self.clock.take()
        try:
            command = commands.decoded(asked.body)
            with self.store.working() as session:
                jobs.begin(session, asked.inbox_id, type(command).__name__, at)
                row = commands.version_of(session, command, at)
                published = kept.published(session)
                live = self.live(session, row)
                stored.set_last_taken(session, at)
        except StoreError:
            raise
        except LeadlineError as error:
            self._end(asked.inbox_id, "failed", str(error))
            return
        before = published.version if published else 0
        cause = "sweep" if isinstance(command, commands.Sweep) else "publish"
        quiet = command.quiet if isinstance(command, commands.Sweep) else not command.alerts
        self._sweep = Sweep(live, before, at, cause, quiet, asked.inbox_id)
        self._sweep.start(self.store)

    def _end(self, inbox_id: int, state: str, detail: str) -> None:
        at = self.clock.take()
        with self.store.working() as session:
            jobs.begin(session, inbox_id, "", at)
            jobs.end(session, inbox_id, state, detail, at)
            inbox.done(session, [inbox_id])
            stored.set_last_taken(session, at)

    def go_on(self) -> int:
        """Write the next scores of the sweep that is under way; return how many rows those are."""
        if (sweep := self._sweep) is None:
            return 0
        try:
            chunk = sweep.next()
        except Empty:
            return 0
        except LeadlineError as error:
            self._sweep = None
            self._end(sweep.inbox_id, "failed", str(error))
            return 1
        if chunk is None:
            self._finish(sweep)
            self._sweep = None
            return 1
        found = sweep.untouched(chunk)
        with self.store.working() as session:
            if not sweep.switches:
                before = kept.bands(session, sweep.before, [row.lead_no for row in found.scores])
                changes = sweep.live.changes(found, before, sweep.cause, quiet=sweep.quiet)
                found = replace(found, transitions=list(changes))
            writing.scores(session, found)
        return len(chunk.scores) + len(chunk.account_scores)

    def _finish(self, sweep: Sweep) -> None:
        """Score whom passes touched since by the new version, and make it the one that is live."""
        with self.store.working() as session:
            if sweep.switches:
                self._catch_up(session, sweep)
                kept.add_changes(
                    session, sweep.before, sweep.live.row, sweep.cause, quiet=sweep.quiet
                )
                kept.switch(session, sweep.live.row.version, self.clock.take())
            jobs.end(session, sweep.inbox_id, "done", "", self.clock.take())
            inbox.done(session, [sweep.inbox_id])
            stored.set_last_taken(session, self.clock.last)

    def _catch_up(self, session: Session, sweep: Sweep) -> None:
        nothing = Taken(touched=sweep.touched, touched_accounts=sweep.touched_accounts)
        numbers, _ = sweep.live.together(session, nothing)
        listed = sorted(numbers)
        for start in range(0, len(listed), MOST_FACTS):
            part = set(listed[start : start + MOST_FACTS])
            batch = sweep.live.batch(session, part, Taken())
            found = sweep.live.score(batch, self.clock.take(), sweep.cause, quiet=True)
            writing.scores(session, replace(found, transitions=[]))

    def take(self) -> int:
        """Take one pass of what waits, and return how many requests that were.

        Raises StoreError where the store does not answer; everything waits as before then.
        """
        with self.store.reading() as session:
            waiting = inbox.take(session, MOST_REQUESTS)
            self._pages = keys.of_pages(session) if waiting else {}
        asked = [each for each in waiting if each.kind == commands.KIND]
        said = [each for each in waiting if each.kind != commands.KIND]
        taken = self._take(said) if said else 0
        if asked and self._sweep is None:
            self._begin(asked[0])
            taken += 1
        return taken

    def _take(self, waiting: Sequence[Waiting]) -> int:
        """Take requests; the one that breaks a pass is found by halving, and parked."""
        try:
            made = self._read(waiting)
            self._write(made)
            return len(made.requests)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the others must go on
            if len(waiting) == 1:
                self._park(waiting[0], error)
                return 1
            half = len(waiting) // 2
            return self._take(waiting[:half]) + self._take(waiting[half:])

    def _read(self, waiting: Iterable[Waiting]) -> Pass:
        """Read requests up to a number of facts; at least one request is read."""
        made = Pass()
        for request in waiting:
            if made.requests and len(made.arrived) >= MOST_FACTS:
                break
            made.requests.append(request)
            for found in _facts(request, self._pages.get(request.source)):
                if isinstance(found, Unusable):
                    made.parked.append(_parked(request, found))
                else:
                    made.arrived.append(Arrived(found, request.source, self.clock.take()))
        return made

    def _write(self, made: Pass) -> None:
        """Score whom the facts of a pass touch, then write all of it in one transaction."""
        with self.store.reading() as session:
            taking = Taking(know(session, [each.fact for each in made.arrived]))
            for arrived in made.arrived:
                taking.take(arrived)
            taken = taking.finish()
            as_of = self.clock.take()
            model = kept.published(session)
            live = self.live(session, model) if model else None
            large: set[str] = set()
            scores = Scores()
            if live is not None and (taken.touched or taken.touched_accounts):
                numbers, large = live.together(session, taken)
                scores = live.score(live.batch(session, numbers, taken), as_of, "event")
        if self._sweep is not None:
            self._sweep.touched |= {row.lead_no for row in scores.scores} | taken.touched
            self._sweep.touched_accounts |= taken.touched_accounts
        with self.store.working() as session:
            writing.facts(session, taken, taking.known.people)
            writing.scores(session, scores)
            writing.due(session, large, as_of)
            inbox.park(session, made.parked, as_of)
            inbox.done(session, [each.inbox_id for each in made.requests])
            stored.set_last_taken(session, as_of)

    def live(self, session: Session, row: kept.ModelRow) -> Live:
        """Return a version of the model made ready for batches."""
        if row.version not in self._live:
            fields = stored.known_fields(session, "lead")
            self._live[row.version] = Live(self.engine, row, fields)
        return self._live[row.version]

    def _park(self, request: Waiting, error: Exception) -> None:
        detail = f"{type(error).__name__}: {error}"[:1000]
        broken = Unusable(0, "breaks", detail, request.body)
        with self.store.working() as session:
            inbox.park(session, [_parked(request, broken)], self.clock.take())
            inbox.done(session, [request.inbox_id])
            stored.set_last_taken(session, self.clock.last)


def _facts(request: Waiting, fields: Collection[str] | None) -> Iterator[reading.Found]:
    """Yield what a request says; one that cannot be read at all is one that is no fact.

    Where ``fields`` are given it came with a public key, which may set these alone.
    """
    try:
        for found in reading.read(request.kind, request.body, request.received_at):
            yield found if fields is None or isinstance(found, Unusable) else limited(found, fields)
    except Refused as refused:
        yield Unusable(0, refused.reason, refused.detail, request.body)


def _parked(request: Waiting, found: Unusable) -> Parked:
    return Parked(
        request.inbox_id,
        found.item,
        request.source,
        found.reason,
        found.detail,
        found.body,
        request.received_at,
    )
