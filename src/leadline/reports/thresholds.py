"""The report of where the edge of a band should stand."""

from __future__ import annotations

from collections.abc import Iterator

from leadline.reports.charts import Chart, Series
from leadline.reports.figures import figure, within
from leadline.reports.page import Block, Page, Section, Text
from leadline.reports.tables import Column, Table
from leadline.review.thresholds.steps import Step
from leadline.review.thresholds.thresholds import Cost, Thresholds
from leadline.statistics.measures import Measured

_ROWS = Column("rows", "rows", "count")
_FROM, _TO = Column("low", "from", "share", is_end=True), Column("high", "to", "share", is_end=True)


def page(found: Thresholds) -> Page:
    """Return the report of an edge."""
    sections = [
        Section("costs", "What it gives and what it costs", tuple(_costs(found))),
        *_months(found),
        Section("steps", "Where conversion changes", tuple(_steps(found))),
    ]
    title = f"Edge of {found.place.band} in {found.model}"
    return Page(title, verdict(found), tuple(sections), _facts(found))


def verdict(found: Thresholds) -> str:
    """Return the result in a few sentences."""
    if found.edge is None or found.then is None:
        return found.says
    band, now = found.place.band, figure(found.place.edge, "points")
    edge = figure(found.edge, "points")
    where = f"stay at {edge}" if edge == now else f"move from {now} to {edge}"
    said = [f"For {_aim(found)}, the edge of {band} should {where}."]
    if found.then.weekly is not None and found.now.weekly is not None:
        said.append(
            f"{_weekly(found.then)} leads a week would have entered it; with the edge of now, "
            f"{_weekly(found.now)}."
        )
    said.append(_caught(found.then))
    if found.judged.seen_too:
        said.append("The model was made from such rows: their outcomes say nothing of its quality.")
    return " ".join([*said, found.says]).strip()


def _aim(found: Thresholds) -> str:
    """Return the goal as somebody who asks for it would say it."""
    goal, band = found.goal, found.place.band
    if goal.capacity is not None:
        return f"no more than {goal.capacity} to enter {band}"
    share = figure(goal.value, "share")
    if goal.kind == "precision":
        return f"{share} of the leads in {band} to win"
    return f"{share} of all that win to be in {band}"


def _weekly(cost: Cost) -> str:
    return "-" if cost.weekly is None else f"{cost.weekly.mean:.1f}".removesuffix(".0")


def _caught(cost: Cost) -> str:
    precision, recall = (
        within(each.value or 0.0, (each.low, each.high), "share")
        for each in (cost.precision, cost.recall)
    )
    return (
        f"Of the rows in it {precision} have the outcome; it catches {recall} of all outcomes "
        f"and misses {cost.missed:,}."
    )


def _facts(found: Thresholds) -> tuple[tuple[str, str], ...]:
    facts = {
        "model": found.model,
        "fingerprint": found.fingerprint,
        "band": f"{found.place.band} of {found.place.score}",
        "judged rows": f"{found.judged.rows:,}, {found.judged.positives:,} with the outcome",
    }
    if found.place.leave is not None:
        offset = figure(found.place.edge - found.place.leave, "points")
        facts["left"] = f"{offset} below the edge, which moves along"
    if found.replayed is not None:
        some, of = found.replayed
        days = f"{found.weeks} weeks, every day at the same time"
        facts["replayed"] = f"{days}, {some:,} of {of:,} leads"
    return tuple(facts.items())


