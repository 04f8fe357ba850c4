"""People, their teams, and how somebody is signed in."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "teams",
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("territory", sa.Text()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("team", name=op.f("teams_key")),
    )
    op.create_table(
        "people",
        sa.Column("person_no", NUMBER, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("team", sa.Text()),
        sa.Column("territory", sa.Text()),
        sa.Column("time_zone", sa.Text()),
        sa.Column("language", sa.Text()),
        sa.Column("password_hash", sa.Text()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("person_no", name=op.f("people_key")),
        sa.UniqueConstraint("email", name=op.f("people_email_key")),
        sa.ForeignKeyConstraint(["team"], ["teams.team"], name=op.f("people_team_of_teams")),
    )
    op.create_index(op.f("people_by_team"), "people", ["team"])
    op.create_table(
        "sessions",
        sa.Column("session_hash", sa.Text(), nullable=False),
        sa.Column("person_no", NUMBER, nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("session_hash", name=op.f("sessions_key")),
        sa.ForeignKeyConstraint(
            ["person_no"], ["people.person_no"], name=op.f("sessions_person_no_of_people")
        ),
    )
    op.create_index(op.f("sessions_by_person_no"), "sessions", ["person_no"])
    op.create_table(
        "tickets",
        sa.Column("ticket_hash", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person_no", NUMBER),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("ticket_hash", name=op.f("tickets_key")),
        sa.ForeignKeyConstraint(
            ["person_no"], ["people.person_no"], name=op.f("tickets_person_no_of_people")
        ),
    )
    op.create_table(
        "tries",
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("used", sa.Double(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("what", name=op.f("tries_key")),
    )
