"""SQL as text that cannot be broken by a name or a value: everything that is not SQL is quoted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias


class Sql(str):
    """A piece of SQL; any other text that goes into a statement is quoted as a value."""

    __slots__ = ()


ALWAYS = Sql("true")

Scalar: TypeAlias = str | int | float | bool | None
Part: TypeAlias = Scalar | Sequence[Scalar] | Mapping[str, Scalar]


_QUOTES: Mapping[str, str] = {"spark": "`", "databricks": "`", "bigquery": "`"}
"""Dialect to what names stand in; elsewhere it is ``"``."""


def name(*parts: str, dialect: str = "duckdb") -> Sql:
    """Return a quoted identifier, qualified where there are several parts.

    >>> print(name("staging", 'my "own" table'), name("my `own` table", dialect="spark"))
    "staging"."my ""own"" table" `my ``own`` table`
    """
    quote = _QUOTES.get(dialect, '"')
    return Sql(".".join(quote + part.replace(quote, quote * 2) + quote for part in parts))


def literal(value: Scalar) -> Sql:
    """Return a value as SQL.

    >>> print(literal("it's"), literal(None), literal(True))
    'it''s' null true
    """
    return Sql(_rendered(value))


def sql_text(template: str, **parts: Part) -> Sql:
    """Fill a template: SQL stands as it is, values are quoted, sequences joined by commas.

    >>> print(sql_text("select {a} from {t} where x = {x}", a=[name("a")], t=name("t"), x="it's"))
    select "a" from "t" where x = 'it''s'
    """
    return Sql(template.format_map({key: _rendered(part) for key, part in parts.items()}))


def joined(separator: str, parts: Iterable[Sql]) -> Sql:
    """Join pieces of SQL.

    >>> joined(" or ", [Sql("a"), Sql("b")])
    'a or b'
    """
    return Sql(separator.join(parts))


def _rendered(part: Part) -> str:
    match part:
        case Sql():
            return part
        case str():
            return "'" + part.replace("'", "''") + "'"
        case Mapping():
            fields = (f"{_rendered(key)}: {_rendered(item)}" for key, item in part.items())
            return "{" + ", ".join(fields) + "}"
        case Sequence():
            return ", ".join(map(_rendered, part))
        case None:
            return "null"
        case _:
            return str(part).lower()
