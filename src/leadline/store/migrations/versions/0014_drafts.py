"""Drafts of the model, and every text that they had."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "drafts",
        sa.Column("draft_no", _NUMBER, nullable=False),
        sa.Column("base", _NUMBER, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.BigInteger(), nullable=True),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("approved_at", sa.BigInteger(), nullable=True),
        sa.Column("version", _NUMBER, nullable=True),
        sa.PrimaryKeyConstraint("draft_no", name=op.f("drafts_key")),
        sa.ForeignKeyConstraint(
            ["version"], ["models.version"], name=op.f("drafts_version_of_models")
        ),
    )
    op.create_table(
        "draft_texts",
        sa.Column("draft_no", _NUMBER, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("saved_by", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("draft_no", "revision", name=op.f("draft_texts_key")),
        sa.ForeignKeyConstraint(
            ["draft_no"], ["drafts.draft_no"], name=op.f("draft_texts_draft_no_of_drafts")
        ),
    )
