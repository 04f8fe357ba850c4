"""By which rule somebody has a lead, until when they answer, and whose turn it is."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the columns and the table."""
    op.add_column("ownerships", sa.Column("rule", sa.Text(), nullable=True))
    for name in ("remind_at", "return_at", "escalated_at"):
        op.add_column("ownerships", sa.Column(name, sa.BigInteger(), nullable=True))
    op.create_table(
        "turns",
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("rule", "owner", name=op.f("turns_key")),
        sqlite_with_rowid=False,
    )
