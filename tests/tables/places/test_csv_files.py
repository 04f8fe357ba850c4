"""CSV files: what is written is what is read, and what is broken is kept apart."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from leadline.errors import InputError
from leadline.sql.text import ALWAYS, name, sql_text
from leadline.tables.places.csv_files import read_csv
from leadline.tables.places.raw import FILE, ROW, prepare
from leadline.tables.places.text import AsItIs

if TYPE_CHECKING:
    from pathlib import Path

    from leadline.engines.duckdb.engine import DuckDB


def rows(engine: DuckDB, *files: str) -> list[tuple[object, ...]]:
    """Read files, and return file, row and values of each row."""
    prepare(engine, ["leads"])
    raw = read_csv(engine, "leads", files)
    columns = [given.value for given in raw.columns.values()]
    located = raw.located(columns, ALWAYS)
    parts = {"file": FILE, "row": ROW, "columns": columns}
    return engine.rows(
        sql_text("select {file}, {row}, {columns} from {l} order by 1, 2", l=located, **parts)
    )


def notes(engine: DuckDB, *files: str) -> tuple[str, ...]:
    """Read files, and return the notes."""
    prepare(engine, ["leads"])
    return read_csv(engine, "leads", files).notes


def rejects(engine: DuckDB) -> list[tuple[object, ...]]:
    """Return file, row, reason and content of what was rejected."""
    return engine.rows('select file, "row", reason, content from rejects order by 1, 2')


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_quotes_separators_and_line_ends_in_values(engine: DuckDB, folder: Path, end: str) -> None:
    """Every value is the text that was written; an empty one is null, quoted or not."""
    lines = ["a;b", '"x;y";" z "', '"say ""hi""";', '"two\nlines";""', "'q';007"]
    (folder / "x.csv").write_text(end.join(lines) + end, newline="")
    assert rows(engine, "x.csv") == [
        ("x.csv", 2, "x;y", " z "),
        ("x.csv", 3, 'say "hi"', None),
        ("x.csv", 4, "two\nlines", None),
        ("x.csv", 5, "'q'", "007"),
    ]
    assert rejects(engine) == []


def test_broken_lines_are_rejected_and_rows_keep_their_numbers(
    engine: DuckDB, folder: Path
) -> None:
    """Rows after a broken line are counted on from it."""
    (folder / "x.csv").write_text('a,b\n1,2\n3\n4,5,6\n7,8\n"9"x,1\n10,11\n')
    (folder / "y.csv").write_text("a,b\n1\n2,3\n")
    assert rows(engine, "x.csv", "y.csv") == [
        ("x.csv", 2, "1", "2"),
        ("x.csv", 5, "7", "8"),
        ("x.csv", 7, "10", "11"),
        ("y.csv", 3, "2", "3"),
    ]
    assert rejects(engine) == [
        ("x.csv", 3, "too few fields", '"3"'),
        ("x.csv", 4, "too many fields", '"4,5,6"'),
        ("x.csv", 6, "broken quotes", r'"\"9\"x,1"'),
        ("y.csv", 2, "too few fields", '"1"'),
    ]


def test_a_quote_that_is_never_closed_is_rejected(engine: DuckDB, folder: Path) -> None:
    """What it swallowed is shown."""
    (folder / "x.csv").write_text('a,b\n1,2\n3,"open\n4,5\n')
    assert rows(engine, "x.csv") == [("x.csv", 2, "1", "2")]
    assert rejects(engine) == [("x.csv", 3, "broken quotes", r'"3,\"open\n4,5"')]


