"""What is to be printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

OUTPUTS: Mapping[str, str] = {
    "scores": "scores",
    "ledger": "points",
    "points": "points",
    "account_scores": "account_scores",
    "transitions": "transitions",
    "account_transitions": "account_transitions",
}
"""Word of ``--output`` to the output of the statement."""

ABSENT = "none"
"""Stands for a table that is not there, so that what would be read from it is null."""


@dataclass(frozen=True)
class Request:
    """What is to be printed.

    Attributes:
        dialect: Word of ``DIALECTS``.
        tables: Table of the contract to its name in the warehouse, exactly as it is to stand.
        output: Word of ``OUTPUTS``.
        as_of: The moment; by default the time at which the statement runs.
        as_of_sql: The moment as SQL, such as a variable of dbt: UTC without a zone.
        columns: Rows of ``information_schema.columns``; None where types are assumed.
        columns_file: What messages call them.
        is_clean: Keys are known to be there and to be unique.
        with_unproved: Dialects that were never executed may be printed.
    """

    dialect: str
    tables: Mapping[str, str] = field(default_factory=dict)
    output: str = "scores"
    as_of: datetime | None = None
    as_of_sql: str = ""
    columns: Sequence[Mapping[str, str]] | None = None
    columns_file: str = ""
    is_clean: bool = False
    with_unproved: bool = False
