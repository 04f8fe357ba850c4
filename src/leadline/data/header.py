"""The start of a text file: its encoding, and a CSV file's separator and names of columns."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from leadline.data.text import read_head
from leadline.errors import Fault, InputError

SEPARATORS = ",;\t|"
"""The first is the default."""


@dataclass(frozen=True)
class Header:
    """What the first line says; a column without a name is called after its place."""

    separator: str
    names: tuple[str, ...]
    unnamed: tuple[str, ...] = ()


def read_header(file: str, text: str, separator: str | None = None) -> Header:
    """Return the header of a CSV file by its start; the separator is read off it unless given.

    Raises:
        InputError: The file has no usable header.
    """
    separator = separator or _separator(text.partition("\n")[0])
    titles = next(csv.reader(io.StringIO(text, newline=""), delimiter=separator), [])
    if not any(title.strip() for title in titles):
        expected = "must have the names of its columns in the first line"
        raise InputError(Fault(f"{file}:1", "", expected, "an empty line"))
    names = [title.strip() or f"column_{place}" for place, title in enumerate(titles, start=1)]
    unnamed = [given for given, title in zip(names, titles, strict=True) if not title.strip()]
    return Header(separator, tuple(names), tuple(unnamed))


def read_start(path: str) -> str:
    """Return the first characters of a UTF-8 file, without byte order mark. Raises FileError."""
    return read_head(path).decode("utf-8-sig", errors="ignore")


def _separator(line: str) -> str:
    outside_quotes = "".join(line.split('"')[::2])
    return max(SEPARATORS, key=outside_quotes.count)
