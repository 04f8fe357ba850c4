"""What the types of values are called in SQL: in templates, and in each dialect."""

from __future__ import annotations

from collections.abc import Mapping

SQL_TYPES: Mapping[str, str] = {
    "text": "text",
    "number": "double",
    "boolean": "boolean",
    "time": "timestamp",
    "any": "text",
}
"""Type to its name in templates; a column without any value is text."""

_OWN: Mapping[str, Mapping[str, str]] = {
    "postgres": {"double": "float8"},
    "spark": {"text": "string"},
    "databricks": {"text": "string"},
    "bigquery": {"text": "string", "double": "float64", "boolean": "bool", "timestamp": "datetime"},
    "clickhouse": {
        "text": "Nullable(String)",
        "double": "Nullable(Float64)",
        "boolean": "Nullable(Bool)",
        "timestamp": "Nullable(DateTime64(6, 'UTC'))",
    },
}


def sql_type(kind: str, dialect: str = "duckdb") -> str:
    """Return what a dialect calls a type.

    >>> sql_type("number", "postgres"), sql_type("any", "spark"), sql_type("time")
    ('float8', 'string', 'timestamp')
    """
    own = SQL_TYPES[kind]
    return _OWN.get(dialect, {}).get(own, own)
