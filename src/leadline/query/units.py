"""From hits to points: steps 2 to 6 of the meaning of event and outcome rules.

Each rule belongs to the family of the cheapest plan that gives its units: sums straight over hits
(``summed``), over one hit of each day or value (``distinct``), or in an order (``picked``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import exp

from leadline.model.document import UnitRule
from leadline.model.expressions import Expression
from leadline.model.names import fields_of
from leadline.query.amounts import with_params
from leadline.query.context import Context, Level, NumberedRule, Stream
from leadline.query.hits import Hits
from leadline.query.matching import Matcher, match_steps, matchers, signs
from leadline.query.picks import picked
from leadline.query.plain import is_plain
from leadline.query.subjects import Step
from leadline.query.sums import distinct, side_by_side, summed
from leadline.query.wide import is_wide
from leadline.sql.trees import Tree, all_of, column, integer, null, number, sql_tree, union

STREAMS: tuple[Stream, ...] = ("events", "outcomes")


def family(context: Context, numbered: NumberedRule) -> str:
    """Return which plan gives the units of an event or outcome rule."""
    rule = numbered.rule
    assert isinstance(rule, UnitRule)  # noqa: S101 - the caller picks unit rules
    if is_plain(context, numbered):
        return "plain"
    plan = _plan(rule)
    return "beside" if plan == "summed" and is_wide(context, numbered) else plan


def _plan(rule: UnitRule) -> str:
    constant = not isinstance(rule.points, Expression)
    if (
        rule.by is not None
        or rule.in_ is not None
        or (rule.at_most is not None and rule.count != "once")
    ):
        return "picked"
    if rule.count == "each":
        return "summed" if constant or rule.at_least is None else "picked"
    if rule.count == "once":
        return "summed" if constant else "picked"
    plain = constant and rule.at_least is None and rule.pick != "first"
    return "distinct" if plain else "picked"


PLANS = {
    "summed": summed,
    "plain": summed,
    "beside": summed,
    "distinct": distinct,
    "picked": picked,
}
"""Family to the steps that give its units."""

APART = ("plain", "beside")
"""Families whose rows here are for the ledger alone: scores have their points from elsewhere."""


def is_apart(context: Context, numbered: NumberedRule) -> bool:
    """Say whether a rule's rows are in ``LEVEL_told_row``, for the ledger alone."""
    return family(context, numbered) in APART


def steps(context: Context, level: Level) -> Iterator[Step]:
    """Yield ``LEVEL_unit_row``: units, latest moment, weight and points of what fired.

    Rows for the ledger alone stand apart, in ``LEVEL_told_row``; of those whose sums stand side by
    side ``LEVEL_wide_row`` has the points, and what else is read.
    """
    rows: dict[str, list[str]] = {"unit": [], "told": [], "wide": []}
    for stream in STREAMS:
        for kind, found in _families(context, level, stream).items():
            prefix = f"{level}_{stream}_{kind}"
            hits = Hits(context, level, stream, found, prefix)
            yield from match_steps(context, stream, found, prefix)
            yield from PLANS[kind](hits)
            yield from _undecided(hits)
            rows["told" if kind in APART else "unit"].append(f"{prefix}_units")
            if kind == "beside":
                wide = f"{level}_{stream}_wide"
                yield from side_by_side(Hits(context, level, stream, found, wide))
                rows["wide"].append(f"{wide}_units")
        if stream == "events" and context.has(stream):
            yield from _sign_steps(context, level)
    for kind, names in rows.items():
        if names:
            yield f"{level}_{kind}_row", _rows(context, level, names)


def _families(context: Context, level: Level, stream: Stream) -> dict[str, list[Matcher]]:
    """Return the event or outcome rules of a level by family."""
    families: dict[str, list[Matcher]] = {}
    if context.has(stream):
        for each in matchers(context, level, stream):
            assert each.rule is not None  # noqa: S101 - matchers of unit rules have one
            families.setdefault(family(context, each.rule), []).append(each)
    return families


def _sign_steps(context: Context, level: Level) -> Iterator[Step]:
    if context.silence_rules(level):
        prefix = f"{level}_signs"
        found = signs(context, level)
        yield from match_steps(context, "events", found, prefix)
        yield prefix, _signs(Hits(context, level, "events", found, prefix))


def _signs(hits: Hits) -> Tree:
    rows = hits.select([sql_tree("e.occurred_at")])
    return sql_tree(
        "select k, rule, max(occurred_at) as last_at, min(occurred_at) as first_at "
        "from (:rows) as h group by k, rule",
        rows=rows,
    )


def _undecided(hits: Hits) -> Iterator[Step]:
    """Yield the rules whose condition a missing field leaves open."""
    open_ones = [each for each in hits.matchers if each.where and fields_of(each.where.tree)]
    if open_ones:
        yield f"{hits.name}_undecided", hits.undecided(open_ones)


def _rows(context: Context, level: Level, names: Sequence[str]) -> Tree:
    """Return the rules that fired with their points after ``limit`` as whole millionths."""
    rules = [each for stream in STREAMS for each in context.unit_rules(level, stream)]
    columns = "k, rule, units, last_at, weights, amount"
    rows = union(sql_tree(f"select {columns} from :n as u", n=exp.to_table(each)) for each in names)
    amount = sql_tree("u.amount")
    if any(_limit(each) is not None for each in rules):
        rows = with_params(context, rows, ["most"], {each.number: [_most(each)] for each in rules})
        amount = sql_tree(
            "case when u.most is null then u.amount else clamp(u.amount, -u.most, u.most) end"
        )
    tree = sql_tree(
        "select u.k, u.rule, u.units, u.last_at, u.weights / u.units as weight, "
        "millionths(:amount) as points, 'fired' as state from :rows as u where :applies",
        amount=amount,
        rows=rows,
        applies=applies(context, level, rules),
    )
    assert isinstance(tree, exp.Select)  # noqa: S101 - narrows the type
    if scores_for_some(context, level):
        tree = tree.join(f"{level}_for", on=sql_tree("f.k = u.k"), join_alias="f")
    return tree


def _limit(numbered: NumberedRule) -> float | None:
    return numbered.rule.limit if isinstance(numbered.rule, UnitRule) else None


def _most(numbered: NumberedRule) -> Tree:
    limit = _limit(numbered)
    return null("double") if limit is None else number(limit)


def scores_for_some(context: Context, level: Level) -> list[str]:
    """Return the scores of a level with rules that only some subjects have."""
    return [
        name for name in context.rule_scores(level) if context.model.scores[name].for_ is not None
    ]


def applies(
    context: Context, level: Level, rules: Sequence[NumberedRule], rule: str = "u.rule"
) -> Tree:
    """Return whether a rule's score is one that the subject has."""
    conditions = []
    for name in scores_for_some(context, level):
        numbers = [integer(each.number) for each in rules if each.score_name == name]
        if numbers:
            tested = column(f"for.{name}", "f")
            conditions.append(
                sql_tree(f"({rule} not in (:numbers) or :tested)", numbers=numbers, tested=tested)
            )
    return all_of(conditions)
