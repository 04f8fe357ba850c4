"""What the questions of a store share: where it is, and how the loop is asked."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from leadline.errors import EngineError, LeadlineError
from leadline.questions.option import asks

if TYPE_CHECKING:
    from leadline.questions.session import Tell
    from leadline.service.alerts.alerting import Alerting
    from leadline.service.arriving.telling import Telling
    from leadline.service.commands import Command
    from leadline.service.delivery.destinations import Destination
    from leadline.service.handover.settings import Handover
    from leadline.store.store import Store

STORE = asks("sqlite:FILE or postgresql://host/database.", "text", "URL", setting="store.url")
IDENTITY = asks("What tells leads apart, as the settings say.", "object", setting="identity")
HOOKS = asks("Webhooks, as the settings say.", "object", setting="hooks")
MIRROR = asks("Folder of the store's mirror.", "object", setting="store.mirror")
SIGNS = asks("What tells programs from people, as the settings say.", "object", setting="marks")
HANDOVER = asks(
    "What becomes of leads that are ready, as the settings say.", "object", setting="handover"
)
DESTINATIONS = asks(
    "Where changes of band go, as the settings say.", "object", setting="destinations"
)
ALERTS = asks("Who is told of what, as the settings say.", "object", setting="alerts")
SELLERS = asks("Who takes leads, as the settings say.", "object", setting="sellers")
ASSIGN = asks("Whom leads go to, as the settings say.", "object", setting="assign")
DEFAULT = "sqlite:leadline.db"
POLL_SECONDS = 0.1


@dataclass(frozen=True, kw_only=True)
class OfStore:
    """A question of a store."""

    store: str = field(default=DEFAULT, metadata=STORE)
    identity: Mapping[str, Any] | None = field(default=None, metadata=IDENTITY)
    signs: Mapping[str, Any] | None = field(default=None, metadata=SIGNS)
    hooks: Mapping[str, Any] | None = field(default=None, metadata=HOOKS)
    handover: Mapping[str, Any] | None = field(default=None, metadata=HANDOVER)
    mirror: str | None = field(default=None, metadata=MIRROR)
    destinations: Mapping[str, Any] | None = field(default=None, metadata=DESTINATIONS)
    alert_rules: Mapping[str, Any] | None = field(default=None, metadata=ALERTS)
    sellers: Mapping[str, Any] | None = field(default=None, metadata=SELLERS)
    assign: Mapping[str, Any] | None = field(default=None, metadata=ASSIGN)

    @property
    def told(self) -> tuple[Destination, ...]:
        """Where changes of band go. Raises LeadlineError."""
        from leadline.service.delivery.destinations import destinations

        return destinations(self.destinations)

    def alerting(self, told: Sequence[Destination], url: str = "") -> Alerting | None:
        """Return what writes alerts; None where there are none. Raises LeadlineError."""
        from leadline.service.alerts.alerting import Alerting
        from leadline.service.alerts.declared import alerts

        known = {each.name: each for each in told}
        found = alerts(self.alert_rules, known)
        return Alerting(found, known, self.handing.team, url.rstrip("/")) if found else None

    @property
    def handing(self) -> Handover:
        """What becomes of leads that are ready."""
        from leadline.service.handover.settings import Handover

        return Handover.of(self.handover, self.sellers, self.assign)

    @property
    def telling(self) -> Telling:
        """What tells leads apart."""
        from leadline.service.arriving.telling import Telling

        return Telling.of(self.identity)

    def drain(self, store: Store) -> bool:
        """Be the loop until nothing waits; False where a service is it."""
        from leadline.engines.duckdb.engine import DuckDB
        from leadline.marks.signs import Signs
        from leadline.service.delivery.destinations import destinations
        from leadline.service.delivery.telling import Outbox
        from leadline.service.handover.handing import Handing
        from leadline.service.hooks.hook import mappings_of
        from leadline.service.loop import Loop
        from leadline.service.mirrored import mirror_of

        if not store.hold():
            return False
        with DuckDB() as engine:
            told = destinations(self.destinations, with_secrets=False)
            loop = Loop(
                store,
                engine,
                telling=self.telling,
                signs=Signs.of(self.signs),
                hooks=mappings_of(self.hooks),
                mirror=mirror_of(self.store, self.mirror),
                handing=Handing(self.handing, Outbox(told, alerting=self.alerting(told))),
            )
            loop.drain()
        store.release()
        return True

    @contextmanager
    def opened(self) -> Iterator[Store]:
        """Yield the store with its tables, and close it afterwards. Raises LeadlineError."""
        from leadline.store.migrate import migrate
        from leadline.store.store import connect

        store = connect(self.store)
        try:
            migrate(store)
            yield store
        finally:
            store.close()


def actor() -> str:
    """Return who runs a command, as the audit log calls them."""
    import getpass

    try:
        return f"shell {getpass.getuser()}"
    except (KeyError, OSError):  # a user without a name, as in a container
        import os

        return f"shell {os.getuid()}"


def note(
    store: Store, action: str, subject: str = "", after: Any = None, by: str | None = None
) -> None:
    """Have the audit log say what changed no row, such as an export; a command where nobody did."""
    from leadline.service import clock
    from leadline.store import audit_log
    from leadline.store.audit_log import Entry

    entry = Entry(by or actor(), action, subject, after=after)
    with store.writing() as session:
        audit_log.write(session, [entry], clock.now())


def done(store: Store, asked: OfStore, command: Command, tell: Tell) -> str:
    """Have the loop do something, and return what it says of it.

    Where a service runs, it does it; else this process is the loop until it is done.
    Raises LeadlineError with its words where it could not.
    """
    from leadline.service import clock, commands
    from leadline.store import inbox, jobs
    from leadline.store.inbox import Received

    body = commands.encoded(command)
    request = Received("command", commands.KIND, clock.now(), body)
    [number] = inbox.accept(store, [request])
    told = False
    while True:
        if not asked.drain(store) and not told:
            tell("asked of the service that runs")
            told = True
        with store.reading() as session:
            job = jobs.find(session, number)
        if job is not None and job.state == "failed":
            raise LeadlineError(job.detail)
        if job is not None and job.state == "done":
            return job.detail
        time.sleep(POLL_SECONDS)


@contextmanager
def alone(store: Store) -> Iterator[None]:
    """Be the only one that writes facts while the block runs. Raises EngineError."""
    if not store.hold():
        raise EngineError(
            "the store must have no running service for this; one is running. Stop it, and start "
            "it again afterwards."
        )
    try:
        yield
    finally:
        store.release()
