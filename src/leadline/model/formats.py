"""How the text of files is written: orders of dates, marks in numbers, encodings."""

from __future__ import annotations

import codecs
import re
from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema

from leadline.model.values import shown, wrong

PARTS = {"yyyy": r"(\d{4})", "yy": r"(\d{2})", "mm": r"(\d{1,2})", "dd": r"(\d{1,2})"}
"""What a date is made of, and how each is found in a text."""
CLOCKS = {"": "", "hh": " \\4:00", "hhmm": " \\4:\\5", "hhmmss": " \\4:\\5:\\6"}
"""What may stand right behind a date without marks, and how ISO 8601 has it."""
FORMAT = re.compile(
    rf"({'|'.join(PARTS)})([-/. ]?)({'|'.join(PARTS)})\2({'|'.join(PARTS)})(hh(?:mm(?:ss)?)?)?"
)
CENTURY = "20"
"""Of years with two digits."""

WORDED_PARTS = {
    "yyyy": r"(\d{4})(?:年| ?r\.| ?г\.)?",  # noqa: RUF001
    "yy": r"'?(\d{2})",
    "mmm": r"(\d{1,2}月|\pL+)\.?",
    "dd": r"(\d{1,2})(?:st|nd|rd|th|日)?\.?",
}
"""What a date is made of where its month is a word, with what may stand behind each part."""
WORDED = re.compile(r"(yyyy|yy|mmm|dd)[-/., ]+(yyyy|yy|mmm|dd)[-/., ]+(yyyy|yy|mmm|dd)")
WEEKDAY = r"(?:\pL+\.?, ?)?"
BETWEEN = r"[-/., ]*(?:de |of )?"

COUNTS = {
    "excel_days": ("1899-12-30", 86_400_000_000),
    "unix_seconds": ("1970-01-01", 1_000_000),
    "unix_milliseconds": ("1970-01-01", 1_000),
    "unix_microseconds": ("1970-01-01", 1),
}
"""Times that are written as a number: from when it is counted, and a unit in microseconds."""


def is_worded(written: str) -> bool:
    """Tell a format whose month is a word.

    >>> is_worded("mmm dd, yyyy"), is_worded("mm/dd/yyyy")
    (True, False)
    """
    return "mmm" in written


def date_pattern(written: str) -> tuple[str, str]:
    r"""Return the pattern of a date in a format, and what makes ISO 8601 of it.

    >>> date_pattern("dd/mm/yyyy")
    ('^(\\d{1,2})/(\\d{1,2})/(\\d{4})', '\\3-\\2-\\1')
    """
    found = FORMAT.fullmatch(written)
    assert found, "the document was checked"  # noqa: S101 - says what is known
    *parts, mark, clock = found[1], found[3], found[4], found[2], found[5] or ""
    pattern = re.escape(mark).join(PARTS[part] for part in parts)
    pattern = pattern if mark else pattern.replace("1,2", "2") + r"(\d{2})" * (len(clock) // 2)
    place = {part[0]: f"\\{at}" for at, part in enumerate(parts, start=1)}
    year = place["y"] if "yyyy" in parts else CENTURY + place["y"]
    return f"^{pattern}", f"{year}-{place['m']}-{place['d']}{CLOCKS[clock]}"


def worded_pattern(written: str) -> tuple[str, tuple[str, ...]]:
    """Return the pattern of a time whose month is a word, and which part each group is.

    >>> worded_pattern("mmm dd, yyyy")[1]
    ('m', 'd', 'y', 'rest')
    """
    found = WORDED.fullmatch(written)
    assert found, "the document was checked"  # noqa: S101 - says what is known
    date = BETWEEN.join(WORDED_PARTS[part] for part in found.groups())
    rest = r",?(?: at| um| o| в)? ?(|[T ]?\d{1,2}:.*)"
    return f"^{WEEKDAY}{date}{rest}$", (*(part[0] for part in found.groups()), "rest")


def _date_format(value: object) -> str:
    text = value.lower() if isinstance(value, str) else ""
    if text in COUNTS:
        return text
    worded = WORDED.fullmatch(text)
    found = worded or FORMAT.fullmatch(text)
    parts = found.group(*((1, 2, 3) if worded else (1, 3, 4))) if found else ()
    has_marked_clock = not worded and found is not None and found[5] and found[2]
    if {part[0] for part in parts} != {"d", "m", "y"} or has_marked_clock:
        remedy = (
            "It has one each of dd, mm and yyyy or yy, and the same mark between them; mmm is a "
            "month in words; hh, hhmm or hhmmss may follow where there is no mark; "
            f"or it is {', '.join(COUNTS)}."
        )
        raise wrong("must be the order of a date such as dd/mm/yyyy", shown(value), remedy)
    return text


def _encoding(value: object) -> str:
    try:
        known = codecs.lookup(value) if isinstance(value, str) else None
    except (LookupError, ValueError):
        known = None
    if known is None or not known._is_text_encoding:  # noqa: SLF001 - the only way to ask
        raise wrong("must be an encoding such as utf-8, utf-16 or windows-1250", shown(value))
    return str(value)


DateFormat = Annotated[
    str,
    PlainValidator(_date_format),
    WithJsonSchema({"type": "string", "examples": ["dd/mm/yyyy", "mmm dd, yyyy", "excel_days"]}),
]
Encoding = Annotated[
    str,
    PlainValidator(_encoding),
    WithJsonSchema({"type": "string", "examples": ["windows-1252", "windows-1250", "utf-16"]}),
]
MARKS = {
    ",": "a comma",
    ".": "a point",
    " ": "a space",
    "'": "an apostrophe",
    ";": "a semicolon",
    "\t": "a tab",
    "|": "a bar",
}
"""Marks and what people call them."""


def _one_of(marks: str) -> tuple[Any, ...]:
    """Return what reads one of some marks."""
    *some, last = (MARKS[mark] for mark in marks)

    def read(value: object) -> str:
        if value not in list(marks):
            raise wrong(f"must be {', '.join(some)} or {last}", shown(value))
        return str(value)

    return PlainValidator(read), WithJsonSchema({"enum": list(marks)})


Decimal = Annotated[str, *_one_of(",.")]
Thousands = Annotated[str, *_one_of(",. '")]
Delimiter = Annotated[str, *_one_of(",;\t|")]
