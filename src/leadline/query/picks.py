"""Units that need an order: the best of each, the latest few, and sums within a limit by value."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlglot import exp

from leadline.model.document import UnitRule
from leadline.query.amounts import (
    age_of,
    amount_of,
    by_rule,
    day_of,
    decays_of,
    params_of,
    unit_rule,
    value_of,
    weight,
)
from leadline.query.context import column_of
from leadline.query.hits import Hits
from leadline.query.matching import KEY
from leadline.query.subjects import Step
from leadline.sql.trees import Tree, column, integer, named, null, number, sql_tree, text, union


def picked(hits: Hits) -> Iterator[Step]:
    """Yield the units of the rules that pick among their hits."""
    decays = decays_of(hits)
    detail = [
        sql_tree("e.occurred_at"),
        named(column(KEY[hits.stream], "e"), "id"),
        named(weight(decays, age_of(hits)), "weight"),
        named(amount_of(hits), "amount"),
        named(by_rule(hits, _unit_of), "unit"),
        named(by_rule(hits, _part_of), "part"),
    ]
    yield f"{hits.name}_hits", hits.select(detail)
    yield f"{hits.name}_chosen", _chosen(hits)
    yield f"{hits.name}_placed", _placed(hits)
    yield (
        f"{hits.name}_units",
        sql_tree(
            _PARTS,
            placed=exp.to_table(f"{hits.name}_placed"),
            params=params_of(hits, _PICKED_PARAMS),
        ),
    )


def _placed(hits: Hits) -> Tree:
    """Return the chosen hits with their places, the latest first, where a rule asks for them."""
    asking = [
        integer(each.number)
        for each in hits.matchers
        if unit_rule(each).at_most or unit_rule(each).at_least
    ]
    chosen = exp.to_table(f"{hits.name}_chosen")
    branches = []
    if len(asking) < len(hits.matchers):
        others = sql_tree("not (rule in (:asking))", asking=asking) if asking else exp.true()
        branches.append(
            sql_tree(
                "select *, 1 as place from :chosen as c where :others", chosen=chosen, others=others
            )
        )
    if asking:
        branches.append(
            sql_tree(
                f"select *, row_number() over (partition by k, rule order by {_LATEST}) as place "
                "from :chosen as c where rule in (:asking)",
                chosen=chosen,
                asking=asking,
            )
        )
    return union(branches)


_LATEST = "occurred_at desc, in_bytes(id) desc, amount desc"
_ORDERS = {
    "latest": _LATEST,
    "first": "occurred_at, in_bytes(id), amount",
    "highest": "case when amount is null then 1 else 0 end, amount desc, "
    "occurred_at desc, in_bytes(id) desc",
}

_PICKED_PARAMS: dict[str, Callable[[UnitRule], Tree]] = {
    "at_most": lambda rule: integer(rule.at_most) if rule.at_most else null("bigint"),
    "at_least": lambda rule: integer(rule.at_least) if rule.at_least else null("bigint"),
    "limit_each": lambda rule: (
        number(rule.limit_each) if rule.limit_each is not None else null("double")
    ),
}

_PARTS = """
    select k, rule, cast(sum(units) as bigint) as units, max(last_at) as last_at,
        sum(weights) as weights,
        sum(
            case when limit_each is null then amount
            else clamp(amount, -limit_each, limit_each) end
        ) as amount
    from (
        select c.k, c.rule, c.part, p.limit_each, p.at_least, count(*) as units,
            max(c.occurred_at) as last_at, sum(c.weight) as weights,
            sum(
                case when p.at_least is null or c.place = 1
                then weighted(coalesce(c.amount, 0.0), c.weight) else 0.0 end
            ) as amount
        from :placed as c join (:params) as p on p.rule = c.rule
        where p.at_most is null or c.place <= p.at_most
        group by c.k, c.rule, c.part, p.limit_each, p.at_least
    ) as parts
    group by k, rule, at_least
    having at_least is null or sum(units) >= at_least
"""


def _unit_of(hits: Hits, rule: UnitRule) -> Tree | None:
    if rule.count == "daily":
        return sql_tree("cast(:day as text)", day=day_of(hits))
    if rule.count == "once":
        return text("")
    column_name = column_of(rule)
    return None if column_name is None else value_of(hits, rule, column_name)


def _part_of(hits: Hits, rule: UnitRule) -> Tree | None:
    return value_of(hits, rule, rule.by) if rule.by is not None else None


def _chosen(hits: Hits) -> Tree:
    """Return one hit of each unit (step 2); a unit without value is each hit on its own."""
    picks: dict[str | None, list[int]] = {}
    for each in hits.matchers:
        rule = unit_rule(each)
        picks.setdefault(None if rule.count == "each" else rule.pick, []).append(each.number)
    source = exp.to_table(f"{hits.name}_hits")
    plain = "k, rule, occurred_at, id, weight, amount, part"
    branches = []
    for pick, numbers in picks.items():
        rules = [integer(each) for each in numbers]
        if pick is None:
            branches.append(
                sql_tree(
                    f"select {plain} from :source as h where rule in (:rules)",
                    source=source,
                    rules=rules,
                )
            )
            continue
        branches.append(
            sql_tree(
                f"select {plain} from (select *, row_number() over ("
                f"partition by k, rule, unit order by {_ORDERS[pick]}) as turn "
                "from :source as h where rule in (:rules)) as turns where turn = 1 or unit is null",
                source=source,
                rules=rules,
            )
        )
    return union(branches)
