"""The quarter of a team, composed of what the other questions answer of the same tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from leadline.errors import InputError
from leadline.history.judged import Judged, judged
from leadline.history.split import split
from leadline.model.document import Model
from leadline.model.fingerprint import fingerprint
from leadline.model.task import TaskDocument
from leadline.review.backtest import backtest
from leadline.review.backtest.backtest import Backtest
from leadline.review.backtest.capacity import Capacity
from leadline.review.quarter.decisions import Decision, decisions, plain_decision
from leadline.review.quarter.entered import Entered, Part, entered
from leadline.review.quarter.period import Period
from leadline.review.quarter.refused import Refused, refused
from leadline.review.rule_worth import worth
from leadline.review.rule_worth.worth import Worth
from leadline.review.sources.sources import Sources, sources
from leadline.review.thresholds import thresholds
from leadline.review.thresholds.ceilings import place_of
from leadline.review.thresholds.goal import goal_of
from leadline.review.thresholds.thresholds import Thresholds
from leadline.review.watch.arrivals import segment_field
from leadline.review.watch.goal import Goal
from leadline.review.watch.watch import Watch, watch, watched
from leadline.scoring import Run

T = TypeVar("T")


@dataclass(frozen=True)
class Unknown:
    """What cannot be told, and why."""

    why: str


Told: TypeAlias = T | Unknown


@dataclass(frozen=True)
class Review:
    """A quarter.

    Attributes:
        model: Name of the model.
        fingerprint: Its fingerprint.
        period: What is reviewed.
        horizon: Within what time the outcome is to come.
        watch: What changed since it began, how far the goal is, what fills up, what comes in.
        backtest: How well leads are ranked, as far as their time is over.
        worth: What rules are worth.
        edge: Where the edge of the highest band should stand; None where no capacity is said.
        sources: Where leads come from; None where no field says it.
        entered: Leads by the band that they entered, and what came of them.
        refused: What sales gave back.
        decisions: What to decide.
    """

    model: str
    fingerprint: str
    period: Period
    horizon: str
    watch: Watch
    backtest: Told[Backtest]
    worth: Told[Worth]
    edge: Told[Thresholds] | None
    sources: Told[Sources] | None
    entered: Entered
    refused: Refused
    decisions: tuple[Decision, ...]

    def plain(self) -> dict[str, Any]:
        """Return the figures for machines."""
        seen, of = self.watch.plain(), self.entered
        return {
            "model": self.model,
            "fingerprint": self.fingerprint,
            "since": self.period.since,
            "until": self.period.until,
            "known_until": self.period.known,
            "horizon": self.horizon,
            "goal": seen["goal"],
            "decisions": [plain_decision(each) for each in self.decisions],
            "ranking": _plain(self.backtest),
            "bands": [_plain_part(each, of.horizon_days) for each in of.bands],
            "first_calls": [_plain_part(each, of.horizon_days) for each in of.calls],
            "first_call_hours": of.first_call_hours,
            "decided": self.refused.decided,
            "reasons": dict(self.refused.reasons),
            "rules": _plain(self.worth),
            "thresholds": _plain(self.edge),
            "sources": _plain(self.sources),
            "changes": seen["changes"],
        }


def _plain(found: Backtest | Worth | Thresholds | Sources | Unknown | None) -> Any:
    if isinstance(found, Unknown):
        return {"unknown": found.why}
    return None if found is None else found.plain()


def _plain_part(part: Part, horizon_days: float) -> dict[str, Any]:
    return {
        "name": part.name,
        "leads": part.leads,
        "decided": part.decided,
        "accepted": part.accepted.plain(),
        "won": part.wins,
        "won_in_horizon": part.lasting.by(horizon_days).plain(),
        "days": part.lasting.middle(horizon_days),
    }


def review(  # noqa: PLR0913, PLR0917 - a model, a task, a time, and what is agreed
    run: Run,
    task: TaskDocument,
    period: Period,
    written: Model,
    capacity: Capacity | None = None,
    goal: Goal | None = None,
    by: str | None = None,
) -> Review:
    """Return what came of a quarter, and what to decide.

    Args:
        run: Any run over the tables.
        task: What is to be foreseen, and how long a lead is followed.
        period: What is reviewed.
        written: The model as it was written, where the run declares more columns.
        capacity: How many leads the team takes.
        goal: What is to be reached.
        by: Field of leads by which they are told apart; by default where they came from.

    Raises InputError, ModelError.
    """
    if not task.task.outcome.has_time:
        remedy = "Say with `at` which field has the time."
        raise InputError(task.fault(("outcome",), "must have a time to be reviewed", "", remedy))
    name, place = fingerprint(written), place_of(written)
    aim = None if capacity is None else goal_of(capacity)
    weekly = None if capacity is None else capacity.weekly
    of = watch(run, watched(run, task, period.known, period.since, by), weekly, goal)
    rows = _known(lambda: judged(run, task, period.known))
    tested = _of(rows, lambda of: backtest.of_judged(of, split(of), None, None, name))
    weighed = _of(rows, lambda of: worth.of_judged(of, None, None, written))
    edge: Told[Thresholds] | None = None
    if aim is not None:
        seen = _seen_too(run, task, period, rows)
        edge = _of(seen, lambda of: thresholds.of_judged(of, place, aim, name_=name))
    told: Told[Sources] | None = None
    if field := segment_field(run, by):
        told = _known(lambda: sources(run, task, period.known, (f"lead.{field}",)))
    parts = (_or_none(edge), _or_none(weighed), _or_none(told))
    return Review(
        model=written.model,
        fingerprint=name,
        period=period,
        horizon=str(task.task.horizon),
        watch=of,
        backtest=tested,
        worth=weighed,
        edge=edge,
        sources=told,
        entered=entered(run, task, place.ladder, period),
        refused=refused(run, period),
        decisions=decisions(of, *parts),
    )


def _seen_too(run: Run, task: TaskDocument, period: Period, rows: Told[Judged]) -> Told[Judged]:
    """Return the judged rows with those that the model was made from, where it was from any."""
    if isinstance(rows, Judged) and rows.seen is None:
        return rows
    return _known(lambda: judged(run, task, period.known, seen_too=True))


def _known(ask: Callable[[], T]) -> Told[T]:
    """Return an answer, or why these tables do not give it, which is no reason to give none."""
    try:
        return ask()
    except InputError as error:
        return Unknown(str(error))


def _of(rows: Told[Judged], ask: Callable[[Judged], T]) -> Told[T]:
    """Return what is asked of judged rows, where there are any."""
    if isinstance(rows, Unknown):
        return rows
    return _known(lambda: ask(rows))


def _or_none(found: Told[T] | None) -> T | None:
    return None if isinstance(found, Unknown) else found
