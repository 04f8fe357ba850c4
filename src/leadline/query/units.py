"""From hits to points: steps 2 to 6 of the meaning of event and outcome rules.

Rules that add up all their hits, or need the latest or first alone, are summed straight from
the hits. Only rules that pick among hits, keep a number of them or limit the values of a column
go through windows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from sqlglot import exp

from leadline.model.document import OutcomeRule, UnitRule
from leadline.model.expressions import Expression
from leadline.model.names import fields_of, place_of
from leadline.model.types import Type
from leadline.query.context import Context, Level, NumberedRule, Stream, column_of
from leadline.query.expressions import Renderer
from leadline.query.hits import (
    KEY,
    WEIGHTS,
    Hits,
    Matcher,
    match_steps,
    matchers,
    parameters,
    resolver,
    signs,
    weight,
)
from leadline.query.running import is_running
from leadline.query.sql import (
    Tree,
    all_of,
    case,
    column,
    integer,
    named,
    null,
    number,
    sql,
    text,
    union,
    values,
)
from leadline.query.subjects import Step

STREAMS: tuple[Stream, ...] = ("events", "outcomes")


def is_summed(rule: UnitRule) -> bool:
    """Say whether a rule needs its hits only as sums and as the latest or first moment."""
    constant = not isinstance(rule.points, Expression)
    if rule.by is not None:
        return False
    if rule.count == "once":
        return constant
    return rule.count == "each" and rule.at_most is None and (constant or rule.at_least is None)


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
        families.setdefault(_family(context, each), []).append(each)
    for name, some in families.items():
        prefix = f"{level}_{stream}_{name}"
        hits = Hits(context, level, stream, some, prefix)
        yield from match_steps(context, stream, some, prefix)
        yield from _picked(hits) if name == "picked" else _summed(hits)
        yield from _undecided(hits)
    if stream == "events" and context.silence_rules(level):
        prefix = f"{level}_signs"
        found = signs(context, level)
        yield from match_steps(context, stream, found, prefix)
        yield prefix, _signs(Hits(context, level, stream, found, prefix))


def _family(context: Context, matcher: Matcher) -> str:
    if matcher.rule is not None and is_running(context, matcher.rule):
        return "running"
    return "summed" if is_summed(_unit_rule(matcher)) else "picked"


def _unit_rule(matcher: Matcher) -> UnitRule:
    assert matcher.rule is not None  # noqa: S101 - matchers of unit rules have one
    assert isinstance(matcher.rule.rule, UnitRule)  # noqa: S101 - see above
    return matcher.rule.rule


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


def _age(hits: Hits) -> Tree:
    return sql("cast(:age as double)", age=hits.age)


def _decays(hits: Hits) -> list[str]:
    return [each for each in WEIGHTS if any(each in _decay_keys(m.rule) for m in hits.matchers)]


def _decay_keys(numbered: NumberedRule | None) -> set[str]:
    decay = numbered.decay if numbered else None
    return set() if decay is None or isinstance(decay, str) else set(type(decay).model_fields)


def _amount(hits: Hits) -> Tree:
    """Return the points of a hit before its weight, null where a formula is null."""
    branches = []
    for each in hits.matchers:
        rule = _unit_rule(each)
        if isinstance(rule.points, Expression):
            place = place_of(rule, "points", account=hits.level == "account")
            renderer = Renderer(hits.context.names, place, resolver(), hits.as_of)
            points = renderer(rule.points.tree, Type.NUMBER)
        else:
            points = number(rule.points)
        branches.append((sql("m.rule = :n", n=integer(each.number)), points))
    return case(branches)


def _params(hits: Hits, columns: dict[str, Callable[[UnitRule], Tree]]) -> Tree:
    """Return what is needed of each rule once its units are known."""
    rows = [
        [integer(each.number), *(get(_unit_rule(each)) for get in columns.values())]
        for each in hits.matchers
    ]
    return values("p", ["rule", *columns], rows)


def _summed(hits: Hits) -> Iterator[Step]:
    """Yield the units of the rules that are sums over their hits."""
    rules = [_unit_rule(each) for each in hits.matchers]
    single = any(rule.count == "once" or rule.at_least is not None for rule in rules)
    formulas = any(isinstance(rule.points, Expression) for rule in rules)
    decays = _decays(hits)
    hit_weight = weight(decays, _age(hits))
    columns = [sql("e.occurred_at"), named(hit_weight, "weight")]
    sums = ["count(*) as units", "max(occurred_at) as last_at", "sum(weight) as weights"]
    if single:
        columns.append(named(hits.as_of, "as_of"))
        sums += ["min(occurred_at) as first_at", "max(as_of) as as_of"]
    if formulas:
        columns.append(named(_amount(hits), "amount"))
        sums.append("sum(weighted(coalesce(amount, 0.0), weight)) as amount")
    yield (
        f"{hits.name}_sums",
        sql(
            f"select k, rule, {', '.join(sums)} from (:hits) as h group by k, rule",
            hits=hits.select(columns),
        ),
    )
    yield f"{hits.name}_units", _from_sums(hits, decays, single=single, formulas=formulas)


def _from_sums(hits: Hits, decays: Sequence[str], *, single: bool, formulas: bool) -> Tree:
    params: dict[str, Callable[[UnitRule], Tree]] = {
        "points": lambda rule: (
            null("double") if isinstance(rule.points, Expression) else number(rule.points)
        )
    }
    units, last_at, weights = sql("u.units"), sql("u.last_at"), sql("u.weights")
    amount = sql("weighted(p.points, u.weights)")
    if formulas:
        amount = sql("case when p.points is null then u.amount else :amount end", amount=amount)
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
        picked = sql("case when p.single and p.first then u.first_at else u.last_at end")
        age = sql("cast(microseconds(u.as_of) - microseconds(:picked) as double)", picked=picked)
        one = weight(decays, age, "p")
        for each in decay_params:
            params[each] = _decay_param(hits, each)
        units = sql("case when p.single then 1 else u.units end")
        last_at = picked
        weights = sql("case when p.single then :one else u.weights end", one=one)
        amount = sql(
            "case when p.single or p.at_least is not null then weighted(p.points, :one) "
            "else :amount end",
            one=one,
            amount=amount,
        )
        fires = sql("p.at_least is null or :units >= p.at_least", units=units)
    return sql(
        "select u.k, u.rule, :units as units, :last_at as last_at, :weights as weights, "
        ":amount as amount from :sums as u join (:params) as p on p.rule = u.rule where :fires",
        units=units,
        last_at=last_at,
        weights=weights,
        amount=amount,
        sums=exp.to_table(f"{hits.name}_sums"),
        params=_params(hits, params),
        fires=fires,
    )


def _with_every(decays: Sequence[str]) -> set[str]:
    return {*decays, *(["every"] if "keep" in decays else [])}


def _decay_param(hits: Hits, key: str) -> Callable[[UnitRule], Tree]:
    by_rule = {id(_unit_rule(each)): parameters(each.rule) for each in hits.matchers}
    return lambda rule: by_rule[id(rule)].get(key, null("double"))


def _picked(hits: Hits) -> Iterator[Step]:
    """Yield the units of the rules that pick among their hits."""
    decays = _decays(hits)
    detail = [
        sql("e.occurred_at"),
        named(column(KEY[hits.stream], "e"), "id"),
        named(weight(decays, _age(hits)), "weight"),
        named(_amount(hits), "amount"),
        named(_by_rule(hits, _unit_of), "unit"),
        named(_by_rule(hits, _part_of), "part"),
    ]
    yield f"{hits.name}_hits", hits.select(detail)
    yield f"{hits.name}_chosen", _chosen(hits)
    yield (
        f"{hits.name}_placed",
        sql(
            f"select *, row_number() over (partition by k, rule order by {_LATEST}) as place "
            "from :chosen as c",
            chosen=exp.to_table(f"{hits.name}_chosen"),
        ),
    )
    yield (
        f"{hits.name}_units",
        sql(
            _PARTS,
            placed=exp.to_table(f"{hits.name}_placed"),
            params=_params(hits, _PICKED_PARAMS),
        ),
    )


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


def _by_rule(hits: Hits, get: Callable[[Hits, UnitRule], Tree | None]) -> Tree:
    """Return a text by rule, null where a rule has none."""
    branches = []
    for each in hits.matchers:
        tree = get(hits, _unit_rule(each))
        if tree is not None:
            branches.append((sql("m.rule = :n", n=integer(each.number)), tree))
    return case(branches, null("text"))


def _unit_of(hits: Hits, rule: UnitRule) -> Tree | None:
    if rule.count == "daily":
        zone = text(hits.context.model.time_zone)
        return sql("cast(calendar_day(e.occurred_at, :zone) as text)", zone=zone)
    if rule.count == "once":
        return text("")
    column_name = column_of(rule)
    return None if column_name is None else _value_of(hits, rule, column_name)


def _part_of(hits: Hits, rule: UnitRule) -> Tree | None:
    return _value_of(hits, rule, rule.by) if rule.by is not None else None


def _value_of(hits: Hits, rule: UnitRule, name: str) -> Tree:
    table = "outcomes" if isinstance(rule, OutcomeRule) else "events"
    if name not in hits.context.schema.get(table, {}):
        return null("text")
    return sql("cast(:c as text)", c=column(name, "e"))


def _chosen(hits: Hits) -> Tree:
    """Return one hit of each unit (step 2); a unit without value is each hit on its own."""
    picks: dict[str | None, list[int]] = {}
    for each in hits.matchers:
        rule = _unit_rule(each)
        picks.setdefault(None if rule.count == "each" else rule.pick, []).append(each.number)
    source = exp.to_table(f"{hits.name}_hits")
    plain = "k, rule, occurred_at, id, weight, amount, part"
    branches = []
    for pick, numbers in picks.items():
        rules = [integer(each) for each in numbers]
        if pick is None:
            branches.append(
                sql(
                    f"select {plain} from :source as h where rule in (:rules)",
                    source=source,
                    rules=rules,
                )
            )
            continue
        branches.append(
            sql(
                f"select {plain} from (select *, row_number() over ("
                f"partition by k, rule, unit order by {_ORDERS[pick]}) as turn "
                "from :source as h where rule in (:rules)) as turns where turn = 1 or unit is null",
                source=source,
                rules=rules,
            )
        )
    return union(branches)


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
