"""The report of an audit of fields and events."""

from __future__ import annotations

from collections.abc import Iterator

from leadline.reports.page import Block, Finding, Findings, Page, Section, Text
from leadline.reports.tables import Column, Table
from leadline.review.audit.audit import Audit, Suspect
from leadline.review.audit.closing import EventType
from leadline.review.audit.evidence import Suspicion

_TITLES = {
    Suspicion.AFTER: "After the fact",
    Suspicion.CALENDAR: "Calendar in disguise",
    Suspicion.IDENTIFIER: "Identifiers",
}
_MEANS = {
    Suspicion.AFTER: "If they were not known at the moment, a model that reads them scores the "
    "past with its own result.",
    Suspicion.CALENDAR: "They say when a lead is from: what was learned of one season is of no "
    "use in the next.",
    Suspicion.IDENTIFIER: "They name a row, and nothing of it holds for the next one.",
}
_COLUMNS = (
    Column("entity", "of"),
    Column("name", "name"),
    Column("why", "evidence"),
)
_KINDS = Column("kinds", "tests")
_REMEDY = "Write it under leave_out of the task, or under known if it was known at the moment."


def page(found: Audit) -> Page:
    """Return the report of an audit."""
    sections = [
        *(_suspected(found, each) for each in Suspicion),
        *_questions(found),
        *_declared(found),
        _machine(found),
        _fields(found),
        *_events(found),
    ]
    return Page("Audit of fields and events", verdict(found), tuple(sections), _facts(found))


def verdict(found: Audit) -> str:
    """Return the result in a few sentences."""
    alarms = found.alarms()
    if not found.is_enough:
        return (
            f"{found.positives:,} of {found.rows:,} rows have the outcome: not enough of both "
            "kinds to judge fields by their outcomes."
        )
    if not alarms:
        return "Nothing looks as if it was written after the outcome."
    fields = sum(each.entity != "event" for each in alarms)
    events = len(alarms) - fields
    parts = [_counted(fields, "field")] if fields else []
    parts += [_counted(events, "type of events", "types of events")] if events else []
    looks = "looks as if it was" if len(alarms) == 1 else "look as if they were"
    return (
        f"{' and '.join(parts)} {looks} written with the outcome or after it: a score that reads "
        f"{'it' if len(alarms) == 1 else 'them'} looks better than it is."
    )


def _counted(count: int, noun: str, nouns: str = "") -> str:
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"


def _facts(found: Audit) -> tuple[tuple[str, str], ...]:
    facts = {
        "rows": f"{found.rows:,}",
        "with outcome": f"{found.positives:,}",
        "ordered by": found.ordered_by or "nothing",
        "fields": f"{len(found.fields)}",
        "read by the task": ", ".join(found.named) or "no field",
    }
    return tuple(facts.items())


def _suspected(found: Audit, suspicion: Suspicion) -> Section:
    alarms = found.alarms(suspicion)
    items = tuple(Finding(f"{each.title}: {each.says}") for each in alarms)
    means: list[Block] = [Text(_MEANS[suspicion])] if items else []
    key = suspicion.name.lower()
    if suspicion is Suspicion.AFTER and items:
        means.append(Text(_REMEDY))
    return Section(key, _TITLES[suspicion], (*means, Findings(key, items, "None.")))


def _machine(found: Audit) -> Section:
    """Return all suspects as one table."""
    rows = tuple(
        (each.suspicion.value, "alarm" if each.is_alarm else "question", *_row(each))
        for each in found.suspects
    )
    columns = (Column("suspicion", "suspicion"), Column("level", "level"), *_COLUMNS, _KINDS)
    table = Table("suspects", "All suspects", columns, rows)
    return Section("suspects", "All suspects", (table,), brief=False)


def _row(each: Suspect) -> tuple[str, str, str, str]:
    return each.entity, each.name, each.says, ", ".join(part.kind for part in each.evidence)


def _questions(found: Audit) -> Iterator[Section]:
    """Yield what evidence alone does not decide."""
    if found.questions:
        said = "Not certain: ask who fills them, and when. Nothing here counts as an alarm."
        items = tuple(Finding(f"{each.title}: {each.says}") for each in found.questions)
        yield Section("questions", "Worth a question", (Text(said), Findings("questions", items)))


def _declared(found: Audit) -> Iterator[Section]:
    """Yield what a declaration cleared in spite of evidence."""
    if found.declared:
        said = "The task or the document says that they were known at the moment, and that stands."
        rows = tuple(_row(each)[:3] for each in found.declared)
        table = Table("declared", "Declared known", _COLUMNS, rows)
        yield Section("declared", "Declared known", (Text(said), table), brief=False)


_FIELDS = (
    Column("entity", "of"),
    Column("field", "field"),
    Column("auc", "ROC-AUC alone", "measure"),
    Column("filled_won", "filled, winners", "share"),
    Column("filled_lost", "filled, losers", "share"),
)


def _fields(found: Audit) -> Section:
    rows = tuple(
        (each.field.entity, each.field.name, each.auc, each.filled_won, each.filled_lost)
        for each in found.fields
    )
    said = (
        "ROC-AUC alone: each part of the rows is ranked by rates from the other parts, and only "
        "rows of one part are compared, so 0.5 is chance and a trend over time does not count."
    )
    table = Table("fields", "Every field", _FIELDS, rows)
    return Section("fields", "Every field", (Text(said), table), brief=False)


_EVENTS = (
    Column("type", "type"),
    Column("events", "events", "count"),
    Column("leads", "leads", "count"),
    Column("won", "of them won", "share"),
    Column("late", "with the end or after", "share"),
    Column("at_end", "with the end, of those until it", "share"),
    Column("by_life", "by life alone", "share"),
)


def _around(each: EventType) -> tuple[float | None, float | None]:
    """Return which part comes with the end of all until then, and which life would give."""
    found = each.around
    if found is None or not found.before + found.at:
        return None, None
    return found.at_end, found.by_life


def _events(found: Audit) -> Iterator[Section]:
    rows = tuple(
        (
            each.name,
            each.count,
            each.leads,
            each.wins / each.leads,
            each.late / each.ended if each.ended else None,
            *_around(each),
        )
        for each in found.events
    )
    if rows:
        table = Table("events", "Every type of events", _EVENTS, rows)
        yield Section("events", "Events", (table,), brief=False)
