"""What to decide: proposals that other answers make, the most pressing first; none is made here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from leadline.review.rule_worth.worth import Worth
from leadline.review.sources.sources import Source, Sources
from leadline.review.sources.ways import OTHERS, UNKNOWN
from leadline.review.thresholds.thresholds import Thresholds
from leadline.review.watch.series import Topic
from leadline.review.watch.watch import Verdict, Watch

MOST = 5
MOST_CHANGES = 2
LEAST_ENTRIES = 1.0
"""Another edge is proposed where it lets in so many more or fewer leads a week."""
_FINE: frozenset[tuple[Topic, bool]] = frozenset({("empty", False), ("lost", False)})
"""Changes for the better, which leave nothing to decide: by topic, and whether there is more."""
_FOLLOWING: frozenset[Topic] = frozenset({"score", "band"})
"""What follows from other changes, where there are any."""
Asked: TypeAlias = Literal["watch", "thresholds", "rules", "sources"]


@dataclass(frozen=True)
class Change:
    """Something changed, and is not over: its next step."""

    verdict: Verdict
    question: Asked = "watch"


@dataclass(frozen=True)
class Edge:
    """The edge of a band does not fit the capacity: another one would."""

    found: Thresholds
    question: Asked = "thresholds"


@dataclass(frozen=True)
class Points:
    """Rules are worth other points, and later rows are ranked better by these, if only a little."""

    found: Worth
    question: Asked = "rules"


@dataclass(frozen=True)
class Way:
    """Leads of a source win more often, or less often, than all."""

    source: Source
    total: Source
    by: str
    is_more: bool
    question: Asked = "sources"


Decision: TypeAlias = Change | Edge | Points | Way


def decisions(
    watch: Watch, edge: Thresholds | None, worth: Worth | None, sources: Sources | None
) -> tuple[Decision, ...]:
    """Return at most five proposals: what broke, the edge, points, then where leads come from."""
    found: list[Decision] = [*_changes(watch), *_edge(edge), *_points(worth), *_ways(sources)]
    return tuple(found[:MOST])


def _changes(watch: Watch) -> Iterator[Change]:
    """Yield what changed and lasts: causes; what follows from them only where there are none."""
    causes = [each for each in watch.lasting if each.alarm.topic not in _FOLLOWING]
    asking = [each for each in causes or watch.lasting if _asks(each)]
    yield from map(Change, asking[:MOST_CHANGES])


def _asks(verdict: Verdict) -> bool:
    alarm = verdict.alarm
    return (alarm.topic, alarm.is_up) not in _FINE


def _edge(found: Thresholds | None) -> Iterator[Edge]:
    if found is None or found.edge is None or found.then is None:
        return
    if found.says and found.edge < found.place.edge:
        return  # no edge lets in as many as are asked for
    now, then = (
        0.0 if each.weekly is None else each.weekly.mean for each in (found.now, found.then)
    )
    if abs(now - then) >= LEAST_ENTRIES:
        yield Edge(found)


def _points(found: Worth | None) -> Iterator[Points]:
    if found is None or found.proposal is None or found.effect is None:
        return
    if (found.effect.gain.measured.value or 0.0) > 0:
        yield Points(found)


def _ways(found: Sources | None) -> Iterator[Way]:
    """Yield the best and the worst source that is told from all by what it wins."""
    if found is None:
        return
    for told in found.told:
        apart = [
            each
            for each in told.sources
            if each.value not in {UNKNOWN, OTHERS} and each.side(told.total)
        ]
        apart.sort(key=lambda each: each.pooled.value or 0.0)
        for is_more, each in ((True, apart[-1:]), (False, apart[:1])):
            yield from (
                Way(source, told.total, told.way.name, is_more)
                for source in each
                if (source.side(told.total) > 0) is is_more
            )


def plain_decision(decision: Decision) -> Mapping[str, Any]:
    """Return a proposal for machines: which question made it, and of what."""
    if isinstance(decision, Change):
        alarm = decision.verdict.alarm
        about: dict[str, Any] = {"topic": alarm.topic, "name": alarm.series.name}
        about |= {"among": alarm.series.among, "before": alarm.before, "now": alarm.now.plain()}
    elif isinstance(decision, Edge):
        found = decision.found
        about = {"band": found.place.band, "edge": found.place.edge, "proposed": found.edge}
    elif isinstance(decision, Points):
        worth = decision.found
        changes = worth.proposal.changes if worth.proposal else ()
        about = {"changes": [each.plain() for each in changes]}
        about["effect"] = worth.effect.plain() if worth.effect else None
    else:
        about = {"by": decision.by, "value": decision.source.value, "more": decision.is_more}
        about |= {"won": decision.source.pooled.plain(), "all": decision.total.won.plain()}
    return {"question": decision.question, **about}
