"""Workbooks of Excel, written by hand: the parts that a reader looks at, and no more."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from zipfile import ZipFile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"

DAY, MOMENT = 1, 2
"""Styles of cells whose number is a day, or a day and a time."""

Cell = str | float | bool | datetime | None


def write_workbook(
    path: Path, sheets: Mapping[str, Sequence[Sequence[Cell]]], *, hidden: Collection[str] = ()
) -> Path:
    """Write a workbook with sheets of rows, some of which nobody sees, and return where."""
    numbers = range(1, len(sheets) + 1)
    listed = "".join(
        f'<sheet name="{title}" sheetId="{number}" r:id="r{number}"'
        + (' state="hidden"' if title in hidden else "")
        + "/>"
        for number, title in zip(numbers, sheets, strict=True)
    )
    relations = "".join(
        f'<Relationship Id="r{number}" Type="{KINDS}/worksheet" '
        f'Target="worksheets/sheet{number}.xml"/>'
        for number in numbers
    )
    styles = f'<Relationship Id="s" Type="{KINDS}/styles" Target="styles.xml"/>'
    document = f'<Relationship Id="d" Type="{KINDS}/officeDocument" Target="xl/workbook.xml"/>'
    part = f'<Override PartName="/xl/workbook.xml" ContentType="{SPREADSHEET}"/>'
    formats = "".join(f'<xf numFmtId="{number}"/>' for number in (0, 14, 22))
    texts = {
        "[Content_Types].xml": f'<Types xmlns="{TYPES}">{part}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{RELATIONS}">{document}</Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{KINDS}"><sheets>{listed}</sheets>'
        "</workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELATIONS}">{relations}{styles}'
        "</Relationships>",
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><cellXfs>{formats}</cellXfs></styleSheet>',
        **{
            f"xl/worksheets/sheet{number}.xml": _sheet(rows)
            for number, rows in zip(numbers, sheets.values(), strict=True)
        },
    }
    with ZipFile(path, "w") as archive:
        for name, text in texts.items():
            archive.writestr(name, f'<?xml version="1.0"?>{text}')
    return path


def _sheet(rows: Sequence[Sequence[Cell]]) -> str:
    lines = "".join(
        f'<row r="{number}">'
        + "".join(_cell(f"{chr(65 + at)}{number}", cell) for at, cell in enumerate(cells))
        + "</row>"
        for number, cells in enumerate(rows, start=1)
    )
    return f'<worksheet xmlns="{MAIN}"><sheetData>{lines}</sheetData></worksheet>'


def _cell(place: str, cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return f'<c r="{place}" t="b"><v>{int(cell)}</v></c>'
    if isinstance(cell, datetime):
        days = (cell - datetime(1899, 12, 30)).total_seconds() / 86_400  # noqa: DTZ001 - of Excel
        style = DAY if days.is_integer() else MOMENT
        return f'<c r="{place}" s="{style}"><v>{days!r}</v></c>'
    if isinstance(cell, int | float):
        return f'<c r="{place}"><v>{cell!r}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{cell}</t></is></c>'
