"""What sales says and what came: accepted shares by week, wins once their horizon was over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from leadline.history.judged import Judged
from leadline.history.outcomes import KNOWN_AT
from leadline.history.ranked import ranked
from leadline.history.split import split
from leadline.review.watch.arrivals import Arrivals
from leadline.review.watch.series import Counted, Series, gathered
from leadline.review.watch.weeks import Weeks
from leadline.sql.text import ALWAYS, Sql, name, sql_text
from leadline.statistics.measures import Measured
from leadline.statistics.shares import wilson

ACCEPTED = "accepted"
DECIDED = ("accepted", "rejected", "disqualified")
_FEWEST_WINS = 5.0
"""With fewer wins, said or come, a month tells nothing."""
_SURE = 3.29
"""The normal distribution is within this of its mean in 99.9 % of the cases."""


def decisions(of: Arrivals) -> Iterator[Series]:
    """Yield the share of what sales accepted of what it decided on, of all and by segment."""
    if "outcomes" not in of.run.loaded.schema:
        return
    for among in ("", *of.segments):
        chosen = sql_text("c.segment = {s}", s=among) if among else ALWAYS
        rows = of.run.engine.rows(
            sql_text(
                "select {week} as week, count(*) filter (where t.outcome = {accepted}), count(*) "
                "from outcomes as t join {came} as c on c.lead_id = t.lead_id "
                "where t.outcome in ({decided}) and {chosen} group by 1 order by 1",
                week=of.weeks.number(KNOWN_AT),
                accepted=ACCEPTED,
                came=name(of.table),
                decided=DECIDED,
                chosen=chosen,
            )
        )
        counted: list[Counted] = [
            (ACCEPTED, "", each[0], float(each[1]), float(each[2])) for each in rows
        ]
        label = f"{of.by} {among}" if among else ""
        yield from gathered("accepted", "share", of.weeks, counted, label)


@dataclass(frozen=True)
class Kept:
    """What was promised of a part of the rows, and what came of it.

    Attributes:
        part: A band, or a tenth.
        month: The first of the month in which the leads were due.
        rows: Leads.
        wins: Of them won.
        said: The share that was promised; None where nothing was.
        came: The share that won, with its interval.
        is_ripe: Whether the horizon of all of them is over; else more may come.
    """

    part: str
    month: datetime
    rows: int
    wins: int
    said: float | None
    came: Measured
    is_ripe: bool

    @property
    def is_broken(self) -> bool:
        """Whether what was promised cannot be what comes: by chance for one month in a thousand."""
        if self.said is None or max(self.wins, self.said * self.rows) < _FEWEST_WINS:
            return False
        low, high = wilson(np.array([float(self.wins)]), np.array([float(self.rows)]), _SURE)
        return bool(self.said < low[0] or (self.is_ripe and self.said > high[0]))


@dataclass(frozen=True)
class Promise:
    """Rows of a task with their outcomes, as they were known at the end; of each lead the first.

    A lead that is due every week is one piece of evidence, not one a week.

    Attributes:
        of: The judged rows, unripe ones among them.
        table: The first of each lead, with its scores and bands.
        weeks: The weeks; wins count in the week in which their horizon was over.
        chance: The score that is a chance; None where the model writes none.
    """

    of: Judged
    table: str
    weeks: Weeks
    chance: str | None

    @property
    def ladder(self) -> str | None:
        """The ladder whose bands are promised a rate."""
        return next(iter(self.of.run.model.lead_bands), None)


def promise(of: Judged, weeks: Weeks) -> Promise:
    """Return the rows of a task, told by the model's chance where it writes one."""
    model = of.run.model
    chance = next((each for each in model.scores if model.is_chance(each)), None)
    table = of.run.workspace.name("promised")
    of.run.engine.run(
        sql_text(
            "create temp table {t} as select * from {ranked} "
            "qualify row_number() over (partition by lead_id order by as_of) = 1",
            t=name(table),
            ranked=name(ranked(of, split(of, "all"), chance).table),
        )
    )
    return Promise(of, table, weeks, chance)


def _ripe_at(of: Promise) -> Sql:
    return sql_text("r.as_of + to_microseconds({d})", d=of.of.task.task.settled_after)


def wins(of: Promise, came: Arrivals) -> Iterator[Series]:
    """Yield the share that won by the week in which its horizon was over: all, segments, bands.

    Where the model writes a chance, also how many won against how many it said.
    """
    for label, chosen in _groups(of, came):
        rows = _ripened(of, came, chosen)
        won = [("won", "", week, hits, size) for week, hits, size, _ in rows]
        yield from gathered("won", "share", of.weeks, won, label)
        if of.chance:
            told = [(of.chance, "", week, hits, said) for week, hits, _, said in rows]
            for each in gathered("promise", "count", of.weeks, told, label):
                yield replace(each, given=True)


