"""Lists of words that ship with the package, in ``words.csv``."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files


def words(title: str) -> tuple[str, ...]:
    """Return a list of words.

    >>> "gmbh" in words("legal_form_after")
    True
    """
    return _lists()[title]


@cache
def _lists() -> dict[str, tuple[str, ...]]:
    text = files("leadline.identity").joinpath("words.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {row["list"]: tuple(row["words"].split("|")) for row in rows}
