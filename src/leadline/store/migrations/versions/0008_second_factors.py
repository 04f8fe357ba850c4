"""Second factors, and codes that stand for them."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "second_factors",
        sa.Column("person_no", NUMBER, nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("last_step", NUMBER, nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("person_no", name=op.f("second_factors_key")),
        sa.ForeignKeyConstraint(
            ["person_no"], ["people.person_no"], name=op.f("second_factors_person_no_of_people")
        ),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("person_no", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("recovery_codes_key")),
        sa.ForeignKeyConstraint(
            ["person_no"], ["people.person_no"], name=op.f("recovery_codes_person_no_of_people")
        ),
    )
    op.create_index(op.f("recovery_codes_by_person_no"), "recovery_codes", ["person_no"])
