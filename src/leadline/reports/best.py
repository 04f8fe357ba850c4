"""The list of the best leads, as ``leadline score`` shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from leadline.explain.best import Best
from leadline.explain.reasons import Reason
from leadline.model.labels import Labels
from leadline.reports.figures import figure
from leadline.reports.page import Page, Section
from leadline.reports.tables import Column, Table


def page(found: Best) -> Page:
    """Return the list of the best leads, and how many are in each band."""
    what = "leads and moments" if found.moments > 1 else "lead" if found.rows == 1 else "leads"
    few = f", {len(found.leads)} of {found.rows:,}" if len(found.leads) < found.rows else ""
    section = Section("best", f"Highest scores{few}", (_table(found),))
    verdict = ". ".join([f"{found.rows:,} {what}", *bands_in_words(found)])
    return Page(found.model.model, f"{verdict}.", (section,))


def bands_in_words(found: Best) -> Iterator[str]:
    """Yield for each ladder how many leads are in each of its bands."""
    for ladder, counts in found.bands.items():
        yield f"{found.model.column(ladder)}: {counted(counts)}"


def counted(counts: Mapping[str | None, int]) -> str:
    """Return how many leads are in each band, in words.

    >>> counted({"nurture": 1200, None: 3}), counted({})
    ('nurture 1,200, none 3', 'no leads')
    """
    return ", ".join(f"{band or 'none'} {count:,}" for band, count in counts.items()) or "no leads"


def _table(found: Best) -> Table:
    columns = (
        Column("lead", "lead"),
        Column("as_of", "as of", "time"),
        Column("score", found.model.main_score, "points"),
        *(Column(each, each) for each in map(found.model.column, found.model.lead_bands)),
        Column("reasons", "strongest reasons"),
    )
    labels = Labels(found.model)
    rows = [
        (
            each.lead_id,
            each.as_of,
            each.score,
            *each.bands,
            "; ".join(_reason(labels, reason) for reason in each.reasons),
        )
        for each in found.leads
    ]
    if found.moments <= 1:
        columns = (columns[0], *columns[2:])
        rows = [(row[0], *row[2:]) for row in rows]
    return Table("best", "Leads with the highest scores", columns, tuple(rows), "No lead has one.")


def _reason(labels: Labels, reason: Reason) -> str:
    times = f" x{reason.count}" if (reason.count or 1) > 1 else ""
    name = labels.given(reason.score, reason.rule) or reason.rule
    return f"{name}{times} {figure(reason.points, 'added')}"
