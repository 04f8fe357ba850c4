"""One row of a table as rules of the language: events, properties, silence, thresholds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from leadline.importers.points.conditions import (
    compared,
    condition,
    is_criterion,
    starts_with_operator,
)
from leadline.importers.points.draft import Draft, identifier
from leadline.importers.points.table import Row
from leadline.importers.points.types import Event, Types
from leadline.importers.points.wording import (
    Fading,
    NotCarried,
    Often,
    Span,
    fading_of,
    limit_of,
    often,
    often_of,
    span,
    within_of,
)

MONTH = "a month is taken for 30 days"
_SILENT = (
    "its points count once and end with the next sign of life; in the other system they are "
    "taken at each run and stay taken"
)
MOST_STEPS = 12
"""Decay in more steps than this is written as a straight line."""

_AGO = r"(?:the\s+)?(?:last\s+|past\s+)?\d"
_SILENCE = re.compile(
    r"(?:(?:contact|person|people|lead|prospect|is|was|has|been)\s+)*"
    r"(?:inactive|inactivity|no activity|not active|not been active)"
    rf"(?:\s+(?:for|in|within|over))?\s+(?P<span>{_AGO}+\s*[a-z]+)"
    rf"|(?:no|has not|not)\s+(?P<event>.+?)\s+(?:in|for|within)\s+(?P<time>{_AGO}.+)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Parts:
    """What a row says of events: where, how often, in what time."""

    criterion: str
    often: Often
    within: Span | None


def property_rule(
    draft: Draft, score: str, row: Row, types: Types, points: float
) -> tuple[str, list[str]]:
    """Add the rule of a row about who a lead is; return it and what differs. NotCarried."""
    when = property_condition(row, types)
    rule = draft.rule(score, _title(row), {"when": when, "points": plain(points)}, [row])
    return rule, _unused(row)


def _unused(row: Row) -> list[str]:
    """Return what a row says that a rule about properties has no use for."""
    said = [row[each].lower() for each in ("decay", "timeframe", "frequency", "limit")]
    nothing = ("", "none", "no", "off", "once", "only once", "every time", "all time")
    return [f"a property has no {each!r} in leadline" for each in said if each not in nothing]


def property_condition(row: Row, types: Types) -> str:
    """Return the condition of a row about who a lead is; raises NotCarried."""
    text = " ".join(each for each in (row["operator"], row["value"]) if each)
    if row["operator"]:
        return compared(types.field(row["action"]), row["operator"], row["value"])
    if row["condition"]:
        alone = not starts_with_operator(row["condition"]) and is_criterion(row["condition"])
        text = row["condition"] if alone else f"{row['action']} {row['condition']}"
        return condition(text, types.field)
    if is_criterion(row["action"]):
        return condition(row["action"], types.field)
    if starts_with_operator(text):
        return condition(f"{row['action']} {text}", types.field)
    if text:
        return compared(types.field(row["action"]), "is any of", text)
    raise NotCarried(f"it does not say what {row['action']} is compared with")


def event_rule(  # noqa: PLR0913 - what it writes to, what it reads, and what it knows already
    draft: Draft,
    score: str,
    row: Row,
    event: Event,
    points: float,
    *,
    types: Types,
    group: str = "",
    count: str = "",
) -> tuple[str, list[str]]:
    """Add the rules of a row about what a lead did; return the rule and what differs.

    Raises NotCarried.
    """
    parts = read_parts(row)
    if parts.criterion:
        event = types.narrowed(event, parts.criterion)
    notes = [event.assumed, MONTH if parts.within and parts.within.is_rounded else ""]
    rule = _matched(event, parts.within)
    if parts.often.exactly or parts.often.most:
        return _counted(draft, score, row, rule, parts.often, points, notes)
    fading = fading_of(row["decay"])
    rule |= _paid(points, fading, notes)
    rule |= _counting(parts.often, count, notes)
    limit = limit_of(row["limit"])
    if limit is not None:
        rule["limit"] = plain(limit)
    if group:
        rule["group"] = group
    return draft.rule(score, _title(row), rule, [row]), notes


def silence_rule(
    draft: Draft, score: str, row: Row, types: Types, points: float
) -> tuple[str, list[str]] | None:
    """Add the rule of a row about nothing happening; None where the row is about something else.

    Raises NotCarried where it is about nothing happening and not understood.
    """
    found = _silence(row, types)
    if found is None:
        return None
    for column in ("condition", "operator", "value", "asset", "decay", "limit"):
        if row[column]:
            raise NotCarried(f"a rule of silence has no {column} in leadline: {row[column]}")
    time = span(found["span"] or found["time"])
    if time is None:
        raise NotCarried(f"its time is not understood: {found['span'] or found['time']}")
    rule: dict[str, Any] = {"silent_for": time.text}
    if found["event"] and found["event"].lower() not in ("activity", "been active", "active"):
        event = types.action(found["event"])
        if event is None or event.is_outcome:
            raise NotCarried(f"the action is not known: {found['event']}")
        rule |= {"event": _one(event.types)} | ({"where": event.where} if event.where else {})
    notes = [_SILENT, MONTH if time.is_rounded else ""]
    return draft.rule(score, _title(row), rule | {"points": plain(points)}, [row]), notes


def _silence(row: Row, types: Types) -> re.Match[str] | None:
    """Return what a row says of silence: its action, or its name where the action is no event."""
    texts = [row["action"], f"{row['action']} {row['timeframe']}".strip()]
    if types.action(row["action"]) is None:
        texts.append(row["name"])
    return next((found for found in map(_SILENCE.fullmatch, texts) if found), None)


def detector(draft: Draft, score: str, row: Row, types: Types) -> tuple[str, Often, list[str]]:
    """Add a rule of 0 points that counts the events of a row; return its name without score.

    Raises NotCarried where the action is not known.
    """
    event = known_event(row, types)
    parts = read_parts(row)
    if parts.criterion:
        event = types.narrowed(event, parts.criterion)
    if parts.often.every or parts.often.count not in ("each", "once"):
        raise NotCarried(f"how often it counts has no counterpart here: {row['frequency']}")
    time = f" {parts.within.text}" if parts.within else ""
    rule = _matched(event, parts.within) | {"points": 0}
    home = draft.score(score)
    name = next((name for name, known in home.rules.items() if known == rule), "")
    if not name:
        name = draft.rule(score, f"{_title(row)}{time}", rule, [row]).partition(".")[2]
    notes = [event.assumed, MONTH if parts.within and parts.within.is_rounded else ""]
    return name, parts.often, notes


def counted(hits: str, many: Often) -> str:
    """Return the condition that a count of hits meets.

    >>> counted("hits.click", Often(exactly=2)), counted("hits.click", Often())
    ('hits.click = 2', 'hits.click >= 1')
    """
    if many.exactly:
        return f"{hits} = {many.exactly}"
    if many.most:
        return f"{hits} between 1 and {many.most}"
    return f"{hits} >= {many.least or 1}"


def known_event(row: Row, types: Types) -> Event:
    """Return what the action of a row is; raises NotCarried where it is not known."""
    event = types.action(row["action"])
    if event is None:
        raise NotCarried(
            f"the action is not known: {row['action']}; give its type of event with --types"
        )
    return types.narrowed(event, row["asset"]) if row["asset"] else event


def read_parts(row: Row) -> Parts:
    """Return what a row says of events; its condition may say how often and when. NotCarried."""
    if row["operator"] or row["value"]:
        text = f"{row['operator']} {row['value']}".strip()
        raise NotCarried(f"it does not say what of the event this is about: {text}")
    criterion, found, time = _split_condition(row["condition"])
    many = often_of(row["frequency"]) if row["frequency"] else found
    within = within_of(row["timeframe"]) if row["timeframe"] else time
    return Parts(criterion, many or Often(), within)


def _split_condition(text: str) -> tuple[str, Often | None, Span | None]:
    """Return what is left of a condition without how often and when."""
    found = re.fullmatch(
        r"(?P<rest>.*?)(?P<span>\b(?:with)?in (?:the )?(?:last|past) .+)?", text, re.IGNORECASE
    )
    rest, time = (found["rest"], found["span"]) if found else (text, None)
    window = span(time) if time else None
    if time and window is None:
        rest = text
    rest = rest.strip(" ,")
    many = often(rest) if rest else None
    if many:
        return "", many, window
    parts = re.fullmatch(r"(.+?),?\s+((?:more than|at least|exactly|fewer than) \d+ times?)", rest)
    if parts:
        return parts[1], often(parts[2]), window
    return rest, None, window


def _matched(event: Event, within: Span | None) -> dict[str, Any]:
    rule: dict[str, Any] = {"outcome" if event.is_outcome else "event": _one(event.types)}
    if event.where:
        rule["where"] = event.where
    if within:
        rule["within"] = within.text
    return rule


def _counted(  # noqa: PLR0913, PLR0917 - as event_rule
    draft: Draft,
    score: str,
    row: Row,
    rule: Mapping[str, Any],
    many: Often,
    points: float,
    notes: list[str],
) -> tuple[str, list[str]]:
    """Add a rule that counts and one that gives points for the count."""
    if fading_of(row["decay"]):
        raise NotCarried("leadline cannot let points fade that depend on an exact count")
    if (limit_of(row["limit"]) or abs(points)) < abs(points):
        raise NotCarried("its limit is below its points")
    home = draft.rule(score, f"{_title(row)} count", {**rule, "points": 0}, [row])
    hits = f"hits.{home.partition('.')[2]}"
    given = {"when": counted(hits, many), "points": plain(points)}
    return draft.rule(score, _title(row), given, [row]), notes


def _counting(many: Often, count: str, notes: list[str]) -> dict[str, Any]:
    if many.least and many.least > 1:
        return {"at_least": many.least}
    if many.least == 1:
        return {"count": "once"}
    if many.every:
        notes.append(
            f"it counts once a calendar day; there, once in {many.every.text} from the last time"
        )
        return {"count": "daily"}
    chosen = many.count if many.count != "each" else count
    if chosen.startswith("per "):
        notes.append(f"it reads the column {chosen[4:]} of events")
    return {"count": chosen} if chosen else {}


def _paid(points: float, fading: Fading | None, notes: list[str]) -> dict[str, Any]:
    """Return points and decay; a share of the first points is a table of ages."""
    if fading is None:
        return {"points": plain(points)}
    if fading.every.is_rounded:
        notes.append(MONTH)
    if fading.compound or fading.share == 1:
        keep = round(1 - fading.share, 6)
        return {
            "points": plain(points),
            "decay": {"keep": plain(keep), "every": fading.every.text},
        }
    steps = ceil(round(1 / fading.share, 9))
    length, unit = int(fading.every.text[:-1]), fading.every.text[-1]
    if steps > MOST_STEPS:
        notes.append("points fall in a straight line, not in steps")
        whole = round(length / fading.share)
        return {"points": plain(points), "decay": {"linear": f"{whole}{unit}"}}
    ages = [
        f"when age(occurred_at) < {step * length}{unit} "
        f"then {plain(round(points * (1 - (step - 1) * fading.share), 6))}"
        for step in range(1, steps + 1)
    ]
    return {"points": f"case {' '.join(ages)} else 0 end"}


def plain(value: float) -> float | int:
    """Return a number without a needless point.

    >>> plain(5.0), plain(2.5)
    (5, 2.5)
    """
    return int(value) if value == int(value) else value


def _one(types: tuple[str, ...]) -> str | list[str]:
    return types[0] if len(types) == 1 else list(types)


def _title(row: Row) -> str:
    title = row["name"] or row["action"]
    return title if identifier(title) != "rule" or not row["action"] else row["action"]
