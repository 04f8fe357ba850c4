"""The whole store as files of the contract: typed columns to compute on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leadline.model.types import Schema
from leadline.store import rows as tables
from leadline.store.facts import AccountRow, EventRow, LeadRow, MarkRow, MergeRow, OutcomeRow
from leadline.store.rows import Knowing
from leadline.store.session import Session

if TYPE_CHECKING:
    import pyarrow as pa

CHUNK = 50_000
"""Rows of a table that are in memory at a time."""


def columns(
    session: Session, folder: Path, read: Schema, knowing: Knowing, until: int
) -> dict[str, str]:
    """Write the tables of a store, as taken until a moment, and return table to file.

    Args:
        session: Reads the store at one moment.
        folder: Where the files are made.
        read: Columns of leads, accounts and events beside those of the contract.
        knowing: Which time says when a fact was known.
        until: Facts taken later are left out, in microseconds.
    """
    ids = lead_ids(session)
    writers: dict[str, Iterator[pa.Table]] = {
        "leads": (
            tables.lead_table([LeadRow(*row) for row in part], read["leads"], knowing)
            for part in _leads(session, until)
        ),
        "accounts": (
            tables.account_table([AccountRow(*row) for row in part], read["accounts"], knowing)
            for part in _by_key(session, _ACCOUNTS, until)
        ),
        "events": (
            tables.event_table([EventRow(*row) for row in part], ids, read["events"], knowing)
            for part in _events(session, until)
        ),
        "outcomes": (
            tables.outcome_table([OutcomeRow(*row) for row in part], ids, knowing)
            for part in _by_key(session, _OUTCOMES, until)
        ),
        "lead_merges": _small(
            session, _MERGES, until, lambda part: tables.merge_table(_merges(part), ids, knowing)
        ),
        "event_marks": _small(
            session, _MARKS, until, lambda part: tables.mark_table(_marks(part), knowing)
        ),
    }
    return {name: str(_written(folder / f"{name}.parquet", made)) for name, made in writers.items()}


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


_LEADS = (
    "select lead_no, lead_id, account_id, is_known, created_at, recorded_at, taken_at, fields "
    "from leads where is_known and taken_at <= ? and lead_no > ? order by lead_no limit ?"
)
_ACCOUNTS = (
    "select account_id, created_at, recorded_at, taken_at, fields from accounts "
    "where taken_at <= ? and account_id > ? order by account_id limit ?"
)
_OUTCOMES = (
    "select outcome_id, lead_no, account_id, outcome, occurred_at, recorded_at, taken_at, amount, "
    "reason, source from outcomes where taken_at <= ? and outcome_id > ? "
    "order by outcome_id limit ?"
)
_EVENTS = (
    "select lead_no, occurred_at, event_id, account_id, type, recorded_at, taken_at, given_at, "
    "source, properties, origin from events where taken_at <= ? "
    "and (lead_no, occurred_at, event_id) > (?, ?, ?) "
    "order by lead_no, occurred_at, event_id limit ?"
)
_MERGES = (
    "select from_no, taken_at, into_no, recorded_at, source from lead_merges where taken_at <= ?"
)
_MARKS = (
    "select event_id, taken_at, lead_no, mark, recorded_at, source from event_marks "
    "where taken_at <= ?"
)


def _leads(session: Session, until: int) -> Iterator[list[tuple[Any, ...]]]:
    last: int = 0
    while True:
        part = session.rows(_LEADS, until, last, CHUNK)
        yield part
        if len(part) < CHUNK:
            return
        last = part[-1][0]


def _by_key(session: Session, query: str, until: int) -> Iterator[list[tuple[Any, ...]]]:
    last = ""
    while True:
        part = session.rows(query, until, last, CHUNK)
        yield part
        if len(part) < CHUNK:
            return
        last = part[-1][0]


def _events(session: Session, until: int) -> Iterator[list[tuple[Any, ...]]]:
    last: tuple[int, int, str] = (-1, 0, "")
    while True:
        part = session.rows(_EVENTS, until, *last, CHUNK)
        yield part
        if len(part) < CHUNK:
            return
        last = part[-1][:3]


def _small(
    session: Session,
    query: str,
    until: int,
    made: Callable[[Sequence[tuple[Any, ...]]], pa.Table],
) -> Iterator[pa.Table]:
    yield made(session.rows(query, until))


def _merges(part: Sequence[tuple[Any, ...]]) -> list[MergeRow]:
    return [MergeRow(*row) for row in part]


def _marks(part: Sequence[tuple[Any, ...]]) -> list[MarkRow]:
    return [MarkRow(*row) for row in part]
