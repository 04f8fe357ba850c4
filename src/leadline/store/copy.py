"""The whole store as files of the contract: typed columns to compute on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from leadline.model.types import Schema
from leadline.store import rows as tables
from leadline.store.facts import AccountRow, EventRow, LeadRow, MarkRow, MergeRow, OutcomeRow
from leadline.store.rows import Knowing
from leadline.store.session import Session

if TYPE_CHECKING:
    import pyarrow as pa

R = TypeVar("R")

CHUNK = 50_000
"""Rows of a table that are in memory at a time."""


def columns(  # noqa: PLR0913 - where, what, and until when
    session: Session,
    folder: Path,
    read: Schema,
    knowing: Knowing,
    until: int,
    *,
    ended: Sequence[LeadRow] = (),
) -> dict[str, str]:  # fmt: skip
    """Write the tables of a store, as taken until a moment, and return table to file.

    Args:
        session: Reads the store at one moment.
        folder: Where the files are made.
        read: Columns of leads, accounts and events beside those of the contract.
        knowing: Which time says when a fact was known.
        until: Facts taken later are left out, in microseconds.
        ended: Leads beside those of the store that have ended before anything else: they have no
            score, and their accounts are asked for wherever they are.
    """
    ids = lead_ids(session) | {row.lead_no: row.lead_id for row in ended}
    parts = chain([ended], leads(session, until))
    known = ([row for row in part if row.is_known] for part in parts)
    ends = [MergeRow(row.lead_no, 0, None, 0, "") for row in ended]
    made: dict[str, Iterator[pa.Table]] = {
        "leads": (tables.lead_table(part, read["leads"], knowing) for part in known),
        "accounts": (
            tables.account_table(part, read["accounts"], knowing)
            for part in accounts(session, until)
        ),
        "events": (
            tables.event_table(part, ids, read["events"], knowing)
            for part in events(session, until)
        ),
        "outcomes": (tables.outcome_table(part, ids, knowing) for part in outcomes(session, until)),
        "lead_merges": iter([tables.merge_table([*ends, *merges(session, until)], ids, knowing)]),
        "event_marks": iter([tables.mark_table(marks(session, until), knowing)]),
    }
    return {name: str(_written(folder / f"{name}.parquet", parts)) for name, parts in made.items()}


def lead_ids(session: Session) -> dict[int, str]:
    """Return the number of every lead to its id."""
    return dict(session.rows("select lead_no, lead_id from leads"))


def _written(path: Path, parts: Iterator[pa.Table]) -> Path:
    from pyarrow.parquet import ParquetWriter  # noqa: PLC0415 - slow to import

    first = next(parts)
    with ParquetWriter(path, first.schema) as writer:
        writer.write_table(first)
        for part in parts:
            writer.write_table(part)
    return path


def leads(session: Session, until: int) -> Iterator[list[LeadRow]]:
    """Yield leads in parts, by their numbers."""
    query = (
        "select lead_no, lead_id, account_id, is_known, created_at, recorded_at, taken_at, fields "
        "from leads where taken_at <= ? and lead_no > ? order by lead_no limit ?"
    )
    return _parts(session, query, until, (0,), 1, LeadRow)


def accounts(session: Session, until: int) -> Iterator[list[AccountRow]]:
    """Yield accounts in parts, by their ids."""
    query = (
        "select account_id, created_at, recorded_at, taken_at, fields from accounts "
        "where taken_at <= ? and account_id > ? order by account_id limit ?"
    )
    return _parts(session, query, until, ("",), 1, AccountRow)


def events(session: Session, until: int) -> Iterator[list[EventRow]]:
    """Yield events in parts, those of a lead together."""
    query = (
        "select lead_no, occurred_at, event_id, account_id, type, recorded_at, taken_at, given_at, "
        "source, properties, origin from events where taken_at <= ? "
        "and (lead_no, occurred_at, event_id) > (?, ?, ?) "
        "order by lead_no, occurred_at, event_id limit ?"
    )
    return _parts(session, query, until, (-1, 0, ""), 3, EventRow)


def outcomes(session: Session, until: int) -> Iterator[list[OutcomeRow]]:
    """Yield outcomes in parts, by their ids."""
    query = (
        "select outcome_id, lead_no, account_id, outcome, occurred_at, recorded_at, taken_at, "
        "amount, reason, source from outcomes where taken_at <= ? and outcome_id > ? "
        "order by outcome_id limit ?"
    )
    return _parts(session, query, until, ("",), 1, OutcomeRow)


def merges(session: Session, until: int) -> list[MergeRow]:
    """Return all merges."""
    found = session.rows(
        "select from_no, taken_at, into_no, recorded_at, source from lead_merges "
        "where taken_at <= ?",
        until,
    )
    return [MergeRow(*row) for row in found]


def marks(session: Session, until: int) -> list[MarkRow]:
    """Return all marks."""
    found = session.rows(
        "select event_id, taken_at, lead_no, mark, recorded_at, source from event_marks "
        "where taken_at <= ?",
        until,
    )
    return [MarkRow(*row) for row in found]


def _parts(  # noqa: PLR0913, PLR0917 - a query, and where it goes on
    session: Session,
    query: str,
    until: int,
    first: tuple[Any, ...],
    keys: int,
    kind: Callable[..., R],
) -> Iterator[list[R]]:
    """Yield rows in parts; each goes on behind the keys of the last row before it."""
    last = first
    while True:
        part = session.rows(query, until, *last, CHUNK)
        yield [kind(*row) for row in part]
        if len(part) < CHUNK:
            return
        last = part[-1][:keys]
