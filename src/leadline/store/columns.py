"""What tables of a store are made of: how keys and indexes are called, numbers, times, texts."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, MetaData, Text

METADATA = MetaData(
    naming_convention={
        "ix": "%(table_name)s_by_%(column_0_N_name)s",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "pk": "%(table_name)s_key",
        "fk": "%(table_name)s_%(column_0_N_name)s_of_%(referred_table_name)s",
    }
)

NUMBER = BigInteger().with_variant(Integer(), "sqlite")
"""A number that the store gives; SQLite numbers rows by INTEGER alone."""


def time_column(name: str, *, empty: bool = False) -> Column[int]:
    """Return a column of whole microseconds since 1970, UTC."""
    return Column(name, BigInteger, nullable=empty)


def text_column(name: str, *, empty: bool = False, key: bool = False) -> Column[str]:
    """Return a column of text."""
    return Column(name, Text, nullable=empty, primary_key=key)
