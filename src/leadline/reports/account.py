"""The report of one account: every point of it, the leads behind its scores, the next band."""

from __future__ import annotations

from collections.abc import Iterator

from leadline.explain.account import AccountExplanation, Edge
from leadline.reports.figures import figure
from leadline.reports.lead import facts, ledger, moves, since_blocks
from leadline.reports.page import Page, Section, Text
from leadline.reports.tables import Column, Table

MOST_LEADS = 20
"""Leads of a rollup that the page lists."""


def page(found: AccountExplanation) -> Page:
    """Return the report of one account."""
    return Page(found.account_id, says(found), tuple(_sections(found)), facts(found))


def says(found: AccountExplanation) -> str:
    """Return where the account stands, in a sentence a ladder."""
    if not found.edges:
        first = next(each for each in found.model.scores if each in found.scores)
        return f"{found.account_id}: {figure(found.scores[first], 'points')} points ({first})."
    return " ".join(_standing(found, each) for each in found.edges)


def _standing(found: AccountExplanation, edge: Edge) -> str:
    value = figure(found.scores[edge.by], "points")
    said = f"{found.account_id} is in {edge.band or 'no band'} with {value} points ({edge.by})."
    if edge.next_band is None:
        return said
    lacks, at = figure(edge.lacks, "points"), figure(edge.edge, "points")
    return f"{said} {edge.next_band} begins at {at}, {lacks} more."


def _sections(found: AccountExplanation) -> Iterator[Section]:
    yield Section("ledger", "Every point", (ledger(found),))
    for score in dict.fromkeys(each.score for each in found.gathered):
        yield Section(f"leads-{score}", f"Leads by {score}", (_leads(found, score),))
    if found.model.account_bands:
        yield Section("standing", "Bands", (_bands(found),))
    if found.missing:
        yield Section("missing", "Missing", (Text(", ".join(found.missing)),))
    if found.since is not None:
        title = f"Since {figure(found.since.as_of, 'time')}"
        names = [name for name in found.model.scores if name in found.scores]
        ladders = [found.model.column(each) for each in found.model.account_bands]
        yield Section("since", title, tuple(since_blocks(found, found.since, [*names, *ladders])))
    if found.moves:
        yield Section("moves", f"What would move {found.main}", (moves(found),))


def _leads(found: AccountExplanation, score: str) -> Table:
    rows = [(each.lead_id, each.value) for each in found.gathered if each.score == score]
    some = "" if len(rows) <= MOST_LEADS else f", {MOST_LEADS} of {len(rows):,}"
    columns = (Column("lead_id", "lead"), Column("value", score, "points"))
    title = f"What is gathered of {score}{some}"
    return Table(f"leads-{score}", title, columns, tuple(rows[:MOST_LEADS]))


def _bands(found: AccountExplanation) -> Table:
    columns = (
        Column("ladder", "ladder"),
        Column("band", "is"),
        Column("by", "by"),
        Column("next", "next", nothing=""),
        Column("edge", "from", "points", nothing=""),
    )
    edges = {each.ladder: each for each in found.edges}
    rows = []
    for name, band in found.bands().items():
        edge, by = edges.get(name), found.model.account_bands[name].by
        shown = by if isinstance(by, str) else ", ".join(by)
        following = (edge.next_band, edge.edge) if edge else (None, None)
        rows.append((name, band, shown, *following))
    return Table("standing", "Bands of the account", columns, tuple(rows))
