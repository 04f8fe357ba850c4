"""Units that need an order: the best of each, the latest few, and sums within a limit by value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

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
from leadline.sql.trees import (
    Tree,
    case,
    column,
    integer,
    named,
    null,
    number,
    sql_tree,
    text,
    union,
)


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
        named(by_rule(hits, _visit_of), "visit"),
    ]
    yield f"{hits.name}_hits", hits.select(detail)
    yield f"{hits.name}_chosen", _chosen(hits)
    yield f"{hits.name}_kept", _kept(hits)
    yield f"{hits.name}_counted", _counted(hits)
    yield (
        f"{hits.name}_parts",
        sql_tree(
            _PARTS,
            counted=exp.to_table(f"{hits.name}_counted"),
            params=params_of(hits, _PICKED_PARAMS),
        ),
    )
    yield f"{hits.name}_units", sql_tree(_UNITS, parts=exp.to_table(f"{hits.name}_parts"))


_LATEST = "occurred_at desc, in_bytes(id) desc, amount desc"
_ORDERS = {
    "latest": _LATEST,
    "first": "occurred_at, in_bytes(id), amount",
    "highest": "case when amount is null then 1 else 0 end, amount desc, "
    "occurred_at desc, in_bytes(id) desc",
}
_UNIT = "k, rule, occurred_at, id, weight, amount, part, visit"

_PICKED_PARAMS: dict[str, Callable[[UnitRule], Tree]] = {
    "limit_each": lambda rule: (
        number(rule.limit_each) if rule.limit_each is not None else null("double")
    ),
}


def _kept(hits: Hits) -> Tree:
    """Return the units that are left of each rule: of some the latest alone (step 3)."""
    most = {each.number: unit_rule(each).at_most for each in hits.matchers}
    return _treated(
        hits,
        f"{hits.name}_chosen",
        _UNIT,
        {rule: count for rule, count in most.items() if count is not None},
        f"select {_UNIT} from (select *, row_number() over (partition by k, rule "
        f"order by {_LATEST}) as place from :units as u where rule in (:rules)) as u "
        "where place <= :count",
    )


def _counted(hits: Hits) -> Tree:
    """Return the units with ``counts``, whether they give points (step 5).

    Where so many are needed it is the latest of a value of ``in``, or of all, that has so many.
    """
    least = {each.number: unit_rule(each).at_least for each in hits.matchers}
    return _treated(
        hits,
        f"{hits.name}_kept",
        f"{_UNIT}, true as counts",
        {rule: count for rule, count in least.items() if count is not None},
        f"select {_UNIT}, visit is not null and turn = 1 and size >= :count as counts "
        "from (select *, "
        f"row_number() over (partition by k, rule, visit order by {_LATEST}) as turn, "
        "count(*) over (partition by k, rule, visit) as size "
        "from :units as u where rule in (:rules)) as u",
    )


def _treated(hits: Hits, units: str, plain: str, counts: Mapping[int, int], template: str) -> Tree:
    """Return the units of some rules by a template, and those of the others as they are."""
    source = exp.to_table(units)
    rules = [integer(each) for each in counts]
    branches = []
    if len(counts) < len(hits.matchers):
        others = sql_tree("not (rule in (:rules))", rules=rules) if rules else exp.true()
        branches.append(
            sql_tree(f"select {plain} from :units as u where :others", units=source, others=others)
        )
    if counts:
        count = case(
            (sql_tree("rule = :n", n=integer(rule)), integer(each)) for rule, each in counts.items()
        )
        branches.append(sql_tree(template, units=source, rules=rules, count=count))
    return union(branches)


_PARTS = """
    select c.k, c.rule, c.part, p.limit_each, count(*) as units,
        max(c.occurred_at) as last_at, sum(c.weight) as weights,
        sum(case when c.counts then 1 else 0 end) as counting,
        sum(
            case when c.counts then weighted(coalesce(c.amount, 0.0), c.weight) else 0.0 end
        ) as amount
    from :counted as c join (:params) as p on p.rule = c.rule
    group by c.k, c.rule, c.part, p.limit_each
"""
_UNITS = """
    select k, rule, cast(sum(units) as bigint) as units, max(last_at) as last_at,
        sum(weights) as weights,
        sum(
            case when limit_each is null then amount
            else clamp(amount, -limit_each, limit_each) end
        ) as amount
    from :parts as p
    group by k, rule
    having sum(counting) > 0
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


def _visit_of(hits: Hits, rule: UnitRule) -> Tree | None:
    """Return within which value so many units are needed; a text for all where there is none."""
    if rule.in_ is not None:
        return value_of(hits, rule, rule.in_)
    return text("") if rule.at_least is not None else None


def _chosen(hits: Hits) -> Tree:
    """Return one hit of each unit (step 2); a unit without value is each hit on its own."""
    picks: dict[str | None, list[int]] = {}
    for each in hits.matchers:
        rule = unit_rule(each)
        picks.setdefault(None if rule.count == "each" else rule.pick, []).append(each.number)
    source = exp.to_table(f"{hits.name}_hits")
    branches = []
    for pick, numbers in picks.items():
        rules = [integer(each) for each in numbers]
        if pick is None:
            branches.append(
                sql_tree(
                    f"select {_UNIT} from :source as h where rule in (:rules)",
                    source=source,
                    rules=rules,
                )
            )
            continue
        branches.append(
            sql_tree(
                f"select {_UNIT} from (select *, row_number() over ("
                f"partition by k, rule, unit order by {_ORDERS[pick]}) as turn "
                "from :source as h where rule in (:rules)) as turns where turn = 1 or unit is null",
                source=source,
                rules=rules,
            )
        )
    return union(branches)
