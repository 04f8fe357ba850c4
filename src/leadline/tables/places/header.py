"""The start of a text file: its encoding, and a CSV file's separator and names of columns."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from leadline.errors import Fault, InputError
from leadline.tables.places.text import read_head

SEPARATORS = ",;\t|"
"""The first is the default."""

LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True)
class Header:
    """What the line with the names says, and where it stands.

    A column without a name is called after its place; a name that repeats gets a number.
    """

    separator: str
    names: tuple[str, ...]
    line: int = 1
    notes: tuple[str, ...] = ()


def read_header(
    file: str, text: str, separator: str | None = None, line: int | None = None
) -> Header:
    """Return the header of a CSV file by its start; the separator is read off it unless given.

    Raises:
        InputError: The file has no usable header.
    """
    place = line or 1
    where = f"{file}:{place}"
    text = "\n".join(LINE_END.split(text, place - 1)[place - 1 :])
    separator = separator or _separator(text.partition("\n")[0])
    titles = next(csv.reader(io.StringIO(text, newline=""), delimiter=separator), [])
    if not any(title.strip() for title in titles):
        expected = "must have the names of its columns in the first line"
        remedy = "If they stand further down, declare it, such as files: {leads: {header: 4}}."
        found = "an empty line" if text.strip() else "nothing there"
        raise InputError(Fault(where, "", expected, found, remedy))
    names, notes = named_columns(where, titles)
    return Header(separator, names, place, notes)


def named_columns(where: str, titles: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return names that differ by more than case, and notes of those that are not as written."""
    names: list[str] = []
    notes = []
    taken = {title.strip().lower() for title in titles}
    seen: set[str] = set()
    for place, title in enumerate(titles, start=1):
        name = title.strip() or f"column_{place}"
        repeats = name.lower() in seen
        if repeats:
            name = next(new for n in count(2) if (new := f"{name}_{n}").lower() not in taken)
            taken.add(name.lower())
        if not title.strip():
            notes.append(f"{where} a column without a name is called {name}.")
        elif repeats:
            notes.append(
                f"{where} column {place} is called {name}, as its name stands there before."
            )
        seen.add(name.lower())
        names.append(name)
    return tuple(names), tuple(notes)


def read_start(path: str) -> str:
    """Return the first characters of a UTF-8 file, without byte order mark. Raises FileError."""
    return read_head(path).decode("utf-8-sig", errors="ignore")


def _separator(line: str) -> str:
    outside_quotes = "".join(line.split('"')[::2])
    return max(SEPARATORS, key=outside_quotes.count)
