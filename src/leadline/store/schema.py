"""The tables of a store, the same on SQLite and PostgreSQL.

Times are whole microseconds since 1970, UTC. ``taken_at`` is when the store took a fact,
``recorded_at`` when the company knew it. Leads have a number beside their id: it stands in the
tables that are large, so that their indexes stay small.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    text,
)

from leadline.store.columns import METADATA, NUMBER, text_column, time_column
from leadline.store.connection_schema import connection_records, connections
from leadline.store.draft_schema import draft_texts, drafts
from leadline.store.handover_schema import answers, band_holds, ownerships, turns
from leadline.store.outbox_schema import deliveries
from leadline.store.people_schema import (
    audit_log,
    keys,
    people,
    provider_people,
    recovery_codes,
    second_factors,
    sessions,
    teams,
    tickets,
    tries,
)

__all__ = [
    "METADATA", "answers", "audit_log", "band_holds", "connection_records",
    "connections", "deliveries", "draft_texts", "drafts", "keys", "ownerships", "people",
    "provider_people", "recovery_codes", "second_factors", "sessions", "teams", "tickets",
    "tries", "turns",
]  # fmt: skip

settings = Table("settings", METADATA, text_column("name", key=True), text_column("value"))
"""What the store says of itself: the last ``taken_at``, the types once decided."""

# --- what arrived

inbox = Table(
    "inbox",
    METADATA,
    Column("inbox_id", NUMBER, primary_key=True),
    text_column("source"),
    text_column("kind"),
    time_column("received_at"),
    Column("body", LargeBinary, nullable=False),
    Index(None, "received_at"),
)
"""Every request that was accepted, as it came; kept for some days, so that it can be replayed."""

waiting = Table("waiting", METADATA, Column("inbox_id", NUMBER, primary_key=True))
"""Rows of the inbox that the loop has not taken. It is a state and no position in a sequence:
numbers are not given in the order in which transactions commit."""

parked = Table(
    "parked",
    METADATA,
    Column("parked_id", NUMBER, primary_key=True),
    Column("inbox_id", NUMBER, nullable=False, index=True),
    Column("item", Integer, nullable=False),
    text_column("source"),
    text_column("reason"),
    text_column("detail"),
    Column("body", LargeBinary, nullable=False),
    time_column("received_at"),
    time_column("parked_at"),
    time_column("replayed_at", empty=True),
)
"""What could not be used, each with its reason."""

jobs = Table(
    "jobs",
    METADATA,
    Column("inbox_id", NUMBER, primary_key=True, autoincrement=False),
    text_column("kind"),
    text_column("state"),
    text_column("detail"),
    time_column("began_at"),
    time_column("ended_at", empty=True),
)
"""What commands asked of the loop, and what became of it: running, done or failed."""

offsets = Table(
    "offsets",
    METADATA,
    text_column("source", key=True),
    text_column("topic", key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    time_column("next"),
)
"""Of each part of a topic the message that is taken next; it changes with the rows of the inbox."""

accounts_due = Table(
    "accounts_due", METADATA, text_column("account_id", key=True), time_column("since")
)
"""Large accounts whose leads are to be scored together, ``since`` something last happened."""

erased = Table(
    "erased",
    METADATA,
    Column("digest", LargeBinary, primary_key=True),
    time_column("erased_at"),
    sqlite_with_rowid=False,
)
"""Ids of people who were erased, by hashes; what names one of them is refused."""

# --- facts

leads = Table(
    "leads",
    METADATA,
    Column("lead_no", NUMBER, primary_key=True),
    Column("lead_id", Text, nullable=False, unique=True),
    Column("account_id", Text, index=True),
    Column("is_known", Boolean, nullable=False),
    time_column("created_at", empty=True),
    time_column("recorded_at", empty=True),
    time_column("taken_at"),
    text_column("fields"),
)
"""One row a lead; ``fields`` is JSON of what is known now. Only known leads are scored."""

accounts = Table(
    "accounts",
    METADATA,
    text_column("account_id", key=True),
    time_column("created_at", empty=True),
    time_column("recorded_at", empty=True),
    time_column("taken_at"),
    text_column("fields"),
)

known_fields = Table(
    "known_fields", METADATA, text_column("entity", key=True), text_column("field", key=True)
)
"""Names of fields that any lead or account ever had."""

identities = Table(
    "identities",
    METADATA,
    text_column("kind", key=True),
    text_column("value", key=True),
    Column("taken_at", BigInteger, primary_key=True),
    Column("lead_no", NUMBER, nullable=False, index=True),
    sqlite_with_rowid=False,
)
"""To whom an id leads; of several rows the latest."""

conflicts = Table(
    "conflicts",
    METADATA,
    Column("conflict_id", NUMBER, primary_key=True),
    text_column("kind"),
    text_column("value"),
    Column("from_no", NUMBER, nullable=False),
    Column("to_no", NUMBER, nullable=False),
    time_column("taken_at"),
)
"""Ids that went from one known lead to another; two known leads are never merged by one."""

_BYTES = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that is ordered byte by byte, whatever language a database orders by."""

name_words = Table(
    "name_words",
    METADATA,
    Column("word", _BYTES, primary_key=True),
    text_column("entity", key=True),
    text_column("key", key=True),
    sqlite_with_rowid=False,
)
"""By which words leads and accounts are found."""