def _costs(found: Thresholds) -> Iterator[Block]:
    both = (
        [("now", found.now)] if found.then is None else [("now", found.now), ("then", found.then)]
    )
    columns: list[Column] = [
        Column("which", ""),
        Column("edge", "edge", "points"),
        _ROWS,
        Column("leads", "leads", "count"),
        Column("caught", "outcomes caught", "count"),
        Column("missed", "missed", "count"),
    ]
    rows = [
        [which, each.edge, each.rows, each.leads, each.caught, each.missed] for which, each in both
    ]
    if found.now.weekly is not None:
        columns.append(Column("entries", "entries a week", "points"))
        for row, (_, each) in zip(rows, both, strict=True):
            row.append(None if each.weekly is None else round(each.weekly.mean, 2))
    title = "Rows in the band or a higher one"
    yield Table("costs", title, tuple(columns), tuple(map(tuple, rows)))
    measures = [
        (f"{measure} {which}", value.value, value.low, value.high)
        for which, each in both
        for measure, value in (("precision", each.precision), ("recall", each.recall))
    ]
    columns = [Column("measure", "measure"), Column("value", "value", "share"), _FROM, _TO]
    yield Table("measures", "How sure that is, 95 %", tuple(columns), tuple(measures))
    weekly = None if found.then is None else found.then.weekly
    if weekly is not None:
        said = f"Entries of a week went from {weekly.least:.3g} to {weekly.most:.3g}."
        if weekly.low != weekly.high:
            said += f" Of all leads, {weekly.low:.3g} to {weekly.high:.3g} a week, as a sample."
        yield Text(said)


def _months(found: Thresholds) -> Iterator[Section]:
    if not found.months:
        return
    is_capacity = found.goal.kind == "capacity"
    given = Column(
        "given",
        "entries a week" if is_capacity else found.goal.kind,
        "points" if is_capacity else "share",
    )
    edges = Chart(
        "month-edges",
        "Edge that would have done it, month by month",
        _spread(found),
        "columns",
        Column("month", "month"),
        tuple(f"{each.month:%Y-%m}" for each in found.months),
        Column("edge", "edge", "points"),
        (Series("edge", tuple(each.edge for each in found.months)),),
        beside=(
            (given, tuple(_rounded(each.given) for each in found.months)),
            (
                Column("count", "entries" if is_capacity else "rows", "count"),
                tuple(each.count for each in found.months),
            ),
        ),
    )
    blocks: list[Block] = [edges]
    if found.held is not None and found.held.given is not None:
        part = "earlier half of the weeks" if is_capacity else "earlier rows"
        later = "later half" if is_capacity else "later rows"
        value = figure(_rounded(found.held.given), given.kind)
        what = "entries a week" if is_capacity else f"a {found.goal.kind}"
        amount = f"{value} {what}" if is_capacity else f"{what} of {value}"
        edge = figure(found.held.edge, "points")
        said = (
            f"Found on the {part} alone, the edge would be {edge}; on the {later} it gave {amount}."
        )
        blocks.append(Text(said))
    yield Section("months", "How stable it is", tuple(blocks))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _spread(found: Thresholds) -> str:
    edges = [each.edge for each in found.months if each.edge is not None]
    none = len(found.months) - len(edges)
    said = (
        f"It lay between {figure(min(edges), 'points')} and {figure(max(edges), 'points')}."
        if edges
        else ""
    )
    if none:
        said = f"{said} In {none} of {len(found.months)} months no edge did.".strip()
    return f"{said} Beside it stands what the edge of now gave." if found.edge is None else said


def _steps(found: Thresholds) -> Iterator[Block]:
    steps = found.steps
    if len(steps) < 2:  # noqa: PLR2004 - one step is no change
        yield Text("No edge splits these rows into parts that convert differently.")
        return
    seen = [each for each in steps if each.support == "seen again"]
    yield Chart(
        "steps",
        "Conversion by step of the score",
        f"{len(seen)} of {len(steps) - 1} changes were seen again on other rows.",
        "columns",
        Column("edge", "score from"),
        tuple("lowest" if each.edge is None else figure(each.edge, "points") for each in steps),
        Column("rate", "conversion", "share"),
        (_rates(steps),),
        beside=(
            (_ROWS, tuple(each.rows for each in steps)),
            (Column("support", "rise on other rows"), tuple(each.support for each in steps)),
            (Column("bands", "edges inside"), tuple(", ".join(each.bands) for each in steps)),
        ),
    )
    yield Text(
        "Steps are found on one part of the rows and looked at again on the other. An edge inside "
        "a step parts leads that convert alike."
    )


def _rates(steps: tuple[Step, ...]) -> Series:
    values = tuple(each.rate.value for each in steps)
    low, high = ([_end(each.rate, end) for each in steps] for end in ("low", "high"))
    return Series("conversion", values, tuple(low), tuple(high))


def _end(rate: Measured, end: str) -> float:
    found = getattr(rate, end)
    return float(rate.value or 0.0) if found is None else float(found)
