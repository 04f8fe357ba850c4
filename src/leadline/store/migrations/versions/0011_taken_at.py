"""Events by when they were taken, for whoever goes on from a moment."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the index."""
    op.create_index("events_by_taken_at", "events", ["taken_at"])
