"""The report of a quarter: how far the goal is, what to decide, and what that rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from leadline.reports.backtest import tenth_charts
from leadline.reports.charts import Chart, Series
from leadline.reports.figures import figure, within
from leadline.reports.page import Block, Finding, Findings, Page, Section, Text
from leadline.reports.review_said import decided, period_said, verdict
from leadline.reports.rules import worth_table
from leadline.reports.tables import Column, Table
from leadline.reports.watch import came_in, changed, filled_up, promised
from leadline.reports.watch_said import day, far
from leadline.review.quarter.entered import Part
from leadline.review.quarter.quarter import Review, Unknown
from leadline.statistics.measures import Measured

DAYS = (7, 14, 30, 60, 90, 180, 365)
POINTS = 24
"""A curve of shares by days has so many points."""
NO_GOAL = (
    "No goal is set. Say one, such as --goal 'won 12% by 2027-03-31', and every review says how "
    "far it is."
)
CALLS = (
    "From entering {band} to the first call, as the task says it under `worked`. Who is called "
    "sooner may be another kind of lead, so the difference is not what calling sooner would bring."
)
NO_CALLS = (
    "The task does not say which events or outcomes show that sales tried: write them under "
    "`worked`."
)
FUNNEL = (
    "Each lead stands once, by the highest band that it entered in this time. Accepted is of those "
    "that sales has decided on since. Won in time is the share within {horizon} of entering; leads "
    "that came too late to have had it count for as long as they were followed."
)


def page(found: Review) -> Page:
    """Return the report."""
    told = Text(FUNNEL.format(horizon=found.horizon))
    sections = [
        Section("goal", "The goal", (Text(_goal(found)),)),
        _decisions(found),
        Section("funnel", "From band to won", (told, _funnel(found))),
        *_tenths(found),
        *promised(found.watch),
        _calls(found),
        *_days(found),
        _rules(found),
        _refused(found),
        changed(found.watch),
        *filled_up(found.watch),
        *came_in(found.watch),
    ]
    title = f"Review of {period_said(found.period)}"
    return Page(title, verdict(found), tuple(sections), _facts(found))


def _facts(found: Review) -> tuple[tuple[str, str], ...]:
    of, period = found.entered, found.period
    facts = {
        "model": found.model,
        "fingerprint": found.fingerprint,
        "reviewed": f"{day(period.since)} to {day(period.until)}",
        "things known until": figure(period.known, "time"),
        "each lead followed for": found.horizon,
    }
    if of.leads < of.of:
        facts["sample"] = f"{of.leads:,} of {of.of:,} leads by band"
    return tuple(facts.items())


def _goal(found: Review) -> str:
    return NO_GOAL if found.watch.goal is None else far(found.watch.goal)


def _decisions(found: Review) -> Section:
    items = tuple(Finding(*decided(each, found.model)) for each in found.decisions)
    empty = "Nothing: what is known asks for no change."
    unasked = [
        f"{what} {found_.why}"
        for what, found_ in (
            ("Rules are not weighed:", found.worth),
            ("No edge is looked for:", found.edge),
            ("Sources are not told apart:", found.sources),
        )
        if isinstance(found_, Unknown)
    ]
    blocks: list[Block] = [Findings("decide", items, empty)]
    if found.edge is None:
        blocks.append(Text("With --capacity it is also said where the edge should stand."))
    return Section("decide", "To decide", (*blocks, *map(Text, unasked)))


_FUNNEL = (
    Column("band", "band entered"),
    Column("leads", "leads", "count"),
    Column("decided", "decided", "count"),
    Column("accepted", "accepted", "share"),
    Column("accepted_low", "from", "share", is_end=True),
    Column("accepted_high", "to", "share", is_end=True),
    Column("won", "won so far", "count"),
    Column("won_in_time", "won in time", "share"),
    Column("won_low", "from", "share", is_end=True),
    Column("won_high", "to", "share", is_end=True),
)


def _ends(found: Measured) -> tuple[float | None, float | None, float | None]:
    return found.value, found.low, found.high


def _funnel(found: Review) -> Table:
    horizon = found.entered.horizon_days
    rows = tuple(_reached(each, horizon) for each in found.entered.bands)
    return Table("funnel", "Leads by the band that they entered", _FUNNEL, rows)


def _reached(part: Part, horizon: float) -> tuple[Any, ...]:
    won = part.lasting.by(horizon)
    return (part.name, part.leads, part.decided, *_ends(part.accepted), part.wins, *_ends(won))


def _tenths(found: Review) -> Iterator[Section]:
    """Yield what came of each tenth of the leads whose time is over."""
    title = "By tenth of the score"
    if isinstance(found.backtest, Unknown):
        yield Section("tenths", title, (Text(found.backtest.why),), brief=False)
        return
    rows = found.backtest.sample.rows
    said = Text(
        f"Scores as they were then, of {rows:,} leads whose time is over, also of before: "
        f"{found.backtest.split.says}"
    )
    yield Section("tenths", title, (said, *tenth_charts(found.backtest)), brief=False)


_CALLED = (Column("call", "first call"), *_FUNNEL[1:])


def _calls(found: Review) -> Section:
    of = found.entered
    title = "Time to the first call"
    if not of.calls:
        return Section("calls", title, (Text(NO_CALLS),))
    rows = tuple(_reached(each, of.horizon_days) for each in of.calls)
    said = CALLS.format(band=of.bands[0].name)
    if of.first_call_hours is not None:
        said += f" Half of those called were called within {_span(of.first_call_hours)}."
    name = f"Leads in {of.bands[0].name} by time to the first call"
    return Section("calls", title, (Text(said), Table("calls", name, _CALLED, rows)))


def _span(hours: float) -> str:
    """Return a time in words, in hours or in days."""
    whole_days = 2
    if hours < 24 * whole_days:
        return f"{figure(round(hours, 1), 'points')} h"
    return f"{hours / 24:.0f} days"


def _days(found: Review) -> Iterator[Section]:
    """Yield how soon leads of each band win."""
    of = found.entered
    times = [*(each for each in DAYS if each < of.horizon_days), of.horizon_days]
    columns = [Column("band", "band entered"), Column("middle", "half by day", "points")]
    for each in times:
        key = f"day{each:g}"
        columns += [
            Column(key, f"won in {each:g} days", "share"),
            Column(f"{key}_low", "from", "share", is_end=True),
            Column(f"{key}_high", "to", "share", is_end=True),
        ]
    rows = tuple(
        (
            each.name,
            _whole(each.lasting.middle(of.horizon_days)),
            *(end for time in times for end in _ends(each.lasting.by(time))),
        )
        for each in of.bands
    )
    said = (
        "Days from entering the band. Leads whose time is not over count for as long as they were "
        f"followed. Half by day: of those that win within {found.horizon}."
    )
    table = Table("days", "Share won by days since entering", tuple(columns), rows)
    yield Section("days", "Days from band to won", (Text(said), table))
    if curve := tuple(_curve(of.bands, of.horizon_days)):
        yield Section("soon", "How soon leads win", curve, brief=False)


def _whole(days: float | None) -> float | None:
    return None if days is None else round(days, 1)


def _curve(bands: Sequence[Part], horizon: float) -> Iterator[Chart]:
    at = tuple(round(horizon * place / POINTS, 2) for place in range(POINTS + 1))
    series = tuple(
        Series(each.name, tuple(each.lasting.by(time).value for time in at)) for each in bands
    )
    if any(value for each in series for value in each.values):
        says = "A curve ends where too few leads were followed for so long."
        x, y = Column("day", "days since entering", "points"), Column("won", "won", "share")
        yield Chart("soon", "Share won, by band", says, "lines", x, at, y, series)


def _rules(found: Review) -> Section:
    title = "What each rule is worth"
    if isinstance(found.worth, Unknown):
        return Section("rules", title, (Text(found.worth.why),), brief=False)
    return Section("rules", title, (worth_table(found.worth),), brief=False)


def _refused(found: Review) -> Section:
    of = found.refused
    columns = (
        Column("reason", "reason"),
        Column("leads", "leads", "count"),
        Column("share", "of those given back", "share"),
    )
    rows = tuple((why, count, count / of.leads) for why, count in of.reasons)
    said = f"Sales decided on {of.decided:,} leads in this time and gave {of.leads:,} back"
    share = within(of.leads / of.decided, (None, None), "share") if of.decided else ""
    said += f": {share}." if share else "."
    table = Table("reasons", "Rejected, and why", columns, rows)
    return Section("reasons", "Rejected, and why", (Text(said), table))
