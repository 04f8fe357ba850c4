"""From rows of points to scores: groups, ranges, formulas, rollups and the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from sqlglot import exp

from leadline.model.checking.check import dependencies, order
from leadline.model.document import Score
from leadline.model.names import place_of_formula
from leadline.model.types import Type
from leadline.query.attributes import has_score, renderer
from leadline.query.context import Context, Level, NumberedRule
from leadline.query.subjects import Step
from leadline.sql.trees import (
    Tree,
    column,
    integer,
    named,
    number,
    sql_tree,
    text,
    total,
    union,
    values,
)

MILLION = 1_000_000


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
    ranged = [_ranged(context.model.scores[name], name) for name in names]
    yield (
        f"{level}_total",
        sql_tree(
            "select s.*, :columns from :limited as s",
            columns=ranged,
            limited=exp.to_table(f"{level}_limited"),
        ),
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
                columns.append(named(amount, _sum_name(name, group)))
    return sql_tree(
        "select k, :columns from (:rows) as r group by k",
        columns=columns,
        rows=union(sql_tree(f"select k, rule, points from {each}") for each in rows),
    )


def _sum_name(score: str, group: str | None) -> str:
    return f"free.{score}" if group is None else f"group.{score}.{group}"


def _limited(context: Context, name: str, *, has_rows: bool) -> Iterator[Tree]:
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
            sql_tree("coalesce(:s, 0.0)", s=column(_sum_name(name, group), "s"))
            if has_rows
            else number(0)
        )
        if group is not None:
            yield named(found, _sum_name(name, group))
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
    return named(_in_range(score, column(f"sum.{name}", "s")), f"clamped.{name}")


def _in_range(score: Score, amount: Tree) -> Tree:
    if score.range is None:
        return amount
    low, high = (number(millionths(bound)) for bound in score.range)
    return sql_tree("clamp(:a, :b, :c)", a=amount, b=low, c=high)


def rounded(amount: Tree) -> Tree:
    """Return whole millionths as a score: 2 decimals, halves away from zero."""
    return sql_tree("hundredths(:a) / 100.0", a=amount)


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
            found = column(_sum_name(name, group), "t")
            change = sql_tree("clamp(:a, :b, :c) - :a", a=found, b=number(-limit), c=number(limit))
            yield _limit_row(context, level, name, f"limit:{group}", change)
        if score.range is not None:
            change = sql_tree(
                ":c - :s", c=column(f"clamped.{name}", "t"), s=column(f"sum.{name}", "t")
            )
            yield _limit_row(context, level, name, "limit:range", change)


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


@dataclass
class Scored:
    """The relations that hold scores so far, and the scores in each."""

    relation: dict[Level, str]
    has: dict[Level, list[str]] = field(default_factory=lambda: {"lead": [], "account": []})


def score_steps(context: Context, levels: Sequence[Level]) -> Iterator[Step]:
    """Yield the scores of leads and accounts, each following those that it reads.

    The last steps are ``lead_scored`` and ``account_scored``: facts, counts and every score.
    """
    state = Scored({level: f"{level}_view" for level in levels})
    for level in levels:
        yield from _rule_scores(context, level, state)
    waiting = [name for name in order(context.model) if context.model.scores[name].kind != "rules"]
    step = 0
    while waiting:
        step += 1
        ready = _ready(context, state, waiting)
        yield from _round(context, state, ready, step)
        waiting = [name for name in waiting if name not in ready]
    yield from _brought_to_leads(context, state, "last")
    for level in levels:
        yield (
            f"{level}_scored",
            sql_tree("select * from :s as s", s=exp.to_table(state.relation[level])),
        )


def _rule_scores(context: Context, level: Level, state: Scored) -> Iterator[Step]:
    names = context.rule_scores(level)
    if not names:
        return
    columns = [named(_rule_score(context, name), name) for name in names]
    step = f"{level}_scored_0"
    yield (
        step,
        sql_tree(
            "select f.*, :columns from :total as f",
            columns=columns,
            total=exp.to_table(f"{level}_total"),
        ),
    )
    state.relation[level] = step
    state.has[level] += names


def _rule_score(context: Context, name: str) -> Tree:
    score = context.model.scores[name]
    found = column(f"clamped.{name}", "f")
    if score.link:
        odds = sql_tree("100.0 / (1.0 + exponential(-(:s / 1e6)))", s=found)
        found = sql_tree("millionths(:o)", o=odds)
    return _for_some(context, name, rounded(found))


def _for_some(context: Context, name: str, value: Tree) -> Tree:
    if context.model.scores[name].for_ is None:
        return value
    return sql_tree("case when :has then :value end", has=has_score(context, name), value=value)


def _ready(context: Context, state: Scored, waiting: Sequence[str]) -> list[str]:
    """Return the scores that can be computed now, one kind and level at a time."""
    done = {*state.has["lead"], *state.has["account"]}
    ready = [name for name in waiting if set(dependencies(context.model, name)) <= done]
    first = context.model.scores[ready[0]]
    return [
        name
        for name in ready
        if (context.model.scores[name].kind, context.model.scores[name].of)
        == (first.kind, first.of)
    ]


def _round(context: Context, state: Scored, names: Sequence[str], step: int) -> Iterator[Step]:
    score = context.model.scores[names[0]]
    level: Level = "account" if score.is_account else "lead"
    if score.kind == "rollup":
        yield from _rollups(context, state, names, step)
        return
    if level == "lead":
        yield from _brought_to_leads(context, state, str(step))
    columns = [named(_formula(context, name), name) for name in names]
    relation = f"{level}_scored_{step}"
    yield (
        relation,
        sql_tree(
            "select f.*, :columns from :before as f",
            columns=columns,
            before=exp.to_table(state.relation[level]),
        ),
    )
    state.relation[level] = relation
    state.has[level] += names


def _formula(context: Context, name: str) -> Tree:
    score = context.model.scores[name]
    assert score.formula is not None  # noqa: S101 - the caller picks formulas
    place = place_of_formula(account=score.is_account)
    render = renderer(context, place, "f", lambda read: column(read, "f"))
    amount = _in_range(score, sql_tree("millionths(:a)", a=render(score.formula.tree, Type.NUMBER)))
    return _for_some(context, name, rounded(amount))


def _brought_to_leads(context: Context, state: Scored, step: str) -> Iterator[Step]:
    """Yield the leads with the scores of their accounts; a lead without account has 0."""
    new = [name for name in state.has["account"] if name not in state.has["lead"]]
    if not new or "lead" not in state.relation:
        return
    columns = []
    for name in new:
        value = sql_tree("case when f.account_k is null then 0.0 else :v end", v=column(name, "a"))
        columns.append(named(_for_some(context, name, value), name))
    relation = f"lead_with_accounts_{step}"
    yield (
        relation,
        sql_tree(
            "select f.*, :columns from :leads as f left join :accounts as a on a.k = f.account_k",
            columns=columns,
            leads=exp.to_table(state.relation["lead"]),
            accounts=exp.to_table(state.relation["account"]),
        ),
    )
    state.relation["lead"] = relation
    state.has["lead"] += new


def _rollups(context: Context, state: Scored, names: Sequence[str], step: int) -> Iterator[Step]:
    """Yield accounts with what their leads' scores come to."""
    columns, places = [], []
    for name in names:
        columns.append(named(_gathered(context.model.scores[name]), name))
        score = context.model.scores[name]
        if (score.by or "").startswith("top "):
            order_by = column(score.rollup or "", "l")
            place = sql_tree(
                "row_number() over (partition by l.account_k order by "
                "case when :s is null then 1 else 0 end, :s desc, in_bytes(l.lead_id))",
                s=order_by,
            )
            places.append(named(place, f"place.{score.rollup}"))
    unique = list({each.alias: each for each in places}.values())
    yield (
        f"gathered_{step}",
        sql_tree(
            "select l.account_k, :columns from (select l.*, :places from :leads as l "
            "where l.account_k is not null and not l.merged_away and :known) as l "
            "group by l.account_k",
            columns=columns,
            places=unique,
            leads=exp.to_table(state.relation["lead"]),
            known=sql_tree("(:c is null or :c <= l.as_of)", c=column("lead.created_at", "l")),
        ),
    )
    values_ = [named(_rolled(context, name), name) for name in names]
    relation = f"account_scored_{step}"
    yield (
        relation,
        sql_tree(
            "select f.*, :columns from :accounts as f "
            "left join :gathered as g on g.account_k = f.k",
            columns=values_,
            accounts=exp.to_table(state.relation["account"]),
            gathered=exp.to_table(f"gathered_{step}"),
        ),
    )
    state.relation["account"] = relation
    state.has["account"] += names


def _gathered(score: Score) -> Tree:
    """Return the rollup in whole millionths, summed exactly."""
    found = column(score.rollup or "", "l")
    exact = sql_tree("millionths(:s)", s=found)
    word, _, rest = (score.by or "").partition(" ")
    if word == "count_over":
        return sql_tree(
            "1e6 * sum(case when :s > :n then 1.0 else 0.0 end)", s=found, n=number(float(rest))
        )
    if word == "top":
        place = column(f"place.{score.rollup}", "l")
        return sql_tree(
            "sum(case when :p <= :n then :s end)", p=place, n=integer(int(rest)), s=exact
        )
    if word == "mean":
        return sql_tree("millionths(sum(:s) / count(:s) / 1e6)", s=exact)
    return sql_tree(f"{word}(:s)", s=exact)


def _rolled(context: Context, name: str) -> Tree:
    score = context.model.scores[name]
    amount = sql_tree("coalesce(:g, 0.0)", g=column(name, "g"))
    return _for_some(context, name, rounded(_in_range(score, amount)))
