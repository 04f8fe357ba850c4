"""Workbooks of Excel: the cells of a sheet as texts, as Excel means them, in a staged table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from leadline.errors import Fault, FileError, InputError, nearest
from leadline.sql.text import Sql, name, sql_text
from leadline.tables.places.files import called
from leadline.tables.places.header import named_columns
from leadline.tables.places.raw import AT, Raw, RawColumn, refuse_clashes, staged
from leadline.tables.places.text import AS_IT_IS, Written

if TYPE_CHECKING:
    from leadline.engines.duckdb.engine import DuckDB

WHOLE = 1e15
"""Below, a whole number is one to the last digit; Excel keeps fifteen."""


class Cells(NamedTuple):
    """A row of a sheet: its number, and its cells."""

    row: int
    cells: tuple[Any, ...]


class _Sheet(NamedTuple):
    """A sheet of a file: the names of its columns, and the rows below them."""

    file: str
    header: int
    names: tuple[str, ...]
    rows: list[Cells]
    notes: tuple[str, ...]


def read_workbook(
    engine: DuckDB, table: str, files: Sequence[str], written: Written = AS_IT_IS
) -> Raw:
    """Read a sheet of each workbook into one staged table of text.

    What is a number or true and false in all rows is that; a date is what its format says; a text
    stays a text, whatever its digits.

    Raises:
        InputError: A file is no workbook, or has no such sheet or no names of columns.
    """
    sheets = [_sheet(file, written) for file in files]
    titles = list(dict.fromkeys(title for each in sheets for title in each.names))
    refuse_clashes(called(files), titles)
    kinds: dict[str, set[str]] = {title: set() for title in titles}
    columns: dict[str, list[str | None]] = {title: [] for title in titles}
    places: list[int] = []
    starts: list[tuple[int, str, int]] = []
    for sheet in sheets:
        start = places[-1] + 1 if places else 0
        starts.append((start, sheet.file, sheet.header + 1))
        for row in sheet.rows:
            places.append(start + row.row - sheet.header - 1)
            given = dict(zip(sheet.names, row.cells, strict=False))
            for title in titles:
                kind, text = _text(given.get(title))
                columns[title].append(text)
                kinds[title] |= {kind} if kind else set()
    rows = _staged(engine, table, columns, places)
    segments = _segments(engine, table, starts)
    given_ = {
        title: RawColumn(title, name(f"c{at}"), _native(kinds[title]))
        for at, title in enumerate(titles)
    }
    notes = [note for sheet in sheets for note in sheet.notes]
    notes += [note for sheet in sheets for note in _cut_short(sheet)]
    return Raw(table, called(files), given_, rows, (), segments, is_text=True, notes=tuple(notes))


def sheets_of(file: str) -> list[str]:
    """Return the names of the sheets that can be seen. Raises InputError, FileError."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum  # noqa: PLC0415 - seldom needed

    return [
        each.name
        for each in _opened(file).sheets_metadata
        if each.visible == SheetVisibleEnum.Visible and each.typ == SheetTypeEnum.WorkSheet
    ]


def cells_of(file: str, sheet: str | None = None) -> list[Cells]:
    """Return the rows of a sheet that are not empty; by default of the first that can be seen.

    Raises InputError, FileError.
    """
    there = sheets_of(file)
    book = _opened(file)
    if not sheet and not there:
        found = f"{', '.join(book.sheet_names)}, which nobody sees"
        remedy = f"Show a sheet, or declare it: files: {{leads: {{sheet: {book.sheet_names[0]}}}}}."
        raise InputError(Fault(file, "", "must have a sheet that can be seen", found, remedy))
    wanted = sheet or there[0]
    if wanted not in book.sheet_names:
        hint = nearest(wanted, book.sheet_names) or f"It has {', '.join(book.sheet_names)}."
        raise InputError(Fault(file, "", "must have the sheet", wanted, hint))
    rows = book.get_sheet_by_name(wanted).to_python(skip_empty_area=False)
    return [
        Cells(number, tuple(None if cell == "" else cell for cell in cells))
        for number, cells in enumerate(rows, start=1)
        if any(cell != "" for cell in cells)
    ]


def text_of(cell: Any) -> str:
    """Return a cell as a text, empty where nothing is there.

    >>> text_of(493012345678.0), text_of(True), text_of(date(2026, 3, 12)), text_of("007")
    ('493012345678', 'true', '2026-03-12', '007')
    """
    return _text(cell)[1] or ""


