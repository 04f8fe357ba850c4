"""A review in words: its time, its verdict, and what is to be decided."""

from __future__ import annotations

from leadline.reports import backtest, thresholds
from leadline.reports.figures import figure, within
from leadline.reports.watch_said import day, effect, says, step
from leadline.review.quarter.decisions import Change, Decision, Edge, Points, Way
from leadline.review.quarter.period import Period
from leadline.review.quarter.quarter import Review, Unknown
from leadline.statistics.measures import Measured

MOST_SENTENCES = 3
_ORDINALS = ("", "first", "second", "third", "fourth")


def period_said(period: Period) -> str:
    """Return the time that is reviewed."""
    if period.quarter is not None:
        return f"the {_ORDINALS[period.quarter]} quarter of {period.since.year}"
    return f"{day(period.since)} to {day(period.until)}"


def verdict(found: Review) -> str:
    """Return the result in a few sentences."""
    top = found.entered.bands[0]
    parts = [_ranking(found), f"{top.leads:,} leads entered {top.name}"]
    if top.decided:
        parts[1] += f", of those decided on sales accepted {_share(top.accepted)}"
    wins = sum(each.wins for each in found.entered.bands)
    if wins:
        every = sum(each.leads for each in found.entered.bands)
        part = figure(top.leads / every, "share")
        parts[1] += f"; {top.wins:,} of {wins:,} wins so far came from these {part} of the leads"
    count = len(found.decisions)
    asks = "Nothing is" if not count else "One thing is" if count == 1 else f"{count} things are"
    return f"{parts[0]} {parts[1]}. {asks} to be decided."


def _ranking(found: Review) -> str:
    """Return whether the score works, as far as it can be said."""
    of = found.backtest
    if isinstance(of, Unknown):
        return "Whether the score works cannot be said yet."
    if of.doubts or of.evidence.is_reversed or of.verdict != "better than chance":
        return backtest.verdict(of)
    lift = backtest.in_two(of.lift_10)
    return f"The score works: the best tenth wins {lift} times as often as all leads."


def _share(found: Measured) -> str:
    return "-" if found.value is None else within(found.value, (found.low, found.high), "share")


def decided(decision: Decision, model: str) -> tuple[str, str]:
    """Return a proposal, and its preview: what it does, and which command shows more."""
    if isinstance(decision, Change):
        return says(decision.verdict.alarm), f"{effect(decision.verdict)} {step(decision.verdict)}"
    if isinstance(decision, Edge):
        return _edge(decision)
    if isinstance(decision, Points):
        return _points(decision, model)
    return _way(decision)


def _edge(decision: Edge) -> tuple[str, str]:
    of = decision.found
    edges = figure(of.place.edge, "points"), figure(of.edge, "points")
    said = f"Move the edge of {of.place.band} from {edges[0]} to {edges[1]}."
    return said, f"{thresholds.verdict(of)} Apply it: leadline thresholds --apply."


def _points(decision: Points, model: str) -> tuple[str, str]:
    of = decision.found
    changes = of.proposal.changes if of.proposal else ()
    sentences = [each for change in changes for each in change.sentences]
    rest = len(sentences) - MOST_SENTENCES
    more = f"; and {rest} more" if rest > 0 else ""
    said = f"Change points of {model}: {'; '.join(sentences[:MOST_SENTENCES])}{more}."
    effect_ = of.effect.says if of.effect else ""
    return said, f"{effect_} See all: leadline rules; apply them: leadline rules --apply."


def _way(decision: Way) -> tuple[str, str]:
    source, total = decision.source, decision.total
    do = (
        "Ask what more of it would cost"
        if decision.is_more
        else "Ask what it costs, and whether it is worth its calls"
    )
    said = (
        f"{source.value} ({decision.by}) wins {_share(source.pooled)}, all leads "
        f"{_share(total.won)}. {do}."
    )
    counts = f"{figure(source.wins, 'points')} of {figure(source.leads, 'points')} leads"
    return said, f"{counts} won; no claim of cause. With costs: leadline sources --costs FILE."
