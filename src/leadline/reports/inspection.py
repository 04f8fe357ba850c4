"""The report of what exports hold, and of the columns that a model has to declare."""

from __future__ import annotations

from collections.abc import Iterator

from leadline.inspection.report import ColumnReport, Inspection, TableReport
from leadline.reports.page import Finding, Findings, Page, Section, Text
from leadline.reports.tables import Column, Table

_EXAMPLES_WIDTH = 36
"""So much of examples is shown on a line."""
_COLUMNS = (
    Column("name", "column"),
    Column("column", "read as"),
    Column("type", "type"),
    Column("seems", "seems to be"),
    Column("share", "filled", "share"),
    Column("distinct", "distinct", "count"),
    Column("examples", "most frequent"),
)


def page(found: Inspection) -> Page:
    """Return the report of an inspection."""
    sections = [_section(number, each) for number, each in enumerate(found.tables)]
    block = Section("block", "Proposed for the model", (Text(found.block),), brief=False)
    return Page("Inspection", verdict(found), (*sections, block))


def verdict(found: Inspection) -> str:
    """Return what was looked into."""
    tables = len(found.tables)
    questions = sum(1 for each in found.tables for _ in findings(each))
    what = "1 table" if tables == 1 else f"{tables} tables"
    if not questions:
        as_is = "as it is" if tables == 1 else "as they are"
        return f"{what} can be read {as_is}: there is nothing to decide."
    things = f"{questions:,} thing{'' if questions == 1 else 's'}"
    return f"{what} can be read; {things} should be known or decided first."


def findings(table: TableReport) -> Iterator[str]:
    """Yield what a person should know of a table, or decide."""
    yield from table.findings
    for each in table.columns:
        yield from _of_column(each)


def _section(number: int, table: TableReport) -> Section:
    guess = " by the look of it" if table.is_guess else ""
    counts = f"{table.table}{guess}, {table.rows:,} rows, {len(table.columns)} columns"
    rows = tuple(map(_row, table.columns))
    said = tuple(Finding(each) for each in findings(table))
    blocks = (Table(f"columns-{number}", "Columns", _COLUMNS, rows), Findings("findings", said))
    return Section(f"table-{number}", f"{table.where}: {counts}", blocks[: 2 if said else 1])


def _row(each: ColumnReport) -> tuple[object, ...]:
    examples = _short(", ".join(each.examples))
    column = each.column or ""
    return each.name, column, each.type.value, each.seems, each.share, each.distinct, examples


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _EXAMPLES_WIDTH else f"{line[: _EXAMPLES_WIDTH - 3]}..."


def _of_column(each: ColumnReport) -> Iterator[str]:
    for suspect in each.suspects:
        rows = f"{suspect.count:,} row{'' if suspect.count == 1 else 's'}"
        yield f"{each.name}: {suspect.value!r} may mean missing: it {suspect.why}; {rows}."
    if each.seems == "constant" and each.column is None:
        yield f"{each.name}: constant, so no rule can use it."
    yield from (f"{each.name}: {line}" for line in each.findings)
