"""The report of where leads come from: a table a way, and which content starts conversations."""

from __future__ import annotations

from collections.abc import Iterator

from leadline.reports.figures import figure, within
from leadline.reports.page import Block, Finding, Findings, Page, Section, Text
from leadline.reports.tables import Column, Table
from leadline.review.sources.sources import TOTAL, Source, Sources, Told
from leadline.review.sources.ways import OTHERS, UNKNOWN
from leadline.statistics.measures import Measured

BRIEF = 2
"""So many ways are shown on a terminal."""
MOST_CONTENT = 5
CAUSE = (
    "Shares say where leads came from, not what made them come or win: who comes by one way may be "
    "another kind of lead. Only a test with leads drawn by lot says what a way causes."
)
TOUCHED = {
    "first": "the first of its touches takes the whole lead",
    "last": "the last touch before the win, or before its time was over, takes the whole lead",
    "even": "each of its touches takes the same part of the lead",
}
_VALUE = Column("value", "value")
_COLUMNS = (
    _VALUE,
    Column("leads", "leads", "points"),
    Column("share", "of all", "share"),
    Column("decided", "decided", "points"),
    Column("accepted", "accepted", "share"),
    Column("accepted_low", "from", "share", is_end=True),
    Column("accepted_high", "to", "share", is_end=True),
    Column("wins", "won", "points"),
    Column("won", "won, rate", "share"),
    Column("won_low", "from", "share", is_end=True),
    Column("won_high", "to", "share", is_end=True),
    Column("pooled", "drawn to all", "share"),
    Column("pooled_low", "from", "share", is_end=True),
    Column("pooled_high", "to", "share", is_end=True),
)
_MONEY = (
    _VALUE,
    Column("deals", "deals", "points"),
    Column("revenue", "revenue", "count"),
    Column("revenue_low", "from", "count", is_end=True),
    Column("revenue_high", "to", "count", is_end=True),
    Column("of_revenue", "of all", "share"),
    Column("days", "days to win", "measure"),
    Column("days_low", "from", "measure", is_end=True),
    Column("days_high", "to", "measure", is_end=True),
)
_SPENT = (
    _VALUE,
    Column("amount", "cost", "count"),
    Column("cost_leads", "leads then", "points"),
    Column("per_lead", "a lead", "count"),
    Column("per_qualified", "a qualified lead", "count"),
    Column("per_qualified_low", "from", "count", is_end=True),
    Column("per_qualified_high", "to", "count", is_end=True),
    Column("per_accepted", "an accepted lead", "count"),
    Column("per_accepted_low", "from", "count", is_end=True),
    Column("per_accepted_high", "to", "count", is_end=True),
    Column("per_win", "a win", "count"),
    Column("per_win_low", "from", "count", is_end=True),
    Column("per_win_high", "to", "count", is_end=True),
)


def page(found: Sources) -> Page:
    """Return the report."""
    sections = [
        *(_way(found, each, brief=place < BRIEF) for place, each in enumerate(found.told)),
        *_content(found),
        Section("limits", "What this does not say", (Text(CAUSE), Text(_left(found)))),
    ]
    return Page("Where leads come from", verdict(found), tuple(sections), _facts(found))


def verdict(found: Sources) -> str:
    """Return the result in a few sentences."""
    total = found.told[0].total
    said = f"Of {found.of.leads:,} leads whose time is over {figure(total.wins, 'points')} won: "
    said += f"{_share(total.won)}."
    apart = [
        (each, source)
        for each in found.told[:BRIEF]
        for source in each.sources
        if source.value not in {UNKNOWN, OTHERS} and source.side(total)
    ]
    if not apart:
        return f"{said} No source can be told from the rest by its wins."
    each, best = max(apart, key=lambda one: one[1].pooled.value or 0)
    _, worst = min(apart, key=lambda one: one[1].pooled.value or 0)
    told = [f"{best.value} ({each.way.name}) {_share(best.pooled)}"]
    if worst is not best:
        told.append(f"{worst.value} {_share(worst.pooled)}")
    return f"{said} Told from the rest: {'; '.join(told)}."


def _share(found: Measured) -> str:
    return "-" if found.value is None else within(found.value, (found.low, found.high), "share")


def _facts(found: Sources) -> tuple[tuple[str, str], ...]:
    facts = {"leads": f"{found.of.leads:,}"}
    if found.of.young:
        facts["too young to count"] = f"{found.of.young:,}"
    if found.horizon:
        facts["each followed for"] = found.horizon
    if found.of.end:
        facts["outcomes known until"] = figure(found.of.end, "time")
    return tuple(facts.items())


