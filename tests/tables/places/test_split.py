"""Keys as people write them: several in a cell, with spaces, in capitals, as numbers once."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import ModelError
from leadline.model.checking.check import check
from leadline.model.document import Column
from leadline.model.given import read_model, refuse
from leadline.tables.read import Loaded, load

EVENTS = """\
event_id,lead_id,type,occurred_at
a,1;2,visit,2026-01-01T00:00:00Z
b, 3 ,visit,2026-01-01T00:00:00Z
c,4; ;5;,visit,2026-01-01T00:00:00Z
d,;,visit,2026-01-01T00:00:00Z
e,,visit,2026-01-01T00:00:00Z
"""


def given(form: str) -> Any:
    """Return the events in a form; in the folder, as files are read from there."""
    lines = [line.split(",") for line in EVENTS.splitlines()]
    rows = [dict(zip(lines[0], (each or None for each in line), strict=True)) for line in lines[1:]]
    made = pa.Table.from_pylist(rows)
    if form == "arrow":
        return made
    if form == "parquet":
        pq.write_table(made, "events.parquet")
    else:
        with open("events.csv", "w", encoding="utf-8") as stream:  # noqa: PTH123 - in the folder
            stream.write(EVENTS)
    return f"events.{form}"


def read(engine: DuckDB, rows: Any, **declared: dict[str, Any]) -> Loaded:
    """Read events as they are declared."""
    columns = {name: Column.model_validate(each) for name, each in declared.items()}
    return load(engine, {"events": rows}, {"events": columns})


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("form", ["csv", "parquet", "arrow"])
def test_each_key_of_a_cell_has_a_row(engine: DuckDB, form: str) -> None:
    """The first keeps the key of the row; what names nobody is rejected with its row."""
    loaded = read(engine, given(form), lead_id={"split": ";"})
    assert engine.rows("select event_id, lead_id from events order by 1") == [
        ("a", "1"),
        ("a/2", "2"),
        ("b", "3"),
        ("c", "4"),
        ("c/2", "5"),
    ]
    assert loaded.rejects.count == 2
    where = "events" if form == "arrow" else f"events.{form}"
    assert f"{where}: 2 rows are added, as cells of lead_id name several." in loaded.notes
    rejected = engine.rows('select distinct "row", reason from rejects order by 1')
    if form != "arrow":
        first = 5 if form == "csv" else 4
        reason = "lead_id and account_id are missing"
        assert rejected == [(first, reason), (first + 1, reason)]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("form", ["csv", "parquet", "arrow"])
def test_spaces_at_the_ends_of_keys_say_nothing(engine: DuckDB, form: str) -> None:
    """Of keys alone: other texts stay as they are."""
    read(engine, given(form), kind={"from": "lead_id"})
    assert engine.rows("select lead_id, kind from events where event_id = 'b'") == [("3", " 3 ")]


def test_keys_are_read_in_lower_case_and_cut(engine: DuckDB) -> None:
    """As they are declared; what is not there to be cut stays."""
    rows = pa.table(
        {
            "event_id": ["a", "b", "c"],
            "lead_id": ["Ada@X.example", "901.0", None],
            "account_id": ["A.0", "ŁÓDŹ.00", "x.0 "],
            "type": ["visit"] * 3,
            "occurred_at": ["2026-01-01T00:00:00Z"] * 3,
        }
    )
    both = {"case": "lower", "cut": ".0"}
    read(engine, rows, lead_id=both, account_id=both)
    assert engine.rows("select lead_id, account_id from events order by event_id") == [
        ("ada@x.example", "a"),
        ("901", "ŁÓdŹ.00"),
        (None, "x"),
    ]


def test_only_what_names_somebody_who_did_something_is_split() -> None:
    """A lead is one row."""
    nothing: dict[str, Any] = {"none": {"rules": {}}}
    columns = {"leads": {"lead_id": {"split": ";"}}, "events": {"lead_id": {"split": ";"}}}
    document = {"leadline": 1, "model": "m", "columns": columns, "scores": nothing}
    with pytest.raises(ModelError, match=r"leads\.lead_id\.split can stand at lead_id and"):
        refuse(check(*read_model(document)))
