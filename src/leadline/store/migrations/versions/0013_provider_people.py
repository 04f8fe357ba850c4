"""Whom a provider of OpenID Connect means."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "provider_people",
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column(
            "person_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("provider_people_key")),
        sa.ForeignKeyConstraint(
            ["person_no"], ["people.person_no"], name=op.f("provider_people_person_no_of_people")
        ),
    )
    op.create_index(op.f("provider_people_by_person_no"), "provider_people", ["person_no"])
