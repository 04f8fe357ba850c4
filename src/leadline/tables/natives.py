"""Types of a place: which of ours each is, its value, and its text as it was given."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from leadline.model.types import Type
from leadline.sql.trees import Tree, spelled

FIRST_TIME = "0001-01-01 00:00:00"
LAST_TIME = "9999-12-31 23:59:59.999999"
"""Between them every engine has the same times; others are null, as infinite ones are."""

IN_REACH = f"between timestamp '{FIRST_TIME}' and timestamp '{LAST_TIME}'"


BARE = "nullif({x}, '')"
"""A text as it stands: an empty one is null."""


_SPARK_ZEROS = "regexp_replace(cast({x} as string), '[.]0E', 'E')"
_SPARK_DIGITS = (
    "case when nanvl(cast({x} as double) % double('infinity'), cast(null as double)) is null "
    "then null "
    "when {x} = cast({x} as bigint) and abs({x}) < 9e18 then cast(cast({x} as bigint) as string) "
    "when abs({x}) between 1e-4 and 1e16 then regexp_replace(cast(cast(cast({x} as string) "
    "as decimal(38, 21)) as string), '0+$', '') "
    f"else replace(regexp_replace(regexp_replace(regexp_replace({_SPARK_ZEROS}, "
    "'E([0-9])', 'e+$1'), 'E-', 'e-'), '(e[+-])([0-9])$', '$1~$2'), '~', '0') end"
)
_SPARK_FRACTION = "lpad(cast(pmod(unix_micros({x}), 1000000) as string), 6, '0')"
_SPARK_ISO = (
    "concat(replace(substring(cast({x} as string), 1, 19), ' ', 'T'), "
    f"'.', {_SPARK_FRACTION}, 'Z')"
)

# pandas keeps integers as floats where one is missing
DIGITS: Mapping[str, str] = {
    "duckdb": "case when isfinite({x}) then coalesce(case when {x} = trunc({x}) "
    "then try_cast({x} as bigint) end::varchar, {x}::varchar) end",
    "postgres": "case when not (abs({x}) <= 1.797693134862315e308) then null "
    "when {x} = trunc({x}) and abs({x}) < 9e18 then {x}::bigint::text "
    "when abs({x}) between 1e-4 and 1e16 then {x}::text::numeric::text else {x}::text end",
    "spark": _SPARK_DIGITS,
    "databricks": _SPARK_DIGITS,
}
"""Dialect to a floating number in as few digits as tell it from all others."""

ISO: Mapping[str, str] = {
    "duckdb": "strftime({x}, '%Y-%m-%dT%H:%M:%S.%fZ')",
    "postgres": 'to_char({x}, \'YYYY-MM-DD"T"HH24:MI:SS.US"Z"\')',
    "spark": _SPARK_ISO,
    "databricks": _SPARK_ISO,
}
"""Dialect to a time in UTC as a text."""


class Native(NamedTuple):
    """How a type of a place is read.

    Attributes:
        pattern: What the whole name of the type must fit.
        type: Which of ours it is; None where the values decide.
        value: The value of a column ``{x}``, null where it means nothing.
        text: The column as a text; the same on every engine.
    """

    pattern: str
    type: Type | None
    value: str
    text: str


@dataclass(frozen=True)
class Spelling:
    """How a place writes what a reader needs.

    Attributes:
        dialect: Of its SQL.
        natives: Its types: the first whose pattern is the whole type decides.
        local: What the types of times without a zone fit.
        in_zone: Such a time ``{x}`` of a zone ``{zone}``, in UTC.
    """

    dialect: str
    natives: Sequence[Native]
    local: str
    in_zone: str

    def native(self, name: str) -> Native:
        """Return how a type is read."""
        return next(each for each in self.natives if re.fullmatch(each.pattern, name))

    def is_local(self, name: str) -> bool:
        """Say whether a type is of times without a zone."""
        return re.fullmatch(self.local, name) is not None

    def tree(self, template: str, **parts: Tree) -> Tree:
        """Return a template of this place as a tree, its places ``{x}`` filled."""
        places = {each: f":{each}" for each in parts}
        return spelled(self.dialect, template.format_map(places), parts)


def given_as(title: str) -> str:
    """Return the column that has the text of another as it was given.

    >>> given_as("path")
    'path as given'
    """
    return f"{title} as given"


def bad_as(title: str) -> str:
    """Return the column that says whether what was given means nothing of the type.

    >>> bad_as("path")
    'path is bad'
    """
    return f"{title} is bad"


def empty_as(title: str) -> str:
    """Return the column that says whether a text is empty.

    >>> empty_as("path")
    'path is empty'
    """
    return f"{title} is empty"
