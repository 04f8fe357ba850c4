"""What was given is handed on as it came; what was read off it stands behind."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import leadline

GIVEN = """\
Prospect ID,Email,Company ID,Phone,Year,Price,Met,OK,Note,Token
0017, Ada@x.example,700,+4930901820,2019,12.50,03/04/2026,FALSE, of  two ,n/a
2,b@y.example,,004930901821,2020,1e3,13/04/2026,TRUE,"a ""b"", c",12345678901234567890
3,,701.0,(030) 90,2021,"1,200",,,,
0017, Ada@x.example,700,+4930901820,2019,12.50,03/04/2026,FALSE, of  two ,n/a
"""
COLUMNS = {
    "leads": {
        "lead_id": {"from": "Prospect ID"},
        "Met": {"format": "dd/mm/yyyy", "zone": "UTC"},
        "Token": {"missing": ["n/a"]},
        "Price": {"thousands": ","},
    }
}
MODEL = {
    "leadline": 1,
    "model": "m",
    "columns": COLUMNS,
    "scores": {"s": {"rules": {"old": {"when": "age(lead.Met) > 1d", "points": 7}}}},
}


def table(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_given_columns_come_back_byte_for_byte(folder: Path) -> None:
    """Under their own names, in their order, each row once, and the model reads them again."""
    (folder / "in.csv").write_text(GIVEN, encoding="utf-8")
    leadline.resolve(leads="in.csv", model=MODEL, out="out.csv")
    given, found = table(folder / "in.csv"), table(folder / "out.csv")
    titles = list(given[0])
    assert list(found[0])[: len(titles)] == titles
    assert [{each: row[each] for each in titles} for row in found] == given[:3]
    scored = leadline.score(MODEL, leads="out.csv", as_of="2026-11-01")
    assert scored.scores.column("s").to_pylist() == [7, 7, 0]


def test_json_stays_what_it_was(folder: Path) -> None:
    """Numbers are numbers, and texts that look like them are texts."""
    rows: list[dict[str, object]] = [
        {"lead_id": "1", "n": 700, "x": 1.50, "ok": True, "phone": "+49", "zip": "01067"},
        {"lead_id": "2", "n": None, "x": 2, "ok": False, "phone": None, "zip": ""},
    ]
    (folder / "in.json").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    leadline.resolve(leads="in.json", out="out.json")
    found = [json.loads(line) for line in (folder / "out.json").read_text("utf-8").splitlines()]
    assert [{each: row[each] for each in rows[0]} for row in found] == [
        rows[0],
        {**rows[1], "zip": None},
    ]


def test_tables_with_types_keep_them(folder: Path) -> None:
    """In Parquet and in memory."""
    given = pa.table({"lead_id": ["1", "2"], "n": pa.array([700, None], pa.int64())})
    leadline.resolve(leads=given, out="out.parquet")
    assert pq.read_table(folder / "out.parquet").select(["lead_id", "n"]).equals(given)


@pytest.mark.parametrize("suffix", ["csv", "parquet", "json"])
def test_an_account_that_is_found_fills_what_was_empty(folder: Path, suffix: str) -> None:
    """In the column that names accounts, whatever it is called."""
    (folder / "in.csv").write_text(
        "lead_id,email,Firm\n1,a@north.example,\n2,b@north.example,south\n", encoding="utf-8"
    )
    accounts = pa.table({"account_id": ["n", "south"], "domain": ["north.example", None]})
    model = {**MODEL, "columns": {"leads": {"account_id": {"from": "Firm"}}}}
    out = f"out.{suffix}"
    model["scores"] = {"s": {"rules": {}}}
    leadline.resolve(leads="in.csv", accounts=accounts, model=model, out=out)
    leadline.resolve(leads=out, model=model, out="again.csv")
    assert [row["Firm"] for row in table(folder / "again.csv")] == ["n", "south"]


def test_a_column_of_theirs_never_passes_for_what_is_read(folder: Path) -> None:
    """Both are handed on, and the file that was written is read as the one before."""
    text = "lead_id,title,Seniority\n1,CEO,C suite\n2,Director of IT,Director\n"
    (folder / "in.csv").write_text(text, encoding="utf-8")
    leadline.resolve(leads="in.csv", out="out.csv")
    found = table(folder / "out.csv")
    assert [(row["Seniority"], row["seniority_read"]) for row in found] == [
        ("C suite", "c_level"),
        ("Director", "director"),
    ]
    rules = {"high": {"of": "lead.seniority", "values": {"c_level": 25, "director": 5}}}
    model = {"leadline": 1, "model": "m", "scores": {"s": {"rules": rules}}}
    for leads in ("in.csv", "out.csv"):
        scored = leadline.score(model, leads=leads, as_of="2026-11-01")
        assert scored.scores.column("s").to_pylist() == [25, 5]
