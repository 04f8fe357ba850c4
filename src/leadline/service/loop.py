"""The loop: what waits becomes facts and scores, pass after pass; it alone writes facts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from queue import Empty
from threading import Event as Signal
from time import monotonic

from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import LeadlineError, StoreError
from leadline.identity.columns_read import find
from leadline.marks.signs import Signs
from leadline.mirror.mirror import Mirror
from leadline.model.types import Type
from leadline.service import auditing, commands, erasing, happenings, writing
from leadline.service.alerts.noticing import Noticed, Seen
from leadline.service.arriving import reading
from leadline.service.arriving.facts import Fact, Unusable
from leadline.service.arriving.items import Refused
from leadline.service.arriving.leaving import named, without
from leadline.service.arriving.pages import limited
from leadline.service.arriving.telling import Telling
from leadline.service.beside import Beside
from leadline.service.clock import Clock, now
from leadline.service.connecting.first import is_first_load
from leadline.service.handover.effective import Effective
from leadline.service.handover.handing import Handing
from leadline.service.happenings import Ended, Tell, nobody
from leadline.service.keeping import UNKNOWN, Keeping
from leadline.service.large import PAUSE_SECONDS, Due, LargeAccount
from leadline.service.live import MOST_TOGETHER, Live, Scores, Stands, Touched
from leadline.service.marking import SOURCE, Marking
from leadline.service.publishing import Sweep
from leadline.service.taking import Arrived, Taken, Taking, know
from leadline.store import drafts, inbox, jobs, keys, outbox
from leadline.store import facts as stored
from leadline.store import scores as kept
from leadline.store.erasing import Hashes, write_body
from leadline.store.facts import NOBODY, MarkRow
from leadline.store.inbox import Parked, Waiting
from leadline.store.session import Session
from leadline.store.store import Store

MOST_REQUESTS = 1000
MOST_FACTS = 4000
MOST_PARKED = 500
"""Parts of one request that are parked each by itself; all others together, as the request."""
IDLE_SECONDS = 0.02
"""How long to wait for other processes' requests; those of this one wake the loop at once."""
ENDS_SECONDS = 0.5
"""How long it may go unnoticed that something is over."""
TIDY_SECONDS = 3600.0


@dataclass
class Pass:
    """Requests that are taken together.

    Attributes:
        requests: Those that are done with when the pass is written.
        arrived: Their facts, each with when it was taken.
        parked: What is no fact.
        began: When it began, by a clock of seconds.
        erased: Requests that name somebody who was erased, without that.
    """

    requests: list[Waiting] = field(default_factory=list)
    arrived: list[Arrived] = field(default_factory=list)
    parked: list[Parked] = field(default_factory=list)
    began: float = field(default_factory=monotonic)
    erased: dict[int, bytes] = field(default_factory=dict)

    @property
    def is_quiet(self) -> bool:
        """Whether nobody is told what it changes."""
        return any(is_first_load(each.source) for each in self.requests)


