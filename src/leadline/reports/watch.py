"""The report of a watch: what changed, is the promise kept, what fills up, what comes in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np

from leadline.reports.page import Block, Finding, Findings, Page, Section, Text
from leadline.reports.tables import Column, Table
from leadline.reports.watch_said import day, effect, far, says, seen, sight, step, title, when
from leadline.review.watch.goal import NOW_WEEKS, share_of
from leadline.review.watch.series import Series
from leadline.review.watch.verdicts import FALSE_A_QUARTER
from leadline.review.watch.watch import Watch

_BEFORE = Column("before", "before", "share")
_NOW = Column("now", "now", "share")
MOST_SAID = 3
TOLD = (
    "Each week that is over is compared with the weeks before {since}, and what differs is added "
    "up since the beginning that tells most. A change is told where it makes what was counted "
    "{0:,.0f} times likelier ({1:,.0f} times for what sales says, {2:,.0f} for what was won). At "
    "this measure all {watched} series together give a false alarm a quarter at most, on average, "
    "also to somebody who looks every week. Holidays, imports and the weeks that differ by "
    "themselves are allowed for; a change that lasts is told once."
)


def page(watch: Watch) -> Page:
    """Return the report."""
    sections = [
        *_goal(watch),
        changed(watch),
        *promised(watch),
        *_sales(watch),
        *filled_up(watch),
        *came_in(watch),
        _sights(watch),
    ]
    return Page(f"Watch over {watch.model}", verdict(watch), tuple(sections), _facts(watch))


def verdict(watch: Watch) -> str:
    """Return the result in a few sentences."""
    of, lasting = watch.of, watch.lasting
    among = f"of {of.found.watched} things that are watched since {day(of.weeks.since)}"
    if not lasting:
        over = f" {len(watch.verdicts)} changed and are over." if watch.verdicts else ""
        return f"Nothing {among} has changed.{over}"
    said = " ".join(says(each.alarm) for each in lasting[:MOST_SAID])
    rest = len(lasting) - MOST_SAID
    more = "" if rest <= 0 else " One more is below." if rest == 1 else f" {rest} more are below."
    verb = "has" if len(lasting) == 1 else "have"
    return f"{len(lasting)} {among} {verb} changed. {said}{more}"


def _facts(watch: Watch) -> tuple[tuple[str, str], ...]:
    weeks = watch.of.weeks
    imports = [f"{each.leads:,} on {day(each.at)}" for each in watch.of.arrivals.imports]
    facts = {
        "model": watch.model,
        "fingerprint": watch.fingerprint,
        "watched": f"{weeks.watched} weeks, {day(weeks.since)} to {day(weeks.end)}",
        "compared with": f"{weeks.before} weeks before",
        **({"imports set apart": "; ".join(imports)} if imports else {}),
    }
    return tuple(facts.items())


def _goal(watch: Watch) -> Iterator[Section]:
    if watch.goal is not None:
        yield Section("goal", "The goal", (Text(far(watch.goal)),))


def changed(watch: Watch) -> Section:
    """Return what changed: what it is, how large, since when, what it does, what to do."""
    weeks = watch.of.weeks
    items = [
        Finding(
            f"{says(each.alarm)} {when(each.alarm, weeks)}",
            f"{effect(each)} {seen(each.alarm)} Next: {step(each)}",
        )
        for each in watch.verdicts
    ]
    return Section("changes", "What changed", (Findings("changes", tuple(items), "Nothing."),))


_KEPT = (
    Column("part", "leads"),
    Column("month", "due in"),
    Column("rows", "leads", "count"),
    Column("said", "promised", "share"),
    Column("came", "came", "share"),
    Column("low", "from", "share", is_end=True),
    Column("high", "to", "share", is_end=True),
    Column("state", "state"),
)


def promised(watch: Watch) -> Iterator[Section]:
    """Yield said against came; promised by a band without a chance is what came of it before."""
    if not watch.kept:
        return
    rows = tuple(
        (
            each.part,
            f"{each.month:%Y-%m}",
            each.rows,
            each.said,
            each.came.value,
            each.came.low,
            each.came.high,
            "not kept" if each.is_broken else "kept" if each.is_ripe else "too early",
        )
        for each in watch.kept
    )
    promise = watch.of.promise
    told = "the chance that the model writes" if promise and promise.chance else (
        "what came of the band in the weeks before"
    )  # fmt: skip
    said = f"Promised is {told}. Leads whose horizon is not over may still win: too early."
    yield Section(
        "promise", "Promise kept", (Text(said), Table("promise", "Said and came", _KEPT, rows))
    )


_DECIDED = (
    Column("leads", "leads"),
    Column("decided_before", "decided before", "count"),
    Column("before", "accepted before", "share"),
    Column("before_low", "from", "share", is_end=True),
    Column("before_high", "to", "share", is_end=True),
    Column("decided", "decided now", "count"),
    Column("now", "accepted now", "share"),
    Column("now_low", "from", "share", is_end=True),
    Column("now_high", "to", "share", is_end=True),
)


Part: TypeAlias = tuple[int, float | None, float | None, float | None]


def _sales(watch: Watch) -> Iterator[Section]:
    """Yield what sales accepted of what it decided on, before and in the latest quarter."""
    weeks = watch.of.weeks
    rows = tuple(
        (each.among or "all", *_part(each, 0, weeks.before), *_part(each, -NOW_WEEKS, None))
        for each in watch.of.series
        if each.topic == "accepted"
    )
    if rows:
        title_ = "Accepted of what sales decided on, before and in the last 13 weeks"
        yield Section("sales", "What sales says", (Table("sales", title_, _DECIDED, rows),))


def _part(of: Series, begin: int, end: int | None) -> Part:
    """Return rows and the share of some weeks with its interval."""
    found = share_of(of.hits[0, begin:end], of.size[0, begin:end])
    return int(of.size[0, begin:end].sum()), found.value, found.low, found.high


_BANDS = (
    Column("band", "band"),
    _BEFORE,
    _NOW,
    Column("inside", "leads now", "count"),
    Column("entries_before", "entries a week before", "points"),
    Column("entries", "entries a week now", "points"),
)
_MOVED = (
    Column("name", "of"),
    Column("before", "before", "points"),
    Column("now", "now", "points"),
)


def filled_up(watch: Watch) -> Iterator[Section]:
    """Yield how bands fill up, and how scores and rules moved."""
    of = watch.inflation
    blocks: list[Block] = []
    if of.bands:
        rows = tuple(
            (
                each.band,
                each.share_before,
                each.share,
                round(each.inside),
                round(each.entries_before, 1),
                round(each.entries, 1),
            )
            for each in reversed(of.bands)
        )
        blocks += [Text(_filled(watch)), Table("bands", "All leads by band", _BANDS, rows)]
    for key, shown, moves in (
        ("scores", "Mean scores of new leads, and in the last eight weeks", of.scores),
        ("rules", "Rules whose mean points moved most", of.rules),
    ):
        means = tuple((each.name, round(each.before, 2), round(each.since, 2)) for each in moves)
        blocks.append(Table(key, shown, _MOVED, means))
    yield Section("inflation", "Inflation", tuple(blocks))


def _filled(watch: Watch) -> str:
    """Say how many enter the highest band a week, against what the team takes."""
    ladder = watch.inflation.ladder or ""
    edges = list(watch.of.standing.model.lead_bands[ladder].edges or {})
    moves = {each.band: each for each in watch.inflation.bands}
    if not edges or edges[-1] not in moves:
        return "Before is the beginning of the watched weeks, now their end."
    top = moves[edges[-1]]
    said = f"{top.entries:.0f} leads a week enter {top.band}, before {top.entries_before:.0f}."
    if watch.capacity is None:
        return said
    fits = "more than" if top.entries > watch.capacity else "within"
    return f"{said} That is {fits} the {watch.capacity:g} a week that the team takes."


_ROWS = (
    Column("table", "table"),
    Column("kind", "kind"),
    Column("before", "rows a week before", "points"),
    Column("now", "rows a week now", "points"),
    Column("newest", "newest"),
    Column("state", ""),
)
_STRANGERS = (
    Column("field", "field"),
    Column("value", "value"),
    Column("leads", "leads", "count"),
    Column("is", "is"),
)


def came_in(watch: Watch) -> Iterator[Section]:
    """Yield what comes in: rows and the newest, strange values, rows that count for nothing."""
    rows = tuple(
        (
            each.table,
            each.kind,
            round(each.before, 1),
            round(each.now, 1),
            f"{each.newest:%Y-%m-%d}",
            "stopped" if each.has_stopped else "",
        )
        for each in watch.inflows
    )
    values = tuple(
        (each.field, each.value, each.leads, "new" if each.is_new else "gone")
        for each in watch.strangers
    )
    blocks = (
        Table("inflow", "Rows a week, and the newest", _ROWS, rows),
        Table("strangers", "Values that are new, or gone for four weeks", _STRANGERS, values),
        Table("rates", "Rows that count for nothing", _RATES, tuple(_rates(watch))),
        Text(
            "How far values moved: of a hundred new leads of the last 13 weeks, so many would need "
            "another value for the spread to be what it was before."
        ),
        Table("spreads", "How far values and scores moved", _SPREADS, tuple(_spreads(watch))),
    )
    yield Section("data", "What comes in", blocks, brief=False)


_RATES = (Column("what", "what"), _BEFORE, _NOW)


def _rates(watch: Watch) -> Iterator[tuple[str, float | None, float | None]]:
    """Yield the shares of events that are marked, or whose lead is not known."""
    before = watch.of.weeks.before
    for each in watch.of.series:
        if each.topic in {"marks", "lost"}:
            both = (_part(each, 0, before), _part(each, -NOW_WEEKS, None))
            yield title(each), both[0][1], both[1][1]


_SPREADS = (Column("what", "of new leads"), Column("share", "stand elsewhere", "share"))


def _spreads(watch: Watch) -> Iterator[tuple[str, float]]:
    """Yield of how many leads of a hundred another value would make the spread what it was.

    It is half the sum of what shares differ by: the distance of total variation.
    """
    weeks = watch.of.weeks
    for each in watch.of.series:
        if each.topic in {"values", "score", "band"}:
            before, now = (
                each.hits[:, part].sum(1) / np.maximum(each.size[:, part].sum(1), 1)
                for part in (slice(0, weeks.before), slice(-NOW_WEEKS, None))
            )
            yield title(each), float(_distance(before, now, is_nested="above" in each.parts[0]))


def _distance(before: np.ndarray, now: np.ndarray, *, is_nested: bool) -> float:
    """Return the distance; parts that lie in each other, such as upper tails, are taken apart."""
    if is_nested:
        before, now = (-np.diff(np.concatenate([[1.0], each, [0.0]])) for each in (before, now))
    return float(np.abs(before - now).sum() / 2)


_SIGHTS = (
    Column("what", "what"),
    Column("part", "part"),
    Column("before", "before"),
    Column("seen", "four weeks tell"),
)


def _sights(watch: Watch) -> Section:
    """Return all that is watched, how small a change can be seen, and how it is told."""
    found = watch.of.found
    rows = tuple((title(each.series), each.part or None, *sight(each)) for each in found.sights)
    few = sum(not each.is_watched for each in found.sights)
    said = TOLD.format(
        *found.enough,
        since=day(watch.of.weeks.since),
        watched=found.watched,
    )
    assert FALSE_A_QUARTER == 1  # noqa: S101 - the sentence says so
    blocks: list[Block] = [Text(said)]
    if few:
        blocks.append(Text(f"{few} have too few rows before to be watched; they have no figures."))
    blocks.append(Table("watched", "What is watched, and what could be seen", _SIGHTS, rows))
    return Section("watched", "What is watched", tuple(blocks), brief=False)