def _way(found: Sources, told: Told, *, brief: bool) -> Section:
    """Return a way: its leads and what they became, the money, and the costs."""
    label = f"{told.way.name}, {told.touch} touch" if told.touch != "recorded" else told.way.name
    key = f"{told.way.name}_{told.touch}"
    rows = (told.total, *told.sources)
    blocks: list[Block] = []
    if told.touch != "recorded":
        blocks.append(Text(f"Of each lead {TOUCHED[told.touch]}."))
    blocks.append(Table(key, f"Leads by {label}", _COLUMNS, tuple(map(_row, rows))))
    if found.of.has_amounts:
        money = tuple(_money(each, told.total) for each in rows)
        blocks.append(Table(f"{key}_money", f"Revenue by {label}", _MONEY, money))
    if found.of.bands:
        blocks.append(_bands(found, told, key, label))
    if any(each.cost for each in rows):
        spent = tuple(_spent(each) for each in rows if each.cost)
        blocks.append(Table(f"{key}_costs", f"Costs by {label}", _SPENT, spent))
    return Section(key, f"By {label}", tuple(blocks), brief)


def _ends(found: Measured) -> tuple[float | None, float | None, float | None]:
    return found.value, found.low, found.high


def _row(each: Source) -> tuple[str | float | None, ...]:
    drawn = Measured(None) if each.value == TOTAL else each.pooled
    return (
        each.value, each.leads, each.share, each.decided, *_ends(each.accepted), each.wins,
        *_ends(each.won), *_ends(drawn),
    )  # fmt: skip


def _money(each: Source, total: Source) -> tuple[str | float | None, ...]:
    all_of_it, own = total.revenue.value, each.revenue.value
    part = own / all_of_it if own is not None and all_of_it else None
    return (each.value, each.deals, *_ends(each.revenue), part, *_ends(each.days))


def _bands(found: Sources, told: Told, key: str, label: str) -> Table:
    columns = [Column(f"band_{each}", each, "share") for each in found.of.bands]
    rows = tuple(
        (
            each.value,
            *(count / each.leads if each.leads else None for count in each.bands.values()),
            1 - sum(each.bands.values()) / each.leads if each.leads else None,
            each.qualified,
        )
        for each in (told.total, *told.sources)
    )
    columns.append(Column("no_band", "none of these", "share"))
    qualified = Column("qualified", f"leads in {found.of.bands[-1]}", "points")
    title = f"Highest band of leads by {label}"
    return Table(f"{key}_bands", title, (_VALUE, *columns, qualified), rows)


def _spent(each: Source) -> tuple[str | float | None, ...]:
    cost = each.cost
    assert cost is not None  # noqa: S101 - asked by the caller
    return (
        each.value, cost.amount, cost.leads, cost.per_lead, *_ends(cost.per_qualified),
        *_ends(cost.per_accepted), *_ends(cost.per_win),
    )  # fmt: skip


def _content(found: Sources) -> Iterator[Section]:
    """Yield which content stands first with leads that sales accepts more often than others."""
    items = [
        Finding(
            f"{each.way.name} {source.value}: sales accepted {_share(source.accepted)} of "
            f"{figure(source.decided, 'points')}; of all {_share(each.total.accepted)}."
        )
        for each in found.told
        if each.touch == "first"
        for source in each.sources
        if source.value not in {UNKNOWN, OTHERS}
        and (source.accepted.low or 0) > (each.total.accepted.value or 1)
    ]
    if any(each.touch == "first" for each in found.told) and found.of.has_decisions:
        empty = "None can be told from the rest by what sales accepts."
        told = Findings("content", tuple(items[:MOST_CONTENT]), empty)
        title = "Content that starts conversations that sales accepts"
        yield Section("content", title, (told,), brief=False)


def _left(found: Sources) -> str:
    """Return what is not counted."""
    deals, amount = found.of.uncounted
    kept = []
    if found.of.young:
        kept.append(f"{found.of.young:,} leads are too young")
    if deals >= 1:
        came = f" ({figure(amount, 'count')})" if found.of.has_amounts else ""
        kept.append(
            f"{figure(deals, 'count')} deals{came} came later than that, or of leads that are too "
            "young or not there"
        )
    if found.costs and found.costs.uncounted >= 1:
        spent = figure(found.costs.uncounted, "count")
        kept.append(f"{spent} of costs are of days whose leads are not counted")
    return f"Not counted: {'; '.join(kept)}." if kept else "Everything that is known is counted."
