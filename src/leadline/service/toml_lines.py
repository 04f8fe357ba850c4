"""Where each key of a TOML document stands, which its reader does not say."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

Path = tuple[str, ...]


def lines_of(text: str) -> dict[Path, int]:
    r"""Return the line of each key and of each table of a sound document, counted from 1.

    >>> lines_of('model = "m.yaml"\n\n[tables]\nleads = "l.csv"\n')[("tables", "leads")]
    4
    """
    found: dict[Path, int] = {}
    inside: Path = ()
    for line, statement in _statements(text):
        values = tomllib.loads(statement)
        paths = list(_paths(values))
        if statement.lstrip().startswith("["):
            inside = max(paths, key=len, default=())
            paths = [inside[:length] for length in range(1, len(inside) + 1)]
        else:
            paths = [(*inside, *each) for each in paths]
        for path in paths:
            found.setdefault(path, line)
    return found


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield each key with its value, and each head of a table, with its first line."""
    first, waiting = 1, ""
    for number, line in enumerate(text.splitlines(keepends=True), start=1):
        first = first if waiting else number
        waiting += line
        if _is_whole(waiting):
            if waiting.strip() and not waiting.lstrip().startswith("#"):
                yield first, waiting
            waiting = ""


def _is_whole(statement: str) -> bool:
    """Say whether a value that goes over several lines has come to its end."""
    try:
        tomllib.loads(statement)
    except tomllib.TOMLDecodeError:
        return False
    return True


def _paths(values: Mapping[str, Any], before: Path = ()) -> Iterator[Path]:
    """Yield the path of every key, those of inline tables too."""
    for key, value in values.items():
        yield (*before, key)
        inner = value[0] if isinstance(value, list) and value else value
        if isinstance(inner, Mapping):
            yield from _paths(inner, (*before, key))
