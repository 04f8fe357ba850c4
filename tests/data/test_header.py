"""The start of text files: encodings, separators, names."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from leadline.data.header import Header, read_header
from leadline.errors import FileError, InputError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b\n1,2\n", Header(",", ("a", "b"))),
        ("a;b,c;d\n", Header(";", ("a", "b,c", "d"))),
        ("a\tb\r\n", Header("\t", ("a", "b"))),
        ('"a;b;c",d\n', Header(",", ("a;b;c", "d"))),
        ('"a ""x""",b\n', Header(",", ('a "x"', "b"))),
        ('"a\nb",c\n', Header(",", ("a\nb", "c"))),
        ("only", Header(",", ("only",))),
        ("\ufeffa,b\n", Header(",", ("a", "b"))),
        (",b, \n", Header(",", ("column_1", "b", "column_3"), ("column_1", "column_3"))),
    ],
)
def test_separator_and_names_are_read_off_the_first_line(
    folder: Path, text: str, expected: Header
) -> None:
    """Separators inside quotes do not count; what has no name gets one."""
    (folder / "x.csv").write_text(text, encoding="utf-8", newline="")
    assert read_header("x.csv") == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"x\.csv must not be empty\."),
        (b"\na,b\n", r"x\.csv:1 must have the names of its columns in the first line"),
        (b",,\n", r"x\.csv:1 must have the names"),
        ("a,ż\n".encode("utf-16"), r"must be UTF-8; .*iconv -f UTF-16 -t UTF-8 x\.csv"),
        ("a,ż\n".encode("cp1250"), r"must be UTF-8; .*iconv -f WINDOWS-1252"),
        (b"PK\x03\x04rest", "must be text; found a workbook or archive"),
        (b"PAR1rest", "must be text; found Parquet"),
    ],
)
def test_what_is_no_csv_is_refused(folder: Path, content: bytes, message: str) -> None:
    """The message says what it is and how to convert it."""
    (folder / "x.csv").write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_header("x.csv")


def test_a_long_file_may_be_cut_inside_a_character(folder: Path) -> None:
    """Only the start is read, and its last character may be half."""
    (folder / "x.csv").write_text("a\n" + "ż" * 600_000, encoding="utf-8")
    assert read_header("x.csv") == Header(",", ("a",))


def test_a_packed_file_is_read_and_a_broken_one_refused(folder: Path) -> None:
    """A download that stopped half-way is an error of files."""
    packed = gzip.compress(b"a,b\n1,2\n")
    (folder / "x.csv.gz").write_bytes(packed)
    assert read_header("x.csv.gz").names == ("a", "b")
    (folder / "y.csv.gz").write_bytes(packed[:12])
    with pytest.raises(FileError, match=r"y\.csv\.gz cannot be read"):
        read_header("y.csv.gz")
    (folder / "z.csv.gz").write_bytes(b"a,b\n")
    with pytest.raises(FileError, match="Not a gzipped file"):
        read_header("z.csv.gz")
