"""The present against what a model was made on and promised, week by week."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leadline.history.judged import judged
from leadline.model.task import TaskDocument, field_of
from leadline.review.watch.arrivals import Arrivals, arrivals, first_known, segment_field
from leadline.review.watch.goal import Goal, Known, Reached, reached
from leadline.review.watch.happenings import Events, events_of_types, marked_and_lost
from leadline.review.watch.inflation import Inflation, inflation
from leadline.review.watch.newest import Inflow, Stranger, inflows, strangers
from leadline.review.watch.sales import Kept, Promise, decisions, kept, promise, wins
from leadline.review.watch.series import TOPICS, Series, only
from leadline.review.watch.standing import (
    Shift,
    Standing,
    bands,
    empties,
    moved_bands,
    moved_rules,
    scores,
    standing,
    values,
)
from leadline.review.watch.verdicts import Alarm, Found, found_in
from leadline.review.watch.weeks import Weeks, weeks_of
from leadline.scoring import Run

LEAST_MOVED = 0.05
"""Rules whose mean points moved by less are not told of."""
MOST_MOVED = 3


@dataclass(frozen=True)
class Watched:
    """What is watched, and what was found.

    Attributes:
        weeks: The weeks before, and those that are watched.
        arrivals: Who came when.
        standing: How they stood when their week was over.
        promise: What became of leads; None without a task.
        series: All that is watched.
        found: Which left their level.
    """

    weeks: Weeks
    arrivals: Arrivals
    standing: Standing
    promise: Promise | None
    series: tuple[Series, ...]
    found: Found


def watched(
    run: Run,
    task: TaskDocument | None,
    as_of: datetime,
    since: datetime | None = None,
    by: str | None = None,
) -> Watched:
    """Return what is watched of the tables of a run, and what left its level.

    Args:
        run: Any run over the tables.
        task: What was to be foreseen; without one nothing was promised.
        as_of: Until when things are known; a week that is not over then is not looked at.
        since: From when on weeks are watched; those before say what is usual.
        by: Field of leads by which they are told apart; by default where they came from.

    Raises InputError, ModelError.
    """
    weeks = weeks_of(first_known(run), as_of, since)
    came = arrivals(run, weeks, segment_field(run, by))
    left_out = frozenset(map(field_of, task.task.leave_out)) if task else frozenset()
    stood = standing(came, left_out)
    said = None
    if task is not None and task.task.outcome.has_time:
        rows = judged(run, task, weeks.end, seen_too=True, unripe=True)
        said = promise(rows, weeks)
    series = tuple(_series(came, stood, said, events_of_types(came)))
    return Watched(weeks, came, stood, said, series, found_in(series, weeks))


def _series(came: Arrivals, stood: Standing, said: Promise | None, did: Events) -> Iterator[Series]:
    """Yield all that is watched; what leads do and score by it is not judged on holidays."""
    yield from empties(stood)
    yield from values(stood)
    yield from did.series
    yield from marked_and_lost(came)
    for each in (*scores(stood), *bands(stood)):
        yield only(each, did.even)
    yield from decisions(came)
    if said is not None:
        yield from wins(said, came)


@dataclass(frozen=True)
class Verdict:
    """A change, and what it does.

    Attributes:
        alarm: What left its level.
        segment: The value of the field that leads are told apart by; "" for all.
        bands: Share of new leads in each band before and since, the lowest first.
        rules: Mean points of the rules that moved since, the most moved first.
    """

    alarm: Alarm
    segment: str
    bands: tuple[Shift, ...]
    rules: tuple[Shift, ...]


@dataclass(frozen=True)
class Watch:
    """What became of a model.

    Attributes:
        model: Name of the model.
        fingerprint: Its fingerprint.
        of: What is watched, and what was found.
        verdicts: What changed: what lasts first, causes before what follows from them.
        kept: What was promised and what came, by month.
        inflation: What became of bands and scores.
        inflows: What comes in.
        strangers: Values that are new, or gone.
        capacity: How many leads a week the team takes; None where it is not said.
        goal: How far the goal is; None where there is none.
    """

    model: str
    fingerprint: str
    of: Watched
    verdicts: tuple[Verdict, ...]
    kept: tuple[Kept, ...]
    inflation: Inflation
    inflows: tuple[Inflow, ...]
    strangers: tuple[Stranger, ...]
    capacity: float | None
    goal: Reached | None

    @property
    def lasting(self) -> tuple[Verdict, ...]:
        """The changes that are not over."""
        return tuple(each for each in self.verdicts if each.alarm.over is None)

    def plain(self) -> dict[str, Any]:
        """Return the figures for machines."""
        weeks = self.of.weeks
        return {
            "model": self.model,
            "fingerprint": self.fingerprint,
            "since": weeks.since,
            "until": weeks.end,
            "weeks_before": weeks.before,
            "weeks": weeks.watched,
            "watched": self.of.found.watched,
            "lasting": len(self.lasting),
            "changes": [_plain(each, weeks) for each in self.verdicts],
            "goal": self.goal.plain() if self.goal else None,
            "imports": [vars(each) for each in self.of.arrivals.imports],
        }


def _plain(verdict: Verdict, weeks: Weeks) -> dict[str, Any]:
    alarm = verdict.alarm
    return {
        "topic": alarm.topic,
        "name": alarm.series.name,
        "part": alarm.part,
        "among": alarm.series.among,
        "since": weeks.begin(alarm.since),
        "told": weeks.begin(alarm.told + 1),
        "over": None if alarm.over is None else weeks.begin(alarm.over + 1),
        "before": alarm.before,
        "now": alarm.now.plain(),
        "rows": alarm.size,
        "smallest": alarm.smallest,
        "bands": {
            each.name: {"before": each.before, "since": each.since} for each in verdict.bands
        },
        "rules": {
            each.name: {"before": each.before, "since": each.since} for each in verdict.rules
        },
    }


def watch(run: Run, of: Watched, capacity: float | None = None, goal: Goal | None = None) -> Watch:
    """Return what the changes do, what was kept of the promise, what comes in, how far a goal is.

    Raises InputError where the goal cannot be measured.
    """
    filled = inflation(run, of.standing, of.weeks)
    known = Known(of.weeks, of.series, of.standing, of.promise, filled)
    ordered = sorted(of.found.alarms, key=_rank)
    return Watch(
        model=run.model.model,
        fingerprint=run.fingerprint,
        of=of,
        verdicts=tuple(_verdict(of, each) for each in ordered),
        kept=kept(of.promise) if of.promise else (),
        inflation=filled,
        inflows=inflows(of.arrivals),
        strangers=strangers(of.standing),
        capacity=capacity,
        goal=reached(goal, known) if goal else None,
    )


def _rank(alarm: Alarm) -> tuple[bool, int, int]:
    return alarm.over is not None, TOPICS.index(alarm.topic), -alarm.told


def _verdict(of: Watched, alarm: Alarm) -> Verdict:
    segments = {f"{of.arrivals.by} {each}": each for each in of.arrivals.segments}
    segment = segments.get(alarm.series.among, "")
    rules = moved_rules(of.standing, alarm.since, segment)
    return Verdict(
        alarm,
        segment,
        tuple(moved_bands(of.standing, alarm.since, segment)),
        tuple(each for each in rules if abs(each.by) >= LEAST_MOVED)[:MOST_MOVED],
    )
