"""Changes of a model document in words that its readers use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from leadline.model.document import SINGLE_LADDER, Ladder, Score
from leadline.model.expressions import Expression
from leadline.model.reading.writer import flow
from leadline.model.rules import HalfLife, Linear, Part, Steps
from leadline.model.values import plain, shown

Path = tuple[str, ...]
Kind = Literal["added", "removed", "changed", "renamed", "moved", "spelled"]

_NOUNS = {"scores": "score", "grades": "grade", "bands": "ladder", "overrides": "override"}
_OF_BANDS = {
    "edges": "edge",
    "leave": "left below",
    "require": "requires",
    "cells": "cells",
}
"""Key of a ladder or grade to what it says of each band."""
_OF_COLUMNS = {"from": "read from", "missing": "empty where", "known": "known"}
_OF_RULES = {"every": "again after each further", "in": "at least in each"}
"""Key of a rule to what it says there, where the same word means something else elsewhere."""
_ENTRIES = {"values": "value", "bins": "from", "limits": "limit of group"}
"""Mapping to the word before each of its keys."""
_ASPECTS = {
    "when": "condition",
    "where": "condition on the event",
    "for": "for leads with",
    "half_life": "half-life",
    "linear": "linear decay over",
    "keep": "decay keeps",
    "every": "decay step",
    "at_most": "at most",
    "at_least": "at least",
    "limit_each": "limit each",
    "event": "events",
    "outcome": "outcomes",
    "silent_for": "silence of",
    "rollup": "gathers",
    "reset_on": "starts again on",
    "other": "other values",
    "missing": "without a value",
    "default": "all other cells",
    "in": "ladders",
    "time_zone": "time zone",
    "passive": "passive events",
    "model": "name",
}
"""Key to how it is called; the others are called as they are written."""
_RECORDS = (("provenance",), ("calibration",))
"""What learning writes about itself: long, and of no account for scores."""


def sentence(path: Path, kind: Kind, before: Any, after: Any) -> str:
    """Return one change in words.

    >>> sentence(("bands", "band", "edges", "sales"), "changed", 61, 55)
    'band sales: edge 61 -> 55'
    >>> sentence(("scores", "person", "rules", "demo"), "renamed", "demo", "trial")
    'rule person.demo is now called trial; it says the same'
    """
    subject, aspect = subject_of(path)
    if path[-1:] in _RECORDS:
        return f"{subject}{aspect} differs"
    if kind == "moved":
        return f"overrides are asked in another order: {worded(before)} -> {worded(after)}"
    if kind == "renamed":
        return f"{_noun(path)} is now called {after}; it says the same"
    if kind == "spelled":
        return f"{subject}{aspect} is written in another way and means the same"
    if kind in ("added", "removed"):
        return _come_or_gone(path, kind, before if kind == "removed" else after)
    span = f"{worded(before, path)} -> {worded(after, path)}"
    return f"{subject}{aspect} {span}"


def _come_or_gone(path: Path, kind: Kind, value: Any) -> str:
    word = "is new" if kind == "added" else "is gone"
    edge = "from " if path[-2:-1] == ("edges",) else ""
    return f"{_noun(path)} {word}: {edge}{worded(value)}"


def subject_of(path: Path) -> tuple[str, str]:
    """Return what a change is about, with a colon, and which aspect of it changed."""
    match path:
        case ("scores", score, "rules", rule, *rest):
            return f"{score}.{rule}: ", _OF_RULES.get(".".join(rest)) or _aspect(rest)
        case ("bands" | "grades", name, "edges" | "leave" | "require" | "cells" as key, band):
            return f"{_band(path[0], name, band)}: ", _OF_BANDS[key]
        case ("scores", score, *rest) if rest:
            return f"{score}: ", _aspect(rest)
        case ("columns", table, column, *rest):
            return f"column {table}.{column}: ", _OF_COLUMNS.get(rest[0], rest[0]) if rest else ""
        case ("grades" | "bands" | "overrides", name, *rest):
            return f"{_named(path[0], name)}: ", _aspect(rest)
        case _:
            return "", _aspect(path)


def _noun(path: Path) -> str:
    """Return what is added, removed or renamed."""
    match path:
        case ("scores", score, "rules", rule):
            return f"rule {score}.{rule}"
        case ("bands" | "grades", name, "edges", band):
            return _band(path[0], name, band)
        case ("scores" | "grades" | "bands" | "overrides", name):
            return _named(path[0], name)
        case ("columns", table, column):
            return f"column {table}.{column}"
        case ("columns", table):
            return f"columns of {table}"
        case _:
            subject, aspect = subject_of(path)
            return subject + aspect


def _named(key: str, name: str) -> str:
    return "bands" if (key, name) == ("bands", SINGLE_LADDER) else f"{_NOUNS[key]} {name}"


def _band(key: str, name: str, band: str) -> str:
    if key == "grades":
        return f"grade {band} of {name}"
    return f"band {band}" if name == SINGLE_LADDER else f"band {band} of {name}"


def _aspect(keys: Any) -> str:
    """Return the words for the keys below a subject."""
    words = []
    waiting = list(keys)
    while waiting:
        key = waiting.pop(0)
        if key in _ENTRIES and waiting:
            words.append(f"{_ENTRIES[key]} {waiting.pop(0)}")
        elif key != "decay" or not waiting:
            words.append(_ASPECTS.get(key, key))
    return " ".join(words)


def worded(value: Any, path: Path = ()) -> str:
    """Return a value of a document on one line.

    >>> worded(30.0), worded(None), worded((0.0, 60.0)), worded(True)
    ('30', 'none', '[0, 60]', 'true')
    """
    if value is None or value == ():
        of_rule = path[-1:] == ("decay",) and "rules" in path
        return "as the score has it" if of_rule else "none"
    if isinstance(value, tuple | list):
        listed = ", ".join(map(worded, value))
        return f"[{listed}]" if value and isinstance(value[0], float | int) else listed
    return next(words(value) for kinds, words in _WORDS if isinstance(value, kinds))


def _summary(part: Score | Ladder) -> str:
    """Return a large part by its names, not its content."""
    if isinstance(part, Score) and part.rules is not None:
        return f"rules {', '.join(part.rules)}" if part.rules else "no rules"
    return flow(part.plain())


def _text(value: Any) -> str:
    written = plain(value)
    return written if isinstance(written, str) else shown(written)


_WORDS: tuple[tuple[Any, Callable[[Any], str]], ...] = (
    (bool, shown),
    (float | int, lambda value: f"{value:.15g}"),
    (Score | Ladder, _summary),
    (HalfLife, lambda decay: f"half-life {decay.half_life}"),
    (Linear, lambda decay: f"linear over {decay.linear}"),
    (Steps, lambda decay: f"keeps {decay.keep:.15g} every {decay.every}"),
    (Part | Mapping, lambda part: flow(plain(part))),
    (Expression, lambda written: f'"{written.text}"'),
    (object, _text),
)
"""Kinds of values to how they are shown; the first that fits."""
