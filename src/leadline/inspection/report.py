"""What an inspection finds, as frozen objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from leadline.model.types import Type


@dataclass(frozen=True)
class Suspect:
    """A value that seems to mean: no value.

    Attributes:
        value: As it stands under ``missing``.
        count: In how many rows.
        why: What makes it suspect, as the end of a sentence.
    """

    value: str | int | float
    count: int
    why: str


@dataclass(frozen=True)
class ColumnReport:
    """A column of a file.

    Attributes:
        name: In the file.
        column: The column of the contract that it can be; else None.
        type: What it is read as with what is declared.
        filled: Rows with a value, suspects not counted.
        share: The same as a share of all rows, 0 where there are none.
        distinct: Different values, suspects not counted.
        seems: key, identifier, constant, date, boolean, number, category, e-mail, free text, text
            or empty.
        examples: The most frequent values.
        suspects: Values that seem to mean: no value.
        declare: What the document has to say of it, as under ``columns:``.
        findings: What a person should know of it or decide, one sentence each.
        also: Further columns of the contract that it can be.
    """

    name: str
    column: str | None
    type: Type
    filled: int
    share: float
    distinct: int
    seems: str
    examples: tuple[str, ...] = ()
    suspects: tuple[Suspect, ...] = ()
    declare: Mapping[str, Any] = field(default_factory=dict)
    findings: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableReport:
    """A file, or several that are one table.

    Attributes:
        where: What messages call it.
        table: The table of the contract that it can be.
        is_guess: Nobody said which table it is.
        rows: Those that can be read; ``rejected`` counts the others.
        files: What the document has to say of its files, as under ``files:``.
        findings: What a person should know of it or decide, one sentence each.
        made: Columns of the contract that no column is, and what makes them.
    """

    where: str
    table: str
    is_guess: bool
    rows: int
    rejected: int
    columns: tuple[ColumnReport, ...]
    findings: tuple[str, ...]
    files: Mapping[str, str | int] = field(default_factory=dict)
    made: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Inspection:
    """Everything that was found.

    Attributes:
        tables: One a file that was given.
        block: YAML of ``columns:``, and of ``files:`` where needed, ready to stand in a model.
    """

    tables: tuple[TableReport, ...]
    block: str
