"""Outputs: whole or not at all, readable again, several together or none."""

# ruff: noqa: DTZ001  # times on the engine carry no zone and mean UTC

from __future__ import annotations

import gzip
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leadline.errors import EngineError, FileError, InputError
from leadline.tables.read import load
from leadline.tables.write import Outputs, check_output, check_outputs, write

if TYPE_CHECKING:
    from leadline.engines.duckdb.engine import DuckDB

ROWS = """
    select * from (values
        ('L1', timestamp '2026-11-01 12:00:00', true, 1.5::decimal(18, 6), null),
        ('L "2", é', timestamp '2026-11-01 12:00:00.000001', null, null, null))
    t(lead_id, created_at, vip, score, nothing) order by lead_id"""


@pytest.mark.parametrize("path", ["x.csv", "x.csv.gz"])
def test_csv_is_written_as_it_is_read(engine: DuckDB, folder: Path, path: str) -> None:
    """Times are UTC with microseconds and ``Z``, booleans true and false, nulls empty."""
    write(engine, ROWS, path)
    content = (folder / path).read_bytes()
    text = (gzip.decompress(content) if path.endswith(".gz") else content).decode()
    assert text.splitlines() == [
        "lead_id,created_at,vip,score,nothing",
        '"L ""2"", é",2026-11-01T12:00:00.000001Z,,,',
        "L1,2026-11-01T12:00:00.000000Z,true,1.500000,",
    ]


def test_json_lines(engine: DuckDB, folder: Path) -> None:
    """One object a line."""
    write(engine, "select 1 as a, timestamp '2026-11-01' as t, null as n", "x.jsonl")
    expected = '{"a":1,"t":"2026-11-01T00:00:00.000000Z","n":null}\n'
    assert (folder / "x.jsonl").read_text() == expected


def test_parquet_says_that_times_are_utc(engine: DuckDB, folder: Path) -> None:
    """Other tools then do not take them for local."""
    write(engine, ROWS, folder / "x.parquet")
    table = pq.read_table("x.parquet")
    assert table.schema.field("created_at").type == pa.timestamp("us", "UTC")
    assert table.column("created_at")[1].as_py() == datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("kind", ["csv", "tsv", "tsv.gz", "parquet", "json", "ndjson.gz"])
def test_what_is_written_is_read_again(engine: DuckDB, folder: Path, kind: str) -> None:
    """In every format the same rows."""
    write(engine, ROWS, f"x.{kind}")
    load(engine, {"leads": f"x.{kind}"}, {})
    assert engine.rows("select lead_id, created_at, vip, score from leads order by 1") == [
        ('L "2", é', datetime(2026, 11, 1, 12, 0, 0, 1), None, None),
        ("L1", datetime(2026, 11, 1, 12), True, 1.5),
    ]
    assert [file.name for file in folder.iterdir()] == [f"x.{kind}"]


def test_rows_in_memory_are_written(engine: DuckDB, folder: Path) -> None:
    """Anything that speaks the Arrow stream protocol."""
    write(engine, pl.DataFrame({"a": [1]}), "x.csv")
    assert (folder / "x.csv").read_text() == "a\n1\n"


def test_the_order_of_a_query_is_kept(engine: DuckDB, folder: Path) -> None:
    """Also of more rows than one thread writes."""
    write(engine, "select i from range(500000) t(i) order by hash(i)", "x.csv")
    expected = engine.rows("select i from range(500000) t(i) order by hash(i)")
    assert (folder / "x.csv").read_text().splitlines()[1:] == [str(i) for (i,) in expected]


def test_an_existing_file_stays_when_the_query_fails(engine: DuckDB, folder: Path) -> None:
    """And nothing else stays behind."""
    (folder / "x.csv").write_text("old")
    with pytest.raises(EngineError):
        write(engine, "select error('no') from range(9)", "x.csv")
    assert [(file.name, file.read_text()) for file in folder.iterdir()] == [("x.csv", "old")]


def test_several_files_appear_together(engine: DuckDB, folder: Path) -> None:
    """Not before the block ends."""
    with Outputs(engine) as outputs:
        outputs.add("select 1 as a", "x.csv")
        outputs.add("select 2 as a", "y.parquet")
        assert not any((folder / file).exists() for file in ("x.csv", "y.parquet"))
    assert sorted(file.name for file in folder.iterdir()) == ["x.csv", "y.parquet"]


@pytest.mark.parametrize("failure", [KeyboardInterrupt, RuntimeError])
def test_no_file_appears_when_anything_fails(
    engine: DuckDB, folder: Path, failure: type[BaseException]
) -> None:
    """Also when a person stops it."""

    def fail() -> None:
        with Outputs(engine) as outputs:
            outputs.add("select 1 as a", "x.csv")
            raise failure

    with pytest.raises(failure):
        fail()
    assert list(folder.iterdir()) == []