def test_row_numbers_hold_in_a_large_file(engine: DuckDB, folder: Path) -> None:
    """Also where several threads read it."""
    count = 600_000
    lines = [f"{number},{'x' * 30}" for number in range(2, count)]
    lines[count // 2] += ",surplus"
    (folder / "x.csv").write_text("a,b\n" + "\n".join(lines) + "\n")
    found = rows(engine, "x.csv")
    assert len(found) == count - 3
    assert all(row == int(str(value)) for _, row, value, _ in found)


def test_a_header_alone_is_an_empty_table(engine: DuckDB, folder: Path) -> None:
    """No rows are not an error."""
    (folder / "x.csv").write_text("a,b")
    assert rows(engine, "x.csv") == []


def test_empty_lines_are_no_rows(engine: DuckDB, folder: Path) -> None:
    """Neither in a table of one column nor of several."""
    (folder / "x.csv").write_text("a\n1\n\n2\n\n")
    (folder / "y.csv").write_text("a,b\n\n1,2\n\n")
    assert [values for _, _, *values in rows(engine, "x.csv")] == [["1"], ["2"]]
    assert [values for _, _, *values in rows(engine, "y.csv")] == [["1", "2"]]


def test_packed_and_tabbed_files(engine: DuckDB, folder: Path) -> None:
    """A ``.tsv`` is separated by tabs, whatever else its header holds."""
    (folder / "x.tsv.gz").write_bytes(gzip.compress(b"a,1,2,3\tb\nv\tw\n"))
    assert rows(engine, "x.tsv.gz") == [("x.tsv.gz", 2, "v", "w")]


def test_another_encoding_further_down_is_found(engine: DuckDB, folder: Path) -> None:
    """The whole file is then read again, and a note says so."""
    (folder / "x.csv").write_bytes(b"a,b\n" + b"1,2\n" * 300_000 + b"caf\xe9,1\n1,2,3\n")
    assert rows(engine, "x.csv")[-1] == ("x.csv", 300_002, "café", "1")
    assert rejects(engine) == [("x.csv", 300_003, "too many fields", '"1,2,3"')]
    assert notes(engine, "x.csv")[0].startswith("x.csv is not UTF-8 and is read as windows-1252")


@pytest.mark.parametrize(
    "content",
    [
        b'a,b\r\n1,2\n3\n\n5,"6\r\n7"\n',
        b'a,b\n1,2\r\n3\r\n\n5,"6\n7"\r\n',
        b'a,b\r1,2\n3\r\r5,"6\r\n7"',
    ],
)
def test_mixed_line_ends_are_read(engine: DuckDB, folder: Path, content: bytes) -> None:
    """Each is an end of line; rows keep their numbers, and a note says so."""
    (folder / "x.csv").write_bytes(content)
    assert rows(engine, "x.csv") == [("x.csv", 2, "1", "2"), ("x.csv", 4, "5", "6\n7")]
    assert rejects(engine) == [("x.csv", 3, "too few fields", '"3"')]
    expected = "x.csv: lines end in different ways; each is read as an end of line."
    assert notes(engine, "x.csv") == (expected,)


@pytest.mark.parametrize("above", ["# a\n# b\n", "# a\r\n# b\r\n", "# a\r# b\r"])
@pytest.mark.parametrize("below", ["\n", "\r\n", "\r"])
def test_titles_may_end_in_another_way_than_rows(
    engine: DuckDB, folder: Path, above: str, below: str
) -> None:
    """No row below a declared header is lost."""
    (folder / "x.csv").write_bytes(f"{above}a,b{below}1,2{below}3,4{below}".encode())
    prepare(engine, ["leads"])
    raw = read_csv(engine, "leads", ["x.csv"], AsItIs(header=3))
    assert engine.rows(sql_text("select * from {rows}", rows=raw.relation)) == [
        ("1", "2"),
        ("3", "4"),
    ]


def test_mixed_line_ends_in_another_encoding_are_read(engine: DuckDB, folder: Path) -> None:
    """One copy mends both."""
    (folder / "x.csv").write_bytes("a,b\r\né,2\n3,4\n".encode("cp1252"))
    (folder / "y.csv").write_bytes(b"a,b\r\n5,6\n")
    assert [values for _, _, *values in rows(engine, "x.csv", "y.csv")] == [
        ["é", "2"],
        ["3", "4"],
        ["5", "6"],
    ]


def test_a_declared_delimiter_beats_the_first_line(engine: DuckDB, folder: Path) -> None:
    """Where the first line has more of another mark."""
    (folder / "x.csv").write_text("a,b,c|d\n1,2,3|4\n")
    prepare(engine, ["leads"])
    found = read_csv(engine, "leads", ["x.csv"], AsItIs(delimiter="|"))
    assert list(found.columns) == ["a,b,c", "d"]


def test_names_that_repeat_are_told_apart(engine: DuckDB, folder: Path) -> None:
    """The first keeps its name."""
    (folder / "x.csv").write_text("a,A\n1,2\n")
    prepare(engine, ["leads"])
    raw = read_csv(engine, "leads", ["x.csv"])
    assert list(raw.columns) == ["a", "A_2"]
    assert raw.notes == ("x.csv:1 column 2 is called A_2, as its name stands there before.",)


def test_names_of_several_files_that_differ_by_case_are_refused(
    engine: DuckDB, folder: Path
) -> None:
    """Nobody knows whether they are one column."""
    (folder / "x.csv").write_text("a\n")
    (folder / "y.csv").write_text("A\n")
    with pytest.raises(InputError, match="must not have both columns a and A"):
        rows(engine, "x.csv", "y.csv")


def test_lines_above_the_declared_header_are_left_out(engine: DuckDB, folder: Path) -> None:
    """Rows keep the numbers that an editor counts."""
    (folder / "x.csv").write_text('Report "of, today"\n\n\na,b\n1,2\n3\n4,5\n')
    prepare(engine, ["leads"])
    raw = read_csv(engine, "leads", ["x.csv"], AsItIs(header=4))
    places = sql_text(
        "select {f}, {r} from {l} order by all", f=FILE, r=ROW, l=raw.located([], ALWAYS)
    )
    assert engine.rows(places) == [("x.csv", 5), ("x.csv", 7)]
    assert rejects(engine) == [("x.csv", 6, "too few fields", '"3"')]


def test_odd_names_are_kept(engine: DuckDB, folder: Path) -> None:
    """Names that mean something to the engine, or break its quotes, are names like others."""
    titles = ["rowid", 'a "b"', "file of the row", "select", "c0", "żółć"]
    (folder / "x.csv").write_text(",".join(['rowid,"a ""b"""', *titles[2:]]) + "\n1,2,3,4,5,6\n")
    prepare(engine, ["leads"])
    assert list(read_csv(engine, "leads", ["x.csv"]).columns) == titles
    assert rows(engine, "x.csv") == [("x.csv", 2, "1", "2", "3", "4", "5", "6")]
    assert name("rowid")


def test_a_column_without_a_name_is_noted(engine: DuckDB, folder: Path) -> None:
    """Pandas writes its row labels so."""
    (folder / "x.csv").write_text(",lead_id\n0,L1\n")
    prepare(engine, ["leads"])
    raw = read_csv(engine, "leads", ["x.csv"])
    assert raw.notes == ("x.csv:1 a column without a name is called column_1.",)
