"""Salesforce Account Engagement, formerly Pardot: scoring rules, grading profiles, categories.

The scoring rules are a table of actions and points. A category is a further score, of what a
prospect did with the assets of one folder. A grade starts at D, and each criterion of the profile
that is met moves it by one, two or three thirds of a letter, up to A+ and down to F.
"""

from __future__ import annotations

import re

from leadline.importers.points.conditions import is_criterion, quoted
from leadline.importers.points.draft import Draft, identifier
from leadline.importers.points.rules import (
    event_rule,
    known_event,
    property_condition,
    silence_rule,
)
from leadline.importers.points.system import (
    ABOUT_EVENTS,
    ABOUT_PERSON,
    each_row,
    finish,
    says,
    threshold,
    without_grades,
)
from leadline.importers.points.table import PointTable, Row
from leadline.importers.points.types import Event, Types
from leadline.importers.points.wording import NotCarried, points_of

ACTIVITY, PROFILE = "activity", "profile"
LETTERS = ("F", "D-", "D", "D+", "C-", "C", "C+", "B-", "B", "B+", "A-", "A", "A+")
"""Grades from the worst to the best, a third of a letter each; everybody starts at D."""
_THIRDS = {"1/3": 1, "⅓": 1, "2/3": 2, "⅔": 2, "3/3": 3, "1": 3, "full": 3}
_OPENS_UNSAID = (
    "every open counts; there, only the first of each e-mail in accounts since 2014, which is "
    "written as frequency: once per email"
)


def read(table: PointTable, types: Types) -> Draft:
    """Return the draft of a table of Account Engagement."""
    draft = Draft()

    def translate(draft: Draft, row: Row) -> None:
        if not threshold(draft, row):
            _row(draft, row, types)

    each_row(draft, table, translate, ignored=("score", "group", "group_limit"))
    without_grades(draft, "grades here are those of a profile")
    finish(draft, (ACTIVITY,), ACTIVITY)
    if PROFILE in draft.scores:
        edges = {letter: place - LETTERS.index("D") for place, letter in enumerate(LETTERS)}
        draft.grades["grade"] = {"by": PROFILE, "edges": edges}
    return draft


def _row(draft: Draft, row: Row, types: Types) -> None:
    weight = row["weight"] or row["points"]
    if says(row, ABOUT_PERSON) or (_thirds(weight) is not None and "/" in weight):
        _criterion(draft, row, types, weight)
    elif (
        not says(row, ABOUT_EVENTS)
        and not types.action(row["action"])
        and (is_criterion(row["action"]) or row["operator"])
    ):
        raise NotCarried("properties change the grade here; write its third of a letter, as 2/3")
    else:
        _action(draft, row, types)


def _criterion(draft: Draft, row: Row, types: Types, weight: str) -> None:
    thirds = _thirds(weight)
    if thirds is None:
        raise NotCarried(f"its weight is not 1/3, 2/3 or 3/3 of a letter: {weight}")
    rule = {"when": property_condition(row, types), "points": thirds}
    draft.carried(row, draft.rule(PROFILE, row["name"] or row["action"], rule, [row]))


def _thirds(text: str) -> int | None:
    bare = re.sub(r"\s*(of a )?(letter|letter grade|grade)$", "", text.strip().lower())
    sign = -1 if bare.startswith(("-", "−")) else 1  # noqa: RUF001 - the minus of print
    found = _THIRDS.get(bare.lstrip("+-− "))  # noqa: RUF001 - as above
    return None if found is None else sign * found


def _action(draft: Draft, row: Row, types: Types) -> None:
    points = points_of(row["points"])
    home, category = _home(row)
    found = silence_rule(draft, home, row, types, points)
    if found is None:
        event = known_event(row, types)
        if points == 0:
            draft.carried(row)
            return
        notes = [_OPENS_UNSAID] if event.types == ("email_opened",) and not row["frequency"] else []
        if category:
            where = f"category = {quoted(category)}"
            both = f"({event.where}) and {where}" if event.where else where
            event = Event(event.types, both, event.is_outcome, event.assumed)
            notes.append("it reads the column category of events, and is no part of the activity")
        rule, more = event_rule(draft, home, row, event, points, types=types)
        found = (rule, [*notes, *more])
    draft.carried(row, *found)


def _home(row: Row) -> tuple[str, str]:
    """Return the score of a row, and its category where it has one."""
    category = "" if says(row, ABOUT_EVENTS) and not row["kind"] else row["category"]
    if not category or category.lower() in ("all", "none", "default", "overall"):
        return ACTIVITY, ""
    name = identifier(f"category {category}")
    return name, category
