"""The start of a text file: its encoding, and a CSV file's separator and names of columns."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from dataclasses import dataclass

from leadline.errors import Fault, FileError, InputError

SEPARATORS = ",;\t"
"""The first is the default."""

HEAD_BYTES = 1_000_000
"""A header longer than this is not one."""

NOT_TEXT = {b"PK\x03\x04": "a workbook or archive", b"PAR1": "Parquet", b"\x1f\x8b": "gzip"}
"""First bytes of what is sometimes given a text file's name."""

UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class Header:
    """What the first line says; a column without a name is called after its place."""

    separator: str
    names: tuple[str, ...]
    unnamed: tuple[str, ...] = ()


def read_header(file: str, separator: str | None = None) -> Header:
    """Return the header of a CSV file; the separator is read off it unless given.

    Raises:
        InputError: The file is empty, not UTF-8, or has no usable header.
        FileError: The file cannot be read, such as a broken archive.
    """
    text = read_start(file)
    separator = separator or _separator(text.partition("\n")[0])
    titles = next(csv.reader(io.StringIO(text, newline=""), delimiter=separator), [])
    if not any(title.strip() for title in titles):
        expected = "must have the names of its columns in the first line"
        raise InputError(Fault(f"{file}:1", "", expected, "an empty line"))
    names = [title.strip() or f"column_{place}" for place, title in enumerate(titles, start=1)]
    unnamed = [given for given, title in zip(names, titles, strict=True) if not title.strip()]
    return Header(separator, tuple(names), tuple(unnamed))


def read_start(file: str) -> str:
    """Return the first characters of a text file, without byte order mark; errors as above."""
    head = _head(file)
    if not head:
        raise InputError(Fault(file, "", "must not be empty"))
    kind = next((kind for mark, kind in NOT_TEXT.items() if head.startswith(mark)), None)
    if kind:
        raise InputError(Fault(file, "", "must be text", kind, "Check its ending."))
    if head.startswith(UTF_16):
        raise InputError(not_utf8(file, "UTF-16"))
    try:
        return codecs.getincrementaldecoder("utf-8-sig")().decode(head)
    except UnicodeDecodeError as error:
        raise InputError(not_utf8(file)) from error


def not_utf8(file: str, encoding: str = "WINDOWS-1252") -> Fault:
    """Return the fault of a file in another encoding."""
    remedy = f"Convert it, such as with: iconv -f {encoding} -t UTF-8 {file} > utf8.csv"
    return Fault(file, "", "must be UTF-8", "another encoding", remedy)


def _head(file: str) -> bytes:
    opened = gzip.open if file.lower().endswith(".gz") else open
    try:
        with opened(file, "rb") as stream:
            return stream.read(HEAD_BYTES)
    except (OSError, EOFError, zlib.error) as error:
        reason = "Check that it is whole and can be read."
        raise FileError(Fault(file, "", "cannot be read", str(error), reason)) from error


def _separator(line: str) -> str:
    outside_quotes = "".join(line.split('"')[::2])
    return max(SEPARATORS, key=outside_quotes.count)
