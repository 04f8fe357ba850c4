"""The report of which events no person made."""

from __future__ import annotations

from leadline.marks.marked import Summary
from leadline.reports.page import Page, Section
from leadline.reports.tables import Column, Table

_COLUMNS = (
    Column("means", "told by"),
    Column("events", "events", "count"),
    Column("share", "of all", "share"),
    Column("leads", "leads", "count"),
)


def page(found: Summary) -> Page:
    """Return the report of marks."""
    rows = tuple(
        (each.means, each.events, each.events / found.events, each.leads) for each in found.signs
    )
    examples = tuple(each.examples[0] for each in found.signs)
    tables = (Table("signs", "Marks by what they are told by", _COLUMNS, rows),)
    shown = (Column("event_id", "event"), Column("mark", "mark"))
    sections = (
        Section("signs", "What was found", tables),
        Section("examples", "Such as", (Table("examples", "Examples", shown, examples),)),
    )
    return Page("Which events no person made", verdict(found), sections if rows else ())


def verdict(found: Summary) -> str:
    """Return how many events are marked, of how many."""
    kept = f" {found.kept:,} had marks before and were left as they are." if found.kept else ""
    return f"{found.marked:,} of {found.events:,} events were made by no person.{kept}"
