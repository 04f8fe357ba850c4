"""What comes from another system and goes there, and is anything in the way?"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from leadline.errors import Fault, InputError, LeadlineError, nearest
from leadline.questions.answer import Answer
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic
from leadline.service.asked.of_store import OfStore, note

if TYPE_CHECKING:
    from leadline.connectors.crm import Crm
    from leadline.questions.session import Session
    from leadline.service.connecting.settings import ConnectionSettings
    from leadline.service.connecting.writing import Due, Writing
    from leadline.store.connections import RecordRow
    from leadline.store.session import Session as StoreSession
    from leadline.store.store import Store

NAME = asks("The connection, as the settings name it.", unit="NAME")
CHECK = asks(
    "Say what is in the way; nothing is changed.",
    "flag",
    word="check",
    against=("plan", "once", "approve"),
)
PLAN = asks("Say what would be written; nothing is.", "flag", against=("once", "approve"))
ONCE = asks("Read what changed, then write what differs.", "flag", against=("approve",))
STATUS = asks(
    "Say when it was read and written, and what was refused.",
    "flag",
    against=("check", "plan", "once", "approve"),
)
APPROVE = asks("You have looked at the plan: from now on it is written.", "flag")
CONNECTORS = asks("Connections that the settings name.", "object", setting="connectors")
MOST_SHOWN = 10
WAIT_SECONDS = 600.0
POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Connect(OfStore, Question["Answer[None]"]):
    """Read another system and write scores to it, once a person has looked at what would be.

    The first load alerts nobody and writes nothing.
    """

    name: ClassVar[str] = "connect"
    topic: ClassVar[Topic] = "serve"
    example: ClassVar[str] = "leadline connect crm --plan"
    has_report: ClassVar[bool] = False

    connection: str = field(metadata=NAME)
    plan: bool = field(default=False, kw_only=True, metadata=PLAN)
    check_: bool = field(default=False, kw_only=True, metadata=CHECK)
    once: bool = field(default=False, kw_only=True, metadata=ONCE)
    approve: bool = field(default=False, kw_only=True, metadata=APPROVE)
    status: bool = field(default=False, kw_only=True, metadata=STATUS)
    connectors: Mapping[str, Any] | None = field(default=None, kw_only=True, metadata=CONNECTORS)

    def check(self) -> None:
        """Refuse also where nothing is asked."""
        super().check()
        if not (self.plan or self.check_ or self.once or self.approve or self.status):
            remedy = "Give --check, --plan, --once, --approve or --status."
            raise InputError(
                Fault("", f"connect {self.connection}", "must do something", "", remedy)
            )

    def answer(self, session: Session) -> Answer[None]:
        """Do what was asked."""
        settings = self._settings()
        if self.status:
            with self.opened() as store:
                return self._stands(store, settings)
        crm = settings.opened()
        try:
            if self.check_:
                return self._checked(crm)
            with self.opened() as store:
                if self.approve:
                    return self._approved(store, crm)
                with store.alone(settings.lock) as is_mine:
                    if self.once and not is_mine:
                        expected = "must have no other run; one is under way."
                        raise LeadlineError(f"{settings.name} {expected}")
                    lines = list(self._done(store, crm, settings, session))
            return self._told(lines)
        finally:
            crm.close()

    def _settings(self) -> ConnectionSettings:
        from leadline.service.connecting.settings import ConnectionSettings

        known = self.connectors or {}
        if self.connection not in known:
            remedy = nearest(self.connection, known) or "Set [connectors.NAME] in leadline.toml."
            expected = "must be a connection of the settings"
            raise InputError(Fault("", "NAME", expected, self.connection, remedy))
        return ConnectionSettings.of(self.connection, known[self.connection])

    def _checked(self, crm: Crm) -> Answer[None]:
        probes = list(crm.probes())
        lines = [
            f"{'ok  ' if each.is_met else 'no  '} {each.says}"
            + (f". {each.remedy}" if not each.is_met and each.remedy else "")
            for each in probes
        ]
        figures = {"probes": [vars(each) for each in probes]}
        status = 0 if all(each.is_met for each in probes) else 1
        return Answer(
            question=self.name,
            result=None,
            figures=figures,
            printed="\n".join(lines),
            status=status,
        )

    def _approved(self, store: Store, crm: Crm) -> Answer[None]:
        from leadline.service import clock
        from leadline.store import connections

        with store.reading() as session:
            row = connections.find(session, self.connection)
            if row.read_at is None:
                remedy = f"Give leadline connect {self.connection} --once first."
                raise InputError(Fault("", self.connection, "was never read", "", remedy))
        made = list(crm.prepare(self._bands(store)))
        with store.writing() as session:
            row = connections.find(session, self.connection)
            connections.keep(session, row._replace(looked_at=clock.now()))
        note(store, "connection.approved", self.connection)
        return self._told([*made, f"{self.connection} is written from now on"])

    def _bands(self, store: Store) -> list[str]:
        """Return the bands that the field of the band can hold. Raises InputError."""
        from leadline.model.given import read_model
        from leadline.service.live import published
        from leadline.service.standings import bands_of

        with store.reading() as session:
            model, _ = read_model(published(session).document)
        ladder = next(iter(model.lead_bands), None)
        return bands_of(model, ladder) if ladder else []

    def _told(self, lines: list[str]) -> Answer[None]:
        return Answer(
            question=self.name, result=None, figures={"said": lines}, printed="\n".join(lines)
        )

    def _done(
        self, store: Store, crm: Crm, settings: ConnectionSettings, session: Session
    ) -> Iterator[str]:
        """Read where that is asked, then write or say what would be; yield what was done."""
        from leadline.engines.duckdb.engine import DuckDB
        from leadline.service.connecting.reading import Reading
        from leadline.service.connecting.writing import Writing
        from leadline.service.reader import Reader
        from leadline.store import connections

        if self.once:
            read = Reading(store, crm, settings).read()
            yield f"read: {read.told()}"
            self._wait(store, read.requests or [], session)
        with DuckDB(threads=1) as engine:
            writing = Writing(Reader(store, engine), settings)
            with store.reading() as reading:
                is_approved = connections.find(reading, settings.name).looked_at is not None
            if self.once and is_approved:
                done, refused = writing.write_all(crm)
                yield f"written: {done:,} records, {refused:,} refused"
            else:
                yield from self._planned(writing, is_approved=is_approved)
        with store.reading() as reading:
            for row in self._refused(reading):
                yield f"refused: {row.record_id}: {row.detail}"

    def _wait(self, store: Store, requests: list[int], session: Session) -> None:
        """Have the loop take what was read: that of a service, or of this process."""
        from leadline.store import inbox

        if self.drain(store):
            return
        session.tell("taken in by the service that runs")
        until = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < until:
            with store.reading() as reading:
                if not inbox.still_wait(reading, requests):
                    return
            time.sleep(POLL_SECONDS)
        raise LeadlineError("the service has not taken in what was read; it is kept in the inbox.")

    def _stands(self, store: Store, settings: ConnectionSettings) -> Answer[None]:
        """Return when a connection was read and written, and what was refused."""
        from leadline.service import clock
        from leadline.store import connections

        with store.alone(settings.lock) as is_mine, store.reading() as session:
            row = connections.find(session, settings.name)
            there, written, refused, last = connections.counts(session, settings.name)
            why = [f"  {each.record_id}: {each.detail}" for each in self._refused(session)]
        often = f"every {settings.minutes} minutes" if settings.minutes else "by the command alone"
        at = {
            name: "never" if when is None else clock.text(when)
            for name, when in {
                "read": row.read_at,
                "approved": row.looked_at,
                "written": last,
            }.items()
        }
        lines = [
            f"runs {often}{'' if is_mine else '; a run is under way'}",
            f"read: {at['read']}, {there:,} records",
            f"approved: {at['approved']}",
            f"written: {at['written']}, {written:,} records",
            f"refused: {refused:,}",
            *why,
        ]
        return self._told(lines)

    def _refused(self, session: StoreSession) -> list[RecordRow]:
        from leadline.store import connections

        return connections.refused(session, self.connection)

    def _planned(self, writing: Writing, *, is_approved: bool) -> Iterator[str]:
        count = 0
        shown: list[str] = []
        for part in writing.due():
            count += len(part)
            shown += [_line(each) for each in part[: MOST_SHOWN - len(shown)]]
        yield f"would be written: {count:,} records"
        yield from shown
        if count > len(shown):
            yield f"  and {count - len(shown):,} more"
        if not is_approved:
            yield f"nothing is written before leadline connect {self.connection} --approve"


def _line(each: Due) -> str:
    before = each.row.values or {}
    return (
        f"  {each.row.record_id}: band {before.get('band')} -> {each.values['band']}, "
        f"score {before.get('score')} -> {each.values['score']}"
    )
