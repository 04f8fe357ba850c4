"""What a hit is worth: its points, its weight by age, and the parameters of its rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from leadline.model.document import OutcomeRule, UnitRule
from leadline.model.expressions import Expression
from leadline.model.names import place_of
from leadline.model.types import Type
from leadline.query.context import NumberedRule
from leadline.query.expressions import Renderer
from leadline.query.hits import Hits, Matcher, parameters, resolver
from leadline.query.sql import Tree, case, column, integer, null, number, sql, text, values

WEIGHTS = {
    "half_life": "power_of_half(:age / :half_life)",
    "linear": "greatest(0.0, 1.0 - :age / :linear)",
    "keep": "raised(:keep, floor(:age / :every))",
}
"""The weight of a unit by the parameter that its decay has."""


def weight(used: Sequence[str], age: Tree, alias: str = "m") -> Tree:
    """Return the weight of a unit by its age in microseconds (step 4)."""
    branches: list[tuple[Tree, Tree]] = []
    for parameter, formula in WEIGHTS.items():
        if parameter in used:
            parts = {each: column(each, alias) for each in ("half_life", "linear", "keep", "every")}
            tree = sql(formula, age=age, **parts)
            branches.append((sql(":p is not null", p=column(parameter, alias)), tree))
    return case(branches, number(1.0))


def unit_rule(matcher: Matcher) -> UnitRule:
    """Return the event or outcome rule of a matcher that has one."""
    assert matcher.rule is not None  # noqa: S101 - matchers of unit rules have one
    assert isinstance(matcher.rule.rule, UnitRule)  # noqa: S101 - see above
    return matcher.rule.rule


def age_of(hits: Hits) -> Tree:
    """Return the age of a hit in microseconds, as a double."""
    return sql("cast(:age as double)", age=hits.age)


def decays_of(hits: Hits) -> list[str]:
    """Return the decays that any of the rules has, by the parameter in ``WEIGHTS``."""
    return [each for each in WEIGHTS if any(each in _decay_keys(m.rule) for m in hits.matchers)]


def _decay_keys(numbered: NumberedRule | None) -> set[str]:
    decay = numbered.decay if numbered else None
    return set() if decay is None or isinstance(decay, str) else set(type(decay).model_fields)


def amount_of(hits: Hits) -> Tree:
    """Return the points of a hit before its weight, null where a formula is null."""
    branches = []
    for each in hits.matchers:
        rule = unit_rule(each)
        if isinstance(rule.points, Expression):
            place = place_of(rule, "points", account=hits.level == "account")
            renderer = Renderer(hits.context.names, place, resolver(), hits.as_of)
            points = renderer(rule.points.tree, Type.NUMBER)
        else:
            points = number(rule.points)
        branches.append((sql("m.rule = :n", n=integer(each.number)), points))
    return case(branches)


def params_of(hits: Hits, columns: dict[str, Callable[[UnitRule], Tree]]) -> Tree:
    """Return what is needed of each rule once its units are known."""
    rows = [
        [integer(each.number), *(get(unit_rule(each)) for get in columns.values())]
        for each in hits.matchers
    ]
    return values("p", ["rule", *columns], rows)


def decay_param(hits: Hits, key: str) -> Callable[[UnitRule], Tree]:
    """Return how a parameter of its decay is read off a rule, null where it has none."""
    by_rule = {id(unit_rule(each)): parameters(each.rule) for each in hits.matchers}
    return lambda rule: by_rule[id(rule)].get(key, null("double"))


def by_rule(hits: Hits, get: Callable[[Hits, UnitRule], Tree | None], kind: str = "text") -> Tree:
    """Return a value of a type by rule, null where a rule has none."""
    branches = []
    for each in hits.matchers:
        tree = get(hits, unit_rule(each))
        if tree is not None:
            branches.append((sql("m.rule = :n", n=integer(each.number)), tree))
    return case(branches, null(kind))


def value_of(hits: Hits, rule: UnitRule, name: str) -> Tree:
    """Return a column of the event as text, null where the data lacks it."""
    table = "outcomes" if isinstance(rule, OutcomeRule) else "events"
    if name not in hits.context.schema.get(table, {}):
        return null("text")
    return sql("cast(:c as text)", c=column(name, "e"))


def day_of(hits: Hits) -> Tree:
    """Return the calendar day of a hit in the model's time zone."""
    zone = hits.context.model.time_zone
    if zone == "UTC":  # as times are kept
        return sql("cast(e.occurred_at as date)")
    return sql("calendar_day(e.occurred_at, :zone)", zone=text(zone))
