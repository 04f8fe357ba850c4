"""How the contract's rows are read on every engine."""

from __future__ import annotations

from leadline.model.contract import Table
from leadline.sql.text import Sql, name, sql_text


def ordering(table: Table) -> list[Sql]:
    """Return by what the least of repeated rows stands, before their other columns."""
    return [
        sql_text("coalesce({c}, {d})", c=name(each), d=name(table[each].default_column))
        if table[each].default_column
        else name(each)
        for each in table.order
    ]
