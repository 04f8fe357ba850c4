"""What a hit is worth: its points, its weight by age, and the parameters of its rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlglot import exp

from leadline.model.document import OutcomeRule, UnitRule
from leadline.model.expressions import Expression
from leadline.model.names import place_of
from leadline.model.types import Type
from leadline.query.context import Context, NumberedRule
from leadline.query.expressions import Renderer
from leadline.query.hits import Hits
from leadline.query.matching import Matcher, parameters, resolver
from leadline.sql.trees import (
    Tree,
    call,
    case,
    column,
    integer,
    named,
    null,
    number,
    sql_tree,
    text,
    values,
)

WEIGHTS = {
    "half_life": "power_of_half(:age / :half_life)",
    "linear": "greatest(0.0, 1.0 - :age / :linear)",
    "keep": "raised(:keep, floor(:age / :every))",
}
"""The weight of a unit by the parameter that its decay has."""


def weight(used: Sequence[str], age: Tree, alias: str = "m") -> Tree:
    """Return the weight of a unit by its age in microseconds (step 4)."""
    branches: list[tuple[Tree, Tree]] = []
    parts = {each: column(each, alias) for each in ("half_life", "linear", "keep", "every")}
    for parameter, formula in WEIGHTS.items():
        if parameter in used:
            tree = sql_tree(formula, age=age, **parts)
            branches.append((sql_tree(":p is not null", p=parts[parameter]), tree))
    return case(branches, number(1.0))


def weight_of(numbered: NumberedRule | None, age: Tree) -> Tree:
    """Return the weight of a unit of one rule by its age in microseconds."""
    parts = parameters(numbered)
    for parameter, formula in WEIGHTS.items():
        if parameter in parts:
            return sql_tree(formula, age=age, **parts)
    return number(1.0)


def unit_rule(matcher: Matcher) -> UnitRule:
    """Return the event or outcome rule of a matcher that has one."""
    assert matcher.rule is not None  # noqa: S101 - matchers of unit rules have one
    assert isinstance(matcher.rule.rule, UnitRule)  # noqa: S101 - see above
    return matcher.rule.rule


def age_of(hits: Hits) -> Tree:
    """Return the age of a hit in microseconds, as a double."""
    return sql_tree("cast(:age as double)", age=hits.age)


def decays_of(hits: Hits) -> list[str]:
    """Return the decays that any of the rules has, by the parameter in ``WEIGHTS``."""
    return [each for each in WEIGHTS if any(each in _decay_keys(m.rule) for m in hits.matchers)]


def _decay_keys(numbered: NumberedRule | None) -> set[str]:
    decay = numbered.decay if numbered else None
    return set() if decay is None or isinstance(decay, str) else set(type(decay).model_fields)


def amount_of(hits: Hits) -> Tree:
    """Return the points of a hit before its weight, null where a formula is null."""
    return case(
        (sql_tree("m.rule = :n", n=integer(each.number)), points_of(hits, each))
        for each in hits.matchers
    )


def points_of(hits: Hits, matcher: Matcher) -> Tree:
    """Return the points of a rule's hit before its weight, null where a formula is null."""
    rule = unit_rule(matcher)
    if not isinstance(rule.points, Expression):
        return number(rule.points)
    place = place_of(rule, "points", account=hits.level == "account")
    renderer = Renderer(hits.context.names, place, resolver(), hits.as_of)
    return renderer(rule.points.tree, Type.NUMBER)


def params_of(hits: Hits, columns: dict[str, Callable[[UnitRule], Tree]]) -> Tree:
    """Return what is needed of each rule once its units are known."""
    found = by_number(hits, columns)
    rows = [[integer(rule), *params] for rule, params in found.items()]
    return values("p", ["rule", *columns], rows)


def by_number(hits: Hits, columns: dict[str, Callable[[UnitRule], Tree]]) -> dict[int, list[Tree]]:
    """Return what is needed of each rule by its number."""
    return {
        each.number: [get(unit_rule(each)) for get in columns.values()] for each in hits.matchers
    }


def with_params(
    context: Context, rows: Tree, columns: Sequence[str], found: Mapping[int, Sequence[Tree]]
) -> Tree:
    """Return rows by rule, each beside what is needed of its rule.

    From a list where sums stand side by side: a constant relation would be sent to all machines.

    Args:
        context: Says how a rule finds what it needs.
        rows: With a column ``rule``.
        columns: Names of what is needed.
        found: Number of a rule to its values, in the order of these names.
    """
    if not context.profile.planning.moves_rows:
        params = values("p", ["rule", *columns], [[integer(n), *row] for n, row in found.items()])
        return sql_tree(
            "select u.*, :columns from :rows as u join (:params) as p on p.rule = u.rule",
            columns=[column(each, "p") for each in columns],
            rows=rows,
            params=params,
        )
    looked_up = []
    for place, name in enumerate(columns):
        listed = [found[n][place] if n in found else exp.null() for n in range(max(found) + 1)]
        looked_up.append(named(call("get", call("array", *listed), sql_tree("u.rule")), name))
    return sql_tree("select u.*, :columns from :rows as u", columns=looked_up, rows=rows)


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
            branches.append((sql_tree("m.rule = :n", n=integer(each.number)), tree))
    return case(branches, null(kind))


def value_of(hits: Hits, rule: UnitRule, name: str) -> Tree:
    """Return a column of the event as text, null where the data lacks it."""
    table = "outcomes" if isinstance(rule, OutcomeRule) else "events"
    kind = hits.context.schema.get(table, {}).get(name)
    if kind is None:
        return null("text")
    value = column(name, "e")
    if kind is Type.NUMBER:  # minus zero is zero
        value = sql_tree("cast(:c as double) + 0.0", c=value)
    return sql_tree("cast(:c as text)", c=value)


def day_of(hits: Hits) -> Tree:
    """Return the calendar day of a hit in the model's time zone."""
    zone = hits.context.model.time_zone
    if zone == "UTC":  # as times are kept
        return sql_tree("cast(e.occurred_at as date)")
    return sql_tree("calendar_day(e.occurred_at, :zone)", zone=text(zone))
