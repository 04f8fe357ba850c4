"""Marketo: lists of smart campaigns that change a score.

A campaign has a trigger or filter with constraints, a flow step that changes one of the score
fields, and a rule of how often one person can run through it. Scores fade by campaigns that take
points from people who were inactive.
"""

from __future__ import annotations

import re

from leadline.importers.points.conditions import is_criterion
from leadline.importers.points.draft import TAKEN, Draft, identifier
from leadline.importers.points.rules import (
    event_rule,
    known_event,
    property_rule,
    silence_rule,
)
from leadline.importers.points.system import (
    ABOUT_EVENTS,
    ABOUT_PERSON,
    each_row,
    finish,
    says,
    signed,
    threshold,
    without_grades,
)
from leadline.importers.points.table import PointTable, Row
from leadline.importers.points.types import Types

BEHAVIOR, DEMOGRAPHIC, TOTAL = "behavior", "demographic", "total"
_FIELDS = {
    "behavior": BEHAVIOR,
    "behaviour": BEHAVIOR,
    "behavioral": BEHAVIOR,
    "demographic": DEMOGRAPHIC,
}
_TOTALS = ("", "person", "lead", "total")
OFTEN_UNSAID = (
    "how often one person can run through is not in the table; every time is assumed, and only "
    "once is what a new campaign has"
)


def read(table: PointTable, types: Types) -> Draft:
    """Return the draft of a list of campaigns of Marketo."""
    draft = Draft()

    def translate(draft: Draft, row: Row) -> None:
        if not threshold(draft, row):
            _campaign(draft, row, types)

    each_row(draft, table, translate, ignored=("weight", "group", "group_limit"))
    without_grades(draft, "there are no grades here")
    finish(draft, (BEHAVIOR, DEMOGRAPHIC), TOTAL)
    for name in draft.scores.keys() - {BEHAVIOR, DEMOGRAPHIC}:
        reason = f"the score {name} is not part of {TOTAL}; add it to its formula where it is"
        draft.about_table(f"score field {name}", reason, "approximated")
    return draft


def _campaign(draft: Draft, row: Row, types: Types) -> None:
    points = signed(row)
    if _about_person(row, types):
        score = _score(row, DEMOGRAPHIC)
        draft.carried(row, *property_rule(draft, score, row, types, points))
        return
    score = _score(row, BEHAVIOR)
    found = silence_rule(draft, score, row, types, points)
    if found is None:
        event = known_event(row, types)
        found = event_rule(draft, score, row, event, points, types=types)
        if not row["frequency"]:
            found[1].append(OFTEN_UNSAID)
    draft.carried(row, *found)


def _score(row: Row, usual: str) -> str:
    """Return the score of the field that a campaign changes; the person score is the total."""
    bare = re.sub(r"\s*score$", "", row["score"], flags=re.IGNORECASE).strip().lower()
    if bare in _TOTALS:
        return usual
    name = _FIELDS.get(bare) or identifier(bare)
    return f"score_{name}" if name in TAKEN else name


def _about_person(row: Row, types: Types) -> bool:
    if says(row, ABOUT_PERSON):
        return True
    if says(row, ABOUT_EVENTS) or types.action(row["action"]):
        return False
    return is_criterion(row["action"]) or bool(row["operator"])
