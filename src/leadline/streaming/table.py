"""The score table of a stream, in PostgreSQL: rows and their batch, written together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from leadline.engines.postgres.engine import Postgres
from leadline.engines.postgres.tables import parts
from leadline.errors import Fault, InputError
from leadline.sql.text import name as quoted

if TYPE_CHECKING:
    import pyarrow as pa

_BATCHES = """
    create table if not exists {batches} (
        stream text, batch bigint, as_of timestamptz not null, leads bigint not null,
        primary key (stream, batch)
    )
"""


_COLUMNS = """
    select attname::text from pg_attribute
    where attrelid = to_regclass($1) and attnum > 0 and not attisdropped
"""

_UNIQUE = """
    select 1 from pg_index as i join pg_attribute as a
        on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
    where i.indrelid = to_regclass($1) and i.indisunique and i.indnkeyatts = 1
        and i.indpred is null and a.attname = 'lead_id'
"""


@dataclass(frozen=True)
class ScoreTable:
    """One row a lead, of the last batch that touched it, and a table ``NAME_batches``.

    Attributes:
        url: Address of the server.
        address: Name of the table, such as ``crm.scores``.
        stream: Whose batches are written.
    """

    url: str
    address: str
    stream: str

    def prepare(self, columns: Sequence[str]) -> None:
        """Make the table of batches where it is not there, and look at that of the scores.

        Raises:
            InputError: There is one that cannot take these columns, one row a lead.
            EngineError: The server cannot be used.
        """
        with Postgres(self.url) as server, server.transaction():
            self._refuse_unfit(server, columns)
            server.run(_BATCHES.format(batches=self._name(server, "_batches")))

    def _refuse_unfit(self, server: Postgres, columns: Sequence[str]) -> None:
        scores = self._name(server)
        found = {title for (title,) in server.rows(_COLUMNS, [scores])}
        if not found:
            return
        where = f"table:{self.address}"
        if lacking := [each for each in columns if each not in found]:
            remedy = "Add them, name another table, or drop this one: the stream makes it anew."
            expected = "must have the columns of the scores"
            raise InputError(Fault(where, "", expected, f"no {', '.join(lacking)}", remedy))
        if not server.rows(_UNIQUE, [scores]):
            remedy = "Make it the primary key, or name another table."
            raise InputError(Fault(where, "lead_id", "must be unique by an index", "", remedy))

    def has(self, batch: int) -> bool:
        """Say whether a batch was written."""
        with Postgres(self.url) as server:
            query = (
                f"select 1 from {self._name(server, '_batches')} where stream = $1 and batch = $2"
            )
            return bool(server.rows(query, [self.stream, batch]))

    def last_moment(self) -> datetime | None:
        """Return the moment of the last batch; None where there is none."""
        with Postgres(self.url) as server:
            query = f"select max(as_of) from {self._name(server, '_batches')} where stream = $1"
            [(found,)] = server.rows(query, [self.stream])
        return found.astimezone(UTC) if found else None

    def write(self, batch: int, as_of: datetime, rows: pa.RecordBatchReader) -> None:
        """Write the scores of the leads that a batch touched, and its number, together."""
        columns = list(rows.schema.names)
        with Postgres(self.url) as server:
            server.register("touched_scores", rows)
            scores, batches = self._name(server), self._name(server, "_batches")
            with server.transaction():
                # a stream that was started twice waits here, and then finds its batch written
                server.run(f"lock table {batches} in share row exclusive mode")
                server.run(_made(scores, columns))
                server.run(_upsert(scores, columns))
                count = "(select count(*) from pg_temp.touched_scores)"
                server.run(
                    f"insert into {batches} values ('{self.stream}', {batch}, "
                    f"timestamptz '{as_of.astimezone(UTC).isoformat()}', {count})"
                )

    def _name(self, server: Postgres, end: str = "") -> str:
        schema, title = parts(server, self.address)
        return quoted(schema, title + end) if schema else quoted(title + end)


def _made(scores: str, columns: Sequence[str]) -> str:
    """Return the statement that makes the table where it is not there."""
    listed = ", ".join(map(_zoned, columns))
    return (
        f"do $do$ begin if to_regclass('{scores}') is null then "
        f"create table {scores} as select {listed} from pg_temp.touched_scores where false; "
        f"alter table {scores} add primary key (lead_id); end if; end $do$"
    )


def _upsert(scores: str, columns: Sequence[str]) -> str:
    titles = ", ".join(map(quoted, columns))
    changes = ", ".join(f"{quoted(each)} = excluded.{quoted(each)}" for each in columns)
    return (
        f"insert into {scores} ({titles}) select {', '.join(map(_zoned, columns))} "
        f"from pg_temp.touched_scores on conflict (lead_id) do update set {changes}"
    )


def _zoned(title: str) -> str:
    """Return a column; the moment as a time that says it is UTC."""
    name = quoted(title)
    return f"{name} at time zone 'UTC' as {name}" if title == "as_of" else name
