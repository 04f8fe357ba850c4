"""The tables of drafts: models that people work on, and every text that they had."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, Table

from leadline.store.columns import METADATA, NUMBER, text_column, time_column

drafts = Table(
    "drafts",
    METADATA,
    Column("draft_no", NUMBER, primary_key=True),
    Column("base", NUMBER, nullable=False),
    Column("revision", Integer, nullable=False),
    text_column("state"),
    text_column("made_by"),
    time_column("made_at"),
    text_column("asked_by", empty=True),
    time_column("asked_at", empty=True),
    text_column("approved_by", empty=True),
    time_column("approved_at", empty=True),
    Column("version", NUMBER, ForeignKey("models.version"), nullable=True),
)
"""Drafts: the version that each began from, 0 for none, and where it stands."""

draft_texts = Table(
    "draft_texts",
    METADATA,
    Column("draft_no", NUMBER, ForeignKey("drafts.draft_no"), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    text_column("document"),
    text_column("saved_by"),
    time_column("saved_at"),
)
"""Each text that was saved of a draft, so that of two who write none loses anything."""
