"""Moments in and out: from text, onto the spine of an engine, and back as times with a zone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from leadline.errors import Fault, InputError

if TYPE_CHECKING:
    import pyarrow as pa

    from leadline.engines.workspace import Workspace


def moment(text: str, option: str = "--as-of") -> datetime:
    """Return a moment from ISO 8601 text with a zone, or from a date, which is midnight UTC.

    Raises InputError.

    >>> moment("2026-11-01T13:00:00+01:00").isoformat()
    '2026-11-01T12:00:00+00:00'
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        fault = Fault("", option, "must be a time such as 2026-11-01T12:00:00Z", text)
        raise InputError(fault) from None
    if found.tzinfo is None and len(text) > len("2026-11-01"):
        remedy = f"Write {text}Z if it is UTC."
        raise InputError(Fault("", option, "must have a zone", text, remedy))
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


@dataclass(frozen=True)
class Moments:
    """Which leads are scored, and when: a spine.

    Attributes:
        table: What it is called on the engine; it has ``lead_id`` and ``as_of``, each pair once.
        one: The moment at which every lead is scored; None where the table says more.
    """

    table: str
    one: datetime | None = None


def every_lead(workspace: Workspace, as_of: datetime) -> Moments:
    """Return the moments of a batch: every lead, at one moment."""
    workspace.engine.set_moment(naive(as_of))
    query = f"select lead_id, {literal(as_of)} as as_of from leads"
    return Moments(workspace.view("spine", query), as_of)


def naive(at: datetime) -> datetime:
    """Return a moment as engines keep it: UTC, without a zone."""
    return at.astimezone(UTC).replace(tzinfo=None)


def literal(at: datetime) -> str:
    """Return a moment as every engine writes it."""
    return f"timestamp '{naive(at).isoformat(sep=' ')}'"


def spine_of(spine: Sequence[tuple[str, datetime]]) -> pa.Table:
    """Return leads and moments as a table."""
    import pyarrow as pa  # noqa: PLC0415 - slow to import, and mostly not needed

    leads, moments = zip(*spine, strict=True)
    times = pa.array([at.replace(tzinfo=None) for at in moments], pa.timestamp("us"))
    return pa.table({"lead_id": pa.array(leads, pa.string()), "as_of": times})


def zoned(table: pa.Table) -> pa.Table:
    """Say of times without a zone that they are UTC."""
    import pyarrow as pa  # noqa: PLC0415 - slow to import, and mostly not needed

    schema = pa.schema(
        [
            pa.field(each.name, pa.timestamp("us", "UTC"))
            if pa.types.is_timestamp(each.type)
            else each
            for each in table.schema
        ]
    )
    return table.cast(schema)
