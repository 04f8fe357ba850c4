"""ClickHouse's embedded engine, which executes the statements that are printed for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

import pyarrow as pa
from chdb import session as chdb

NATIVE = {
    "string": "String",
    "double": "Float64",
    "bool": "Bool",
    "timestamp[us]": "DateTime64(6, 'UTC')",
    "timestamp[us, tz=UTC]": "DateTime64(6, 'UTC')",
}


class ClickHouse:
    """A session; tables are in memory and can be null in every column."""

    def __init__(self) -> None:
        """Open a session in a folder of its own."""
        self._session: Any = cast("Any", chdb).Session()

    def load(self, name: str, rows: pa.Table) -> dict[str, str]:
        """Make a table; return the types of its columns as the catalog has them."""
        types = {each.name: f"Nullable({NATIVE[str(each.type)]})" for each in rows.schema}
        columns = ", ".join(f"`{title}` {kind}" for title, kind in types.items())
        self._session.query(f"drop table if exists {name}")
        self._session.query(f"create table {name} ({columns}) engine = Memory")
        given_rows = rows  # found by its name
        self._session.query(f"insert into {name} select * from Python(given_rows)")
        assert given_rows is rows
        return types

    def arrow(self, text: str) -> pa.Table:
        """Return the rows of a query, with text and times of the contract's types."""
        found = self._session.query(text, "ArrowStream").bytes()
        rows = pa.ipc.open_stream(pa.py_buffer(found)).read_all()
        return rows.cast(pa.schema([pa.field(each.name, _type(each.type)) for each in rows.schema]))

    def close(self) -> None:
        """End the session; its tables are gone."""
        self._session.close()

    def rows(self, text: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query as tuples."""
        return [tuple(row.values()) for row in self.arrow(text).to_pylist()]


def _type(found: pa.DataType) -> pa.DataType:
    if pa.types.is_binary(found):
        return pa.string()
    return pa.timestamp("us", "UTC") if pa.types.is_timestamp(found) else found


@contextmanager
def clickhouse() -> Iterator[ClickHouse]:
    """Open the embedded engine in a folder of its own."""
    opened = ClickHouse()
    try:
        yield opened
    finally:
        opened.close()


def listed(tables: Mapping[str, Mapping[str, str]]) -> list[dict[str, str]]:
    """Return columns of tables as ``information_schema.columns`` lists them."""
    return [
        {"table_name": table, "column_name": title, "data_type": kind}
        for table, columns in tables.items()
        for title, kind in columns.items()
    ]
