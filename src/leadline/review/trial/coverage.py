"""What every rule of a model does on some leads: how often it fires, and with which others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from leadline.model.document import (
    BaseRule,
    ConditionRule,
    EventRule,
    OutcomeRule,
    Rule,
    SilenceRule,
    TableRule,
)
from leadline.model.expressions import names
from leadline.query.context import rule_expressions
from leadline.scoring import Run

FEW_LEADS = 20
"""On fewer leads than this, what always happens may be chance."""
SAMPLE = 200
"""Leads of each rule that are looked at before a pair of rules is counted on all of them."""
NEAREST = 10
"""Of the rules that a rule seems never to fire without, these many that fire least are counted."""
MOST_SHARE = 0.9
"""A rule that fires more often than this goes with nearly all others, and says nothing."""

_KINDS: tuple[tuple[type[Rule], str], ...] = (
    (EventRule, "event"),
    (OutcomeRule, "outcome"),
    (ConditionRule, "condition"),
    (TableRule, "table"),
    (BaseRule, "base"),
    (SilenceRule, "silence"),
)


@dataclass(frozen=True)
class RuleCoverage:
    """What one rule does; a lead at one of several moments counts as a lead of its own.

    Attributes:
        score: Name of the score.
        rule: Name of the rule.
        kind: condition, table, event, outcome, silence or base.
        leads: Leads that have the score.
        fired: Leads for which the rule fires.
        share: The same as a share of ``leads``.
        missing: Share of ``leads`` for which it cannot be decided, as a field is empty.
        limited: Share of ``fired`` for which its own limit is reached.
        least: Least points where it fires; null where it never does, as the two below.
        mean: Mean points.
        greatest: Greatest points.
        weight: Share of the points of all rules, without their signs; log-odds by themselves, and
            without the base, which moves no lead relative to another.
    """

    score: str
    rule: str
    kind: str
    leads: int
    fired: int
    share: float
    missing: float
    limited: float
    least: float | None
    mean: float | None
    greatest: float | None
    weight: float

    @property
    def name(self) -> str:
        """Score and rule, as conditions write them."""
        return f"{self.score}.{self.rule}"


@dataclass(frozen=True)
class LimitUse:
    """How often the limit of a group, or the range of a score, takes effect.

    Attributes:
        score: Name of the score.
        limit: Name of the group, or ``range``.
        leads: Leads for which it takes effect.
        share: The same as a share of those that have the score.
        mean: Mean points that it adds or takes.
    """

    score: str
    limit: str
    leads: int
    share: float
    mean: float


@dataclass(frozen=True)
class Together:
    """A rule that never fires without another.

    Attributes:
        rule: Score and rule.
        other: Score and rule that always fires with it.
        leads: Leads for which both fire.
        identical: Whether the other never fires without this one either.
    """

    rule: str
    other: str
    leads: int
    identical: bool


def coverage(run: Run) -> tuple[tuple[RuleCoverage, ...], tuple[LimitUse, ...]]:
    """Return what every rule does, in the order written, and every limit that takes effect."""
    leads = _leads(run)
    rows = {(row[0], row[1]): row[2:] for row in run.engine.rows(_counts(run))}
    nothing: tuple[Any, ...] = (0, 0, 0, None, None, None, 0.0)
    rules = tuple(
        _covered(score, name, rule, leads[score], rows.get((score, name), nothing))
        for score, name, rule in run.model.rules()
    )
    limits = tuple(
        LimitUse(score, name.removeprefix("limit:"), row[0], row[0] / (leads[score] or 1), row[4])
        for (score, name), row in sorted(rows.items())
        if name.startswith("limit:")
    )
    return rules, limits


def _leads(run: Run) -> dict[str, int]:
    """Return how many leads have each score."""
    counts = ", ".join(f'count("{name}")' for name in run.model.scores)
    row = run.engine.rows(f"select {counts} from {run.table('scores')}")[0]
    return dict(zip(run.model.scores, row, strict=True))


def _counts(run: Run) -> str:
    """Return the query of all figures of all rules; its weights are shares of their unit."""
    rules = [
        f"('{score}', '{name}', {getattr(rule, 'limit', None) or 'null'}, "
        f"{not isinstance(rule, BaseRule)})"
        for score, name, rule in run.model.rules()
    ]
    listed = ", ".join([*rules, "('', '', null, false)"])
    return _COUNTS.format(points=run.table("points"), rules=listed)


_COUNTS = """
    with counted as (
        select p.score, p.rule, any_value(p.unit) as unit,
            count(*) filter (where p.state <> 'missing') as fired,
            count(*) filter (where p.state = 'missing') as missing,
            count(*) filter (where p.state = 'fired' and abs(p.points) >= r.most) as limited,
            min(p.points) filter (where p.state <> 'missing') as least,
            avg(p.points) filter (where p.state <> 'missing') as mean,
            max(p.points) filter (where p.state <> 'missing') as greatest,
            coalesce(sum(abs(p.points)) filter (where r.moves), 0) as total
        from {points} as p
        left join (values {rules}) as r(score, rule, most, moves)
            on r.score = p.score and r.rule = p.rule
        group by p.score, p.rule
    )
    select score, rule, fired, missing, limited, least, mean, greatest,
        coalesce(total / nullif(sum(total) over (partition by unit), 0), 0) as weight
    from counted
