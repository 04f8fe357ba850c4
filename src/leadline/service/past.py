"""The scores that a lead had: at any moment, by the model that was live then."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import Fault, InputError
from leadline.explain.explain import explain
from leadline.explain.history import History, Moment, history
from leadline.explain.plain import plain
from leadline.scoring import Run
from leadline.service import clock
from leadline.service.live import BESIDE, Live, Touched
from leadline.service.taking import Taken
from leadline.store import facts as stored
from leadline.store import rows as tables
from leadline.store import scores as kept
from leadline.store.facts import LeadRow
from leadline.store.rows import Knowing
from leadline.store.scores import ModelRow
from leadline.store.session import Session


@dataclass(frozen=True)
class Stretch:
    """A time in which one version was live and facts were known in one way.

    Attributes:
        row: The version.
        knowing: Before its first stored score a lead is seen as the company knew it, then as the
            store did.
        start: Its first moment, in microseconds.
        end: The first moment after it.
    """

    row: ModelRow
    knowing: Knowing
    start: int
    end: int


def past(engine: DuckDB, session: Session, row: LeadRow, until: int) -> History:
    """Return the scores that a lead had at each of its events up to a moment.

    Each is by the version that was live then; the moment of a switch is one too. Raises InputError
    where no model was ever published.
    """
    found: list[Moment] = []
    last = of = 0
    for stretch in stretches(session, row, until):
        end, start = min(stretch.end - 1, until), clock.at(stretch.start)
        version = stretch.row.version
        told = {start: f"version {version} is live"} if last not in {0, version} else {}
        with opened(engine, session, stretch, row, end) as run:
            part = history(run, row.lead_id, clock.at(end), told=told)
        moments = [replace(each, version=version) for each in part.moments if each.at >= start]
        found += _after(found[-1], moments) if found and told else moments
        last, of = version, of + part.of - len(part.moments) + len(moments)
    return replace(part, moments=tuple(found), of=of)


def _after(before: Moment, moments: list[Moment]) -> Iterator[Moment]:
    """Yield the moments of a version, the first beside what the version before it said."""
    for first in moments[:1]:
        change = round((first.value or 0.0) - (before.value or 0.0), 2)
        yield replace(first, change=change, rule=None, points=0.0)
    yield from moments[1:]


def stretch_at(session: Session, row: LeadRow, at: int) -> Stretch:
    """Return the stretch that a moment lies in. Raises InputError."""
    return next(each for each in stretches(session, row, at) if each.end > at)


def stretches(session: Session, row: LeadRow, until: int) -> Iterator[Stretch]:
    """Yield the stretches of a lead up to a moment; the first version counts before it too.

    Raises InputError where no model was ever published.
    """
    versions = {each.version: each for each in kept.versions(session)}
    live = kept.publications_of(session)
    if not live:
        remedy = "Publish one first."
        raise InputError(Fault("", "the store", "must have a published model", "", remedy))
    scored = kept.first_scored(session, row.lead_no)
    switches = [min(at, until + 1) for at, _ in live[1:]]
    starts, ends = [0, *switches], [*switches, until + 1]
    for (_, version), start, end in zip(live, starts, ends, strict=True):
        between = end if scored is None else min(max(scored, start), end)
        if start < between:
            yield Stretch(versions[version], "recorded", start, between)
        if between < end:
            yield Stretch(versions[version], "taken", between, end)


@contextmanager
def opened(
    engine: DuckDB, session: Session, stretch: Stretch, row: LeadRow, at: int
) -> Iterator[Run]:
    """Yield a version over all rows of a lead and of its company, with what was known when."""
    live = Live(engine, stretch.row, stored.known_fields(session, "lead"))
    batch = live.batch(session, _with_company(session, live, row), Taken())
    batch.previous = kept.bands_before(session, row.lead_no, at)
    batch.previous_accounts = [
        stood
        for account in (batch.scored.accounts if live.model.account_bands else ())
        for stood in kept.account_bands_before(session, account, at)
    ]
    inputs = live.tables(batch, stretch.knowing)
    ids = [each.lead_id for each in batch.leads.values()]
    told = stored.history(session, "lead", ids)
    told += stored.history(session, "account", batch.accounts)
    if told:
        inputs["field_history"] = tables.history_table(told, stretch.knowing)
    with (
        engine.new_session() as own,
        Run.open(own, live.model, inputs, as_of=clock.at(at), clean=True) as run,
    ):
        yield run


def _with_company(session: Session, live: Live, row: LeadRow) -> Touched:
    """Return a lead with all that ever were in a company with it, where the model asks of that."""
    histories = stored.history(session, "lead", [row.lead_id])
    accounts = {each.value for each in histories if each.field == "account_id" and each.value}
    accounts |= {row.account_id} if row.account_id else set()
    mates = set(stored.leads_ever_of(session, accounts)) if live.reads_across else set()
    return Touched({row.lead_no, *mates}, accounts)


@dataclass(frozen=True)
class AsItWas:
    """A lead at a moment.

    Attributes:
        version: The version that was live.
        model: Its fingerprint.
        scores: All columns of its scores.
        explanation: As ``leadline explain --json`` has it; None where nobody asked.
    """

    version: int
    model: str
    scores: dict[str, Any]
    explanation: dict[str, Any] | None


def as_it_was(  # noqa: PLR0913 - where, who, when and what of it
    engine: DuckDB, session: Session, row: LeadRow, at: int, *, ledger: bool, moves: bool
) -> AsItWas | None:
    """Return a lead as it was at a moment, None where it had no score then. Raises InputError."""
    stretch = stretch_at(session, row, at)
    with opened(engine, session, stretch, row, at) as run:
        rows = run.arrow("scores").to_pylist()
        scores = next((each for each in rows if each["lead_id"] == row.lead_id), None)
        if scores is None:
            return None
        found = None
        if ledger or moves:
            found = dict(plain(explain(run, row.lead_id, clock.at(at), moves=moves)))
    values = {name: value for name, value in scores.items() if name not in BESIDE}
    return AsItWas(stretch.row.version, stretch.row.fingerprint, values, found)
