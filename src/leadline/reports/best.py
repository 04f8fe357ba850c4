"""The list of the best leads, as ``leadline score`` shows it."""

from __future__ import annotations

from collections.abc import Mapping

from leadline.explain.best import Best
from leadline.explain.reasons import Reason
from leadline.model.labels import Labels
from leadline.reports.figures import figure
from leadline.reports.page import Page, Section
from leadline.reports.tables import WHO, Column, Table


def page(found: Best) -> Page:
    """Return the list of the best leads, and how many are in each band."""
    few = f", {len(found.leads)} of {found.rows:,}" if len(found.leads) < found.rows else ""
    section = Section("best", f"Highest scores{few}", (_table(found),))
    return Page(found.model.model, verdict(found), (section,))


def verdict(found: Best) -> str:
    """Return how many leads are in each band, of each ladder in a sentence."""
    what = "leads and moments" if found.moments > 1 else "lead" if found.rows == 1 else "leads"
    whose = f"{found.rows:,} {what}"
    if not found.bands:
        return f"{whose} {'was' if found.rows == 1 else 'were'} scored."
    said = [f"Of {whose}, {_in_bands(counts)}" for counts in found.bands.values()]
    if len(said) == 1:
        return f"{said[0]}."
    names = map(found.model.column, found.bands)
    return " ".join(f"{each} by {name}." for each, name in zip(said, names, strict=True))


def _in_bands(counts: Mapping[str | None, int]) -> str:
    """Return how many are in each band.

    >>> _in_bands({"nurture": 1200, "sales": 1, None: 3})
    '1,200 are in nurture, 1 in sales, 3 in no band'
    """
    first, *others = [f"{count:,} in {band or 'no band'}" for band, count in counts.items()]
    number, place = first.split(" in ", 1)
    be = "is" if number == "1" else "are"
    return ", ".join([f"{number} {be} in {place}", *others])


def counted(counts: Mapping[str | None, int]) -> str:
    """Return how many leads are in each band, in words.

    >>> counted({"nurture": 1200, None: 3}), counted({})
    ('nurture 1,200, none 3', 'no leads')
    """
    return ", ".join(f"{band or 'none'} {count:,}" for band, count in counts.items()) or "no leads"


def _table(found: Best) -> Table:
    columns = (
        Column("lead", "lead"),
        *([WHO] if found.model.show else []),
        *([Column("as_of", "as of", "time")] if found.moments > 1 else []),
        Column("score", found.model.main_score, "points"),
        *(Column(each, each) for each in map(found.model.column, found.model.lead_bands)),
        Column("reasons", "strongest reasons"),
    )
    labels = Labels(found.model)
    rows = [
        (
            each.lead_id,
            *([each.names] if found.model.show else []),
            *([each.as_of] if found.moments > 1 else []),
            each.score,
            *each.bands,
            "; ".join(_reason(labels, reason) for reason in each.reasons),
        )
        for each in found.leads
    ]
    return Table("best", "Leads with the highest scores", columns, tuple(rows), "No lead has one.")


def _reason(labels: Labels, reason: Reason) -> str:
    times = f" x{reason.count}" if (reason.count or 1) > 1 else ""
    name = labels.given(reason.score, reason.rule) or reason.rule
    return f"{name}{times} {figure(reason.points, 'added')}"