def _opened(file: str) -> Any:
    from python_calamine import CalamineError, load_workbook  # noqa: PLC0415 - seldom needed

    try:
        return load_workbook(file)
    except CalamineError as error:
        raise InputError(Fault(file, "", "must be a workbook of Excel", str(error))) from error
    except OSError as error:
        raise FileError(Fault(file, "", "cannot be read", str(error))) from error


def _sheet(file: str, written: Written) -> _Sheet:
    rows = cells_of(file, written.sheet)
    header = written.header or (rows[0].row if rows else 1)
    names = next((each.cells for each in rows if each.row == header), ())
    if not names:
        expected = "must have the names of its columns in the first row that is not empty"
        remedy = "If they stand elsewhere, declare it, such as files: {leads: {header: 4}}."
        raise InputError(Fault(f"{file}:{header}", "", expected, "nothing there", remedy))
    below = [each for each in rows if header < each.row <= (written.last or each.row)]
    width = max((_width(each.cells) for each in (*below, Cells(header, names))), default=0)
    titles, notes = named_columns(f"{file}:{header}", [text_of(each) for each in names[:width]])
    return _Sheet(file, header, titles, below, notes)


def _cut_short(sheet: _Sheet) -> Iterator[str]:
    """Say which numbers have lost their last digits, as an id that was typed as a number has."""
    for at, title in enumerate(sheet.names):
        cells = (each.cells[at] for each in sheet.rows if at < len(each.cells))
        count = sum(1 for cell in cells if isinstance(cell, int | float) and abs(cell) >= WHOLE)
        if count:
            has = "1 number has" if count == 1 else f"{count:,} numbers have"
            yield (
                f"{sheet.file}: {has} more than fifteen digits in {title}. Excel keeps fifteen: "
                "where it is an id, have it written as text."
            )


def _width(cells: Sequence[Any]) -> int:
    """Return how many cells a row has up to the last that has a value."""
    return max((at for at, cell in enumerate(cells, start=1) if cell is not None), default=0)


_KINDS: tuple[tuple[type | tuple[type, ...], str, Callable[[Any], str]], ...] = (
    (bool, "BOOLEAN", lambda cell: str(cell).lower()),
    (int, "NUMBER", str),
    (float, "NUMBER", lambda cell: str(int(cell)) if _is_whole(cell) else repr(cell)),
    (datetime, "TEXT", lambda cell: f"{_to_second(cell):%Y-%m-%d %H:%M:%S}"),
    ((date, time), "TEXT", lambda cell: cell.isoformat()),
    (timedelta, "NUMBER", lambda cell: repr(cell.total_seconds() / 86_400)),
    (str, "TEXT", str),
)
"""Types of cells to what they are, and their texts; the first that a cell is."""


def _text(cell: Any) -> tuple[str, str | None]:
    if cell is None:
        return "", None
    return next((kind, text(cell)) for type_, kind, text in _KINDS if isinstance(cell, type_))


def _is_whole(cell: float) -> bool:
    return cell.is_integer() and abs(cell) < WHOLE


def _to_second(cell: datetime) -> datetime:
    """Return a time as Excel shows it: a fraction of a day is hardly ever a whole second."""
    return (cell + timedelta(milliseconds=500)).replace(microsecond=0)


def _native(kinds: set[str]) -> str:
    return f"CELLS {kinds.pop()}" if len(kinds) == 1 else "CELLS MIXED"


def _staged(
    engine: DuckDB, table: str, columns: Mapping[str, Sequence[str | None]], places: Sequence[int]
) -> Sql:
    import pyarrow as pa  # noqa: PLC0415 - slow to import, and mostly not needed

    given = [pa.array(each, pa.string()) for each in columns.values()]
    names = [f"c{at}" for at in range(len(given))]
    cells = pa.table([*given, pa.array(places, pa.int64())], [*names, "place"])
    rows = staged(table, "raw")
    engine.register("given_cells", cells)
    statement = """
        create or replace table {rows} as
        select * exclude (place), place as {at} from given_cells order by place"""
    with engine.ordered():
        engine.run(sql_text(statement, rows=rows, at=AT))
    engine.unregister("given_cells")
    return rows


def _segments(engine: DuckDB, table: str, starts: Sequence[tuple[int, str, int]]) -> Sql:
    places = staged(table, "raw_places")
    engine.run(
        sql_text("create or replace table {p} (starts bigint, file varchar, row bigint)", p=places)
    )
    for start, file, row in starts:
        statement = "insert into {p} values ({start}, {file}, {row})"
        engine.run(sql_text(statement, p=places, start=start, file=file, row=row))
    return places


def rows_as_texts(file: str, sheet: str | None) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the rows of a sheet with their numbers, their cells as texts."""
    for row, cells in cells_of(file, sheet):
        yield row, tuple(map(text_of, cells))