def test_two_outputs_have_two_paths(engine: DuckDB, folder: Path) -> None:
    """However the path is written."""
    with Outputs(engine) as outputs:
        outputs.add("select 1 as a", "x.csv")
        with pytest.raises(InputError, match="two outputs"):
            outputs.add("select 2 as a", folder / ".." / folder.name / "x.csv")
    assert (folder / "x.csv").read_text() == "a\n1\n"


def test_a_file_that_cannot_have_its_name_leaves_all_as_before(
    engine: DuckDB, folder: Path
) -> None:
    """New files vanish, and files that were replaced come back."""
    (folder / "old.csv").write_text("before\n")

    def fail() -> None:
        with Outputs(engine) as outputs:
            for path in ("new.csv", "old.csv", "taken.csv"):
                outputs.add("select 1 as a", path)
            (folder / "taken.csv").mkdir()

    with pytest.raises(FileError, match=r"taken\.csv cannot be written; found Is a directory"):
        fail()
    assert sorted(each.name for each in folder.iterdir()) == ["old.csv", "taken.csv"]
    assert (folder / "old.csv").read_text() == "before\n"


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        (["x.csv", "./x.csv"], "x.csv must not be given for two outputs"),
        (["events/b.csv"], "events/b.csv must not be a file that is read"),
    ],
)
def test_outputs_are_neither_each_other_nor_inputs(
    folder: Path, paths: list[str], message: str
) -> None:
    """Patterns are looked up; what is only in memory has no path."""
    (folder / "events").mkdir()
    (folder / "events" / "b.csv").touch()
    check_outputs(["y.csv", "events/c.csv"], ["events/*.csv", pa.table({"lead_id": ["a"]})])
    with pytest.raises(InputError, match=message):
        check_outputs(paths, [["leads.csv", "events/*.csv"]])


@pytest.mark.parametrize(
    ("path", "error", "message"),
    [
        ("x.xlsx", InputError, "must end in one of"),
        ("none/x.csv", FileError, "there is no folder"),
        ("file/x.csv", FileError, "there is no folder"),
        ("sub.csv", FileError, "a folder has this name"),
        ("/proc/x.csv", FileError, "cannot be written|Cannot open file"),
    ],
)
def test_a_path_that_cannot_be_written_is_refused(
    engine: DuckDB, folder: Path, path: str, error: type[Exception], message: str
) -> None:
    """With the reason, as an error of files where it is one."""
    (folder / "file").touch()
    (folder / "sub.csv").mkdir()
    with pytest.raises(error, match=message):
        write(engine, "select 1 as a", path)


def test_outputs_are_checked_before_there_is_work(folder: Path) -> None:
    """No engine is needed for it."""
    check_output(folder / "x.csv")
    with pytest.raises(FileError, match="there is no folder"):
        check_output(folder / "none" / "x.csv")


def test_a_read_only_folder_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system is asked, since root may write anywhere."""
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(FileError, match="permission denied"):
        check_output(folder / "x.csv")


def test_a_full_device_is_an_error_and_stays_a_device(engine: DuckDB, folder: Path) -> None:
    """A device is written to, not replaced."""
    (folder / "x.csv").symlink_to("/dev/full")
    with pytest.raises(FileError, match=r"No space left on device\. Free space"):
        write(engine, "select i from range(100000) t(i)", "x.csv")
    assert Path("/dev/full").is_char_device()


def test_a_link_is_followed(engine: DuckDB, folder: Path) -> None:
    """The file it leads to is replaced, the link stays."""
    (folder / "real.csv").touch()
    (folder / "x.csv").symlink_to("real.csv")
    write(engine, "select 1 as a", "x.csv")
    assert (folder / "x.csv").is_symlink()
    assert (folder / "real.csv").read_text() == "a\n1\n"


LIMITED = """
import resource
from leadline.tables.write import Outputs
from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import FileError

resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
with DuckDB() as engine:
    try:
        with Outputs(engine) as outputs:
            outputs.add("select 1 as a", "small.csv")
            outputs.add("select i, hash(i) as h from range(1000000) t(i)", "large.{kind}")
    except FileError as error:
        print(error)
"""


@pytest.mark.parametrize("kind", ["csv", "csv.gz", "parquet", "json"])
def test_a_disk_that_is_full_half_way_leaves_nothing(folder: Path, kind: str) -> None:
    """A limit on the size of files stands for a full disk."""
    program = LIMITED.replace("{kind}", kind)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "File too large" in done.stdout
    assert list(folder.iterdir()) == []