"""


def _covered(score: str, name: str, rule: Rule, leads: int, row: tuple[Any, ...]) -> RuleCoverage:
    fired, missing, limited, least, mean, greatest, weight = row
    kind = next(word for each, word in _KINDS if isinstance(rule, each))
    parts = fired / (leads or 1), missing / (leads or 1), limited / (fired or 1)
    return RuleCoverage(score, name, kind, leads, fired, *parts, least, mean, greatest, weight)


def together(run: Run, rules: Iterable[RuleCoverage]) -> tuple[Together, ...]:
    """Return the rules that never fire without another, those on most leads first.

    Left out are rules that fire for few leads or nearly all, those that never give points, and
    those whose own condition reads the other. All pairs are looked at on a sample of each rule's
    leads, in one query, and only pairs without a counterexample there are counted on all leads:
    of each rule those with the ten others that fire least, as these say most.
    """
    found = {
        number: each
        for number, each in enumerate(rules)
        if each.fired >= FEW_LEADS and each.share <= MOST_SHARE and (each.least or each.greatest)
    }
    if len(found) < 2:  # noqa: PLR2004 - a pair
        return ()
    listed = ", ".join(f"({n}, '{each.score}', '{each.rule}')" for n, each in found.items())
    tables = {"points": run.table("points"), "scores": run.table("scores")}
    run.engine.run(_FIRED.format(rules=listed, **tables))
    counts = ", ".join(f"({number}, {each.fired})" for number, each in found.items())
    pairs = run.engine.rows(_PAIRS.format(counts=counts, sample=SAMPLE, nearest=NEAREST))
    run.engine.run("drop table trial_fired")
    wanted = _without_own(run, found, {(a, b) for a, b in pairs})
    return tuple(sorted(_together(found, wanted), key=lambda each: (-each.leads, each.rule)))


_FIRED = """
    create or replace temp table trial_fired as
    select s.rowid as k, r.number as r
    from {points} as p
    join (values {rules}) as r(number, score, rule) on r.score = p.score and r.rule = p.rule
    join {scores} as s on s.lead_id = p.lead_id and s.as_of = p.as_of
    where p.state = 'fired'
"""

_PAIRS = """
    with counts as (select * from (values {counts}) as c(r, n)),
    sample as (
        select k, r from trial_fired
        qualify row_number() over (partition by r order by k) <= {sample}
    ),
    candidates as (
        select a.r as a, b.r as b, any_value(c.n) as n
        from sample as a
        join trial_fired as b on b.k = a.k and b.r <> a.r
        join counts as c on c.r = a.r
        group by a.r, b.r having count(*) = least(any_value(c.n), {sample})
    ),
    nearest as (
        select c.a, c.b, c.n from candidates as c join counts as o on o.r = c.b
        qualify row_number() over (partition by c.a order by o.n, c.b) <= {nearest}
    )
    select c.a, c.b
    from trial_fired as a
    join nearest as c on c.a = a.r
    join trial_fired as b on b.k = a.k and b.r = c.b
    group by c.a, c.b having count(*) = any_value(c.n)
"""


def _without_own(
    run: Run, found: dict[int, RuleCoverage], pairs: set[tuple[int, int]]
) -> set[tuple[int, int]]:
    """Leave out pairs of which one rule reads the hits of the other: they are meant so."""
    read = {number: _read(run, each) for number, each in found.items()}
    return {
        (one, other)
        for one, other in pairs
        if not _reads(read[one], found[other]) and not _reads(read[other], found[one])
    }


def _read(run: Run, covered: RuleCoverage) -> set[tuple[str, ...]]:
    """Return what a rule reads of other rules, without ``hits`` and ``last``."""
    rule = (run.model.scores[covered.score].rules or {})[covered.rule]
    found = (name.parts for each in rule_expressions(rule) for name in names(each.tree))
    return {tuple(rest) for scope, *rest in found if scope in {"hits", "last"}}


def _reads(read: set[tuple[str, ...]], rule: RuleCoverage) -> bool:
    return (rule.rule,) in read or (rule.score, rule.rule) in read


def _together(found: dict[int, RuleCoverage], pairs: set[tuple[int, int]]) -> Iterator[Together]:
    """Yield the pairs, of two rules that always fire together the one written last first."""
    for one, other in pairs:
        identical = (other, one) in pairs
        if not identical or one > other:
            yield Together(found[one].name, found[other].name, found[one].fired, identical)