events = Table(
    "events",
    METADATA,
    Column("lead_no", NUMBER, primary_key=True),
    Column("occurred_at", BigInteger, primary_key=True),
    text_column("event_id", key=True),
    text_column("account_id", empty=True),
    text_column("type"),
    time_column("recorded_at"),
    time_column("taken_at"),
    time_column("given_at", empty=True),
    text_column("source"),
    text_column("properties"),
    text_column("origin", empty=True),
    Index("events_by_taken_at", "taken_at"),
    Index(
        "events_by_account_id",
        "account_id",
        sqlite_where=text("account_id is not null"),
        postgresql_where=text("account_id is not null"),
    ),
    sqlite_with_rowid=False,
)
"""Laid together by lead. Lead 0 is nobody: such an event belongs to its account alone."""

event_ids = Table(
    "event_ids",
    METADATA,
    Column("digest", LargeBinary, primary_key=True),
    Column("lead_no", NUMBER, nullable=False),
    sqlite_with_rowid=False,
)
"""Which events are there, by 16 bytes of a hash: a third of an index over the ids themselves."""

outcomes = Table(
    "outcomes",
    METADATA,
    text_column("outcome_id", key=True),
    Column("lead_no", NUMBER, index=True),
    Column("account_id", Text, index=True),
    text_column("outcome"),
    time_column("occurred_at"),
    time_column("recorded_at"),
    time_column("taken_at"),
    Column("amount", Double),
    text_column("reason", empty=True),
    text_column("source"),
)

field_history = Table(
    "field_history",
    METADATA,
    text_column("entity", key=True),
    text_column("id", key=True),
    text_column("field", key=True),
    Column("taken_at", BigInteger, primary_key=True),
    text_column("value", empty=True),
    time_column("valid_from"),
    time_column("recorded_at"),
    text_column("source"),
    sqlite_with_rowid=False,
)

lead_merges = Table(
    "lead_merges",
    METADATA,
    Column("from_no", NUMBER, primary_key=True),
    Column("taken_at", BigInteger, primary_key=True),
    Column("into_no", NUMBER, index=True),
    time_column("recorded_at"),
    text_column("source"),
)

event_marks = Table(
    "event_marks",
    METADATA,
    text_column("event_id", key=True),
    Column("taken_at", BigInteger, primary_key=True),
    Column("lead_no", NUMBER, nullable=False, index=True),
    text_column("mark", empty=True),
    time_column("recorded_at"),
    text_column("source"),
)

# --- scores

models = Table(
    "models",
    METADATA,
    Column("version", NUMBER, primary_key=True),
    text_column("name"),
    text_column("fingerprint"),
    text_column("document"),
    Column("statement", SmallInteger, nullable=False),
    text_column("state"),
    time_column("created_at"),
    time_column("published_at", empty=True),
    time_column("retired_at", empty=True),
)
"""Versions of the model: draft, published, retired. What is published is scored."""

publications = Table(
    "publications",
    METADATA,
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("version", NUMBER, ForeignKey("models.version"), nullable=False),
)
"""Which version was live from when on; one that was gone back to is there again."""

current_scores = Table(
    "current_scores",
    METADATA,
    Column("version", NUMBER, ForeignKey("models.version"), primary_key=True),
    Column("lead_no", NUMBER, primary_key=True),
    time_column("as_of"),
    text_column("scores"),
    sqlite_with_rowid=False,
)

current_account_scores = Table(
    "current_account_scores",
    METADATA,
    Column("version", NUMBER, ForeignKey("models.version"), primary_key=True),
    text_column("account_id", key=True),
    time_column("as_of"),
    text_column("scores"),
    sqlite_with_rowid=False,
)

current_bands = Table(
    "current_bands",
    METADATA,
    Column("version", NUMBER, ForeignKey("models.version"), primary_key=True),
    text_column("ladder", key=True),
    Column("lead_no", NUMBER, primary_key=True),
    text_column("band", empty=True),
    text_column("edge_band", empty=True),
    Column("value", Double),
    Index(None, "version", "ladder", "band", "value", "lead_no"),
    sqlite_with_rowid=False,
)

current_account_bands = Table(
    "current_account_bands",
    METADATA,
    Column("version", NUMBER, ForeignKey("models.version"), primary_key=True),
    text_column("ladder", key=True),
    text_column("account_id", key=True),
    text_column("band", empty=True),
    text_column("edge_band", empty=True),
    Column("value", Double),
    sqlite_with_rowid=False,
)

transitions = Table(
    "transitions",
    METADATA,
    Column("transition_id", NUMBER, primary_key=True),
    Column("lead_no", NUMBER, index=True),
    Column("account_id", Text),
    text_column("ladder"),
    time_column("at"),
    text_column("from_band", empty=True),
    text_column("to_band", empty=True),
    text_column("from_edge_band", empty=True),
    text_column("edge_band", empty=True),
    Column("value", Double),
    text_column("override", empty=True),
    Column("version", NUMBER, ForeignKey("models.version"), nullable=False),
    text_column("model"),
    text_column("cause"),
    Column("quiet", Boolean, nullable=False),
    text_column("ledger", empty=True),
)
