"""Where the edge of a band should stand: for a team's capacity, a precision or a recall.

The score of every lead at every moment is computed once; from it the result of every edge
follows, see ``ceilings``. The edge that is found is then replayed in full by the changed model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from leadline.engines.duckdb.engine import DuckDB
from leadline.engines.workspace import given_or_own
from leadline.errors import Fault, InputError
from leadline.history.draws import group_number
from leadline.history.judged import Judged, judged
from leadline.history.moments_due import latest
from leadline.history.opened import open_past
from leadline.history.replay import Replay, Weekly, days, replayed, summed, weekly
from leadline.history.split import Split, split
from leadline.model.document import Model
from leadline.model.durations import MICROSECONDS
from leadline.model.fingerprint import fingerprint
from leadline.model.task import Task, TaskDocument, read_task
from leadline.review.thresholds.ceilings import (
    MILLION,
    BandEdge,
    Whole,
    ceilings,
    millionths,
    moved,
    place_of,
)
from leadline.review.thresholds.edges import Entered, Reached, months_of
from leadline.review.thresholds.goal import Goal
from leadline.review.thresholds.steps import Step, steps
from leadline.scoring import read_model
from leadline.sql.text import Sql, name, sql_text
from leadline.statistics.measures import Measured, table
from leadline.statistics.shares import shares
from leadline.tables.places.inputs import Input

WEEKS = 8
"""An edge is of so many of the latest weeks, as it is to serve the present."""
MOST_MOMENTS = 2_000_000
"""Of more leads than make so many moments, a sample is replayed."""
_DAY = MICROSECONDS["d"]
_ATTEMPTS = 4
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class Cost:
    """What an edge gives on the judged rows; rows in the band or a higher one.

    Attributes:
        edge: The edge.
        rows: Rows with the band or a higher one.
        leads: Leads that they are of.
        caught: Outcomes among them.
        missed: Outcomes of all other rows.
        precision: Share of them with the outcome.
        recall: Share of all outcomes among them.
        weekly: Entries into the band a week; None without a replay.
    """

    edge: float
    rows: int
    leads: int
    caught: int
    missed: int
    precision: Measured
    recall: Measured
    weekly: Weekly | None = None


@dataclass(frozen=True)
class Month:
    """One month of the past.

    Attributes:
        month: Its first day.
        edge: The edge that would have done it; None where none would have.
        given: What the one edge would have given, in the unit of the goal; that of now where
            there is none.
        count: Rows, or entries, that it rests on.
    """

    month: datetime
    edge: float | None
    given: float | None
    count: int


@dataclass(frozen=True)
class Held:
    """The same search on the earlier part alone, and what its edge gave in the later part."""

    edge: float
    given: float | None


@dataclass(frozen=True)
class Thresholds:
    """Where an edge should stand.

    Attributes:
        model: Name of the model.
        fingerprint: Its fingerprint.
        place: The band.
        goal: What was asked.
        edge: The edge that does it; None where none does.
        says: Why there is none, or what else to know; empty for nothing.
        now: What the edge gives that the model has.
        then: What the found edge gives.
        months: The past, month by month.
        held: The same on unseen moments; None where there is no order.
        steps: Where conversion changes along the score.
        judged: The judged rows.
        replayed: Leads replayed, and of how many; None without a replay.
        weeks: How many past weeks the edge is of; 0 where there are no times.
        attempts: How often an edge was replayed in full until the replay agreed.
    """

    model: str
    fingerprint: str
    place: BandEdge
    goal: Goal
    edge: float | None
    says: str
    now: Cost
    then: Cost | None
    months: tuple[Month, ...]
    held: Held | None
    steps: tuple[Step, ...]
    judged: Judged
    replayed: tuple[int, int] | None
    weeks: int
    attempts: int

    def plain(self) -> dict[str, Any]:
        """Return the figures for machines."""
        return {
            "model": self.model,
            "fingerprint": self.fingerprint,
            "ladder": self.place.ladder,
            "band": self.place.band,
            "goal": {"kind": self.goal.kind, "value": self.goal.value},
            "edge": self.edge,
            "says": self.says,
            "now": plain_cost(self.now),
            "then": None if self.then is None else plain_cost(self.then),
            "held_out": None if self.held is None else vars(self.held),
            "rows": self.judged.rows,
            "positives": self.judged.positives,
        }


def plain_cost(cost: Cost) -> dict[str, Any]:
    """Return what an edge gives for machines."""
    found = {each: getattr(cost, each) for each in ("edge", "rows", "leads", "caught", "missed")}
    found |= {each: getattr(cost, each).plain() for each in ("precision", "recall")}
    if cost.weekly is not None:
        keys = ("mean", "least", "most", "low", "high")
        found["entries_per_week"] = {each: getattr(cost.weekly, each) for each in keys}
    return found


def thresholds(  # noqa: PLR0913 - tables and options are all named
    model: str | Path | Mapping[str, Any] | Model,
    task: str | Path | Mapping[str, Any] | Task | TaskDocument,
    goal: Goal,
    *,
    leads: Input,
    band: str | None = None,
    ladder: str | None = None,
    end: datetime | None = None,
    weeks: int = WEEKS,
    engine: DuckDB | None = None,
    **tables: Input | None,
) -> Thresholds:
    """Return the edge of a band that reaches a goal, what it costs and how stable it is.

    Args:
        model: File, text or plain values of a model document.
        task: The same of a task.
        goal: What the edge is to do, see ``goal.goal_of``.
        leads: Files, or anything that speaks the Arrow stream protocol.
        band: The band; by default the highest.
        ladder: Its ladder; by default the first that has the band.
        end: Until when outcomes are known; by default the last recorded one.
        weeks: How many of the latest weeks the edge is of.
        engine: An engine to use; by default one of its own.
        tables: The other tables, as for ``score``.

    Raises ModelError, InputError, EngineError, FileError.
    """
    given = {"leads": leads, **{name: each for name, each in tables.items() if each is not None}}
    asked = read_task(task)
    document = read_model(model)[0]
    place = place_of(document, band, ladder)
    with given_or_own(engine) as own, open_past(own, model, given, asked) as run:
        rows = judged(run, asked, end, seen_too=goal.kind == "capacity")
        return of_judged(rows, place, goal, weeks, fingerprint(document))


def of_judged(
    of: Judged, place: BandEdge, goal: Goal, weeks: int = WEEKS, name_: str | None = None
) -> Thresholds:
    """Return the same for judged rows."""
    if goal.kind == "capacity" and of.task.task.when == "once":
        expected = "must not be asked for where leads have no times"
        raise InputError(Fault("", "--capacity", expected, str(goal.capacity)))
    parts = split(of)
    reached = _reached(of, parts, place)
    found = steps(reached, of.run.model.lead_bands[place.ladder].edges or {})
    made = _Making(of, place, goal, reached, name_ or of.run.fingerprint, found, weeks)
    return made.by_capacity(weeks) if goal.kind == "capacity" else made.by_rows()


def _reached(of: Judged, parts: Split, place: BandEdge) -> Reached:
    """Return the judged rows with the highest edge that each one reaches."""
    more = Sql(
        ", r.outcome, r.part, cast(r.group_bucket as bigint) as bucket, s.lead_id as lead_name"
    )
    rows = sql_text(
        "join (select *, {bucket} as group_bucket from {t}) as r "
        "on r.lead_id = s.lead_id and r.as_of = s.as_of",
        bucket=group_number(of.run.duckdb, parts.table),
        t=name(parts.table),
    )
    found = ceilings(of.run, place, or_above=True, more=more, join=rows)
    part = found.more["part"]
    return Reached(
        found.lead,
        found.moment,
        found.ceiling,
        found.value,
        np.asarray(found.more["outcome"], bool),
        np.where(np.isnan(part.astype(float)), -2, part.astype(float)).astype(int),
        np.unique(found.more["bucket"], return_inverse=True)[1],
        parts.kind,
    )


@dataclass
class _Making:
    """The answer in the making."""

    of: Judged
    place: BandEdge
    goal: Goal
    reached: Reached
    fingerprint: str
    steps: tuple[Step, ...]
    weeks: int

    @cached_property
    def latest(self) -> Reached:
        """The rows of the latest weeks, which speak of the present; all where times are none."""
        if self.of.task.task.when == "once":
            return self.reached
        span = self.weeks * (_WEEK // timedelta(microseconds=1))
        return self.reached.only(self.reached.moment > self.reached.moment.max(initial=0) - span)

    @property
    def bounds(self) -> tuple[int, int | None]:
        """Between which edges the edge must stand, in millionths."""
        high = self.place.high
        return millionths(self.place.low), None if high is None else millionths(high)

    def cost(self, edge: float, weekly_: Weekly | None = None) -> Cost:
        """Return what an edge gives on the latest rows."""
        rows = self.latest
        inside = rows.ceiling >= millionths(edge)
        size = (int(rows.group.max(initial=-1)) + 1, 1)
        zeros = np.zeros(len(inside), np.int64)
        sums = [
            table(rows.group, zeros, each.astype(float), size)
            for each in (inside & rows.outcome, inside, rows.outcome)
        ]
        wins = int((inside & rows.outcome).sum())
        return Cost(
            edge,
            int(inside.sum()),
            len(np.unique(rows.lead[inside])),
            wins,
            int(rows.outcome.sum()) - wins,
            shares(sums[0], sums[1])[0],
            shares(sums[0], sums[2])[0],
            weekly_,
        )

    def by_rows(self) -> Thresholds:
        """Find the edge for a precision or a recall."""
        found = self.latest.edge_for(self.goal.kind, self.goal.value, self.bounds)
        if found is not None:
            found = self._kept(found, self.latest.ceiling)
        return self.result(
            None if found is None else found / MILLION,
            self._differing(found) if found is not None else self._unreached(),
            months=tuple(self._months_of_rows(found)),
            held=self._held_rows(),
        )

    def _kept(self, edge: int, reached: Whole) -> int:
        """Return the edge of now where nobody stands between it and the one that was found."""
        now = millionths(self.place.edge)
        low, high = sorted((edge, now))
        return edge if ((reached >= low) & (reached < high)).any() else now

    def _differing(self, edge: int) -> str:
        """Return between which months the share of outcomes in the band differs, if it does."""
        inside = self.reached.only(self.reached.ceiling >= edge)
        if self.latest is self.reached or not inside.differs_by_month():
            return ""
        rates = [
            (float(part.outcome.mean()), month)
            for month, rows in months_of(inside.moment)
            if (part := inside.only(rows)).rows >= Reached.FEWEST
        ]
        (low, worst), (high, best) = min(rates), max(rates)
        return (
            f"Months differ: {low:.1%} of the rows in it have the outcome in {worst:%Y-%m}, "
            f"{high:.1%} in {best:%Y-%m}."
        )

    def _unreached(self) -> str:
        low, high = self.bounds
        upper = "" if high is None else f" and below {high / MILLION:g}"
        past = "" if self.latest is self.reached else f" in the latest {self.weeks} weeks"
        said = f"No edge above {low / MILLION:g}{upper} has a {self.goal.says}{past}"
        if self.goal.kind == "precision":
            return f"{said} with at least {Reached.FEWEST} rows in the band."
        most = self.reached.given("recall", low + 1) or 0.0
        why = "what the band requires, overrides, and the edge of the band below"
        return f"{said}: the lowest has {most:.3g}, given {why}."

    def _months_of_rows(self, edge: int | None) -> Iterator[Month]:
        for month, rows in months_of(self.reached.moment):
            part = self.reached.only(rows)
            if part.rows < Reached.FEWEST or not part.outcome.any():
                continue
            own = part.edge_for(self.goal.kind, self.goal.value, self.bounds)
            given = part.given(self.goal.kind, self._shown(edge))
            yield Month(month, None if own is None else own / MILLION, given, part.rows)

    def _shown(self, edge: int | None) -> int:
        """Return the edge whose months are shown: that of now where none does it."""
        return millionths(self.place.edge) if edge is None else edge

    def _held_rows(self) -> Held | None:
        if self.reached.kind != "time":
            return None
        early, late = (self.reached.only(self.reached.part == part) for part in (-1, 0))
        edge = early.edge_for(self.goal.kind, self.goal.value, self.bounds) if early.rows else None
        if edge is None or not late.rows:
            return None
        return Held(edge / MILLION, late.given(self.goal.kind, edge))

    def by_capacity(self, weeks: int) -> Thresholds:
        """Find the edge for a capacity, and replay it in full."""
        at = self.of.end or latest(self.of.run).replace(tzinfo=UTC)
        moments = days(at, weeks)
        of = replayed(self.of.run, moments, max(MOST_MOMENTS // len(moments), 1))
        entered = Entered.of(ceilings(of.run, self.place, or_above=False), moments, of.factor)
        edge, says = entered.edge_for(self.goal.value, self.bounds)
        found, attempts = None, 0
        if edge is not None:
            edge = self._kept(edge, np.concatenate([entered.now, entered.before]))
            edge, found, attempts = self._confirmed(of, entered, edge)
        at_edge = millionths(self.place.edge)
        counts = entered.by_week(at_edge)
        now = summed(of, self.place.band, counts, entered.squares(at_edge), 0)
        return self.result(
            None if edge is None else edge / MILLION,
            says,
            months=tuple(self._months_of_entries(entered, edge)),
            held=self._held_entries(entered),
            weekly_=(now, found),
            replayed_=of,
            attempts=attempts,
        )

    def _confirmed(self, of: Replay, entered: Entered, edge: int) -> tuple[int, Weekly | None, int]:
        """Replay the changed model, and search again below the capacity where it gives more."""
        room = self.goal.value
        for attempt in range(1, _ATTEMPTS + 1):
            changed = moved(self.of.run.model, self.place, edge / MILLION)
            found = weekly(of.with_model(changed), self.place.ladder).get(self.place.band)
            given = 0.0 if found is None else found.mean
            if given <= self.goal.value * (1 + 1e-9) or attempt == _ATTEMPTS:
                break
            room -= given - self.goal.value
            again, _ = entered.edge_for(room, self.bounds)
            if again is None or again == edge:
                break
            edge = again
        return edge, found, attempt

    def _months_of_entries(self, entered: Entered, edge: int | None) -> Iterator[Month]:
        for month, part in entered.months():
            own, _ = part.edge_for(self.goal.value, self.bounds)
            shown = self._shown(edge)
            yield Month(
                month, None if own is None else own / MILLION, part.weekly(shown), part.count(shown)
            )

    def _held_entries(self, entered: Entered) -> Held | None:
        early, late = entered.halves()
        edge, _ = early.edge_for(self.goal.value, self.bounds)
        return None if edge is None else Held(edge / MILLION, late.weekly(edge))

    def result(  # noqa: PLR0913 - what was found
        self,
        edge: float | None,
        says: str,
        *,
        months: tuple[Month, ...],
        held: Held | None,
        weekly_: tuple[Weekly | None, Weekly | None] = (None, None),
        replayed_: Replay | None = None,
        attempts: int = 0,
    ) -> Thresholds:
        return Thresholds(
            model=self.of.run.model.model,
            fingerprint=self.fingerprint,
            place=self.place,
            goal=self.goal,
            edge=edge,
            says=says,
            now=self.cost(self.place.edge, weekly_[0]),
            then=None if edge is None else self.cost(edge, weekly_[1]),
            months=months,
            held=held,
            steps=self.steps,
            judged=self.of,
            replayed=None if replayed_ is None else (replayed_.leads, replayed_.of),
            weeks=0 if self.latest is self.reached else self.weeks,
            attempts=attempts,
        )
