"""Who has a lead, what was answered, and bands that are held."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    _answers()
    _ownerships()
    _band_holds()


def _answers() -> None:
    op.create_table(
        "answers",
        sa.Column("answer_id", sa.Text(), nullable=False),
        sa.Column("lead_no", NUMBER, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("said_at", sa.BigInteger(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("amount", sa.Double(), nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("ladder", sa.Text(), nullable=True),
        sa.Column("band", sa.Text(), nullable=True),
        sa.Column("to_who", sa.Text(), nullable=True),
        sa.Column("undoes", sa.Text(), nullable=True),
        sa.Column("outcome_id", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.BigInteger(), nullable=True),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.Column("refused", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("answer_id", name=op.f("answers_key")),
    )
    op.create_index(op.f("answers_by_lead_no"), "answers", ["lead_no"])
    op.create_index(op.f("answers_by_taken_at"), "answers", ["taken_at"])


def _ownerships() -> None:
    op.create_table(
        "ownerships",
        sa.Column("lead_no", NUMBER, nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("began_by", sa.Text(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("reminded_at", sa.BigInteger(), nullable=True),
        sa.Column("snoozed_until", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("lead_no", "began_at", name=op.f("ownerships_key")),
        sqlite_with_rowid=False,
    )
    _partial("ownerships_open", "lead_no", "ended_at is null", unique=True)
    _partial("ownerships_by_owner", "owner", "ended_at is null")
    _partial("ownerships_by_due_at", "due_at", "ended_at is null and answered_at is null")


def _partial(name: str, column: str, where: str, *, unique: bool = False) -> None:
    op.create_index(
        name,
        "ownerships",
        [column],
        unique=unique,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )


def _band_holds() -> None:
    op.create_table(
        "band_holds",
        sa.Column("lead_no", NUMBER, nullable=False),
        sa.Column("ladder", sa.Text(), nullable=False),
        sa.Column("band", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("answer_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("lead_no", "ladder", name=op.f("band_holds_key")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("band_holds_by_until"), "band_holds", ["until"])
    op.create_index("band_holds_by_band", "band_holds", ["ladder", "band"])
