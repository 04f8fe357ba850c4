"""E-mail addresses by the million: each domain is read once, ordinary addresses are cut up in SQL.

What an address says is told in ``emails``; the tests compare the two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.identity.emails import LONGEST, LONGEST_LOCAL, ORDINARY, ROLES, Email, Reader
from leadline.sql.text import Sql, name, sql_text
from leadline.tables.places.raw import STAGING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.engines.duckdb.engine import DuckDB

GIVEN = name(STAGING, "given_emails")

CUT_UP = """
    create or replace table {given} as
    select value, split_part(trim(value), '@', 1) as local,
        lower(split_part(trim(value), '@', 2)) as domain,
        length(trim(value)) as size,
        regexp_full_match(trim(value), {ordinary}) as is_ordinary
    from {values} as v"""

READ = """
    create or replace table {into} as
    select value, fits as email_valid,
        case when fits then email_domain end as email_domain,
        case when fits then email_kind else 'invalid' end as email_kind,
        split_part(lower(local), '+', 1) in ({roles}) as email_role,
        local || '@' || split_part(email_suggestion, '@', 2) as email_suggestion,
        is_placeholder
    from (
        select d.*, g.value, g.local,
            d.email_valid and length(local) <= {longest_local} and size <= {longest} as fits
        from {given} as g join (select * rename (value as name) from read_domains) as d
            on d.name = g.domain
        where is_ordinary
    )
    union all by name from read_odd"""


def make(engine: DuckDB, values: Sql, into: Sql) -> None:
    """Make a table of what each address says, from rows with distinct addresses as ``value``."""
    ordinary = f"(?i){ORDINARY.pattern}"
    engine.run(sql_text(CUT_UP, given=GIVEN, values=values, ordinary=ordinary))
    reader = Reader()
    domains = _texts(engine, "select distinct domain from {given} where is_ordinary")
    _register(engine, "read_domains", domains, [reader.read(f"x@{each}") for each in domains])
    odd = _texts(engine, "select value from {given} where not is_ordinary")
    _register(engine, "read_odd", odd, [reader.read(each) for each in odd])
    lengths = {"longest_local": LONGEST_LOCAL, "longest": LONGEST}
    engine.run(sql_text(READ, into=into, given=GIVEN, roles=sorted(ROLES), **lengths))
    for table in ("read_domains", "read_odd"):
        engine.unregister(table)


def _texts(engine: DuckDB, template: str) -> list[str]:
    found: list[str] = engine.arrow(sql_text(template, given=GIVEN)).column(0).to_pylist()
    return found


def _register(engine: DuckDB, title: str, values: Sequence[str], read: Sequence[Email]) -> None:
    """Make what was read readable on the engine, beside the values."""
    import pyarrow as pa  # noqa: PLC0415 - slow to import, and mostly not needed

    columns = {
        field: pa.array([row[at] for row in read], pa.bool_() if field in _FLAGS else pa.string())
        for at, field in enumerate(Email._fields)
    }
    engine.register(title, pa.table({"value": pa.array(values, pa.string()), **columns}))


_FLAGS = ("email_valid", "email_role", "is_placeholder")
