"""The ledger: one row a rule that counted, was undecided or met a limit."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence

from sqlglot import exp

from leadline.model.document import Score, UnitRule
from leadline.query.context import Context, Level
from leadline.query.totals import limited_groups, millionths, sum_name
from leadline.sql.trees import (
    Tree,
    column,
    integer,
    number,
    sql_tree,
    text,
    union,
    values,
)


def ledger(context: Context, level: Level, rows: Sequence[str]) -> Iterator[Tree]:
    """Yield the rows of the ledger of a level: those of its rules, its groups and its ranges.

    ``rows`` are relations with the ledger's columns, by subject and rule.
    """
    if rows:
        own = [each for each in context.rules if each.level == level]
        rules = values(
            "n",
            ["rule", "score", "name", "unit"],
            [
                [
                    integer(each.number),
                    text(each.score_name),
                    text(each.name),
                    text(_unit(each.score)),
                ]
                for each in own
            ],
        )
        yield sql_tree(
            "select r.k, n.score, n.name as rule, r.state, r.units as count, r.last_at, "
            "r.weight, r.points / 1e6 as points, n.unit "
            "from (:rows) as r join (:rules) as n on n.rule = r.rule",
            rows=union(
                sql_tree(f"select k, rule, state, units, last_at, weight, points from {each}")
                for each in rows
            ),
            rules=rules,
        )
    for name in context.rule_scores(level):
        score = context.model.scores[name]
        for group in limited_groups(score):
            limit = millionths(score.limits[group])
            found = column(sum_name(name, group), "t")
            change = sql_tree("clamp(:a, :b, :c) - :a", a=found, b=number(-limit), c=number(limit))
            yield _limit_row(context, level, name, f"limit:{group}", change)
        if score.range is not None:
            change = sql_tree(
                ":c - :s", c=column(f"clamped.{name}", "t"), s=column(f"sum.{name}", "t")
            )
            yield _limit_row(context, level, name, "limit:range", change)


def cuts(context: Context, level: Level, steps: Container[str]) -> Iterator[Tree]:
    """Yield what ``limit_each`` took from values of ``by``: their points before it and after.

    Of the rules of a level, by subject; the rows of its ledger are made of the points after it.
    """
    limited = [
        each
        for each in context.rules
        if isinstance(each.rule, UnitRule) and each.level == level and each.rule.by is not None
    ]
    for stream in ("events", "outcomes"):
        relation = f"{level}_{stream}_picked_parts"
        if limited and relation in steps:
            yield sql_tree(
                "select p.k, n.score, n.name as rule, p.part, p.units, "
                "millionths(p.amount) / 1e6 as before, millionths(:after) / 1e6 as after "
                "from :parts as p join (:rules) as n on n.rule = p.rule "
                "where millionths(:after) <> millionths(p.amount)",
                after=sql_tree("clamp(p.amount, -p.limit_each, p.limit_each)"),
                parts=exp.to_table(relation),
                rules=values(
                    "n",
                    ["rule", "score", "name"],
                    [
                        [integer(each.number), text(each.score_name), text(each.name)]
                        for each in limited
                    ],
                ),
            )


def _unit(score: Score) -> str:
    return "log_odds" if score.link else "points"


def _limit_row(context: Context, level: Level, name: str, rule: str, change: Tree) -> Tree:
    guard: Tree = exp.true()
    join = ""
    if context.model.scores[name].for_ is not None:
        join = f"join {level}_for as f on f.k = t.k"
        guard = column(f"for.{name}", "f")
    return sql_tree(
        "select t.k, :score as score, :rule as rule, 'limit' as state, "
        "cast(null as bigint) as count, cast(null as timestamp) as last_at, "
        "cast(null as double) as weight, "
        f"(:change) / 1e6 as points, :unit as unit from {level}_total as t {join} "
        "where :change <> 0 and :guard",
        score=text(name),
        rule=text(rule),
        unit=text(_unit(context.model.scores[name])),
        change=exp.paren(change),
        guard=guard,
    )
