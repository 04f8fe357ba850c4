"""What is to be told to others."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "deliveries",
        sa.Column("delivery_id", NUMBER, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("lead_no", NUMBER, nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("leased_until", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("deliveries_key")),
        sa.UniqueConstraint("key", name=op.f("deliveries_key_key")),
    )
    op.create_index(op.f("deliveries_by_lead_no"), "deliveries", ["lead_no"])
    op.create_index(op.f("deliveries_by_ended_at"), "deliveries", ["ended_at"])
    _partial("deliveries_waiting", ["destination", "due_at"])
    _partial("deliveries_of_subject", ["destination", "subject"])


def _partial(name: str, columns: list[str]) -> None:
    waits = sa.text("state = 'waits'")
    op.create_index(name, "deliveries", columns, sqlite_where=waits, postgresql_where=waits)
