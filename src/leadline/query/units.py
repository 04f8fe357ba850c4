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
from leadline.query.context import Context, Level, NumberedRule, Stream
from leadline.query.hits import Hits, Matcher, match_steps, matchers, signs
from leadline.query.picks import picked
from leadline.query.running import is_running
from leadline.query.sql import Tree, all_of, column, integer, null, number, sql, union, values
from leadline.query.subjects import Step
from leadline.query.sums import distinct, summed

STREAMS: tuple[Stream, ...] = ("events", "outcomes")


def family(context: Context, numbered: NumberedRule) -> str:
    """Return which plan gives the units of an event or outcome rule."""
    rule = numbered.rule
    assert isinstance(rule, UnitRule)  # noqa: S101 - the caller picks unit rules
    constant = not isinstance(rule.points, Expression)
    if is_running(context, numbered):
        return "running"
    if rule.by is not None or (rule.at_most is not None and rule.count != "once"):
        return "picked"
    if rule.count == "each":
        return "summed" if constant or rule.at_least is None else "picked"
    if rule.count == "once":
        return "summed" if constant else "picked"
    plain = constant and rule.at_least is None and rule.pick != "first"
    return "distinct" if plain else "picked"


PLANS = {"summed": summed, "running": summed, "distinct": distinct, "picked": picked}
"""Family to the steps that give its units; those that run are met hit by hit for the ledger."""


def steps(context: Context, level: Level) -> Iterator[Step]:
    """Yield ``LEVEL_unit_row``: units, latest moment, weight and points of what fired.

    Rules whose sums are added up from moment to moment stand apart, in ``lead_running_row``.
    """
    rows: dict[str, list[str]] = {"unit": [], "running": []}
    for stream in STREAMS:
        if context.has(stream):
            for step in _stream_steps(context, level, stream):
                yield step
                if step[0].endswith("_units"):
                    kind = "running" if step[0].endswith("_running_units") else "unit"
                    rows[kind].append(step[0])
    for kind, names in rows.items():
        if names:
            yield f"{level}_{kind}_row", _rows(context, level, names)


def _stream_steps(context: Context, level: Level, stream: Stream) -> Iterator[Step]:
    families: dict[str, list[Matcher]] = {}
    for each in matchers(context, level, stream):
        assert each.rule is not None  # noqa: S101 - matchers of unit rules have one
        families.setdefault(family(context, each.rule), []).append(each)
    for name, some in families.items():
        prefix = f"{level}_{stream}_{name}"
        hits = Hits(context, level, stream, some, prefix)
        yield from match_steps(context, stream, some, prefix)
        yield from PLANS[name](hits)
        yield from _undecided(hits)
    if stream == "events" and context.silence_rules(level):
        prefix = f"{level}_signs"
        found = signs(context, level)
        yield from match_steps(context, stream, found, prefix)
        yield prefix, _signs(Hits(context, level, stream, found, prefix))


def _signs(hits: Hits) -> Tree:
    rows = hits.select([sql("e.occurred_at")])
    return sql(
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
    rows = union(sql(f"select {columns} from :n as u", n=exp.to_table(each)) for each in names)
    limited = any(_limit(each) is not None for each in rules)
    amount = sql("u.amount")
    join = ""
    if limited:
        amount = sql(
            "case when p.most is null then u.amount else clamp(u.amount, -p.most, p.most) end"
        )
        join = "join (:limits) as p on p.rule = u.rule"
    tree = sql(
        "select u.k, u.rule, u.units, u.last_at, u.weights / u.units as weight, "
        f"millionths(:amount) as points, 'fired' as state from (:rows) as u {join} where :applies",
        amount=amount,
        rows=rows,
        limits=_limits(rules),
        applies=applies(context, level, rules),
    )
    assert isinstance(tree, exp.Select)  # noqa: S101 - narrows the type
    if scores_for_some(context, level):
        tree = tree.join(f"{level}_for", on=sql("f.k = u.k"), join_alias="f")
    return tree


def _limit(numbered: NumberedRule) -> float | None:
    return numbered.rule.limit if isinstance(numbered.rule, UnitRule) else None


def _limits(rules: Sequence[NumberedRule]) -> Tree:
    rows = []
    for each in rules:
        limit = _limit(each)
        rows.append([integer(each.number), null("double") if limit is None else number(limit)])
    return values("p", ["rule", "most"], rows)


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
                sql(f"({rule} not in (:numbers) or :tested)", numbers=numbers, tested=tested)
            )
    return all_of(conditions)
