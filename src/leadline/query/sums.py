"""Units that need no order: sums over hits, and over one hit of each day or value.

Rules that add up all their hits, or need the latest or first alone, are summed straight from
the hits. Where each day or value counts once and all hits have the same points, the latest of
each is a maximum.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from sqlglot import exp

from leadline.model.document import UnitRule
from leadline.model.expressions import Expression
from leadline.query.amounts import (
    age_of,
    amount_of,
    by_number,
    by_rule,
    day_of,
    decay_param,
    decays_of,
    unit_rule,
    value_of,
    weight,
    with_params,
)
from leadline.query.context import column_of
from leadline.query.hits import Hits
from leadline.query.subjects import Step
from leadline.query.wide import wide
from leadline.sql.trees import Tree, integer, named, null, number, sql_tree, union


def summed(hits: Hits) -> Iterator[Step]:
    """Yield the units of the rules that are sums over their hits."""
    rules = [unit_rule(each) for each in hits.matchers]
    single = any(rule.count == "once" or rule.at_least is not None for rule in rules)
    formulas = any(isinstance(rule.points, Expression) for rule in rules)
    hit_weight = weight(decays_of(hits), age_of(hits))
    columns = [sql_tree("e.occurred_at"), named(hit_weight, "weight")]
    sums = ["count(*) as units", "max(occurred_at) as last_at", "sum(weight) as weights"]
    if single:
        columns.append(named(hits.as_of, "as_of"))
        sums += ["min(occurred_at) as first_at", "max(as_of) as as_of"]
    if formulas:
        columns.append(named(amount_of(hits), "amount"))
        sums.append("sum(weighted(coalesce(amount, 0.0), weight)) as amount")
    yield (
        f"{hits.name}_sums",
        sql_tree(
            f"select k, rule, {', '.join(sums)} from (:hits) as h group by k, rule",
            hits=hits.select(columns),
        ),
    )
    yield from _units_of_sums(hits)


def side_by_side(hits: Hits) -> Iterator[Step]:
    """Yield the same with one row a lead on the way, see ``wide``."""
    yield from wide(hits)
    yield from _units_of_sums(hits)


def _units_of_sums(hits: Hits) -> Iterator[Step]:
    rules = [unit_rule(each) for each in hits.matchers]
    single = any(rule.count == "once" or rule.at_least is not None for rule in rules)
    formulas = any(isinstance(rule.points, Expression) for rule in rules)
    units = _from_sums(hits, decays_of(hits), single=single, formulas=formulas)
    yield f"{hits.name}_units", units


def distinct(hits: Hits) -> Iterator[Step]:
    """Yield the units of the rules of which the latest hit of each day or value counts."""
    decays = decays_of(hits)
    found, keys = _keyed(hits, named(weight(decays, age_of(hits)), "weight"))
    yield f"{hits.name}_hits", found
    yield f"{hits.name}_sums", _of_latest(hits, keys)
    yield f"{hits.name}_units", _from_sums(hits, decays, single=False, formulas=False)


def latest(hits: Hits) -> Iterator[Step]:
    """Yield ``NAME_latest``: ``k, rule, occurred_at`` of these units, whatever they weigh."""
    found, keys = _keyed(hits, named(number(1.0), "weight"))
    yield f"{hits.name}_hits", found
    yield f"{hits.name}_latest", _latest(hits, keys)


def _keyed(hits: Hits, weight: Tree) -> tuple[Tree, list[str]]:
    """Return the hits with the day or value that only one counts of, and these columns."""
    rules = {each.number: unit_rule(each) for each in hits.matchers}
    keys = []
    if any(rule.count == "daily" for rule in rules.values()):
        keys.append(named(by_rule(hits, _day, "date"), "day"))
    if any(rule.count != "daily" for rule in rules.values()):
        keys.append(named(by_rule(hits, _value, "text"), "value"))
    found = hits.select([sql_tree("e.occurred_at"), weight, *keys])
    return found, [each.alias for each in keys]


def _day(hits: Hits, rule: UnitRule) -> Tree | None:
    return day_of(hits) if rule.count == "daily" else None


def _value(hits: Hits, rule: UnitRule) -> Tree | None:
    name = column_of(rule)
    return None if name is None else value_of(hits, rule, name)


def _of_latest(hits: Hits, keys: Sequence[str]) -> Tree:
    """Return the sums over the latest hit of each key."""
    return sql_tree(
        "select k, rule, count(*) as units, max(occurred_at) as last_at, sum(weight) as weights "
        "from (:latest) as u group by k, rule",
        latest=_latest(hits, keys),
    )


def _latest(hits: Hits, keys: Sequence[str]) -> Tree:
    """Return the latest hit of each key; a hit without one is its own."""
    listed = ", ".join(keys)
    some = " or ".join(f"{key} is not null" for key in keys)
    # a weight never grows with age
    one = "select k, rule, max(occurred_at) as occurred_at, max(weight) as weight "
    found = [f"{one} from :hits as h where {some} group by k, rule, {listed}"]
    if "value" in keys:
        found.append(f"select k, rule, occurred_at, weight from :hits as h where not ({some})")
    source = exp.to_table(f"{hits.name}_hits")
    return union(sql_tree(each, hits=source) for each in found)


def _from_sums(hits: Hits, decays: Sequence[str], *, single: bool, formulas: bool) -> Tree:
    params: dict[str, Callable[[UnitRule], Tree]] = {
        "points": lambda rule: (
            null("double") if isinstance(rule.points, Expression) else number(rule.points)
        )
    }
    units, last_at, weights = sql_tree("u.units"), sql_tree("u.last_at"), sql_tree("u.weights")
    amount = sql_tree("weighted(u.points, u.weights)")
    if formulas:
        amount = sql_tree(
            "case when u.points is null then u.amount else :amount end", amount=amount
        )
    fires: Tree = exp.true()
    if single:
        params["at_least"] = lambda rule: (
            integer(rule.at_least) if rule.at_least else null("bigint")
        )
        params["single"] = lambda rule: exp.true() if rule.count == "once" else exp.false()
        params["first"] = lambda rule: exp.true() if rule.pick == "first" else exp.false()
        decay_params = [
            each for each in ("half_life", "linear", "keep", "every") if each in _with_every(decays)
        ]
        picked = sql_tree("case when u.single and u.first then u.first_at else u.last_at end")
        age = sql_tree(
            "cast(microseconds(u.as_of) - microseconds(:picked) as double)", picked=picked
        )
        one = weight(decays, age, "u")
        for each in decay_params:
            params[each] = decay_param(hits, each)
        units = sql_tree("case when u.single then 1 else u.units end")
        last_at = picked
        weights = sql_tree("case when u.single then :one else u.weights end", one=one)
        amount = sql_tree(
            "case when u.single or u.at_least is not null then weighted(u.points, :one) "
            "else :amount end",
            one=one,
            amount=amount,
        )
        fires = sql_tree("u.at_least is null or :units >= u.at_least", units=units)
    return sql_tree(
        "select u.k, u.rule, :units as units, :last_at as last_at, :weights as weights, "
        ":amount as amount from :sums as u where :fires",
        units=units,
        last_at=last_at,
        weights=weights,
        amount=amount,
        sums=with_params(
            hits.context, exp.to_table(f"{hits.name}_sums"), list(params), by_number(hits, params)
        ),
        fires=fires,
    )


def _with_every(decays: Sequence[str]) -> set[str]:
    return {*decays, *(["every"] if "keep" in decays else [])}
