"""Scores in the order in which they read each other: of rules, by formula, gathered over leads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from leadline.model.checking.check import dependencies, order
from leadline.model.document import Score
from leadline.model.names import place_of_formula
from leadline.model.types import Type
from leadline.query.attributes import has_score, renderer
from leadline.query.context import Context, Level
from leadline.query.subjects import Step
from leadline.query.totals import in_range, score_column
from leadline.sql.trees import (
    Tree,
    column,
    integer,
    named,
    number,
    sql_tree,
    text,
    union,
)


def rounded(amount: Tree) -> Tree:
    """Return whole millionths as a score: 2 decimals, halves away from zero."""
    return sql_tree("hundredths(:a) / 100.0", a=amount)


@dataclass
class Rounds:
    """The relations that hold scores so far, and the scores in each."""

    relation: dict[Level, str]
    has: dict[Level, list[str]] = field(default_factory=lambda: {"lead": [], "account": []})


def score_steps(context: Context, levels: Sequence[Level]) -> Iterator[Step]:
    """Yield the scores of leads and accounts, each following those that it reads.

    The last steps are ``lead_scored`` and ``account_scored``: facts, counts and every score.
    """
    state = Rounds({level: f"{level}_view" for level in levels})
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


def _rule_scores(context: Context, level: Level, state: Rounds) -> Iterator[Step]:
    names = context.rule_scores(level)
    if not names:
        return
    columns = [named(_rule_score(context, name), score_column(name)) for name in names]
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


def _ready(context: Context, state: Rounds, waiting: Sequence[str]) -> list[str]:
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


def _round(context: Context, state: Rounds, names: Sequence[str], step: int) -> Iterator[Step]:
    score = context.model.scores[names[0]]
    level: Level = "account" if score.is_account else "lead"
    if score.kind == "rollup":
        yield from _rollups(context, state, names, step)
        return
    if level == "lead":
        yield from _brought_to_leads(context, state, str(step))
    columns = [named(_formula(context, name), score_column(name)) for name in names]
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
    render = renderer(context, place, "f", lambda read: column(score_column(read), "f"))
    amount = in_range(score, sql_tree("millionths(:a)", a=render(score.formula.tree, Type.NUMBER)))
    return _for_some(context, name, rounded(amount))


def _brought_to_leads(context: Context, state: Rounds, step: str) -> Iterator[Step]:
    """Yield the leads with the scores of their accounts; a lead without account has 0."""
    new = [name for name in state.has["account"] if name not in state.has["lead"]]
    if not new or "lead" not in state.relation:
        return
    columns = []
    for name in new:
        value = sql_tree(
            "case when f.account_k is null then 0.0 else :v end", v=column(score_column(name), "a")
        )
        columns.append(named(_for_some(context, name, value), score_column(name)))
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


def _rollups(context: Context, state: Rounds, names: Sequence[str], step: int) -> Iterator[Step]:
    """Yield accounts with what their leads' scores come to."""
    columns, places = [], []
    for name in names:
        columns.append(named(_gathered(context.model.scores[name]), f"gathered.{name}"))
        score = context.model.scores[name]
        if (score.by or "").startswith("top "):
            order_by = column(score_column(score.rollup or ""), "l")
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
            "where :counts) as l group by l.account_k",
            columns=columns,
            places=unique,
            leads=exp.to_table(state.relation["lead"]),
            counts=_counts(),
        ),
    )
    values_ = [named(_rolled(context, name), score_column(name)) for name in names]
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


def _counts() -> Tree:
    """Return the condition that a lead counts for its account: it is known, and one of its own."""
    return sql_tree(
        "l.account_k is not null and not l.merged_away and (:c is null or :c <= l.as_of)",
        c=column("lead.created_at", "l"),
    )


def gathered_leads(context: Context) -> Iterator[Step]:
    """Yield ``account_leads``: the leads of each account, with the scores that rollups gather."""
    rolled = [each.rollup for each in context.model.scores.values() if each.rollup is not None]
    if rolled:
        parts = [
            sql_tree(
                "select a.account_id, l.as_of, l.lead_id, :name as score, :value as value "
                "from lead_scored as l join account_facts as a on a.k = l.account_k "
                "where :counts and :value is not null",
                name=text(each),
                value=column(score_column(each), "l"),
                counts=_counts(),
            )
            for each in dict.fromkeys(rolled)
        ]
        yield "account_leads", union(parts)


def _gathered(score: Score) -> Tree:
    """Return the rollup in whole millionths, summed exactly."""
    found = column(score_column(score.rollup or ""), "l")
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
    amount = sql_tree("coalesce(:g, 0.0)", g=column(f"gathered.{name}", "g"))
    return _for_some(context, name, rounded(in_range(score, amount)))
