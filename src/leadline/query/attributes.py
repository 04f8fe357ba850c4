"""Rules that read fields and counts alone: attribute rules and silence rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from sqlglot import exp

from leadline.model.document import (
    BaseRule,
    ConditionRule,
    OutcomeRule,
    Rule,
    SilenceRule,
    Table,
    TableRule,
    UnitRule,
)
from leadline.model.expressions import Expression, Name, Node
from leadline.model.names import Place, fields_of, place_of, place_of_for
from leadline.model.types import Type
from leadline.query.context import Context, Level, NumberedRule, rule_expressions
from leadline.query.expressions import Renderer
from leadline.query.matching import sign_numbers
from leadline.query.subjects import Step, field
from leadline.query.units import STREAMS, applies, family, is_apart, scores_for_some
from leadline.sql.trees import (
    Tree,
    all_of,
    any_of,
    case,
    column,
    integer,
    named,
    number,
    sql_tree,
    text,
    union,
    values,
)


def for_steps(context: Context, level: Level) -> Iterator[Step]:
    """Yield ``LEVEL_for``: which subjects have the scores that only some have."""
    scores = scores_for_some(context, level)
    if not scores:
        return
    columns = [named(has_score(context, name), f"for.{name}") for name in scores]
    yield (
        f"{level}_for",
        sql_tree(
            "select f.k, :columns from :facts as f",
            columns=columns,
            facts=exp.to_table(f"{level}_facts"),
        ),
    )


def has_score(context: Context, name: str, alias: str = "f") -> Tree:
    """Return whether a subject has a score: its ``for`` is true, or it has none."""
    score = context.model.scores[name]
    if score.for_ is None:
        return exp.true()
    place = place_of_for(account=score.is_account)
    tested = renderer(context, place, alias)(score.for_.tree, Type.BOOLEAN)
    return sql_tree("coalesce(:tested, false)", tested=tested)


def renderer(
    context: Context, place: Place, alias: str = "f", score: Callable[[str], Tree] | None = None
) -> Renderer:
    """Return a renderer over facts and counts under one alias."""

    def resolve(name: Name) -> Tree:
        first = name.parts[0]
        if first in ("hits", "last") and len(name.parts) > 1:
            return column(count_column(context, name, account=place.account), alias)
        if len(name.parts) == 1:
            assert score is not None  # noqa: S101 - bare names stand only where scores can
            return score(first)
        return column(".".join(name.parts), alias)

    return Renderer(context.names, place, resolve, column("as_of", alias))


def count_column(context: Context, name: Name, *, account: bool) -> str:
    """Return the column that holds ``hits.R`` or ``last.R``."""
    score, rule = context.names.counted(name, account=account)
    return f"{name.parts[0]}.{score}.{rule}"


def steps(context: Context, level: Level) -> Iterator[Step]:
    """Yield ``LEVEL_row``, the rows that fired, and ``LEVEL_missing_row``, those left open.

    A rule is left open where it did not fire for want of a field; its row has no points. Rows for
    the ledger alone are apart, see ``units``.
    """
    rows: list[Tree] = []
    missing: list[Tree] = []
    fired = f"{level}_unit_row"
    has_units = any(
        not is_apart(context, each)
        for stream in STREAMS
        if context.has(stream)
        for each in context.unit_rules(level, stream)
    )
    if has_units:
        rows.append(sql_tree(f"select k, rule, units, last_at, weight, points, state from {fired}"))
    if context.silence_rules(level):
        yield f"{level}_silence", _silence(context, level)
        rows.append(
            sql_tree(f"{_ROW.format(units='units')} from {level}_silence where points is not null")
        )
        missing.append(_missing(f"{level}_silence where undecided"))
    yield f"{level}_view", _view(context, level)
    if context.attribute_rules(level):
        yield f"{level}_attribute", _attributes(context, level)
        rows.append(
            sql_tree(f"{_ROW.format(units='null')} from {level}_attribute where points is not null")
        )
        missing.append(_missing(f"{level}_attribute where undecided and points is null"))
    missing += _undecided(context, level)
    for name, found in (("row", rows), ("missing_row", missing)):
        if found:
            yield f"{level}_{name}", union(found)


_ROW = (
    "select k, rule, cast({units} as bigint) as units, cast(null as timestamp) as last_at, "
    "cast(null as double) as weight, points, 'fired' as state"
)


def _missing(source: str) -> Tree:
    row = _ROW.format(units="null").replace(", points,", ", cast(0 as double) as points,")
    return sql_tree(f"{row.replace('fired', 'missing')} from {source}")


def _undecided(context: Context, level: Level) -> Iterator[Tree]:
    """Yield rows for event rules that did not fire and could not be decided."""
    for stream in STREAMS:
        rules = context.unit_rules(level, stream) if context.has(stream) else []
        for kind in sorted({family(context, each) for each in rules if _reads_fields(each.rule)}):
            name = f"{level}_{stream}_{kind}_undecided"
            condition = "fired.k is null"
            join = ""
            if scores_for_some(context, level):
                join = f"join {level}_for as f on f.k = u.k"
                condition = f"{condition} and ({applies(context, level, rules).sql('duckdb')})"
            yield _missing(
                f"(select u.k, u.rule from {name} as u left join {level}_unit_row as fired "
                f"on fired.k = u.k and fired.rule = u.rule {join} "
                f"where {condition}) as open_rules"
            )


def _reads_fields(rule: Rule) -> bool:
    where = getattr(rule, "where", None)
    return isinstance(where, Expression) and bool(fields_of(where.tree))


def _silence(context: Context, level: Level) -> Tree:
    """Return how often silence rules fire and their points, null where they do not fire.

    Without any events nobody knows who is silent: rules of which nothing else is false are open.
    """
    found = context.silence_rules(level)
    rules = values("r", ["rule"], [[integer(each.number)] for each in found])
    facts = exp.to_table(f"{level}_facts")
    if not context.has("events"):
        return sql_tree(
            "select f.k, r.rule, cast(null as bigint) as units, cast(null as double) as points, "
            ":undecided as undecided from :facts as f cross join (:rules) as r",
            undecided=case((_is_rule(each), _is_old_enough(context, each)) for each in found),
            facts=facts,
            rules=rules,
        )
    return sql_tree(
        "select f.k, f.rule, cast(f.units as bigint) as units, :points as points, "
        "false as undecided from (select f.*, r.rule, :units as units from :facts as f "
        "left join :signs as g on g.k = f.k cross join (:rules) as r) as f",
        points=case((_is_rule(each, "f"), _silence_points(context, each)) for each in found),
        units=case((_is_rule(each), _silences(context, each)) for each in found),
        facts=facts,
        signs=_pivoted_signs(context, level),
        rules=rules,
    )


def _silence_points(context: Context, numbered: NumberedRule) -> Tree:
    """Return the points of all times that a silence rule fires, within its limit."""
    rule = _silence_rule(numbered)
    points = sql_tree(
        "weighted(:p, cast(f.units as double))", p=_points(context, numbered, rule.points, "f")
    )
    if rule.limit is not None:
        limit = rule.limit
        points = sql_tree("clamp(:a, :b, :c)", a=points, b=number(-limit), c=number(limit))
    return sql_tree("case when f.units is not null then millionths(:p) end", p=points)


def _silence_rule(numbered: NumberedRule) -> SilenceRule:
    assert isinstance(numbered.rule, SilenceRule)  # noqa: S101 - the context picks silence rules
    return numbered.rule


def _pivoted_signs(context: Context, level: Level) -> Tree:
    columns = []
    for numbered in context.silence_rules(level):
        life, first = sign_numbers(context, numbered)
        for name, sign, value in (("life", life, "last_at"), ("first", first, "first_at")):
            tree = sql_tree(f"max(case when rule = :n then {value} end)", n=integer(sign))
            columns.append(named(tree, f"{name}.{numbered.number}"))
    pivot = sql_tree(
        "select k, :columns from :signs as s group by k",
        columns=columns,
        signs=exp.to_table(f"{level}_signs"),
    )
    return exp.Subquery(this=pivot)


def _silences(context: Context, numbered: NumberedRule) -> Tree:
    """Return how often a silence rule fires, null where it does not."""
    rule = _silence_rule(numbered)
    life, first = (column(f"{name}.{numbered.number}", "g") for name in ("life", "first"))
    known = sql_tree("coalesce(:c, :f)", c=_created_at(numbered), f=first)
    # nothing is null where it is read
    quiet = sql_tree("case when :l > :k then :l else :k end", l=life, k=known)
    beyond = sql_tree(
        "microseconds(f.as_of) - microseconds(:t) - :d",
        t=quiet,
        d=integer(rule.silent_for.microseconds),
    )
    times: Tree = integer(1)
    if rule.every is not None:
        every = integer(rule.every.microseconds)
        times = sql_tree("1 + (:beyond) // :every", beyond=beyond, every=every)
    return sql_tree(
        "case when :known is not null and :beyond >= 0 and :has then :times end",
        known=known,
        beyond=beyond,
        has=has_score(context, numbered.score_name),
        times=times,
    )


def _is_old_enough(context: Context, numbered: NumberedRule) -> Tree:
    """Say whether a silence rule could fire: its subject may have been known for long enough."""
    old = sql_tree(
        "coalesce(microseconds(f.as_of) - microseconds(:t) >= :d, true)",
        t=_created_at(numbered),
        d=integer(_silence_rule(numbered).silent_for.microseconds),
    )
    return all_of([old, has_score(context, numbered.score_name)])


def _created_at(numbered: NumberedRule) -> Tree:
    return column(field(numbered.level, "created_at"), "f")


def _is_rule(numbered: NumberedRule, alias: str = "r") -> Tree:
    return sql_tree(f"{alias}.rule = :n", n=integer(numbered.number))


def _points(
    context: Context, numbered: NumberedRule, points: float | Expression, alias: str
) -> Tree:
    if not isinstance(points, Expression):
        return number(points)
    place = place_of(numbered.rule, "points", account=numbered.level == "account")
    return renderer(context, place, alias)(points.tree, Type.NUMBER)


def _view(context: Context, level: Level) -> Tree:
    """Return the facts with the counts that any expression reads."""
    own = context.counted(level)
    columns: list[Tree] = []
    joins = ""
    if own:
        rows = [
            sql_tree(f"select k, rule, units, last_at from {each}")
            for each in _counting(context, level, own)
        ]
        if context.silence_rules(level):
            rows.append(
                sql_tree(
                    "select k, rule, units, cast(null as timestamp) as last_at "
                    f"from {level}_silence where points is not null"
                )
            )
        if rows:
            joins += " left join :own as c on c.k = f.k"
        columns += [each for rule in own for each in _counts(rule, "c" if rows else None)]
    else:
        rows = []
    if level == "lead" and context.counted("account"):
        joins += " left join account_view as a on a.k = f.account_k"
        for rule in context.counted("account"):
            for kind, empty in (("hits", "0.0"), ("last", "null")):
                name = f"{kind}.{rule.score_name}.{rule.name}"
                columns.append(named(sql_tree(f"coalesce(:c, {empty})", c=column(name, "a")), name))
    return sql_tree(
        f"select f.*, :columns from :facts as f {joins}",
        columns=columns,
        facts=exp.to_table(f"{level}_facts"),
        own=_pivoted_counts(own, rows) if rows else exp.null(),
    )


def _counting(context: Context, level: Level, read: Sequence[NumberedRule]) -> list[str]:
    """Return the relations that have the counts of some rules."""
    found: dict[str, None] = {}
    for each in read:
        stream = "outcomes" if isinstance(each.rule, OutcomeRule) else "events"
        if isinstance(each.rule, UnitRule) and context.has(stream):
            kind = "wide" if family(context, each) == "beside" else "unit"
            found[f"{level}_{kind}_row"] = None
    return list(found)


def _counts(rule: NumberedRule, alias: str | None) -> Iterator[Tree]:
    suffix = f"{rule.score_name}.{rule.name}"
    if alias is None:
        yield named(sql_tree("cast(0 as double)"), f"hits.{suffix}")
        yield named(sql_tree("cast(null as double)"), f"last.{suffix}")
        return
    units, last = column(f"units.{rule.number}", alias), column(f"last.{rule.number}", alias)
    yield named(sql_tree("cast(coalesce(:u, 0) as double)", u=units), f"hits.{suffix}")
    seconds = sql_tree("seconds(microseconds(f.as_of) - microseconds(:l))", l=last)
    yield named(seconds, f"last.{suffix}")


def _pivoted_counts(rules: Sequence[NumberedRule], rows: Sequence[Tree]) -> Tree:
    columns = [
        named(
            sql_tree(f"max(case when rule = :n then {value} end)", n=integer(each.number)),
            f"{name}.{each.number}",
        )
        for each in rules
        for name, value in (("units", "units"), ("last", "last_at"))
    ]
    numbers = [integer(each.number) for each in rules]
    return exp.Subquery(
        this=sql_tree(
            "select k, :columns from (:rows) as u where rule in (:numbers) group by k",
            columns=columns,
            rows=union(rows),
            numbers=numbers,
        )
    )


def _attributes(context: Context, level: Level) -> Tree:
    """Return points and whether a rule is open, for every subject and attribute rule."""
    points, open_rules = [], []
    for numbered in context.attribute_rules(level):
        amount, undecided = _attribute(context, numbered)
        guard = has_score(context, numbered.score_name)
        if not isinstance(guard, exp.Boolean):
            amount = sql_tree("case when :g then :a end", g=guard, a=amount)
            undecided = all_of([undecided, guard])
        points.append((_is_rule(numbered), sql_tree("millionths(:a)", a=amount)))
        open_rules.append((_is_rule(numbered), undecided))
    rules = values("r", ["rule"], [[integer(n.number)] for n in context.attribute_rules(level)])
    return sql_tree(
        "select f.k, r.rule, :points as points, :undecided as undecided "
        "from :view as f cross join (:rules) as r",
        points=case(points),
        undecided=case(open_rules),
        view=exp.to_table(f"{level}_view"),
        rules=rules,
    )


def _attribute(context: Context, numbered: NumberedRule) -> tuple[Tree, Tree]:
    """Return the points of a rule, null where it does not fire, and whether that is open."""
    rule = numbered.rule
    read = fields_of(*(each.tree for each in rule_expressions(rule)))
    lacking = any_of(sql_tree(":c is null", c=column(field(*name), "f")) for name in read)
    if isinstance(rule, BaseRule):
        return number(rule.points), exp.false()
    render = renderer(context, place_of(rule, "when", account=numbered.level == "account"))
    if isinstance(rule, ConditionRule):
        condition = render(rule.when.tree, Type.BOOLEAN)
        points = _points(context, numbered, rule.points, "f")
        amount = sql_tree("case when :c then :p end", c=condition, p=points)
        return amount, all_of([sql_tree("coalesce(:c, true)", c=condition), lacking])
    assert isinstance(rule, TableRule)  # noqa: S101 - the last kind of attribute rule
    keys = [(render(each.tree), _type(context, numbered, each.tree)) for each in rule.expressions]
    entry = _entry(rule.table, keys)
    return sql_tree("nullif(:e, 0.0)", e=entry), all_of([_is_empty(rule.table, keys), lacking])


def _type(context: Context, numbered: NumberedRule, node: Node) -> Type:
    place = place_of(numbered.rule, "of", account=numbered.level == "account")
    return context.names.type_of(node, place)


def _entry(entry: float | Table, keys: Sequence[tuple[Tree, Type]]) -> Tree:
    """Return the entry of a table for the values of some expressions."""
    if not isinstance(entry, Table):
        return number(entry)
    branches = [(test, _entry(inner, keys[1:])) for test, inner in _branches(entry, *keys[0])]
    return exp.paren(case(branches, _entry(entry.other, keys[1:])))


def _is_empty(entry: float | Table, keys: Sequence[tuple[Tree, Type]]) -> Tree:
    """Return whether a value is null that the table looks at on the way to its entry."""
    if not isinstance(entry, Table):
        return exp.false()
    first, *others = _branches(entry, *keys[0])
    if not any(isinstance(each, Table) for each in entry.entries()):
        return first[0]
    branches = [(test, _is_empty(inner, keys[1:])) for test, inner in others]
    rest = case(branches, _is_empty(entry.other, keys[1:]))
    return exp.paren(case([(first[0], exp.true())], rest))


def _branches(table: Table, value: Tree, kind: Type) -> Iterator[tuple[Tree, float | Table]]:
    """Yield the tests of a table with their entries, the test for null first."""
    yield sql_tree(":v is null", v=value), table.missing
    if kind is Type.ANY:  # is always null
        return
    for edge, inner in sorted((table.bins or {}).items(), reverse=True):
        yield sql_tree(":v >= :e", v=value, e=number(edge)), inner
    for key, inner in (table.values or {}).items():
        yield sql_tree(":v = :k", v=value, k=_key(key, kind)), inner


def _key(key: object, kind: Type) -> Tree:
    if kind is Type.BOOLEAN:
        return exp.true() if key else exp.false()
    if kind is Type.NUMBER:
        return number(float(str(key)))
    return text(str(key).lower() if isinstance(key, bool) else str(key))
