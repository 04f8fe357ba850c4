"""A table that is read where it is: nothing of it is copied before the statement runs."""

from __future__ import annotations

from dataclasses import dataclass

from leadline.model.types import Columns


@dataclass(frozen=True)
class InPlace:
    """A table of the engine that the statement reads under the contract's name.

    Attributes:
        where: What messages call it.
        schema: Each column's type.
        rejected: How many rows cannot be used; they are among the reader's rejects.
        notes: What a person should know about it.
    """

    where: str
    schema: Columns
    rejected: int
    notes: tuple[str, ...]
