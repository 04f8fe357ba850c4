"""The store as a place of rows: facts as Arrow tables of the contract, with typed columns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from leadline.model.types import Columns, Type
from leadline.store.facts import (
    AccountRow,
    EventRow,
    HistoryRow,
    LeadRow,
    MarkRow,
    MergeRow,
    OutcomeRow,
)
from leadline.store.scores import AccountBandRow, BandRow
from leadline.store.values import READERS

if TYPE_CHECKING:
    import pyarrow as pa

Knowing = Literal["taken", "recorded"]
"""Which time says when a fact was known: that of the store, for scores and their proof, or that
of the company, for history."""
LeadIds = Mapping[int, str]


def lead_table(rows: Sequence[LeadRow], columns: Columns, knowing: Knowing) -> pa.Table:
    """Return leads; their fields are those that are known now."""
    return _table(
        {
            "lead_id": (Type.TEXT, [row.lead_id for row in rows]),
            "account_id": (Type.TEXT, [row.account_id for row in rows]),
            "created_at": (Type.TIME, [row.created_at for row in rows]),
            "recorded_at": (Type.TIME, [_known(row, knowing) for row in rows]),
        },
        _fields(rows, columns),
    )


def account_table(rows: Sequence[AccountRow], columns: Columns, knowing: Knowing) -> pa.Table:
    """Return accounts; their fields are those that are known now."""
    return _table(
        {
            "account_id": (Type.TEXT, [row.account_id for row in rows]),
            "created_at": (Type.TIME, [row.created_at for row in rows]),
            "recorded_at": (Type.TIME, [_known(row, knowing) for row in rows]),
        },
        _fields(rows, columns),
    )


def event_table(
    rows: Sequence[EventRow], leads: LeadIds, columns: Columns, knowing: Knowing
) -> pa.Table:
    """Return events with those of their properties that are asked for."""
    decode = msgspec.json.Decoder().decode
    asked = columns and any(columns)
    given = [decode(row.properties) for row in rows] if asked else []
    return _table(
        {
            "event_id": (Type.TEXT, [row.event_id for row in rows]),
            "lead_id": (Type.TEXT, [leads.get(row.lead_no) for row in rows]),
            "account_id": (Type.TEXT, [row.account_id for row in rows]),
            "type": (Type.TEXT, [row.type for row in rows]),
            "occurred_at": (Type.TIME, [row.occurred_at for row in rows]),
            "recorded_at": (Type.TIME, [_known(row, knowing) for row in rows]),
        },
        _read(given, columns),
    )


def outcome_table(rows: Sequence[OutcomeRow], leads: LeadIds, knowing: Knowing) -> pa.Table:
    """Return outcomes."""
    return _table(
        {
            "outcome_id": (Type.TEXT, [row.outcome_id for row in rows]),
            "lead_id": (Type.TEXT, [_of(leads, row.lead_no) for row in rows]),
            "account_id": (Type.TEXT, [row.account_id for row in rows]),
            "outcome": (Type.TEXT, [row.outcome for row in rows]),
            "occurred_at": (Type.TIME, [row.occurred_at for row in rows]),
            "recorded_at": (Type.TIME, [_known(row, knowing) for row in rows]),
            "amount": (Type.NUMBER, [row.amount for row in rows]),
            "reason": (Type.TEXT, [row.reason for row in rows]),
        }
    )


def merge_table(rows: Sequence[MergeRow], leads: LeadIds, knowing: Knowing) -> pa.Table:
    """Return merges."""
    return _table(
        {
            "from_id": (Type.TEXT, [leads[row.from_no] for row in rows]),
            "into_id": (Type.TEXT, [_of(leads, row.into_no) for row in rows]),
            "recorded_at": (Type.TIME, [_known(row, knowing) for row in rows]),
        }
    )


def mark_table(rows: Sequence[MarkRow], knowing: Knowing) -> pa.Table:
    """Return marks of events."""
    return _table(
        {
            "event_id": (Type.TEXT, [row.event_id for row in rows]),
            "mark": (Type.TEXT, [row.mark for row in rows]),
            "recorded_at": (Type.TIME, [_known(row, knowing) for row in rows]),
        }
    )


def previous_table(rows: Sequence[BandRow], leads: LeadIds) -> pa.Table:
    """Return where leads stood."""
    return _table({"lead_id": (Type.TEXT, [leads[row.lead_no] for row in rows])}, _stood(rows))


def previous_accounts_table(rows: Sequence[AccountBandRow]) -> pa.Table:
    """Return where accounts stood."""
    return _table({"account_id": (Type.TEXT, [row.account_id for row in rows])}, _stood(rows))


def _stood(rows: Sequence[BandRow] | Sequence[AccountBandRow]) -> dict[str, tuple[Type, list[Any]]]:
    return {
        "ladder": (Type.TEXT, [row.ladder for row in rows]),
        "band": (Type.TEXT, [row.band for row in rows]),
        "edge_band": (Type.TEXT, [row.edge_band for row in rows]),
    }


def history_table(rows: Sequence[HistoryRow], knowing: Knowing) -> pa.Table:
    """Return values that fields took."""
    return _table(
        {
            "entity": (Type.TEXT, [row.entity for row in rows]),
            "id": (Type.TEXT, [row.id for row in rows]),
            "field": (Type.TEXT, [row.field for row in rows]),
            "value": (Type.TEXT, [row.value for row in rows]),
            "valid_from": (Type.TIME, [row.valid_from for row in rows]),
            "recorded_at": (Type.TIME, [_known(row, knowing) for row in rows]),
        }
    )


def present(fields: str) -> dict[str, Any]:
    """Return the fields of a lead or account, without since when they are valid."""
    return {name: value for name, (value, _) in json.loads(fields).items()}


def _known(row: Any, knowing: Knowing) -> int | None:
    return row.taken_at if knowing == "taken" else row.recorded_at  # type: ignore[no-any-return]


def _of(leads: LeadIds, number: int | None) -> str | None:
    return None if number is None else leads[number]


def _fields(
    rows: Iterable[LeadRow | AccountRow], columns: Columns
) -> dict[str, tuple[Type, list[Any]]]:
    return _read([present(row.fields) for row in rows] if columns else [], columns)


def _read(
    given: Sequence[Mapping[str, Any]], columns: Columns
) -> dict[str, tuple[Type, list[Any]]]:
    return {
        name: (kind, [READERS[kind](each.get(name)) for each in given])
        for name, kind in columns.items()
    }


def _table(*groups: Mapping[str, tuple[Type, list[Any]]]) -> pa.Table:
    import pyarrow as pa  # noqa: PLC0415 - slow to import, and the inbox needs none

    kinds = {
        Type.TEXT: pa.string(),
        Type.ANY: pa.string(),
        Type.NUMBER: pa.float64(),
        Type.BOOLEAN: pa.bool_(),
        Type.TIME: pa.timestamp("us"),
    }
    columns = {name: each for group in groups for name, each in group.items()}
    return pa.table(
        {name: pa.array(values, kinds[kind]) for name, (kind, values) in columns.items()}
    )
