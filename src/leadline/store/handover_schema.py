"""The tables of who has a lead, what was answered, and bands that are held."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, Index, Table, text

from leadline.store.columns import METADATA, NUMBER, text_column, time_column

answers = Table(
    "answers",
    METADATA,
    text_column("answer_id", key=True),
    Column("lead_no", NUMBER, nullable=False, index=True),
    text_column("kind"),
    text_column("who"),
    time_column("said_at"),
    Column("taken_at", BigInteger, nullable=False, index=True),
    text_column("source"),
    text_column("reason", empty=True),
    text_column("note", empty=True),
    Column("amount", Double),
    time_column("until", empty=True),
    text_column("ladder", empty=True),
    text_column("band", empty=True),
    text_column("to_who", empty=True),
    text_column("undoes", empty=True),
    text_column("outcome_id", empty=True),
    time_column("asked_at", empty=True),
    time_column("undone_at", empty=True),
    text_column("refused", empty=True),
)
"""What people said of leads, also what did not count, with why; nothing of it is taken away.

``asked_at`` is since when the lead waited for the answer."""

ownerships = Table(
    "ownerships",
    METADATA,
    Column("lead_no", NUMBER, primary_key=True),
    Column("began_at", BigInteger, primary_key=True),
    text_column("owner"),
    text_column("cause"),
    text_column("began_by", empty=True),
    text_column("ended_by", empty=True),
    time_column("due_at", empty=True),
    time_column("reminded_at", empty=True),
    time_column("snoozed_until", empty=True),
    time_column("answered_at", empty=True),
    time_column("ended_at", empty=True),
    text_column("rule", empty=True),
    time_column("remind_at", empty=True),
    time_column("return_at", empty=True),
    time_column("escalated_at", empty=True),
    Index(
        "ownerships_open",
        "lead_no",
        unique=True,
        sqlite_where=text("ended_at is null"),
        postgresql_where=text("ended_at is null"),
    ),
    Index(
        "ownerships_by_owner",
        "owner",
        sqlite_where=text("ended_at is null"),
        postgresql_where=text("ended_at is null"),
    ),
    Index(
        "ownerships_by_due_at",
        "due_at",
        sqlite_where=text("ended_at is null and answered_at is null"),
        postgresql_where=text("ended_at is null and answered_at is null"),
    ),
    sqlite_with_rowid=False,
)
"""Who had a lead from when to when; the store itself refuses a second owner at a time.

``began_by`` and ``ended_by`` are the answers that did so, where one did; a lead that fell, or was
not answered in time, is ``ended_by`` these words."""

turns = Table(
    "turns",
    METADATA,
    text_column("rule", key=True),
    text_column("owner", key=True),
    Column("due", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""Whose turn it is by a rule of assignment: who is due most."""

band_holds = Table(
    "band_holds",
    METADATA,
    Column("lead_no", NUMBER, primary_key=True),
    text_column("ladder", key=True),
    text_column("band"),
    text_column("kind"),
    text_column("who", empty=True),
    text_column("reason", empty=True),
    time_column("since"),
    Column("until", BigInteger, index=True),
    text_column("answer_id", empty=True),
    Index("band_holds_by_band", "ladder", "band"),
    sqlite_with_rowid=False,
)
"""Bands that hold beside the computed ones: what a person decided, or while a ladder cools down."""
