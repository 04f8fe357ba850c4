"""Sums of rules side by side: one row a lead, for an engine that moves rows between machines.

Where hits are joined to rules, an event becomes as many rows as it has hits, and what is moved is a
row for each pair of lead and rule. Here each rule is a filtered sum over the events, so that one
row a lead is moved. Its sums are then laid out one below the other: from there on rules are rows
again, as everywhere, and what is done to each of them is written, and compiled, once.

This gives the points, and the counts that are read, of rules that look at their events alone. Their
rows of the ledger are always computed hit by hit, see ``units``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sqlglot import exp

from leadline.model.document import OutcomeRule, UnitRule
from leadline.model.expressions import Expression
from leadline.model.names import fields_of
from leadline.query.amounts import points_of, unit_rule, weight_of
from leadline.query.context import Context, NumberedRule, Stream
from leadline.query.hits import Hits
from leadline.query.matching import KIND, Matcher, condition, parameters
from leadline.query.subjects import Step
from leadline.sql.trees import (
    Tree,
    all_of,
    call,
    column,
    integer,
    named,
    null,
    spelled,
    sql_tree,
    text,
)

MOST_RULES = 60
"""With more of them the methods that Spark makes of the sums are too long for Java to compile."""

_AGE = "leadline.age"
"""Column of an event's age in microseconds, beside its own columns."""


class Sum(NamedTuple):
    """What is summed over the hits of a rule, with its type."""

    name: str
    aggregate: str
    kind: str


WEIGHTS = Sum("weights", "sum(:weight)", "double")
"""Not null where a rule has hits."""
UNITS = Sum("units", "count(*)", "bigint")
LAST = Sum("last_at", "max(e.occurred_at)", "timestamp")
FIRST = Sum("first_at", "min(e.occurred_at)", "timestamp")
AMOUNT = Sum("amount", "sum(weighted(coalesce(:points, 0.0), :weight))", "double")


def is_wide(context: Context, numbered: NumberedRule) -> bool:
    """Say whether a rule that sums its hits is to be summed beside others."""
    rule = numbered.rule
    if (
        not context.profile.planning.moves_rows
        or numbered.level != "lead"
        or not isinstance(rule, UnitRule)
    ):
        return False
    if not context.profile.one_moment or context.has("lead_merges"):
        return False
    read = [each for each in (rule.where, rule.points) if isinstance(each, Expression)]
    if numbered.resets or fields_of(*(each.tree for each in read)):
        return False
    stream: Stream = "outcomes" if isinstance(rule, OutcomeRule) else "events"
    return len(context.unit_rules("lead", stream)) <= MOST_RULES


def wide(hits: Hits) -> Iterator[Step]:
    """Yield ``NAME``, the sums of all rules by lead, and ``NAME_sums``, those by rule."""
    counted = {each.number for each in hits.context.counted("lead")}
    sums = {each.number: _needed(each, counted) for each in hits.matchers}
    yield hits.name, _by_lead(hits, sums)
    yield f"{hits.name}_sums", _by_rule(hits, sums)


def _needed(matcher: Matcher, counted: set[int]) -> list[Sum]:
    """Return what is needed of a rule for its points and for what else is read of it."""
    rule = unit_rule(matcher)
    single = rule.count == "once" or rule.at_least is not None
    found = [WEIGHTS]
    if single or matcher.number in counted:
        found += [UNITS, LAST]
    if single:
        found.append(FIRST)
    if isinstance(rule.points, Expression):
        found.append(AMOUNT)
    return found


def _by_lead(hits: Hits, sums: Mapping[int, Sequence[Sum]]) -> Tree:
    columns = [
        named(_aggregate(hits, each, one), f"{one.name}.{each.number}")
        for each in hits.matchers
        for one in sums[each.number]
    ]
    return sql_tree(
        "select e.lead_id as k, :columns from "
        "(select e.*, :age from :stream as e where :conditions) as e group by e.lead_id",
        columns=columns,
        age=named(hits.age, _age(hits)),
        stream=exp.to_table(hits.stream),
        conditions=all_of([*hits.visible(), *_kinds(hits)]),
    )


def _age(hits: Hits) -> str:
    return hits.context.free(hits.stream, _AGE)


def _kinds(hits: Hits) -> Iterator[Tree]:
    """Yield the condition that an event is of a type that any rule counts."""
    kinds = dict.fromkeys(kind for each in hits.matchers for kind in each.kinds or ())
    if all(each.kinds is not None for each in hits.matchers):
        kind = column(KIND[hits.stream], "e")
        yield sql_tree(":kind in (:kinds)", kind=kind, kinds=[text(each) for each in kinds])


def _aggregate(hits: Hits, matcher: Matcher, one: Sum) -> Tree:
    """Return a sum over the hits of a rule."""
    age = column(_age(hits), "e")
    tests = [condition(hits.context, hits.stream, matcher)]
    within = parameters(matcher.rule).get("within")
    if within is not None:
        tests.append(sql_tree(":age < :within", age=age, within=within))
    aggregate = sql_tree(
        one.aggregate,
        weight=weight_of(matcher.rule, sql_tree("cast(:age as double)", age=age)),
        points=points_of(hits, matcher),
    )
    return exp.Filter(this=aggregate, expression=exp.Where(this=all_of(tests)))


def _by_rule(hits: Hits, sums: Mapping[int, Sequence[Sum]]) -> Tree:
    """Return the sums of each lead and rule that has hits; null is what is not needed."""
    kinds = dict.fromkeys(each for found in sums.values() for each in found)
    others = [each for each in (UNITS, LAST, FIRST, AMOUNT) if each in kinds or each in _READ]
    columns = [
        named(_at(column(_list(each), "u")) if each in kinds else null(each.kind), each.name)
        for each in others
    ]
    if FIRST in kinds:
        columns.append(named(hits.as_of, "as_of"))
    return spelled(
        "spark",
        "select u.k, :rule, p.weights, :columns from (:rows) as u "
        "lateral view posexplode(:weights) p as place, weights where p.weights is not null",
        {
            "rule": named(_at(call("array", *map(integer, sums))), "rule"),
            "columns": columns,
            "weights": column(_list(WEIGHTS), "u"),
            "rows": sql_tree(
                "select w.k, :lists from :wide as w",
                lists=[named(_listed(sums, each), _list(each)) for each in kinds],
                wide=exp.to_table(hits.name),
            ),
        },
    )


_READ = (UNITS, LAST)
"""What later steps name of every rule."""


def _list(one: Sum) -> str:
    return f"all.{one.name}"


def _listed(sums: Mapping[int, Sequence[Sum]], one: Sum) -> Tree:
    """Return one sum of all rules as a list in their order."""
    return call(
        "array",
        *(
            column(f"{one.name}.{number}", "w") if one in found else null(one.kind)
            for number, found in sums.items()
        ),
    )


def _at(listed: Tree) -> Tree:
    """Return what a list has at the place of the rule at hand."""
    return call("get", listed, sql_tree("p.place"))
