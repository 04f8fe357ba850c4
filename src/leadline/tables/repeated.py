"""Which keys of a table may repeat: a question of numbers, and of texts only where two meet.

Keys are told apart by hashes of 8 bytes. Nearly always all differ, and then so do the keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.sql.text import ALWAYS, Sql, name, sql_text
from leadline.tables.places.raw import staged

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from leadline.engines.duckdb.engine import DuckDB

MANY_ROWS = 1_000_000
"""From so many on an array is sorted, in a third of the engine's time; below, to import what has
arrays costs more."""

AT_ONCE = 64_000_000
"""So many hashes are sorted at a time, in 512 MB; of more rows they are taken in parts."""

SHARED = """
    create or replace table {shared} as
    select distinct hash from (
        select hash, lag(hash) over (order by hash) as before from ({hashes}))
    where hash = before"""


def shared_hashes(  # noqa: PLR0913 - rows and columns of a table, and how many are many
    engine: DuckDB,
    table: str,
    rows: Sql,
    columns: Sequence[Sql],
    has_key: Sql = ALWAYS,
    *,
    many_rows: int = MANY_ROWS,
    at_once: int = AT_ONCE,
) -> Sql | None:
    """Return the table of the hashes that several keys have, or None where there are none.

    Args:
        engine: Holds the rows.
        table: Which of our tables it is.
        rows: The rows.
        columns: Their key.
        has_key: Of which rows the keys are looked at.
        many_rows: From so many on they are sorted as an array.
        at_once: So many are sorted at a time.
    """
    shared = staged(table, "hashes")
    template = "select hash({columns}) as hash from {rows} where {has_key}"
    hashes = sql_text(template, columns=columns, rows=rows, has_key=has_key)
    [(count,)] = engine.rows(sql_text("select count(*) from {rows}", rows=rows))
    if count < many_rows:
        engine.run(sql_text(SHARED, shared=shared, hashes=hashes))
    else:
        _keep(engine, shared, _sorted(engine, hashes, parts=count // at_once + 1))
    [(some,)] = engine.rows(sql_text("select exists (from {shared})", shared=shared))
    return shared if some else None


def _keep(engine: DuckDB, shared: Sql, found: Iterator[pa.Table]) -> None:
    template = "create or replace table {shared} (hash ubigint)"
    engine.run(sql_text(template, shared=shared))
    for part in found:
        engine.register("shared_hashes", part)
        engine.run(
            sql_text("insert into {shared} from {t}", shared=shared, t=name("shared_hashes"))
        )
        engine.unregister("shared_hashes")


def _sorted(engine: DuckDB, hashes: Sql, parts: int) -> Iterator[pa.Table]:
    """Yield the hashes that stand more than once, from some parts of all."""
    import numpy as np  # noqa: PLC0415 - slow to import, and not needed for few rows
    import pyarrow as pa  # noqa: PLC0415 - see above

    for part in range(parts):
        template = "select hash from ({hashes}) where hash % {parts} = {part}"
        found = engine.arrow(sql_text(template, hashes=hashes, parts=parts, part=part))
        # ours to sort in place, where an array of one chunk would be the engine's
        chunks = [np.from_dlpack(chunk) for chunk in found["hash"].chunks]
        numbers = np.concatenate([np.empty(0, np.uint64), *chunks])
        del found
        numbers.sort()
        repeated = np.unique(numbers[1:][numbers[1:] == numbers[:-1]])
        if len(repeated):
            yield pa.table({"hash": pa.array(repeated, pa.uint64())})
