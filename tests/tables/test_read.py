"""Loading tables: files and tables in memory, together, with their notes and rejects."""

# ruff: noqa: DTZ001  # times on the engine carry no zone and mean UTC

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa
import pytest

from leadline.errors import FileError, InputError
from leadline.model.contract import CONTRACT
from leadline.model.document import Column
from leadline.model.types import Type
from leadline.tables.read import Loaded, load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from leadline.engines.duckdb.engine import DuckDB

EVENTS = "event_id,lead_id,type,occurred_at\n"
NOON = "2026-11-01T12:00:00Z"


def test_a_table_has_the_columns_of_the_contract_and_its_own(
    engine: DuckDB, loaded: Callable[..., Loaded]
) -> None:
    """What the contract names and the data lacks is null and typed; the rest keeps its type."""
    schema = loaded(leads="lead_id,size,vip\nL1,10,true\n").schema["leads"]
    assert schema == {**CONTRACT["leads"].types, "size": Type.NUMBER, "vip": Type.BOOLEAN}
    assert engine.rows("from leads") == [("L1", None, None, None, None, 10.0, True)]
    assert engine.rows("select typeof(created_at), typeof(email) from leads") == [
        ("TIMESTAMP", "VARCHAR")
    ]


def test_faults_of_all_tables_are_reported_together(loaded: Callable[..., Loaded]) -> None:
    """A person who mends a file wants to know of the other file at once."""
    with pytest.raises(InputError) as caught:
        loaded(leads="id,name\n1,x\n", events="event_id,lead_id\n1,2\n", accounts="account_id\na\n")
    assert [str(fault) for fault in caught.value.faults] == [
        (
            "leads.csv must have a column lead_id; found id, name. "
            'Map it, such as columns: {leads: {lead_id: {from: "its name there"}}}.'
        ),
        (
            "events.csv must have a column type; found event_id, lead_id. "
            'Map it, such as columns: {events: {type: {from: "its name there"}}}.'
        ),
        (
            "events.csv must have a column occurred_at; found event_id, lead_id. "
            'Map it, such as columns: {events: {occurred_at: {from: "its name there"}}}.'
        ),
    ]


def test_missing_files_of_all_tables_are_reported_together(engine: DuckDB, folder: Path) -> None:
    """A wrong path is an error of files, exit status 3."""
    (folder / "sub").mkdir()
    with pytest.raises(FileError) as caught:
        load(engine, {"leads": "none.csv", "accounts": "sub", "events": "*.parquet"}, {})
    assert [str(fault) for fault in caught.value.faults] == [
        (
            "none.csv cannot be read; found No such file or directory. "
            "Check the path and its permissions."
        ),
        "sub must be a file; found a folder. Name the files in it, such as sub/*.parquet.",
        "*.parquet must match at least one file. Check the pattern.",
    ]
    assert caught.value.exit_status == 3


def test_a_table_that_the_contract_does_not_know_is_refused(engine: DuckDB, folder: Path) -> None:
    """The nearest known table is named."""
    with pytest.raises(InputError, match=r"lead is not a table\. Did you mean leads\?"):
        load(engine, {"lead": folder / "leads.csv"}, {})


def test_an_unknown_ending_is_refused(engine: DuckDB, folder: Path) -> None:
    """The endings that are known are listed."""
    (folder / "leads.xls").write_bytes(b"PK")
    with pytest.raises(InputError, match=r"leads\.xls must end in one of \.csv, \.csv\.gz"):
        load(engine, {"leads": "leads.xls"}, {})


def test_several_files_are_one_table(engine: DuckDB, folder: Path) -> None:
    """Columns are matched by name; a pattern stands for its files in the order of their names."""
    (folder / "a.csv").write_text("lead_id,x\nL1,1\n")
    (folder / "b.csv").write_text("y,lead_id\n2,L2\n")
    (folder / "c[1].csv").write_text("lead_id\nL3\n")
    schema = load(engine, {"leads": ["[ab].csv", "c[1].csv"]}, {}).schema
    assert engine.rows("select lead_id, x, y from leads order by all") == [
        ("L1", 1.0, None),
        ("L2", None, 2.0),
        ("L3", None, None),
    ]
    assert schema["leads"]["x"] is Type.NUMBER


def test_files_of_one_table_have_one_format(engine: DuckDB, folder: Path) -> None:
    """A mixture is refused."""
    (folder / "a.csv").write_text("lead_id\n")
    (folder / "a.json").write_text('{"lead_id": "L1"}')
    with pytest.raises(InputError, match="leads must be of one format; found csv, json"):
        load(engine, {"leads": ["a.csv", "a.json"]}, {})


@pytest.mark.parametrize("kind", ["csv", "parquet", "jsonl", "arrow", "polars", "pandas", "reader"])
@pytest.mark.usefixtures("folder")
def test_every_source_gives_the_same_table(engine: DuckDB, kind: str) -> None:
    """Where rows come from changes nothing about them."""
    frame = pl.DataFrame(
        {
            "event_id": ["e1", "e2"],
            "lead_id": ["L1", None],
            "account_id": [None, "A1"],
            "type": ["seen", "seen"],
            "occurred_at": [datetime(2026, 11, 1, 12), datetime(2026, 11, 1, 13, 0, 0, 5)],
            "minutes": [1.5, None],
            "vip": [True, None],
        }
    ).with_columns(pl.col("occurred_at").dt.replace_time_zone("UTC"))
    schema = load(engine, {"events": _given(frame, kind)}, {}).schema["events"]
    assert schema == {
        **CONTRACT["events"].types,
        "minutes": Type.NUMBER,
        "vip": Type.BOOLEAN,
    }
    assert engine.rows("from events order by all") == [
        ("e1", "L1", None, "seen", datetime(2026, 11, 1, 12), None, 1.5, True),
        ("e2", None, "A1", "seen", datetime(2026, 11, 1, 13, 0, 0, 5), None, None, None),
    ]


