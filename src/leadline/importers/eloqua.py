"""Oracle Eloqua: models of profile and engagement criteria with weights.

Each criterion has a weight in percent and rows of values, or of how often and how recently, with
points of 100; of the rows that apply one counts. Profile gives A to D, engagement 1 to 4.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from leadline.importers.points.draft import Draft, DraftScore
from leadline.importers.points.rules import counted, detector, plain, property_condition
from leadline.importers.points.system import (
    ABOUT_EVENTS,
    ABOUT_PERSON,
    each_row,
    finish,
    matrix,
    says,
    threshold,
)
from leadline.importers.points.table import PointTable, Row
from leadline.importers.points.types import Types
from leadline.importers.points.wording import NotCarried, number, points_of

PROFILE, ENGAGEMENT, TOTAL = "profile", "engagement", "total"
USUAL_EDGES: Mapping[str, Mapping[str, int]] = {
    "fit_grade": {"D": 0, "C": 25, "B": 50, "A": 75},
    "engagement_grade": {"4": 0, "3": 25, "2": 50, "1": 75},
}
"""Quarters of 100, where the table has no thresholds."""
IGNORED = ("limit", "decay", "group", "group_limit", "score", "asset")
HIGHEST = "of the rows of a criterion that apply, the one with most points counts"


@dataclass
class Criterion:
    """Rows of one criterion: condition, points of 100, and the row; ``of`` is its field."""

    score: str
    weight: float
    of: str = ""
    rows: list[tuple[str, float, Row]] = field(default_factory=list)


def read(table: PointTable, types: Types) -> Draft:
    """Return the draft of a table of Eloqua."""
    draft = Draft()
    criteria: dict[tuple[str, str], Criterion] = {}

    def translate(draft: Draft, row: Row) -> None:
        if not threshold(draft, row):
            _row(draft, row, types, criteria)

    each_row(draft, replace(table, rows=_filled(table.rows)), translate, ignored=IGNORED)
    for (_, title), criterion in criteria.items():
        if criterion.rows:
            _rule(draft, title, criterion)
    _complete(draft, criteria)
    finish(draft, (PROFILE, ENGAGEMENT), TOTAL)
    matrix(draft, PROFILE, ENGAGEMENT)
    return draft


def _filled(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Return rows whose criterion and weight are those above, where their cells are merged."""
    found: list[Row] = []
    above: Mapping[str, str] = {}
    for row in rows:
        cells = dict(row.cells)
        if not row["action"]:
            cells = {key: above[key] for key in ("action", "kind") if above.get(key)} | cells
        if not row["weight"] and cells.get("action") == above.get("action") and "weight" in above:
            cells["weight"] = above["weight"]
        above = cells
        found.append(Row(row.line, cells, row.text))
    return tuple(found)


def _row(draft: Draft, row: Row, types: Types, criteria: dict[tuple[str, str], Criterion]) -> None:
    if not row["action"]:
        raise NotCarried("it names no criterion")
    about_person = says(row, ABOUT_PERSON) or (
        not says(row, ABOUT_EVENTS) and types.action(row["action"]) is None
    )
    score = PROFILE if about_person else ENGAGEMENT
    key = (score, row["action"])
    known = criteria.get(key)
    weight = _weight(row) if known is None or row["weight"] else known.weight
    if known is not None and known.weight != weight:
        raise NotCarried(f"its criterion has the weight {plain(known.weight)} % above")
    points = points_of(row["points"].removesuffix("%").strip())
    if not -100 <= points <= 100:  # noqa: PLR2004 - points of 100
        raise NotCarried(f"its points are not of 100: {row['points']}")
    notes: list[str] = []
    if about_person:
        test = property_condition(row, types)
    else:
        name, often, notes = detector(draft, ENGAGEMENT, row, types)
        test = counted(f"hits.{name}", often)
    criterion = criteria.setdefault(
        key, Criterion(score, weight, types.field(row["action"]) if about_person else "")
    )
    if criterion.rows and criterion.rows[-1][1] < points:
        notes.append(HIGHEST)
    criterion.rows.append((test, points, row))
    draft.carried(row, score, notes)


def _weight(row: Row) -> float:
    found = number(row["weight"].removesuffix("%").strip())
    if found is None or not 0 <= found <= 100:  # noqa: PLR2004 - percent
        raise NotCarried(f"its weight is not a percentage: {row['weight'] or 'none'}")
    return found


def _rule(draft: Draft, title: str, criterion: Criterion) -> None:
    """Add one rule for a criterion: the best of its rows that apply, times the weight."""
    best = sorted(criterion.rows, key=lambda each: -each[1])
    given = [(test, plain(round(points * criterion.weight / 100, 6))) for test, points, _ in best]
    rows = [row for _, _, row in criterion.rows]
    values = [_value(test, criterion.of) for test, _ in given]
    if len(given) == 1:
        rule: dict[str, object] = {"when": given[0][0], "points": given[0][1]}
    elif all(values):
        table: dict[str, float] = {}
        for value, (_, points) in zip(values, given, strict=True):
            table.setdefault(value, points)
        rule = {"of": f"lower({criterion.of})", "values": table}
    else:
        cases = " ".join(f"when {test} then {points}" for test, points in given)
        rule = {
            "when": " or ".join(dict.fromkeys(f"({test})" for test, _ in given)),
            "points": f"case {cases} end",
        }
    name = draft.rule(criterion.score, title, rule, rows)
    lines = {row.line for row in rows}
    draft.findings = [
        replace(each, rule=name) if each.line in lines else each for each in draft.findings
    ]


def _value(test: str, of: str) -> str:
    """Return the one text that a condition compares its field with, empty where it is another."""
    found = re.fullmatch(rf"lower\({re.escape(of)}\) = '((?:[^']|'')*)'", test) if of else None
    return found[1].replace("''", "'") if found else ""


def _complete(draft: Draft, criteria: Mapping[tuple[str, str], Criterion]) -> None:
    """Add thresholds that the table lacks, and say where weights do not add up."""
    of = {"fit_grade": PROFILE, "engagement_grade": ENGAGEMENT}
    for grade, score in of.items():
        if score in draft.scores and grade not in draft.grades:
            draft.grades[grade] = {"edges": dict(USUAL_EDGES[grade])}
            draft.about_table(f"thresholds of {score}", "25, 50 and 75 are assumed", "approximated")
        weights = sum(each.weight for each in criteria.values() if each.score == score)
        if _has_points(draft.scores.get(score)) and weights != 100:  # noqa: PLR2004 - percent
            reason = f"the weights that were carried over add up to {plain(round(weights, 6))} %"
            draft.about_table(f"weights of {score}", reason, "approximated")


def _has_points(score: DraftScore | None) -> bool:
    return score is not None and any(rule.get("points") != 0 for rule in score.rules.values())
