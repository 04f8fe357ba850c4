"""The types that a column or an expression can have."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Type(StrEnum):
    """What a value is; ``ANY`` is the type of a column without any value."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TIME = "time"
    ANY = "any"

    @property
    def phrase(self) -> str:
        """What a value of the type is, for a sentence."""
        return _PHRASES[self]


_PHRASES = {
    Type.TEXT: "text",
    Type.NUMBER: "a number",
    Type.BOOLEAN: "true or false",
    Type.TIME: "a time",
    Type.ANY: "without any value",
}

Columns = Mapping[str, Type]
"""Column name to type, of one table."""

Schema = Mapping[str, Columns]
"""Table name to its columns; a table that was not given is absent."""