def _given(frame: pl.DataFrame, kind: str) -> Any:
    in_memory: dict[str, Callable[[], Any]] = {
        "arrow": frame.to_arrow,
        "polars": lambda: frame,
        "pandas": frame.to_pandas,
        "reader": lambda: pa.table(frame).to_reader(),
    }
    if kind in in_memory:
        return in_memory[kind]()
    texts = frame.with_columns(pl.col("occurred_at").dt.strftime("%Y-%m-%dT%H:%M:%S%.fZ"))
    {
        "csv": lambda: texts.write_csv("events.csv"),
        "jsonl": lambda: texts.write_ndjson("events.jsonl"),
        "parquet": lambda: frame.write_parquet("events.parquet"),
    }[kind]()
    return f"events.{kind}"


def test_a_column_is_mapped_and_declared(engine: DuckDB, loaded: Callable[..., Loaded]) -> None:
    """``from`` renames, ``type`` parses, ``missing`` is null, and the notes say so."""
    columns = {
        "leads": {
            "lead_id": Column.model_validate({"from": "Prospect ID"}),
            "size": Column.model_validate({"type": "number", "missing": [999, "Select"]}),
            "source": Column.model_validate({}),
        }
    }
    text = "Prospect ID,size,Name\n1,5,x\n2,999,y\n3,Select,z\n4,many,z\n"
    result = loaded(columns, leads=text)
    assert engine.rows('select lead_id, size, source, "Name" from leads order by all') == [
        ("1", 5.0, None, "x"),
        ("2", None, None, "y"),
        ("3", None, None, "z"),
        ("4", None, None, "z"),
    ]
    assert result.schema["leads"]["source"] is Type.ANY
    assert result.notes == [
        "leads.csv: column Prospect ID is read as lead_id.",
        "leads.csv has no column for source, so it is null.",
        "leads.csv: 1 value of size is not a number and counts as null: 'many' (row 5).",
    ]


def test_rows_that_cannot_be_used_are_kept_apart(
    engine: DuckDB, loaded: Callable[..., Loaded]
) -> None:
    """Each has its file, row, reason and content, and a note counts them."""
    lines = [
        EVENTS.strip(),
        f"e1,L1,seen,{NOON}",
        f",L1,seen,{NOON}",
        "e3,L1",
        "e4,L1,seen,yesterday",
        f"e5,,seen,{NOON}",
        "e6,L1,seen,",
    ]
    result = loaded(events="\n".join(lines))
    assert engine.rows("select event_id from events") == [("e1",)]
    assert result.rejects.count == 5
    assert engine.rows(f'from {result.rejects.relation} order by "row"') == [
        ("events", "events.csv", 3, "event_id is missing", _content(None, "L1", NOON)),
        ("events", "events.csv", 4, "too few fields", '"e3,L1"'),
        ("events", "events.csv", 5, "occurred_at is not a time", _content("e4", "L1", "yesterday")),
        (
            "events",
            "events.csv",
            6,
            "lead_id and account_id are missing",
            _content("e5", None, NOON),
        ),
        ("events", "events.csv", 7, "occurred_at is missing", _content("e6", "L1", None)),
    ]
    assert "events.csv: 1 row was rejected: too few fields." in result.notes


def _content(event_id: str | None, lead_id: str | None, occurred_at: str | None) -> str:
    row = {"event_id": event_id, "lead_id": lead_id, "type": "seen", "occurred_at": occurred_at}
    return json.dumps(row, separators=(",", ":"))


def test_tables_may_be_loaded_one_after_the_other(
    engine: DuckDB, loaded: Callable[..., Loaded]
) -> None:
    """Each reading knows of its own rejects, and reading again forgets the earlier ones."""
    assert loaded(leads="lead_id,x\n,1\n").rejects.count == 1
    assert loaded(accounts="account_id,x\n,1\n,2\n").rejects.count == 2
    assert loaded(leads="lead_id,x\n,1\na,2\n").rejects.count == 1
    assert engine.rows("select count(*) from rejects") == [(3,)]


def test_examples_show_where_a_text_is_no_number(loaded: Callable[..., Loaded]) -> None:
    """The first three values that are no numbers, with their rows."""
    result = loaded(leads="lead_id,size\na,1\nb,\nc,two\nd,3\ne,four\nf,five\ng,six\n")
    assert result.schema["leads"]["size"] is Type.TEXT
    assert result.examples("leads", "size") == [(4, "two"), (6, "four"), (7, "five")]


def test_clean_tables_are_not_checked(engine: DuckDB, loaded: Callable[..., Loaded]) -> None:
    """Who says that keys are unique and filled is believed."""
    assert loaded(clean=True, leads="lead_id\nL1\nL1\n").rejects.count == 0
    assert engine.rows("from leads select count(*)") == [(2,)]


def test_typed_parquet_is_read_where_it_is(engine: DuckDB, folder: Path) -> None:
    """Nothing is copied into the engine."""
    pl.DataFrame({"lead_id": ["L1"], "size": [1]}).write_parquet("leads.parquet")
    load(engine, {"leads": "leads.parquet"}, {})
    tables = "select table_name from duckdb_tables() where estimated_size > 0"
    assert engine.rows(tables) == []
    (folder / "leads.parquet").unlink()
    with pytest.raises(FileError):
        engine.rows("from leads")
