"""The kinds of SQL that a statement can be printed in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from leadline.errors import DialectError, Fault, InputError, nearest
from leadline.printing.request import Request
from leadline.sql.planning import SPARK, Planning


class Dialect(NamedTuple):
    """A kind of SQL that a statement can be printed in.

    Attributes:
        name: Of its functions in ``leadline.sql.dialects.LOWERINGS``.
        title: What people call it.
        now: The moment of the run, in UTC without a zone, in its spelling.
        proved: Whether the tests execute printed statements there.
        end: What must stand at the end of the statement.
        planning: What it is good at.
        once: What has relations worked out once, where they are else worked out at each use.
    """

    name: str
    title: str
    now: str
    proved: bool
    end: str = ""
    once: str = ""
    planning: Planning = Planning(numbering="in_order")


DIALECTS: Mapping[str, Dialect] = {
    "duckdb": Dialect(
        "duckdb", "DuckDB", "cast(current_timestamp at time zone 'UTC' as timestamp)", proved=True
    ),
    "postgresql": Dialect(
        "postgres",
        "PostgreSQL",
        "cast(current_timestamp at time zone 'UTC' as timestamp)",
        proved=True,
    ),
    "spark": Dialect("spark", "Apache Spark", "current_timestamp()", proved=True, planning=SPARK),
    "clickhouse": Dialect(
        "clickhouse",
        "ClickHouse",
        "now64(6, 'UTC')",
        proved=True,
        # outer joins give nulls, least of a null is null, and a column goes before an alias
        end="SETTINGS join_use_nulls = 1, least_greatest_legacy_null_behavior = 1, "
        "prefer_column_name_to_alias = 1, enable_materialized_cte = 1",
        once="MATERIALIZED ",
    ),
    "snowflake": Dialect(
        "snowflake",
        "Snowflake",
        "cast(convert_timezone('UTC', current_timestamp()) as timestamp_ntz(6))",
        proved=False,
    ),
    "bigquery": Dialect("bigquery", "BigQuery", "current_datetime('UTC')", proved=False),
    "databricks": Dialect(
        "databricks", "Databricks", "current_timestamp()", proved=False, planning=SPARK
    ),
}
"""Word of ``--dialect`` to what it stands for."""

REFUSED: Mapping[tuple[str, str], tuple[str, str]] = {
    ("snowflake", "event_marks"): (
        "a subquery that compares times with those of the row around it",
        "Leave marked events out in a view, and name that as --events.",
    ),
    ("clickhouse", "lead_merges"): (
        "a relation that reads itself beside others that are worked out once",
        "Give merged leads one id in a view of leads and of events, and name those.",
    ),
}
"""Dialect and table to what the dialect cannot say, and what to do instead."""


def dialect_of(request: Request) -> Dialect:
    """Return the dialect to print in. Raises InputError, DialectError."""
    dialect = DIALECTS.get(request.dialect)
    if dialect is None:
        expected = f"must be {', '.join(list(DIALECTS)[:-1])} or {list(DIALECTS)[-1]}"
        hint = nearest(request.dialect, DIALECTS)
        raise InputError(Fault("", "--dialect", expected, request.dialect, hint))
    if not dialect.proved and not request.with_unproved:
        expected = f"{request.dialect} has never been executed here"
        remedy = "Add --unproved to print it, and compare its rows with leadline score."
        raise DialectError(Fault("", "--dialect", expected, "", remedy))
    for (name, table), (what, remedy) in REFUSED.items():
        if name == dialect.name and table in request.tables:
            expected = f"cannot be said on {dialect.title}: it needs {what}"
            raise DialectError(Fault("", f"--{table.replace('_', '-')}", expected, "", remedy))
    return dialect
