"""Of each score of rules the sum of its points: free rules, groups with a limit, its range."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal

from sqlglot import exp

from leadline.model.document import Score
from leadline.query.context import Context, Level, NumberedRule
from leadline.query.subjects import Step
from leadline.sql.trees import (
    Tree,
    column,
    integer,
    named,
    number,
    sql_tree,
    total,
    union,
)

MILLION = 1_000_000


def score_column(name: str) -> str:
    """Return the column that holds a score: like all but keys, with a name that has a dot."""
    return f"score.{name}"


def rules_of(context: Context, name: str) -> list[NumberedRule]:
    """Return the rules of a score."""
    return [each for each in context.rules if each.score_name == name]


def limited_groups(score: Score) -> list[str]:
    """Return the groups of a score that have a limit."""
    used = {rule.group for rule in (score.rules or {}).values()}
    return [group for group in score.limits if group in used]


def total_steps(context: Context, level: Level, rows: Sequence[str]) -> Iterator[Step]:
    """Yield ``LEVEL_total``: the view, and of every score the sum of its rows, limits included.

    ``rows`` are relations of ``k``, ``rule`` and ``points``; a rule may stand for all of its group.

    ``free.S`` is the sum of rules without limited group, ``group.S.G`` that of a group,
    ``sum.S`` the score before and ``clamped.S`` after its range; all in whole millionths.
    """
    names = context.rule_scores(level)
    if not names:
        return
    if rows:
        yield f"{level}_sum", _sums(context, names, rows)
    columns = [each for name in names for each in _limited(context, name, has_rows=bool(rows))]
    join = f"left join {level}_sum as s on s.k = f.k" if rows else ""
    yield (
        f"{level}_limited",
        sql_tree(
            f"select f.*, :columns from :view as f {join}",
            columns=columns,
            view=exp.to_table(f"{level}_view"),
        ),
    )
    yield f"{level}_total", total_of(context, level, names)


def total_of(context: Context, level: Level, names: Sequence[str]) -> Tree:
    """Return the scores of a level after their ranges, from ``LEVEL_limited``."""
    return sql_tree(
        "select s.*, :columns from :limited as s",
        columns=[_ranged(context.model.scores[name], name) for name in names],
        limited=exp.to_table(f"{level}_limited"),
    )


def _sums(context: Context, names: Sequence[str], rows: Sequence[str]) -> Tree:
    """Return one pass over the rows: of each score the sums of its free rules and its groups."""
    columns = []
    for name in names:
        groups = limited_groups(context.model.scores[name])
        for group in (None, *groups):
            numbers = [
                integer(each.number)
                for each in rules_of(context, name)
                if (each.rule.group if each.rule.group in groups else None) == group
            ]
            if numbers:
                amount = sql_tree("sum(case when rule in (:n) then points end)", n=numbers)
                if len(numbers) == len(context.rules):
                    amount = sql_tree("sum(points)")
                columns.append(named(amount, sum_name(name, group)))
    return sql_tree(
        "select k, :columns from (:rows) as r group by k",
        columns=columns,
        rows=union(sql_tree(f"select k, rule, points from {each}") for each in rows),
    )


def sum_name(score: str, group: str | None) -> str:
    """Return the column that holds the sum of a group, or of the rules without limited group."""
    return f"free.{score}" if group is None else f"group.{score}.{group}"


def limited(context: Context, name: str, alias: str) -> Tree:
    """Return the column ``sum.S`` over a relation that has the sums of the score's groups."""
    *_, whole = _limited(context, name, has_rows=True, alias=alias)
    return whole


def _limited(context: Context, name: str, *, has_rows: bool, alias: str = "s") -> Iterator[Tree]:
    """Yield the sums of a score's groups and the sum of all with the groups limited."""
    score = context.model.scores[name]
    groups = limited_groups(score)
    parts = []
    rules = rules_of(context, name)
    for group in (None, *groups):
        some = any(
            (each.rule.group if each.rule.group in groups else None) == group for each in rules
        )
        if not some:
            continue
        found = (
            sql_tree("coalesce(:s, 0.0)", s=column(sum_name(name, group), alias))
            if has_rows
            else number(0)
        )
        if group is not None:
            yield named(found, sum_name(name, group))
            limit = millionths(score.limits[group])
            found = sql_tree("clamp(:a, :b, :c)", a=found, b=number(-limit), c=number(limit))
        parts.append(found)
    yield named(total(parts), f"sum.{name}")


def millionths(value: float) -> int:
    """Return a number of the document in whole millionths, halves away from zero.

    >>> millionths(0.0000005), millionths(-1.5)
    (1, -1500000)
    """
    return int((Decimal(repr(float(value))) * MILLION).to_integral_value(ROUND_HALF_UP))


def _ranged(score: Score, name: str) -> Tree:
    return named(in_range(score, column(f"sum.{name}", "s")), f"clamped.{name}")


def in_range(score: Score, amount: Tree) -> Tree:
    """Return whole millionths, clamped to the range of a score where it has one."""
    if score.range is None:
        return amount
    low, high = (number(millionths(bound)) for bound in score.range)
    return sql_tree("clamp(:a, :b, :c)", a=amount, b=low, c=high)
