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

from leadline.store.columns import METADATA
from leadline.store.columns import NUMBER as _NUMBER
from leadline.store.columns import text_column as _text
from leadline.store.columns import time_column as _time
from leadline.store.people_tables import keys, people, sessions, teams, tickets, tries

__all__ = ["METADATA", "keys", "people", "sessions", "teams", "tickets", "tries"]
# beside the tables below: those of people, which stand in a file of their own

settings = Table("settings", METADATA, _text("name", key=True), _text("value"))
"""What the store says of itself: the last ``taken_at``, the types once decided."""

# --- what arrived

inbox = Table(
    "inbox",
    METADATA,
    Column("inbox_id", _NUMBER, primary_key=True),
    _text("source"),
    _text("kind"),
    _time("received_at"),
    Column("body", LargeBinary, nullable=False),
    Index(None, "received_at"),
)
"""Every request that was accepted, as it came; kept for some days, so that it can be replayed."""

waiting = Table("waiting", METADATA, Column("inbox_id", _NUMBER, primary_key=True))
"""Rows of the inbox that the loop has not taken. It is a state and no position in a sequence:
numbers are not given in the order in which transactions commit."""

parked = Table(
    "parked",
    METADATA,
    Column("parked_id", _NUMBER, primary_key=True),
    Column("inbox_id", _NUMBER, nullable=False, index=True),
    Column("item", Integer, nullable=False),
    _text("source"),
    _text("reason"),
    _text("detail"),
    Column("body", LargeBinary, nullable=False),
    _time("received_at"),
    _time("parked_at"),
    _time("replayed_at", empty=True),
)
"""What could not be used, each with its reason."""

jobs = Table(
    "jobs",
    METADATA,
    Column("inbox_id", _NUMBER, primary_key=True, autoincrement=False),
    _text("kind"),
    _text("state"),
    _text("detail"),
    _time("began_at"),
    _time("ended_at", empty=True),
)
"""What commands asked of the loop, and what became of it: running, done or failed."""

