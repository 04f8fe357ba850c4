"""The tables of who may and who did: people, teams, keys, sessions, and the audit log.

Of whatever opens something the store has the hash alone.
"""

from __future__ import annotations

from sqlalchemy import Column, Double, ForeignKey, Table, Text

from leadline.store.columns import METADATA, NUMBER, text_column, time_column

keys = Table(
    "keys",
    METADATA,
    text_column("key_hash", key=True),
    Column("name", Text, nullable=False, unique=True),
    text_column("kind"),
    text_column("scopes"),
    time_column("created_at"),
    time_column("ends_at", empty=True),
    time_column("revoked_at", empty=True),
    time_column("used_at", empty=True),
)
"""Write keys of sources, keys of browsers and tokens of the API."""

teams = Table(
    "teams",
    METADATA,
    text_column("team", key=True),
    text_column("territory", empty=True),
    time_column("created_at"),
)
"""Who works together; people have the territory of their team where they have none themselves."""

people = Table(
    "people",
    METADATA,
    Column("person_no", NUMBER, primary_key=True),
    Column("email", Text, nullable=False, unique=True),
    text_column("name"),
    text_column("role"),
    Column("team", Text, ForeignKey("teams.team"), index=True),
    text_column("territory", empty=True),
    text_column("time_zone", empty=True),
    text_column("language", empty=True),
    text_column("password_hash", empty=True),
    time_column("created_at"),
    time_column("ended_at", empty=True),
)
"""Who signs in; e-mail addresses are in small letters. Who left is kept, and opens nothing."""

sessions = Table(
    "sessions",
    METADATA,
    text_column("session_hash", key=True),
    Column("person_no", NUMBER, ForeignKey("people.person_no"), nullable=False, index=True),
    text_column("agent"),
    time_column("began_at"),
    time_column("seen_at"),
)
"""Who is signed in, and by which browser; a session that ended is not there."""

tickets = Table(
    "tickets",
    METADATA,
    text_column("ticket_hash", key=True),
    text_column("kind"),
    Column("person_no", NUMBER, ForeignKey("people.person_no")),
    time_column("ends_at"),
)
"""What opens one thing once, such as a link to set up the service; it is gone once it did."""

tries = Table(
    "tries",
    METADATA,
    text_column("what", key=True),
    Column("used", Double, nullable=False),
    time_column("at"),
)
"""How often somebody tried to sign in: a bucket that fills by tries and empties with time."""

second_factors = Table(
    "second_factors",
    METADATA,
    Column("person_no", NUMBER, ForeignKey("people.person_no"), primary_key=True),
    text_column("secret"),
    Column("last_step", NUMBER, nullable=False),
    time_column("begun_at"),
    time_column("confirmed_at", empty=True),
)
"""Programs that give a code every half minute; until one was typed in it is not asked for."""

recovery_codes = Table(
    "recovery_codes",
    METADATA,
    text_column("code_hash", key=True),
    Column("person_no", NUMBER, ForeignKey("people.person_no"), nullable=False, index=True),
)
"""Codes that are taken once in the place of such a program's."""

provider_people = Table(
    "provider_people",
    METADATA,
    text_column("issuer", key=True),
    text_column("subject", key=True),
    Column("person_no", NUMBER, ForeignKey("people.person_no"), nullable=False, index=True),
)
"""Whom a provider of OpenID Connect means: an issuer and what it calls a person never change."""

audit_log = Table(
    "audit_log",
    METADATA,
    Column("number", NUMBER, primary_key=True, autoincrement=False),
    time_column("at"),
    text_column("actor"),
    text_column("action"),
    text_column("subject", empty=True),
    text_column("details", empty=True),
    text_column("salt", empty=True),
    text_column("digest"),
    text_column("hash"),
)
"""Who changed what, and took what away. Rows are added and never changed: each hashes the one
before it. Subject and details, of which the digest is, go where a person is erased."""
