"""What each of the systems shares: going through the rows, settings, bands, and the whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from leadline.importers.points.draft import Draft, identifier
from leadline.importers.points.rules import plain
from leadline.importers.points.table import PointTable, Row
from leadline.importers.points.types import Types
from leadline.importers.points.wording import NotCarried, points_of

Importer = Callable[[PointTable, Types], Draft]
"""Turns a table of points of one system into a draft."""

Translate = Callable[[Draft, Row], None]

ABOUT_PERSON = re.compile(
    r"fit|propert(y|ies)|demographics?|profile|grad(e|ing)|attributes?|firmographics?|explicit|"
    r"contact propert(y|ies)|company propert(y|ies)|profile criteria"
)
ABOUT_EVENTS = re.compile(
    r"engagement|events?|behaviou?r(al)?|activity|activities|actions?|implicit|scoring|decay"
)
_NEGATIVE = re.compile(r"negative( attributes?)?")
_THRESHOLD = re.compile(r"(?P<band>.+?)\s+threshold|threshold\s*:?\s+(?P<other>.+)", re.IGNORECASE)
BELOW = "below"
"""Band of leads that reach no threshold."""


def each_row(draft: Draft, table: PointTable, translate: Translate, ignored: Sequence[str]) -> None:
    """Translate every row, and note those that cannot be, and columns that are not read."""
    for row in table.rows:
        try:
            translate(draft, row)
        except NotCarried as reason:
            draft.lost(row, str(reason))
    for line, text, why in table.broken:
        draft.lost(Row(line, {}, text), f"the row cannot be read: {why}")
    for column in ignored:
        if any(row[column] for row in table.rows):
            draft.about_table(f"column {table.columns[column]}", "there is no such thing here")
    for title in table.unread:
        draft.about_table(f"column {title}", "nothing is known about a column of this name")


def says(row: Row, pattern: re.Pattern[str]) -> bool:
    """Say whether the kind or category of a row is a word of some meaning."""
    return any(pattern.fullmatch(row[column].lower()) for column in ("kind", "category"))


def signed(row: Row) -> float:
    """Return the points of a row; under a heading such as Negative they are taken away."""
    points = points_of(row["points"])
    negative = _NEGATIVE.fullmatch(row["kind"].lower()) or _NEGATIVE.fullmatch(
        row["category"].lower()
    )
    return -abs(points) if negative else points


def threshold(draft: Draft, row: Row) -> bool:
    """Take a row such as ``MQL threshold, 60`` as the edge of a band; say whether it is one."""
    found = _THRESHOLD.fullmatch(row["action"])
    is_kind = row["kind"].lower() in ("threshold", "thresholds")
    if not found and not is_kind:
        return False
    title = (found["band"] or found["other"]) if found else row["action"]
    name, edge = identifier(title), points_of(row["points"])
    if _grade_edge(draft, row, title, edge):
        return True
    edges = draft.bands.setdefault("edges", {})
    if name in edges or name == BELOW or edge in edges.values():
        raise NotCarried("another threshold has its name or its points")
    edges[name] = plain(edge)
    draft.carried(row, f"bands.{name}")
    return True


def _grade_edge(draft: Draft, row: Row, title: str, edge: float) -> bool:
    """Take a threshold such as ``A`` or ``Fit A`` or ``Engagement 1`` as the edge of a grade."""
    found = re.fullmatch(r"(?:(?:fit|profile|engagement)\s+)?([A-D]|[1-4])", title, re.IGNORECASE)
    if not found:
        return False
    letter = found[1].upper()
    grade = "engagement_grade" if letter.isdigit() else "fit_grade"
    edges = draft.grades.setdefault(grade, {"edges": {}})["edges"]
    if letter in edges or plain(edge) in edges.values():
        raise NotCarried("another threshold has its letter or its points")
    edges[letter] = plain(edge)
    draft.carried(row, f"grades.{grade}")
    return True


def finish(draft: Draft, parts: Sequence[str], total: str) -> None:
    """Add the sum of the scores that have rules, and the bands that were asked for."""
    filled = [name for name in parts if name in draft.scores and draft.scores[name].rules]
    for name in [name for name, score in draft.scores.items() if not score.rules]:
        del draft.scores[name]
        draft.drop(f"{name}.range", f"no rule of {name} was carried over")
    if len(filled) > 1:
        draft.formulas[total] = " + ".join(filled)
    main = total if len(filled) > 1 else next(iter(filled), "")
    edges = draft.bands.pop("edges", {})
    if edges and main:
        ordered = sorted(edges.items(), key=lambda edge: edge[1])
        lowest = min(ordered[0][1] - 1, 0)
        draft.bands = {"by": main, "edges": {BELOW: lowest, **dict(ordered)}}
    for name in edges if not main else ():
        draft.drop(f"bands.{name}", "there is no score that it could be a threshold of")


def without_grades(draft: Draft, reason: str) -> None:
    """Drop the grades that thresholds asked for, where a system has none of that kind."""
    for name in draft.grades:
        draft.drop(f"grades.{name}", reason)
    draft.grades = {}


def matrix(draft: Draft, fit: str, engagement: str) -> None:
    """Make cells of two grades that are both there: A1 and so on, each a band of its own."""
    by = {"fit_grade": fit, "engagement_grade": engagement}
    for name in [name for name in draft.grades if by[name] not in draft.scores]:
        draft.drop(f"grades.{name}", f"no rule of {by[name]} was carried over")
        del draft.grades[name]
    for name, grade in draft.grades.items():
        edges = dict(sorted(grade["edges"].items(), key=lambda edge: edge[1]))
        draft.grades[name] = {"by": by[name], "edges": edges}
        if list(edges) != sorted(edges, reverse=True):
            draft.about_table(f"thresholds of {name}", "a better letter has a lower threshold",
                              "approximated")  # fmt: skip
    if len(draft.grades) == len(by):
        letters, digits = (sorted(draft.grades[name]["edges"]) for name in by)
        cells = [f"{letter}{digit}" for letter in letters for digit in digits]
        rest = {cell: [cell] for cell in cells[:-1]}
        if rest:
            found = {"by": list(by), "cells": rest, "default": cells[-1]}
            draft.bands = {"threshold": draft.bands, "matrix": found} if draft.bands else found
