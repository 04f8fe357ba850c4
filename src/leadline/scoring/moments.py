"""Moments in and out: onto the spine of an engine, and back as times with a zone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

    from leadline.engines.workspace import Workspace


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
