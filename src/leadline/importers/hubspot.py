"""HubSpot: tables of lead scores, of the tool of groups and of the older score properties.

Their scores add the points of property rules (fit) and of event rules (engagement) in groups, each
with a limit; an event may count always, once, or from a number of times on, within a time, and its
points may fade by a share of the first points every so many months.
"""

from __future__ import annotations

import re

from leadline.importers.points.conditions import is_criterion, starts_with_operator
from leadline.importers.points.draft import Draft, fresh
from leadline.importers.points.rules import (
    event_rule,
    known_event,
    plain,
    property_rule,
    silence_rule,
)
from leadline.importers.points.system import (
    ABOUT_EVENTS,
    ABOUT_PERSON,
    each_row,
    finish,
    matrix,
    says,
    signed,
    threshold,
)
from leadline.importers.points.table import PointTable, Row
from leadline.importers.points.types import Types
from leadline.importers.points.wording import NotCarried, limit_of

FIT, ENGAGEMENT, TOTAL = "fit", "engagement", "total"
_SCORE_LIMIT = re.compile(
    r"(?:(?P<score>fit|engagement|total|overall|combined)\s+)?"
    r"(?:score\s+limit|maximum\s+score|max\s+score)",
    re.IGNORECASE,
)
_BOTH_WAYS = "the limit holds both ways"


def read(table: PointTable, types: Types) -> Draft:
    """Return the draft of a table of HubSpot."""
    draft = Draft()
    groups: dict[tuple[str, str], str] = {}

    def translate(draft: Draft, row: Row) -> None:
        if threshold(draft, row) or _score_limit(draft, row):
            return
        _rule(draft, row, types, groups)

    each_row(draft, table, translate, ignored=("weight", "score"))
    finish(draft, (FIT, ENGAGEMENT), TOTAL)
    matrix(draft, FIT, ENGAGEMENT)
    return draft


def _score_limit(draft: Draft, row: Row) -> bool:
    found = _SCORE_LIMIT.fullmatch(row["action"])
    if not found:
        return False
    score = (found["score"] or "").lower()
    if score not in (FIT, ENGAGEMENT):
        raise NotCarried("a limit of the total has no counterpart: limit its parts")
    limit = limit_of(row["points"])
    if limit is None:
        raise NotCarried("it has no number")
    draft.score(score).keys["range"] = [plain(-limit), plain(limit)]
    draft.carried(row, f"{score}.range", [_BOTH_WAYS])
    return True


def _rule(draft: Draft, row: Row, types: Types, groups: dict[tuple[str, str], str]) -> None:
    points = signed(row)
    if _about_person(row, types):
        rule, notes = property_rule(draft, FIT, row, types, points)
    else:
        silence = silence_rule(draft, ENGAGEMENT, row, types, points)
        event = None if silence else known_event(row, types)
        rule, notes = silence or event_rule(draft, ENGAGEMENT, row, event, points, types=types)  # type: ignore[arg-type] # there is an event where there is no silence
    notes = [*notes, *_grouped(draft, rule, row, groups)]
    draft.carried(row, rule, notes)


def _about_person(row: Row, types: Types) -> bool:
    if says(row, ABOUT_PERSON):
        return True
    if says(row, ABOUT_EVENTS) or types.action(row["action"]):
        return False
    return bool(
        row["operator"] or is_criterion(row["action"]) or starts_with_operator(row["condition"])
    )


def _grouped(draft: Draft, rule: str, row: Row, groups: dict[tuple[str, str], str]) -> list[str]:
    """Put a rule into the group of its row; the first limit that a group names holds."""
    if not row["group"]:
        return ["a limit of a group needs a group"] if row["group_limit"] else []
    score, name = rule.split(".")
    limit = limit_of(row["group_limit"])
    key = (score, row["group"].casefold())
    group = groups.get(key) or fresh(row["group"], draft.names)
    groups[key] = group
    home = draft.scores[score]
    home.rules[name]["group"] = group
    if limit is None:
        return []
    before = home.groups.setdefault(group, limit)
    if before != limit:
        return [f"its group has the limit {plain(before)} in an earlier row"]
    return [_BOTH_WAYS] if float_or_zero(home.rules[name]["points"]) < 0 else []


def float_or_zero(points: object) -> float:
    """Return points that are a number, 0 for a formula."""
    return float(points) if isinstance(points, int | float) else 0.0
