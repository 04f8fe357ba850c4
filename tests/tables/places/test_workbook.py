"""Workbooks of Excel: cells as Excel means them, whichever sheet and row the table begins in."""

# ruff: noqa: DTZ001  # times in cells carry no zone

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

import leadline
from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import InputError
from leadline.model.document import Column, TextFile
from leadline.model.types import Type
from leadline.tables.places.files import format_of
from leadline.tables.read import load
from leadline.tables.write import check_output
from workbooks import Cell, write_workbook

NAMES: list[Cell] = ["Lead ID", "Phone", "Created", "Day", "Budget", "Active", "Mixed"]
ROWS: list[list[Cell]] = [
    ["007", 493012345678, datetime(2026, 3, 12, 9, 14, 30), datetime(2026, 3, 12), 12.5, True, 1],
    [],
    ["008", 493012345679, datetime(2026, 3, 13, 9, 14), datetime(2026, 3, 13), 1000, False, "x"],
    [None, 493012345670, None, None, None, None, None],
]
COLUMNS = {
    "lead_id": Column.model_validate({"from": "Lead ID"}),
    "created_at": Column.model_validate({"from": "Created", "zone": "UTC"}),
}


def test_cells_are_what_excel_means(engine: DuckDB, tmp_path: Path) -> None:
    """A number keeps its digits, a text of digits stays one, dates are dates, empty rows none."""
    file = write_workbook(tmp_path / "leads.xlsx", {"Leads": [NAMES, *ROWS]})
    loaded = load(engine, {"leads": file}, {"leads": COLUMNS})
    rows = engine.rows('select lead_id, "Phone", created_at, "Day", "Budget", "Mixed" from leads')
    assert sorted(rows) == [
        ("007", "493012345678", datetime(2026, 3, 12, 9, 14, 30), datetime(2026, 3, 12), 12.5, "1"),
        ("008", "493012345679", datetime(2026, 3, 13, 9, 14), datetime(2026, 3, 13), 1000.0, "x"),
    ]
    assert loaded.schema["leads"]["Active"] is Type.BOOLEAN
    assert engine.rows('select "row", reason from rejects') == [(5, "lead_id is missing")]


def test_numbers_whose_last_digits_are_lost_are_counted(engine: DuckDB, tmp_path: Path) -> None:
    """Two ids of 17 digits may have become one; that of 15 is whole, a missing one says nothing."""
    rows: list[list[Cell]] = [
        ["Lead ID", "Owner", "Budget"],
        ["1", 12345678901234567, 12.5],
        ["2", 12345678901234568, 999999999999999],
        ["3"],
    ]
    file = write_workbook(tmp_path / "leads.xlsx", {"Leads": rows})
    said = (
        f"{file}: 2 numbers have more than fifteen digits in Owner. Excel keeps fifteen: "
        "where it is an id, have it written as text."
    )
    loaded = load(engine, {"leads": file}, {"leads": COLUMNS})
    assert [note for note in loaded.notes if "fifteen" in note] == [said]
    [found] = leadline.inspect(file, engine=engine).result.tables
    assert said in found.findings


def test_the_sheet_and_the_row_of_names_are_declared_or_found(
    engine: DuckDB, tmp_path: Path
) -> None:
    """What is proposed reads the table that stands below a title on the second sheet."""
    sheets: dict[str, list[list[Cell]]] = {
        "Notes": [["About"]],
        "Leads": [["Report"], [], NAMES, *ROWS],
    }
    file = write_workbook(tmp_path / "book.xlsx", sheets)
    [found] = leadline.inspect(file, engine=engine).result.tables
    assert (found.table, dict(found.files)) == ("leads", {"header": 3, "sheet": "Leads"})
    assert "Of the workbook the sheet Leads is taken; Notes is not read." in found.findings
    files = {"leads": TextFile.model_validate({"header": 3, "last": 4, "sheet": "Leads"})}
    load(engine, {"leads": file}, {"leads": COLUMNS}, files=files)
    assert engine.rows("select lead_id from leads") == [("007",)]


def test_what_is_no_workbook_or_lacks_the_sheet_is_refused(engine: DuckDB, tmp_path: Path) -> None:
    """With the sheets that there are, or what to save it as; and nothing is written as one."""
    file = write_workbook(tmp_path / "leads.xlsx", {"Leads": [NAMES, *ROWS]})
    with pytest.raises(InputError, match=r"must have the sheet; found Lead\. Did you mean Leads"):
        load(
            engine, {"leads": file}, {}, files={"leads": TextFile.model_validate({"sheet": "Lead"})}
        )
    (tmp_path / "other.xlsx").write_text("lead_id\n1\n")
    with pytest.raises(InputError, match="must be a workbook of Excel"):
        load(engine, {"leads": tmp_path / "other.xlsx"}, {})
    with pytest.raises(InputError, match="Workbooks are read, not written"):
        check_output(tmp_path / "out.xlsx")
    for old in ("old.xls", "open.ods", "binary.XLSB"):
        with pytest.raises(InputError, match=r"Save it as \.xlsx, or as CSV UTF-8\."):
            format_of(old)
    assert format_of("macros.xlsm") == "workbook"


def test_a_workbook_whose_only_sheet_is_hidden_says_so(engine: DuckDB, tmp_path: Path) -> None:
    """With what to do; and declared by its name the sheet is read."""
    rows: list[list[Cell]] = [["Lead ID"], ["1"]]
    file = write_workbook(tmp_path / "leads.xlsx", {"Old": rows}, hidden=["Old"])
    said = r"must have a sheet that can be seen; found Old, which nobody sees\. Show a sheet, or"
    with pytest.raises(InputError, match=said):
        leadline.inspect(file, engine=engine)
    files = {"leads": TextFile.model_validate({"sheet": "Old"})}
    load(engine, {"leads": file}, {"leads": COLUMNS}, files=files)
    assert engine.rows("select lead_id from leads") == [("1",)]
