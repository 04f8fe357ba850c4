"""Groups of rows as small numbers: one each where they are few, else drawn into a thousand lots."""

from __future__ import annotations

from leadline.engines.duckdb.engine import DuckDB
from leadline.sql.text import Sql, name, sql_text
from leadline.statistics.measures import MOST_GROUPS

OF_LOTS = 4294967296.0
"""A lot, divided by this, is from 0 to 1."""


def lot(salt: str, key: str = "group_key") -> Sql:
    """Return a whole number of 32 bits by lot, always the same for a key."""
    return sql_text("('0x' || md5({salt} || {key})[:8])::ubigint", salt=f"{salt} ", key=Sql(key))


def group_number(engine: DuckDB, table: str) -> Sql:
    """Return the number of the group of each row of a table, from 0; of many groups, of its lot.

    Lots are by the engine's own hash, ten times as fast as one that every version has the same:
    only which groups are drawn together depends on it.
    """
    counted = sql_text("select count(distinct draw_key) from {t}", t=name(table))
    [(groups,)] = engine.rows(counted)
    if groups <= 2 * MOST_GROUPS:
        return Sql("cast(dense_rank() over (order by draw_key) - 1 as int)")
    return sql_text("cast(hash(draw_key) % {most} as int)", most=MOST_GROUPS)
