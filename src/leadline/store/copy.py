"""The whole store as files of the contract: typed columns to compute on."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from leadline.model.types import Schema
from leadline.store import rows as tables
from leadline.store.facts import AccountRow, EventRow, LeadRow, MarkRow, MergeRow, OutcomeRow
from leadline.store.rows import Knowing
from leadline.store.session import Kind, Session, rows_of

if TYPE_CHECKING:
    import pyarrow as pa

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
    but: Container[str] = (),
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
        but: Tables that are left out.
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
    written: dict[str, str] = {}
    for name, rows in made.items():
        if name not in but:
            file = folder / f"{name}.parquet"
            write(file, rows)
            written[name] = str(file)
    return written


def lead_ids(session: Session) -> dict[int, str]:
    """Return the number of every lead to its id."""
    return dict(session.rows("select lead_no, lead_id from leads"))


def write(path: Path, parts: Iterator[pa.Table]) -> int:
    """Write rows in parts to a file of Parquet, and return how many they are."""
    from pyarrow.parquet import ParquetWriter  # noqa: PLC0415 - slow to import

    first = next(parts)
    rows = 0
    with ParquetWriter(path, first.schema) as writer:
        for part in chain([first], parts):
            writer.write_table(part)
            rows += part.num_rows
    return rows


def leads(session: Session, until: int) -> Iterator[list[LeadRow]]:
    """Yield leads in parts, by their numbers."""
    return _parts(session, LeadRow, "leads", until, {"lead_no": 0})


def accounts(session: Session, until: int) -> Iterator[list[AccountRow]]:
    """Yield accounts in parts, by their ids."""
    return _parts(session, AccountRow, "accounts", until, {"account_id": ""})


def events(session: Session, until: int) -> Iterator[list[EventRow]]:
    """Yield events in parts, those of a lead together."""
    first = {"lead_no": -1, "occurred_at": 0, "event_id": ""}
    return _parts(session, EventRow, "events", until, first)


def outcomes(session: Session, until: int) -> Iterator[list[OutcomeRow]]:
    """Yield outcomes in parts, by their ids."""
    return _parts(session, OutcomeRow, "outcomes", until, {"outcome_id": ""})


def merges(session: Session, until: int) -> list[MergeRow]:
    """Return all merges."""
    return rows_of(session, MergeRow, "lead_merges", "taken_at <= ?", until)


def marks(session: Session, until: int) -> list[MarkRow]:
    """Return all marks."""
    return rows_of(session, MarkRow, "event_marks", "taken_at <= ?", until)


def _parts(
    session: Session, kind: type[Kind], table: str, until: int, first: Mapping[str, object]
) -> Iterator[list[Kind]]:
    """Yield rows in parts; each goes on behind the keys of the last row before it.

    ``first`` has a value for each key that lies before all others.
    """
    keys = ", ".join(first)
    places = ", ".join("?" for _ in first)
    where = f"taken_at <= ? and ({keys}) > ({places}) order by {keys} limit ?"
    last = list(first.values())
    while True:
        part = rows_of(session, kind, table, where, until, *last, CHUNK)
        yield part
        if len(part) < CHUNK:
            return
        last = [getattr(part[-1], key) for key in first]
