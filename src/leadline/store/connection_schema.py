"""The tables of what is known of systems that are read and written, such as a CRM."""

from __future__ import annotations

from sqlalchemy import Index, Table, text

from leadline.store.columns import METADATA, text_column, time_column

connections = Table(
    "connections",
    METADATA,
    text_column("connection", key=True),
    text_column("since", empty=True),
    time_column("read_at", empty=True),
    time_column("looked_at", empty=True),
    sqlite_with_rowid=False,
)
"""How far each was read, in its own words, and when a person looked at what would be written;
before that nothing is written, and what is read alerts nobody."""

connection_records = Table(
    "connection_records",
    METADATA,
    text_column("connection", key=True),
    text_column("record_id", key=True),
    text_column("read_hash"),
    text_column("written", empty=True),
    time_column("written_at", empty=True),
    time_column("refused_at", empty=True),
    text_column("detail", empty=True),
    time_column("gone_at", empty=True),
    Index(
        "connection_records_refused",
        "connection",
        sqlite_where=text("refused_at is not null"),
        postgresql_where=text("refused_at is not null"),
    ),
    sqlite_with_rowid=False,
)
"""Each record of a connection: a hash of what was read, so that our own writes are no news; what
was written and acknowledged; why the last try was refused."""
