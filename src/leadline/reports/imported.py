"""The report of a table of points of another product: what became of each row, and parity."""

from __future__ import annotations

from collections.abc import Iterator

from leadline.importers import Imported, Parity
from leadline.importers.points.report import ledger, said, summary
from leadline.reports.page import Block, Finding, Findings, Page, Section, Text
from leadline.reports.tables import Column, Table

_MOST_RULES = 5
_LOSSES = {"approximated": "Approximated", "not carried over": "Not carried over"}


def page(found: Imported, parity: Parity | None) -> Page:
    """Return the report of an import."""
    sections = [*_findings(found), *_parity(parity)]
    facts = (("model", found.model.model),)
    return Page(f"Points of {found.system} as a model", summary(found), tuple(sections), facts)


def _findings(found: Imported) -> Iterator[Section]:
    for status, title in _LOSSES.items():
        items = tuple(Finding(said(each)) for each in found.findings if each.status == status)
        if items:
            name = status.replace(" ", "_")
            yield Section(name, title, (Findings(name, items),))


def _parity(parity: Parity | None) -> Iterator[Section]:
    if parity is None:
        return
    blocks: list[Block] = [Text(each) for each in (_counts(parity), *parity.conclusion)]
    if parity.equal < parity.leads:
        blocks += [_rules(parity), _leads(parity)]
    yield Section("parity", "Their scores and ours", tuple(blocks))


def _counts(parity: Parity) -> str:
    share = 100 * parity.equal / parity.leads
    sizes = ", ".join(f"{size} {many}" for size, many in parity.classes.items() if many)
    differ = f" Differences: {sizes}." if sizes else ""
    return (
        f"{parity.leads} leads compared on {parity.output}, {share:.1f} % equal; "
        f"{parity.only_theirs} only theirs, {parity.only_ours} only ours.{differ}"
    )


def _rules(parity: Parity) -> Table:
    columns = (
        Column("rule", "rule"),
        Column("fired", "fired", "count"),
        Column("differing", "of these differ", "count"),
        Column("correlation", "correlation", "measure"),
        Column("mean_fired", "mean difference", "points"),
    )
    rows = tuple(
        (each.rule, each.fired, each.differing, each.correlation, each.mean_fired)
        for each in parity.rules[:_MOST_RULES]
    )
    return Table("rules", "Rules behind the differences", columns, rows)


def _leads(parity: Parity) -> Table:
    columns = (
        Column("lead_id", "lead"),
        Column("theirs", "theirs"),
        Column("ours", "ours"),
        Column("ledger", "our ledger"),
    )
    rows = tuple(
        (each.lead_id, each.theirs, str(each.ours), ledger(each)) for each in parity.largest
    )
    return Table("leads", "The largest differences", columns, rows)
