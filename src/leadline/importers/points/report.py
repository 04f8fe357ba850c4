"""What became of a table of points, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any, get_args

from leadline.importers.points.draft import RowFinding, Status
from leadline.importers.points.imported import Imported
from leadline.importers.points.parity import LeadDifference, Parity

MOST_RULES = 10
"""Rules that the page ranks."""


def summary(imported: Imported) -> str:
    """Return in one line how much was carried over."""
    counts = ", ".join(f"{count} {status}" for status, count in imported.counts().items())
    return f"{imported.system}: {sum(imported.counts().values())} rows, {counts}"


def figures(imported: Imported, parity: Parity | None) -> dict[str, Any]:
    """Return everything by name: ``system, model, counts, findings, parity``."""
    return {
        "system": imported.system,
        "model": imported.model.model,
        "counts": imported.counts(),
        "findings": [asdict(each) for each in imported.findings],
        "parity": asdict(parity) if parity else None,
    }


def as_markdown(imported: Imported, parity: Parity | None) -> str:
    """Return everything as a page of Markdown."""
    lines = [f"# Points of {imported.system} as a model", "", f"{summary(imported)}.", ""]
    statuses: tuple[Status, ...] = get_args(Status)
    for status in reversed(statuses):
        found = [each for each in imported.findings if each.status == status]
        lines += _section(status, found) if found else []
    if parity:
        lines += _parity(parity)
    return "\n".join(lines).rstrip() + "\n"


def place(finding: RowFinding) -> str:
    """Return where a finding is, in words."""
    return f"line {finding.line}" if finding.line else "table"


def said(finding: RowFinding) -> str:
    """Return what became of a row, in one line."""
    rule = f" -> {finding.rule}" if finding.rule else ""
    reason = f": {finding.reason}" if finding.reason else ""
    return f"{place(finding)}  {finding.text}{rule}{reason}"


def ledger(lead: LeadDifference) -> str:
    """Return the rules behind our score of a lead, the largest first."""
    rows = [row for row in lead.ledger if row["points"]]
    parts = [f"{row['rule']}{_times(row['count'])} {float(row['points']):+g}" for row in rows]
    return "; ".join(parts) or "no rule fired"


def _times(count: int | None) -> str:
    return f" x{count}" if count and count > 1 else ""


def _section(status: Status, found: Iterable[RowFinding]) -> Iterator[str]:
    yield from (f"## {status.capitalize()}", "")
    yield from _table(
        ("line", "row", "became", "why, or with what difference"),
        [(str(each.line or "-"), each.text, each.rule, each.reason) for each in found],
    )


def _parity(parity: Parity) -> Iterator[str]:
    yield from ("## Their scores and ours", "", *(f"- {each}" for each in parity.conclusion), "")
    share = 100 * parity.equal / parity.leads
    yield f"{parity.leads} leads compared on `{parity.output}`, {share:.1f} % equal. "
    yield f"{parity.only_theirs} only theirs, {parity.only_ours} only ours."
    yield ""
    if parity.classes:
        yield from _table(
            ("difference", "leads"), [(size, str(many)) for size, many in parity.classes.items()]
        )
    yield from _table(
        ("rule", "fired", "of these differ", "correlation", "mean difference", "elsewhere"),
        [
            (
                each.rule, str(each.fired), str(each.differing), _number(each.correlation),
                _number(each.mean_fired), _number(each.mean_other),
            )
            for each in parity.rules[:MOST_RULES]
        ],
    )  # fmt: skip
    yield from _table(
        ("lead", "theirs", "ours", "difference", "ledger"),
        [
            (each.lead_id, each.theirs, str(each.ours), _number(each.difference), ledger(each))
            for each in parity.largest
        ],
    )


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:+.2f}"


def _table(titles: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    heads = list(titles)
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(each.replace('|', chr(92) + '|') for each in row)} |"
    yield ""