offsets = Table(
    "offsets",
    METADATA,
    _text("source", key=True),
    _text("topic", key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    _time("next"),
)
"""Of each part of a topic the message that is taken next; it changes with the rows of the inbox."""

accounts_due = Table("accounts_due", METADATA, _text("account_id", key=True), _time("since"))
"""Large accounts whose leads are to be scored together, ``since`` something last happened."""

erased = Table(
    "erased",
    METADATA,
    Column("digest", LargeBinary, primary_key=True),
    _time("erased_at"),
    sqlite_with_rowid=False,
)
"""Ids of people who were erased, by hashes; what names one of them is refused."""

# --- facts

leads = Table(
    "leads",
    METADATA,
    Column("lead_no", _NUMBER, primary_key=True),
    Column("lead_id", Text, nullable=False, unique=True),
    Column("account_id", Text, index=True),
    Column("is_known", Boolean, nullable=False),
    _time("created_at", empty=True),
    _time("recorded_at", empty=True),
    _time("taken_at"),
    _text("fields"),
)
"""One row a lead; ``fields`` is JSON of what is known now. Only known leads are scored."""

accounts = Table(
    "accounts",
    METADATA,
    _text("account_id", key=True),
    _time("created_at", empty=True),
    _time("recorded_at", empty=True),
    _time("taken_at"),
    _text("fields"),
)

known_fields = Table("known_fields", METADATA, _text("entity", key=True), _text("field", key=True))
"""Names of fields that any lead or account ever had."""

identities = Table(
    "identities",
    METADATA,
    _text("kind", key=True),
    _text("value", key=True),
    Column("taken_at", BigInteger, primary_key=True),
    Column("lead_no", _NUMBER, nullable=False, index=True),
    sqlite_with_rowid=False,
)
"""To whom an id leads; of several rows the latest."""

conflicts = Table(
    "conflicts",
    METADATA,
    Column("conflict_id", _NUMBER, primary_key=True),
    _text("kind"),
    _text("value"),
    Column("from_no", _NUMBER, nullable=False),
    Column("to_no", _NUMBER, nullable=False),
    _time("taken_at"),
)
"""Ids that went from one known lead to another; two known leads are never merged by one."""

events = Table(
    "events",
    METADATA,
    Column("lead_no", _NUMBER, primary_key=True),
    Column("occurred_at", BigInteger, primary_key=True),
    _text("event_id", key=True),
    _text("account_id", empty=True),
    _text("type"),
    _time("recorded_at"),
    _time("taken_at"),
    _time("given_at", empty=True),
    _text("source"),
    _text("properties"),
    _text("origin", empty=True),
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
    Column("lead_no", _NUMBER, nullable=False),
    sqlite_with_rowid=False,
)
"""Which events are there, by 16 bytes of a hash: a third of an index over the ids themselves."""

outcomes = Table(
    "outcomes",
    METADATA,
    _text("outcome_id", key=True),
    Column("lead_no", _NUMBER, index=True),
    Column("account_id", Text, index=True),
    _text("outcome"),
    _time("occurred_at"),
    _time("recorded_at"),
    _time("taken_at"),
    Column("amount", Double),
    _text("reason", empty=True),
    _text("source"),
)

field_history = Table(
    "field_history",
    METADATA,
    _text("entity", key=True),
    _text("id", key=True),
    _text("field", key=True),
    Column("taken_at", BigInteger, primary_key=True),
    _text("value", empty=True),
    _time("valid_from"),
    _time("recorded_at"),
    _text("source"),
    sqlite_with_rowid=False,
)

lead_merges = Table(
    "lead_merges",
    METADATA,
    Column("from_no", _NUMBER, primary_key=True),
    Column("taken_at", BigInteger, primary_key=True),
    Column("into_no", _NUMBER, index=True),
    _time("recorded_at"),
    _text("source"),
)

event_marks = Table(
    "event_marks",
    METADATA,
    _text("event_id", key=True),
    Column("taken_at", BigInteger, primary_key=True),
    Column("lead_no", _NUMBER, nullable=False, index=True),
    _text("mark", empty=True),
    _time("recorded_at"),
    _text("source"),
)

# --- scores

models = Table(
    "models",
    METADATA,
    Column("version", _NUMBER, primary_key=True),
    _text("name"),
    _text("fingerprint"),
    _text("document"),
    Column("statement", SmallInteger, nullable=False),
    _text("state"),
    _time("created_at"),
    _time("published_at", empty=True),
    _time("retired_at", empty=True),
)
"""Versions of the model: draft, published, retired. What is published is scored."""

publications = Table(
    "publications",
    METADATA,
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("version", _NUMBER, ForeignKey("models.version"), nullable=False),
)
"""Which version was live from when on; one that was gone back to is there again."""

current_scores = Table(
    "current_scores",
    METADATA,
    Column("version", _NUMBER, ForeignKey("models.version"), primary_key=True),
    Column("lead_no", _NUMBER, primary_key=True),
    _time("as_of"),
    _text("scores"),
    sqlite_with_rowid=False,
)

current_account_scores = Table(
    "current_account_scores",
    METADATA,
    Column("version", _NUMBER, ForeignKey("models.version"), primary_key=True),
    _text("account_id", key=True),
    _time("as_of"),
    _text("scores"),
    sqlite_with_rowid=False,
)

current_bands = Table(
    "current_bands",
    METADATA,
    Column("version", _NUMBER, ForeignKey("models.version"), primary_key=True),
    _text("ladder", key=True),
    Column("lead_no", _NUMBER, primary_key=True),
    _text("band", empty=True),
    _text("edge_band", empty=True),
    Column("value", Double),
    Index(None, "version", "ladder", "band", "value", "lead_no"),
    sqlite_with_rowid=False,
)

current_account_bands = Table(
    "current_account_bands",
    METADATA,
    Column("version", _NUMBER, ForeignKey("models.version"), primary_key=True),
    _text("ladder", key=True),
    _text("account_id", key=True),
    _text("band", empty=True),
    _text("edge_band", empty=True),
    Column("value", Double),
    sqlite_with_rowid=False,
)

transitions = Table(
    "transitions",
    METADATA,
    Column("transition_id", _NUMBER, primary_key=True),
    Column("lead_no", _NUMBER, index=True),
    Column("account_id", Text),
    _text("ladder"),
    _time("at"),
    _text("from_band", empty=True),
    _text("to_band", empty=True),
    _text("from_edge_band", empty=True),
    _text("edge_band", empty=True),
    Column("value", Double),
    _text("override", empty=True),
    Column("version", _NUMBER, ForeignKey("models.version"), nullable=False),
    _text("model"),
    _text("cause"),
    Column("quiet", Boolean, nullable=False),
    _text("ledger", empty=True),
)