def _groups(of: Promise, came: Arrivals) -> Iterator[tuple[str, Sql]]:
    """Yield the name of each group of leads, and the condition that a lead is in it."""
    yield "", ALWAYS
    for each in came.segments:
        yield f"{came.by} {each}", sql_text("c.segment = {s}", s=each)
    if of.ladder is not None:
        column = name(of.of.run.model.column(of.ladder))
        for each in of.of.run.model.lead_bands[of.ladder].edges or {}:
            yield f"band {each}", sql_text("r.{c} = {b}", c=column, b=each)


def _ripened(of: Promise, came: Arrivals, chosen: Sql) -> list[tuple[int, float, float, float]]:
    """Return by week how many won, of how many whose horizon was over, and how many were said."""
    rows = of.of.run.engine.rows(
        sql_text(
            "select {week} as week, count(*) filter (where r.outcome), count(*), {said} "
            "from {t} as r join {came} as c on c.lead_id = r.lead_id "
            "where {at} <= timestamp {end} and {chosen} group by 1 order by 1",
            week=of.weeks.number(sql_text("({at} - interval 1 microsecond)", at=_ripe_at(of))),
            said=Sql("sum(r.score) / 100" if of.chance else "0.0"),
            t=name(of.table),
            came=name(came.table),
            at=_ripe_at(of),
            end=_plain(of.weeks.end),
            chosen=chosen,
        )
    )
    return [(week, float(hits), float(size), float(said or 0)) for week, hits, size, said in rows]


def kept(of: Promise) -> tuple[Kept, ...]:
    """Return said against came by month: by band, by tenth of the chance where there is one."""
    found = list(_by_band(of)) if of.ladder is not None else []
    if of.chance is not None:
        found += _by_tenth(of)
    return tuple(found)


def _by_band(of: Promise) -> Iterator[Kept]:
    """Yield each band by month; promised is its chance, or the rate of the weeks before."""
    assert of.ladder is not None  # noqa: S101 - asked by the caller
    column = name(of.of.run.model.column(of.ladder))
    edges = list(of.of.run.model.lead_bands[of.ladder].edges or {})
    before = sql_text("{at} <= timestamp {since}", at=_ripe_at(of), since=_plain(of.weeks.since))
    usual = dict(
        of.of.run.engine.rows(
            sql_text(
                "select r.{c}, avg(r.outcome::int) from {t} as r where {before} group by 1",
                c=column,
                t=name(of.table),
                before=before,
            )
        )
    )
    said = Sql("avg(r.score) / 100") if of.chance else Sql("null::double")
    for band, month, rows, won, chance, is_ripe in _months(of, sql_text("r.{c}", c=column), said):
        if band in edges:
            promised = chance if of.chance else usual.get(band)
            yield Kept(band, month, rows, won, promised, _share(won, rows), is_ripe)


def _by_tenth(of: Promise) -> Iterator[Kept]:
    tenth = Sql("'tenth ' || (11 - ntile(10) over (order by r.score, r.lead_id))")
    for part, month, rows, won, chance, is_ripe in _months(of, tenth, Sql("avg(r.score) / 100")):
        yield Kept(part, month, rows, won, chance, _share(won, rows), is_ripe)


def _months(
    of: Promise, part: Sql, said: Sql
) -> list[tuple[str, datetime, int, int, float | None, bool]]:
    rows = of.of.run.engine.rows(
        sql_text(
            "with parts as (select r.*, {part} as piece from {t} as r where r.score is not null) "
            "select piece, date_trunc('month', as_of) as month, count(*), "
            "count(*) filter (where outcome), {said}, bool_and({ripe} <= timestamp {end}) "
            "from parts as r where piece is not null and as_of >= timestamp {since} "
            "group by 1, 2 order by 1, 2",
            part=part,
            t=name(of.table),
            said=said,
            ripe=_ripe_at(of),
            end=_plain(of.weeks.end),
            since=_plain(of.weeks.since),
        )
    )
    return [(p, m.replace(tzinfo=UTC), n, w, s, r) for p, m, n, w, s, r in rows]


def _share(won: int, rows: int) -> Measured:
    low, high = wilson(np.array([float(won)]), np.array([float(rows)]))
    return Measured(won / rows, float(low[0]), float(high[0]))


def _plain(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")
