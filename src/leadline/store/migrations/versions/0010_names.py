"""By which words leads and accounts are found."""

import json
import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

BYTES = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NAMING = re.compile(r"name|company|organi[sz]ation|employer|mail|domain|website", re.IGNORECASE)
WORD = re.compile(r"[^\W_]+")
CHUNK = 2000


def upgrade() -> None:
    """Make the table, and fill it with the words of those who are there."""
    table = op.create_table(
        "name_words",
        sa.Column("word", BYTES, nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("word", "entity", "key", name=op.f("name_words_key")),
        sqlite_with_rowid=False,
    )
    _fill(table, "lead", "select lead_id, fields from leads where is_known and lead_id > :last")
    _fill(table, "account", "select account_id, fields from accounts where account_id > :last")


def _fill(table: sa.Table, entity: str, query: str) -> None:
    last, by = "", query.split()[1].rstrip(",")
    statement = sa.text(f"{query} order by {by} limit {CHUNK}")
    while rows := op.get_bind().execute(statement, {"last": last}).all():
        last = rows[-1][0]
        words = [
            {"word": word, "entity": entity, "key": key}
            for key, fields in rows
            for word in _words(key, fields)
        ]
        if words:
            op.get_bind().execute(sa.insert(table), words)


def _words(key: str, fields: str) -> list[str]:
    found = dict.fromkeys(_split(key)[:2])
    for name, (value, _) in json.loads(fields).items():
        if isinstance(value, str) and NAMING.search(name):
            found |= dict.fromkeys(_split(value[:400]))
    return list(found)[:16]


def _split(text: str) -> list[str]:
    parts = unicodedata.normalize("NFKD", text.replace("ł", "l").replace("Ł", "L"))
    plain = "".join(each for each in parts if not unicodedata.combining(each))
    return [each[:40] for each in WORD.findall(plain.casefold())]
