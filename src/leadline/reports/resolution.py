"""The report of what was read off leads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from leadline.identity.resolution import Summary
from leadline.reports.page import Page, Section
from leadline.reports.tables import Column, Table

_LEADS = Column("leads", "leads", "count")
_SHARE = Column("share", "of all", "share")


def page(found: Summary) -> Page:
    """Return the report of a resolution."""
    sections = [_read(found), *_misspelt(found), *_invented(found)]
    return Page("What can be read off the leads", verdict(found), tuple(sections))


def verdict(found: Summary) -> str:
    """Return how many leads there are, and how many seem invented."""
    seem = "seems" if found.invented == 1 else "seem"
    return f"Of {found.leads:,} leads, {found.invented:,} {seem} invented."


def _read(found: Summary) -> Section:
    counts: Mapping[str, Mapping[str, int]] = {
        "e-mail": found.emails,
        "phone": {"can be dialled": found.phones},
        "country": {"known": found.countries},
        "seniority": found.seniorities,
        "function": found.functions,
        "account": {} if found.matched is None else {"matched by domain": found.matched},
    }
    columns = (Column("field", "field"), Column("value", "value"), _LEADS, _SHARE)
    rows = tuple(
        (name, value, count, count / found.leads if found.leads else None)
        for name, values in counts.items()
        for value, count in values.items()
    )
    return Section("read", "What was read", (Table("read", "Leads by value", columns, rows),))


def _misspelt(found: Summary) -> Iterator[Section]:
    if found.suggestions:
        columns = (Column("email", "e-mail"), Column("suggestion", "probably meant"))
        title = f"Probably misspelt: {found.suggestions:,}"
        yield Section("misspelt", title, (Table("misspelt", "Examples", columns, found.examples),))


def _invented(found: Summary) -> Iterator[Section]:
    if found.signs:
        columns = (Column("sign", "sign"), _LEADS, Column("examples", "such as"))
        rows = tuple((each.sign, each.leads, ", ".join(each.examples)) for each in found.signs)
        yield Section("invented", "Seems invented", (Table("signs", "Signs", columns, rows),))
