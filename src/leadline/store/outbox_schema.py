"""The table of what is to be told to others."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text, text

from leadline.store.columns import METADATA, NUMBER, text_column, time_column

_WAITS = text("state = 'waits'")

deliveries = Table(
    "deliveries",
    METADATA,
    Column("delivery_id", NUMBER, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    text_column("destination"),
    text_column("subject"),
    text_column("kind"),
    Column("lead_no", NUMBER, index=True),
    text_column("body"),
    time_column("created_at"),
    time_column("due_at"),
    time_column("leased_until", empty=True),
    Column("tries", Integer, nullable=False),
    text_column("state"),
    Column("ended_at", BigInteger, index=True),
    Column("status", Integer),
    text_column("detail", empty=True),
    Index(
        "deliveries_waiting",
        "destination",
        "due_at",
        sqlite_where=_WAITS,
        postgresql_where=_WAITS,
    ),
    Index(
        "deliveries_of_subject",
        "destination",
        "subject",
        sqlite_where=_WAITS,
        postgresql_where=_WAITS,
    ),
)
"""The outbox. A state is waits, done, parked or superseded; what is being sent waits too, with a
lease that ends by itself. ``key`` tells a repeat to whoever gets it."""