class Loop:
    """Takes what waits, scores whom it touches, and writes both in one transaction.

    Attributes:
        has_taken: Whether it went round once, and took some of what waited before it began.
    """

    def __init__(  # noqa: PLR0913 - all but the first three are named
        self,
        store: Store,
        engine: DuckDB,
        read_clock: Callable[[], int] = now,
        *,
        most_together: int = MOST_TOGETHER,
        pause_seconds: float = PAUSE_SECONDS,
        telling: Telling | None = None,
        keeping: Keeping | None = None,
        signs: Signs | None = None,
        hooks: reading.Hooks = reading.NO_HOOKS,
        handing: Handing | None = None,
        mirror: Mirror | None = None,
        tell: Tell = nobody,
    ) -> None:
        """Begin where the store is.

        Args:
            store: Held by this process.
            engine: Computes; the loop alone uses it.
            read_clock: The clock of the machine, in microseconds.
            most_together: Leads of an account that a pass scores; a larger one waits a little.
            pause_seconds: So often a large account is scored at the most.
            telling: What tells leads apart.
            keeping: How long requests are kept as they came; None for ever.
            signs: What tells a program from a person.
            hooks: What reads the requests of webhooks.
            handing: What becomes of leads that are ready.
            mirror: Events in columns, for what scores everybody.
            tell: Is told what happens.
        """
        self.store = store
        self._most_together = most_together
        self._telling = telling or Telling()
        self._keeping = keeping
        self._hooks = hooks
        self._tell = tell
        self.came_round = monotonic()
        self._tidy_at = 0.0
        self._handing = handing or Handing()
        self._mirror = mirror
        self._ends_at = 0.0
        self.engine = engine
        self._marking = Marking(engine, signs)
        self.signal = Signal()
        self.has_taken = False
        self._stopping = False
        self._live: dict[int, Live] = {}
        self._fields: set[str] = set()
        self._beside: Beside | None = None
        self._pages: Mapping[str, Collection[str]] = {}
        with store.reading() as session:
            self.clock = Clock(stored.last_taken(session), read_clock)
            self._due = Due(kept.accounts_due(session), pause_seconds)
            self._erased = Hashes.read(session)
            if mirror is not None:
                mirror.check(session)
        self.clock.refuse_behind()

    def stop(self) -> None:
        """End ``run`` after the pass that is under way."""
        self._stopping = True
        self.signal.set()

    def run(self) -> None:
        """Take what waits until ``stop``.

        Raises StoreError where the store does not answer, or this process may no longer write to
        it; what was not written waits as before, for a loop that begins anew.
        """
        try:
            while not self._stopping:
                self.came_round = monotonic()
                taken = self.take()
                self.has_taken = True
                if not taken + self.go_on() + self._end_in_time():
                    self._tidy()
                    self.signal.wait(IDLE_SECONDS)
                    self.signal.clear()
        finally:
            if self._beside is not None:
                self._beside.abandon()
            self._let_go()

    def drain(self) -> int:
        """Take all that waits and score whoever is due; return how many requests that were."""
        total = 0
        while (taken := self.take()) or self._beside is not None or self._due.since:
            total += taken
            if not self.go_on():
                self.signal.wait(IDLE_SECONDS)
        self.end_holds()
        self.remind()
        return total

    def _tidy(self) -> None:
        """Take away what was kept long enough, some at a time while nothing else is to be done."""
        if self._keeping is None or monotonic() < self._tidy_at:
            return
        at = self.clock.take()
        with self.store.working() as session:
            gone = self._keeping.tidy(session, at, MOST_REQUESTS)
        if gone.get(UNKNOWN) and self._mirror is not None and self._beside is None:
            self._mirror.drop()  # what is computed beside reads it; else it is made anew anyway
        if not any(gone.values()):
            self._tidy_at = monotonic() + TIDY_SECONDS

    # --- what ends by itself

    def _end_in_time(self) -> int:
        """End what is over, every now and then; return how much that was."""
        if monotonic() < self._ends_at:
            return 0
        self._ends_at = monotonic() + ENDS_SECONDS
        return self.end_holds() + self.remind()

    def end_holds(self) -> int:
        """Have leads go by their computed bands again whose hold is over; return how many."""
        with self.store.reading() as session:
            over = self._handing.over(session, self.clock.now())
            model = kept.published(session)
            if not over or model is None:
                return 0
            at = self.clock.take()
            found = self._handing.ended(session, self.live(session, model), over, at)
        with self.store.working() as session:
            self._handing.write(session, found, at)
            stored.set_last_taken(session, at)
        self._handing.outbox.wake()
        return len(over)

    def remind(self) -> int:
        """Do what is due of leads that nobody answered in time; return of how many."""
        with self.store.reading() as session:
            late = self._handing.owning.late(session, self.clock.now())
            forgotten = self._handing.forgotten(session, self.clock.now())
            digests = self._handing.digests(session, self.clock.now())
        if not (late or forgotten or digests):
            return 0
        at = self.clock.take()
        with self.store.working() as session:
            self._handing.owning.remind(session, late, at)
            self._handing.tell_forgotten(session, forgotten, at)
            outbox.add(session, digests, at)
            stored.set_last_taken(session, at)
        self._handing.outbox.wake()
        return len(late) + len(forgotten) + len(digests)

    # --- commands, sweeps and large accounts, beside the passes

    def _begin(self, asked: Waiting) -> None:
        """Begin what a command asks; it waits in the inbox until it has ended."""
        at = self.clock.take()
        kind = ""
        try:
            command = commands.decoded(asked.body)
            kind = type(command).__name__
            if isinstance(command, commands.Erase):
                self._erase(asked, command, at)
                return
            if isinstance(command, commands.Draft):
                self._keep_draft(asked, command, at)
                return
            with self.store.working() as session:
                jobs.begin(session, asked.inbox_id, kind, at)
                row = commands.version_of(session, command, at)
                published = kept.published(session)
                live = self.live(session, row)
                stored.set_last_taken(session, at)
        except StoreError:
            raise
        except LeadlineError as error:
            self._fail(asked.inbox_id, kind, str(error))
            return
        before = published.version if published else 0
        cause = "sweep" if isinstance(command, commands.Sweep) else "publish"
        quiet = command.quiet if isinstance(command, commands.Sweep) else not command.alerts
        self._beside = Sweep(
            live, at, before, cause, quiet, asked.inbox_id, command.by,
            _draft_of(command), self._mirror,
        )  # fmt: skip
        self._beside.start(self.store)

    def _erase(self, asked: Waiting, command: commands.Erase, at: int) -> None:
        """Take a person out of the store, and score who is in a company with them."""
        with self.store.reading() as session:
            found = erasing.person(session, command.lead, self._hooks)
        with self.store.working() as session:
            jobs.begin(session, asked.inbox_id, commands.Erase.__name__, at)
            erasing.erase(session, found, self._erased, at)
            row = kept.published(session)
            touched = Touched()
            if row is not None:
                live, left = self.live(session, row), Taken(active_accounts=found.accounts)
                touched = live.touched(session, left, self._most_together)
                batch = live.batch(session, touched, Taken())
                moment = self.clock.take()
                rescored = live.score(batch, moment, "erase")
                going = self._handing.effective(session, live, rescored, moment)
                self._handing.write(session, going, moment)
                writing.due(session, touched.large, self.clock.last)
            write_body(session, asked.inbox_id, b"")  # it names the person
            jobs.end(session, asked.inbox_id, "done", f"{len(found.leads)}", self.clock.take())
            inbox.done(session, [asked.inbox_id])
            stored.set_last_taken(session, self.clock.last)
            auditing.erased(session, found, command.by, at)
        if self._mirror is not None:
            self._mirror.drop()
        self._due.add(touched.large, self.clock.last)
        self._tell(Ended("erase", "done"))

    def _keep_draft(self, asked: Waiting, command: commands.Draft, at: int) -> None:
        """Keep a document that nobody is scored by; the job ends with its version."""
        with self.store.working() as session:
            jobs.begin(session, asked.inbox_id, commands.Draft.__name__, at)
            row = commands.drafted(session, command, at)
            jobs.end(session, asked.inbox_id, "done", str(row.version), self.clock.take())
            inbox.done(session, [asked.inbox_id])
            stored.set_last_taken(session, self.clock.last)
        self._tell(Ended("draft", "done"))

    def _fail(self, inbox_id: int, kind: str, detail: str) -> None:
        at = self.clock.take()
        with self.store.working() as session:
            if jobs.find(session, inbox_id) is None:
                jobs.begin(session, inbox_id, kind, at)
            jobs.end(session, inbox_id, "failed", detail, at)
            if kind == commands.Erase.__name__:
                write_body(session, inbox_id, b"")  # it may name somebody
            inbox.done(session, [inbox_id])
            stored.set_last_taken(session, at)
        self._tell(Ended(kind.lower(), "failed"))

    def _begin_account(self) -> int:
        """Begin with the large account whose turn it is; return how many those are."""
        account = self._due.next(monotonic())
        if account is None:
            return 0
        at = self.clock.take()
        with self.store.working() as session:
            row = kept.published(session)
            live = self.live(session, row) if row else None
            stored.set_last_taken(session, at)
        if live is None:
            self._due.since.pop(account)
            return 0
        self._beside = LargeAccount(live, at, account, monotonic())
        self._beside.start(self.store)
        return 1

    def go_on(self) -> int:
        """Write the next scores of what is computed beside; return whether there was something."""
        if (beside := self._beside) is None:
            return self._begin_account()
        error = None
        try:
            chunk = beside.next()
        except Empty:
            return 0
        except StoreError:  # a store that was away is no fault of what was asked
            raise
        except LeadlineError as found:
            chunk, error = None, found
        if chunk is not None:
            self._write_beside(beside, chunk)
            beside.written()
        else:
            self._finish(beside, error)
            self._beside = None
        return 1

    def _write_beside(self, beside: Beside, chunk: Scores) -> None:
        switches = isinstance(beside, Sweep) and beside.switches
        found = chunk if switches else chunk.without(beside.scored)
        with self.store.working() as session:
            if isinstance(beside, Sweep) and not switches:
                leads = [row.lead_no for row in found.scores]
                accounts = [row.account_id for row in found.account_scores]
                before: list[Stands] = [
                    *kept.bands(session, beside.before, leads),
                    *kept.account_bands(session, beside.before, accounts),
                ]
                changes = beside.live.changes(found, before, beside.cause, quiet=beside.quiet)
                found = replace(found, transitions=list(changes))
            at = self.clock.last
            going = self._handing.effective(session, beside.live, found, at)
            self._handing.write(session, going, at)
        self._handing.outbox.wake()
        cause = beside.cause if isinstance(beside, Sweep) else "account"
        self._tell(happenings.scored(cause, found))

    def _finish(self, beside: Beside, error: LeadlineError | None) -> None:
        if isinstance(beside, LargeAccount):
            self._finish_account(beside, error)
        elif isinstance(beside, Sweep) and error is not None:
            self._fail(beside.inbox_id, beside.cause, str(error))
        elif isinstance(beside, Sweep):
            self._finish_sweep(beside)

    def _finish_account(self, beside: LargeAccount, error: LeadlineError | None) -> None:
        """Leave an account alone for a while; where it could not be scored it stays due."""
        if error is None:
            with self.store.working() as session:
                kept.account_done(session, beside.account_id, beside.at)
            self._due.done(beside.account_id, beside.at)
        self._due.rest(beside.account_id, beside.began, monotonic())

    def _finish_sweep(self, sweep: Sweep) -> None:
        """Score whom passes touched since by the new version, and make it the one that is live."""
        with self.store.working() as session:
            large: set[str] = set()
            if sweep.switches:
                large = self._catch_up(session, sweep)
                changed = kept.add_changes(
                    session, sweep.before, sweep.live.row, sweep.cause, quiet=sweep.quiet
                )
                self._handing.tell(session, *changed, self.clock.last)
                kept.switch(session, sweep.live.row.version, self.clock.take())
                if sweep.draft is not None:
                    drafts.published(session, *sweep.draft, sweep.live.row.version)
            jobs.end(session, sweep.inbox_id, "done", "", self.clock.take())
            inbox.done(session, [sweep.inbox_id])
            stored.set_last_taken(session, self.clock.last)
            if sweep.switches:
                auditing.switched(session, sweep, self.clock.last)
        self._due.add(large, self.clock.last)
        self._tell(Ended(sweep.cause, "done"))

    def _catch_up(self, session: Session, sweep: Sweep) -> set[str]:
        """Score whom passes touched since; return the accounts that are too large for that."""
        touched = sweep.live.touched(session, sweep.since, self._most_together)
        for part in sweep.live.parts(session, touched, MOST_FACTS):
            batch = sweep.live.batch(session, part, Taken())
            found = sweep.live.score(batch, self.clock.take(), sweep.cause, quiet=True)
            writing.scores(session, replace(found, transitions=[]))
        writing.due(session, touched.large, self.clock.last)
        return touched.large

    def take(self) -> int:
        """Take one pass of what waits, and return how many requests that were.

        Raises StoreError where the store does not answer; everything waits as before then.
        """
        with self.store.reading() as session:
            waiting = inbox.take(session, MOST_REQUESTS)
            self._pages = keys.of_pages(session) if waiting else {}
        asked = [each for each in waiting if each.kind == commands.KIND]
        said = _alike([each for each in waiting if each.kind != commands.KIND])
        taken = self._take(said) if said else 0
        if asked and self._beside is None:
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
            unusable = 0
            for found in self._facts(request):
                if self._erased.has(named(found)):
                    made.erased.setdefault(request.inbox_id, request.body)
                elif isinstance(found, Unusable):
                    unusable += 1
                    if unusable <= MOST_PARKED:
                        made.parked.append(_parked(request, found))
                else:
                    made.arrived.append(Arrived(found, request.source, self.clock.take()))
            if request.inbox_id in made.erased:
                made.erased[request.inbox_id] = self._without_erased(request)
            if unusable > MOST_PARKED:
                detail = f"{unusable - MOST_PARKED} parts more cannot be used"
                others = Unusable(MOST_PARKED, "too_many", detail, request.body)
                made.parked.append(_parked(request, others))
        return made

    def _facts(self, request: Waiting) -> Iterator[reading.Found]:
        """Yield what a request says; one that cannot be read at all is one that is no fact.

        One that came with a public key may set the fields of that key alone.
        """
        fields = self._pages.get(request.source)
        try:
            facts = reading.read(request.kind, request.body, request.received_at, self._hooks)
            for item, found in enumerate(facts):
                yield (
                    found
                    if isinstance(found, Unusable)
                    else _usable(request, item, found, fields, self._telling)
                )
        except Refused as refused:
            yield Unusable(0, refused.reason, refused.detail, request.body)

    def _without_erased(self, request: Waiting) -> bytes:
        """Return the body of a request without what names somebody who was erased."""

        def is_of(found: reading.Found) -> bool:
            return self._erased.has(named(found))

        return without(request.kind, request.body, request.received_at, is_of, self._hooks)

    def _write(self, made: Pass) -> None:
        """Score whom the facts of a pass touch, then write all of it in one transaction."""
        with self.store.reading() as session:
            known = know(session, [each.fact for each in made.arrived])
            taking = Taking(known, scores_anonymous=self._telling.scores_anonymous)
            for arrived in made.arrived:
                taking.take(arrived)
            taken = taking.finish()
            self._mark(session, taken)
            self._read_more({name for entity, _, name, *_ in taken.history if entity == "lead"})
            as_of = self.clock.take()
            model = kept.published(session)
            live = self.live(session, model) if model else None
            touched, found = Touched(), Effective(Scores())
            noticed: list[Noticed] = []
            if live is not None:
                touched = live.touched(session, taken, self._most_together)
                batch = live.batch(session, touched, taken)
                scores = live.score(batch, as_of, "event", quiet=made.is_quiet)
                found = self._handing.effective(session, live, scores, as_of, taken)
                if not made.is_quiet:
                    seen = Seen(session, live, batch, taken, scores, as_of)
                    noticed = self._handing.notice(seen)
        if self._beside is not None:
            self._beside.touch(touched, taken)
        with self.store.working() as session:
            writing.facts(session, taken, taking.known.people)
            self._handing.owning.merged(session, taken.merges)
            self._handing.owning.handed_over(session, taken.desk.ownerships.values(), as_of)
            self._handing.write(session, found, as_of)
            self._handing.tell_noticed(session, noticed, as_of)
            writing.due(session, touched.large, as_of)
            inbox.park(session, made.parked, as_of)
            inbox.done(session, [each.inbox_id for each in made.requests])
            for inbox_id, body in made.erased.items():
                write_body(session, inbox_id, body)
            stored.set_last_taken(session, as_of)
            auditing.passed(session, made.arrived, taken.desk, as_of)
        self._handing.outbox.wake()
        self._marking.written()
        self._due.add(touched.large, as_of)
        self._tell(happenings.passed(made.began, made.arrived, taken, made.parked, found.scores))

    def _mark(self, session: Session, taken: Taken) -> None:
        """Mark what no person did, also of what came before; whose it is, is scored again."""
        for row, mark in self._marking.find(session, taken):
            at = self.clock.take()
            taken.marks.append(MarkRow(row.event_id, at, row.lead_no, mark, at, SOURCE))
            taken.active_accounts |= {row.account_id} if row.account_id else set()
        leads = {row.lead_no for row in taken.marks} - taken.touched - {NOBODY}
        if leads:
            tied = stored.merges(session, leads)
            taken.touched |= leads
            taken.touched |= {n for row in tied for n in (row.from_no, row.into_no) if n}

    def _read_more(self, names: set[str]) -> None:
        """Have batches read fields that were not there before and that others are read off."""
        new = names - self._fields
        self._fields |= new
        if new and find(dict.fromkeys(new, Type.TEXT)):
            self._let_go()

    def _let_go(self) -> None:
        """Forget what was planned for batches."""
        for live in self._live.values():
            live.close()
        self._live.clear()

    def live(self, session: Session, row: kept.ModelRow) -> Live:
        """Return a version of the model made ready for batches."""
        if row.version not in self._live:
            self._fields.update(stored.known_fields(session, "lead"))
            self._live[row.version] = Live(self.engine, row, sorted(self._fields))
        return self._live[row.version]

    def _park(self, request: Waiting, error: Exception) -> None:
        detail = f"{type(error).__name__}: {error}"[:1000]
        broken = Unusable(0, "breaks", detail, request.body)
        self._tell(happenings.failed("pass", error))
        with self.store.working() as session:
            inbox.park(session, [_parked(request, broken)], self.clock.take())
            inbox.done(session, [request.inbox_id])
            stored.set_last_taken(session, self.clock.last)


def _draft_of(command: commands.Command) -> tuple[int, int] | None:
    if isinstance(command, commands.Publish) and command.draft:
        return command.draft, command.revision
    return None


def _alike(waiting: Sequence[Waiting]) -> list[Waiting]:
    """Return those that are told of, or not, as the first: a pass is one or the other."""
    is_quiet = bool(waiting) and is_first_load(waiting[0].source)
    return [each for each in waiting if is_first_load(each.source) == is_quiet]


def _usable(
    request: Waiting, item: int, fact: Fact, fields: Collection[str] | None, telling: Telling
) -> reading.Found:
    """Return a fact with what it may say and whom it tells; where that is nothing, why."""
    try:
        return telling.told(fact if fields is None else limited(fact, fields))
    except Refused as refused:
        return Unusable(item, refused.reason, refused.detail, request.body)


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
