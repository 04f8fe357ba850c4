"""The page on whether scoring is for you: a verdict, what to do first, what to ask."""

from __future__ import annotations

from collections.abc import Mapping

from leadline.reports.page import Finding, Findings, Page, Section
from leadline.reports.tables import Column, Table
from leadline.review.ready.ready import Ready, Verdict

_SAID: Mapping[Verdict, str] = {
    "learn": "Scoring is for you, and there are enough wins to learn from: leadline learn.",
    "points": "Scoring is for you, by points written by hand: leadline new. There are too few wins "
    "to learn from.",
    "order": "Everybody who comes can be called. A score may order the day; do not let it leave "
    "anybody out.",
    "wait": "Not yet: something comes first.",
    "no": "Scoring is not for you.",
}
_STATES = {"good": "good", "weak": "weak", "missing": "missing", "asked": "ask"}
_COLUMNS = (
    Column("check", "what it needs"),
    Column("state", "is"),
    Column("says", "found"),
)


def page(found: Ready) -> Page:
    """Return the page."""
    first = tuple(Finding(f"{each.title}: {each.says}", each.first) for each in found.first)
    asked = tuple(
        Finding(each.says, each.first) for each in found.checks if each.name in found.open
    )
    checks = tuple(
        (each.title, _STATES[each.state], each.says)
        for each in found.checks
        if each.state != "asked"
    )
    sections = (
        Section("first", "What to do first", (Findings("first", first, "Nothing is missing."),)),
        *([Section("asked", "What only you know", (Findings("asked", asked),))] if asked else []),
        Section("checks", "What was looked at", (Table("checks", "Checks", _COLUMNS, checks),)),
    )
    return Page("Is scoring for you?", verdict(found), sections, _facts(found))


def verdict(found: Ready) -> str:
    """Return the result in a few sentences."""
    said = _SAID[found.verdict]
    if found.verdict == "learn" and found.first:
        said += " It would be better for what is below."
    if found.open and found.verdict not in {"no", "wait"}:
        said += f" That holds if {_questions(len(found.open))} below can be answered with yes."
    return said


def _questions(count: int) -> str:
    return "one question" if count == 1 else f"{count} questions"


def _facts(found: Ready) -> tuple[tuple[str, str], ...]:
    known = found.facts
    leads = ("leads", f"{known.leads:,}")
    if not known.ripe:
        return (leads,)
    return (leads, ("leads whose time is over", f"{known.ripe:,}"), ("won", f"{known.wins:,}"))
