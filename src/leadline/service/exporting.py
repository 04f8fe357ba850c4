"""The whole store as files that are read like any others: lines of JSON, a file a table."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from leadline.service import clock
from leadline.store import copy
from leadline.store.facts import LeadRow
from leadline.store.rows import present
from leadline.store.session import Session
from leadline.store.store import Store

Rows = Iterator[dict[str, Any]]
FOREVER = 2**62


def export(
    store: Store, folder: Path, tables: Mapping[str, Callable[[Session], Rows]] | None = None
) -> dict[str, int]:
    """Write tables to a folder, by default all there are; return how many rows each has.

    Every row carries both times of knowing: ``recorded_at``, when the company knew, and
    ``taken_at``, when the store did. Parts of the store that are written at the same time belong
    together: they are read at one moment.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with store.reading() as session:
        return {
            table: _written(folder / f"{table}.jsonl", rows(session))
            for table, rows in (tables or TABLES).items()
        }


def _written(path: Path, rows: Rows) -> int:
    count = 0
    part = path.with_name(f"{path.name}.part")
    with part.open("w", encoding="utf-8") as file:
        for row in rows:
            known = {name: value for name, value in row.items() if value is not None}
            file.write(json.dumps(known, ensure_ascii=False, separators=(",", ":")) + "\n")
            count += 1
    part.replace(path)
    return count


def _leads(session: Session) -> Rows:
    for part in copy.leads(session, FOREVER):
        yield from map(_lead, part)


def _known_leads(session: Session) -> Rows:
    for part in copy.leads(session, FOREVER):
        yield from (_lead(row) for row in part if row.is_known)


def _lead(row: LeadRow) -> dict[str, Any]:
    return {
        **present(row.fields),
        "lead_id": row.lead_id,
        "account_id": row.account_id,
        **_times(created_at=row.created_at, recorded_at=row.recorded_at),
        **_times(taken_at=row.taken_at),
    }


def _accounts(session: Session) -> Rows:
    for part in copy.accounts(session, FOREVER):
        for row in part:
            yield {
                **present(row.fields),
                "account_id": row.account_id,
                **_times(created_at=row.created_at, recorded_at=row.recorded_at),
                **_times(taken_at=row.taken_at),
            }


def _events(session: Session) -> Rows:
    ids = copy.lead_ids(session)
    for part in copy.events(session, FOREVER):
        for row in part:
            yield {
                **json.loads(row.properties),
                "event_id": row.event_id,
                "lead_id": ids.get(row.lead_no),
                "account_id": row.account_id,
                "type": row.type,
                **_times(occurred_at=row.occurred_at, recorded_at=row.recorded_at),
                **_times(taken_at=row.taken_at, given_at=row.given_at),
            }


def _outcomes(session: Session) -> Rows:
    ids = copy.lead_ids(session)
    for part in copy.outcomes(session, FOREVER):
        for row in part:
            yield {
                "outcome_id": row.outcome_id,
                "lead_id": None if row.lead_no is None else ids[row.lead_no],
                "account_id": row.account_id,
                "outcome": row.outcome,
                "amount": row.amount,
                "reason": row.reason,
                **_times(occurred_at=row.occurred_at, recorded_at=row.recorded_at),
                **_times(taken_at=row.taken_at),
            }


def _history(session: Session) -> Rows:
    for entity, id_, field, value, valid, recorded, taken in session.rows(
        "select entity, id, field, value, valid_from, recorded_at, taken_at from field_history "
        "order by entity, id, field, taken_at"
    ):
        yield {
            "entity": entity,
            "id": id_,
            "field": field,
            "value": value,
            **_times(valid_from=valid, recorded_at=recorded, taken_at=taken),
        }


def _merges(session: Session) -> Rows:
    ids = copy.lead_ids(session)
    for row in copy.merges(session, FOREVER):
        yield {
            "from_id": ids[row.from_no],
            "into_id": None if row.into_no is None else ids[row.into_no],
            **_times(recorded_at=row.recorded_at, taken_at=row.taken_at),
        }


def _marks(session: Session) -> Rows:
    for row in copy.marks(session, FOREVER):
        yield {
            "event_id": row.event_id,
            "mark": row.mark,
            **_times(recorded_at=row.recorded_at, taken_at=row.taken_at),
        }


def _times(**times: int | None) -> dict[str, str | None]:
    return {name: None if value is None else clock.text(value) for name, value in times.items()}


TABLES: Mapping[str, Callable[[Session], Rows]] = {
    "leads": _leads,
    "accounts": _accounts,
    "events": _events,
    "outcomes": _outcomes,
    "field_history": _history,
    "lead_merges": _merges,
    "event_marks": _marks,
}
"""Table to what yields its rows."""
KNOWN = {**TABLES, "leads": _known_leads}
"""The same for who scores them: visitors whom nothing names are no leads yet."""
