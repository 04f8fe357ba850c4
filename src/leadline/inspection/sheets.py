"""Which sheet of a workbook holds a table, and where in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from leadline.inspection.preamble import Row, Spot, spots_in
from leadline.tables.places.files import format_of
from leadline.tables.places.text import AsItIs
from leadline.tables.places.workbook import rows_as_texts, sheets_of


def in_workbook(file: str) -> tuple[AsItIs, list[Spot]]:
    """Return the sheet with the most rows, and the tables in it. Raises InputError, FileError."""
    sheets = sheets_of(file)
    found = {each: [Row(*row) for row in rows_as_texts(file, each)] for each in sheets}
    if not found:
        return AsItIs(), []
    largest = max(found, key=lambda each: len(found[each]))
    sheet = None if largest == sheets[0] else largest
    return AsItIs(sheet=sheet), spots_in(found[largest])


def other_sheets(files: Sequence[str], written: AsItIs) -> Iterator[str]:
    """Say which sheets of a workbook are not looked at."""
    if not files or format_of(files[0]) != "workbook":
        return
    first, *rest = sheets_of(files[0])
    taken = written.sheet or first
    others = [each for each in (first, *rest) if each != taken]
    if others:
        yield (
            f"Of the workbook the sheet {taken} is taken; "
            f"{', '.join(others)} {'is' if len(others) == 1 else 'are'} not read."
        )
