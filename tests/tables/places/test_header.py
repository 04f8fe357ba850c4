"""The start of CSV files: separators and names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from leadline.errors import InputError
from leadline.tables.places.header import Header, read_header, read_start

if TYPE_CHECKING:
    from pathlib import Path

UNNAMED = "x.csv:1 a column without a name is called column_{}."


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
        ("a|b,c|d\n", Header("|", ("a", "b,c", "d"))),
        (
            ",b, \n",
            Header(",", ("column_1", "b", "column_3"), 1, (UNNAMED.format(1), UNNAMED.format(3))),
        ),
    ],
)
def test_separator_and_names_are_read_off_the_first_line(
    folder: Path, text: str, expected: Header
) -> None:
    """Separators inside quotes do not count; what has no name gets one."""
    (folder / "x.csv").write_text(text, encoding="utf-8", newline="")
    assert read_header("x.csv", read_start("x.csv")) == expected


def test_a_separator_can_be_given(folder: Path) -> None:
    """Then the line is not asked."""
    (folder / "x.csv").write_text("a,b;c,d\n", encoding="utf-8")
    assert read_header("x.csv", read_start("x.csv"), ";").names == ("a,b", "c,d")


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("a,b,a", ("a", "b", "a_2")),
        ("Name,name", ("Name", "name_2")),
        ("a,a,a_2,a", ("a", "a_3", "a_2", "a_4")),
        ("column_2,", ("column_2", "column_2_2")),
    ],
)
def test_a_name_that_repeats_gets_a_number(folder: Path, header: str, names: tuple[str]) -> None:
    """SQL knows no difference between upper and lower case in names; a note tells each."""
    (folder / "x.csv").write_text(header + "\n")
    found = read_header("x.csv", read_start("x.csv"))
    assert found.names == names
    changed = [new for new, old in zip(names, header.split(","), strict=True) if new != old]
    assert len(found.notes) == len(changed)
    assert all(each in note for each, note in zip(changed, found.notes, strict=True))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_names_may_stand_further_down(folder: Path, end: str) -> None:
    """Reports of a CRM have a title and a date above them."""
    (folder / "x.csv").write_text(end.join(["Report; of today", "", "a,b", "1,2"]), newline="")
    assert read_header("x.csv", read_start("x.csv"), line=3) == Header(",", ("a", "b"), 3)
    with pytest.raises(InputError, match=r"x\.csv:9 must have the names .* found nothing there"):
        read_header("x.csv", read_start("x.csv"), line=9)


@pytest.mark.parametrize("text", ["\na,b\n", ",,\n"])
def test_a_file_without_names_is_refused(folder: Path, text: str) -> None:
    """Columns are known by their names alone."""
    (folder / "x.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"x\.csv:1 must have the names of its columns"):
        read_header("x.csv", read_start("x.csv"))


def test_a_long_file_may_be_cut_inside_a_character(folder: Path) -> None:
    """Only the start is read, and its last character may be half."""
    (folder / "x.csv").write_text("a\n" + "ż" * 600_000, encoding="utf-8")
    assert read_header("x.csv", read_start("x.csv")) == Header(",", ("a",))
