"""Sums of event rules at many moments: each hit is met once, and counts from its moment on.

Where many leads are scored at the same few moments, the plain plan meets a hit again at each of
them. Here a hit is a *change* of its rule's sum at one lead: it comes in at the first moment that
sees it, and goes out at the first that is past the rule's window. Changes are added up in the
order of moments. What is halved with age is added up as what it weighs at the last moment, and
doubled back to the moment at hand.

The ledger is always computed hit by hit, see ``units``; this gives its sums alone, and only of
rules that are plain sums of points that are the same for each hit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import exp

from leadline.model.document import HalfLife, UnitRule
from leadline.model.expressions import Expression
from leadline.model.names import fields_of
from leadline.query.amounts import weight
from leadline.query.context import Context, NumberedRule, Stream
from leadline.query.hits import Hits
from leadline.query.matching import Matcher, matchers, used_parameters
from leadline.query.moments import ages, first_place, microseconds_of
from leadline.query.subjects import Step
from leadline.sql.trees import (
    Tree,
    all_of,
    column,
    integer,
    named,
    null,
    number,
    sql_tree,
    union,
    values,
)

SUM = "lead_running_sum"

MOST_HALF_LIVES = 900
"""Weights are carried over so many half-lives at most: a double holds 1,022."""


def is_running(context: Context, numbered: NumberedRule) -> bool:
    """Say whether a rule's sums can be added up from moment to moment."""
    rule = numbered.rule
    if not context.profile.moments or numbered.level != "lead" or not isinstance(rule, UnitRule):
        return False
    if context.has("lead_merges") or context.has("event_marks"):  # whose events may change
        return False
    alone = rule.count == "each" and not (rule.at_most or rule.at_least or rule.by)
    constant = not isinstance(rule.points, Expression) and not numbered.resets
    blind = rule.where is None or not fields_of(rule.where.tree)
    return (
        alone
        and constant
        and blind
        and _fades(context, numbered)
        and not _is_read(context, numbered)
    )


def _fades(context: Context, numbered: NumberedRule) -> bool:
    """Say whether a weight at one moment is that at another by a factor that a double holds."""
    decay = numbered.decay
    if not isinstance(decay, HalfLife):
        return decay is None
    return ages(context)[0] <= MOST_HALF_LIVES * decay.half_life.microseconds


def _is_read(context: Context, numbered: NumberedRule) -> bool:
    """Say whether anything reads a rule's count or its latest moment."""
    return any(each.number == numbered.number for each in context.counted("lead"))


def prefix(stream: Stream) -> str:
    """Return how the steps of the running rules of a stream begin."""
    return f"lead_{stream}_running"


def steps(context: Context) -> Iterator[Step]:
    """Yield ``lead_running_sum``: of each group of rules ``k``, one of its rules and its points.

    The rules of a stream are matched by the steps ``NAME_match`` and ``NAME_kind`` of ``prefix``.
    """
    streams: tuple[Stream, ...] = ("events", "outcomes")
    found = {stream: _matchers(context, stream) for stream in streams if context.has(stream)}
    given = {stream: some for stream, some in found.items() if some}
    if not given:
        return
    for stream, some in given.items():
        yield f"{prefix(stream)}_seen", _seen(context, stream)
        yield f"{prefix(stream)}_changes", _changes(context, stream, some)
    rules = [each.rule for some in given.values() for each in some if each.rule]
    yield "lead_running", _running(context, list(given))
    yield "lead_running_params", _params(rules)
    parts = []
    if any(isinstance(each.decay, HalfLife) for each in rules):
        yield "lead_fading", _fading(context)
        parts.append("lead_fading")
    if any(each.decay is None for each in rules):
        yield "lead_lasting_changes", _lasting_changes(context)
        yield "lead_lasting", _lasting(context)
        parts.append("lead_lasting")
    yield SUM, _by_subject(context, parts)


def _matchers(context: Context, stream: Stream) -> list[Matcher]:
    return [
        each
        for each in matchers(context, "lead", stream)
        if each.rule and is_running(context, each.rule)
    ]


def _seen(context: Context, stream: Stream) -> Tree:
    """Return the events with their lead's number and the place of the first moment to see them."""
    seen = context.free(stream, _SEEN)
    return sql_tree(
        "select e.*, :place from (select e.*, :n, :at from :stream as e "
        "join lead_number as l on l.lead_id = e.lead_id) as e where :seen <= :last",
        place=named(first_place(context, column(seen, "e")), context.free(stream, _PLACE)),
        n=named(sql_tree("l.n"), context.free(stream, _NUMBER)),
        at=named(sql_tree(_SEEN_AT), seen),
        stream=exp.to_table(stream),
        seen=column(seen, "e"),
        last=integer(_last(context)),
    )


_NUMBER, _SEEN, _PLACE = "seen.n", "seen.at", "seen.place"
_SEEN_AT = (
    "microseconds(case when e.recorded_at > e.occurred_at then e.recorded_at "
    "else e.occurred_at end)"
)


def _changes(context: Context, stream: Stream, some: Sequence[Matcher]) -> Tree:
    """Return what comes in and what goes out of the sum of a rule at a lead, and when."""
    hits = Hits(context, "lead", stream, some, prefix(stream))
    used = used_parameters(some)
    age = sql_tree(":last - microseconds(e.occurred_at)", last=integer(_last(context)))
    columns = [
        named(column(context.free(stream, _NUMBER), "e"), "n"),
        sql_tree("m.rule"),
        named(column(context.free(stream, _PLACE), "e"), "place"),
        named(weight(used, sql_tree("cast(:age as double)", age=age)), "amount"),
    ]
    if "within" in used:
        columns.append(sql_tree("microseconds(e.occurred_at) + m.within as until_at"))
    rows = union(_matched(hits, columns, family) for family in hits.families())
    key = sql_tree("n * :many + rule", many=integer(_many(context)))
    if "within" not in used:
        return sql_tree("select :key as key, place, amount from (:rows) as h", key=key, rows=rows)
    return sql_tree(
        _IN_AND_OUT, key=key, gone=first_place(context, column("until_at", "h")), rows=rows
    )


_IN_AND_OUT = """
    select :key as key, case when s.out then h.gone else h.place end as place,
        case when s.out then -h.amount else h.amount end as amount
    from (select h.*, :gone as gone from (:rows) as h) as h
        cross join (values (false), (true)) as s("out")
    where (h.gone is null or h.gone > h.place) and (h.gone is not null or not s.out)
"""


def _matched(hits: Hits, columns: Sequence[Tree], family: str) -> Tree:
    conditions = [exp.paren(hits.evaluated())] if family == "kind" else []
    return sql_tree(
        "select :columns from :seen as e join :family as m on :matched where :conditions",
        columns=columns,
        seen=exp.to_table(f"{hits.name}_seen"),
        family=exp.to_table(f"{hits.name}_{family}"),
        matched=hits.matched(family),
        conditions=all_of(conditions),
    )


def _last(context: Context) -> int:
    return microseconds_of(context.profile.moments[-1])


def _many(context: Context) -> int:
    """Return by what a lead's number is multiplied, so that a rule's number can be added."""
    return len(context.rules) + 1


def _running(context: Context, streams: Sequence[Stream]) -> Tree:
    """Return each sum after each change, and the place of the change that follows."""
    return sql_tree(
        "select key, place, amount, "
        "sum(amount) over (partition by key order by place rows unbounded preceding) as total, "
        "lead(place, 1, :count) over (partition by key order by place) as next_place "
        "from (:changes) as c",
        count=integer(len(context.profile.moments)),
        changes=union(
            sql_tree(f"select key, place, amount from {prefix(each)}_changes") for each in streams
        ),
    )


_UNLIMITED = 1e10
"""More than the points of a ledger row can be."""


def _params(rules: Sequence[NumberedRule]) -> Tree:
    """Return what is needed of each rule to make points of its sum, and whose sum it joins."""
    first: dict[tuple[str, str | None], int] = {}
    rows = []
    for each in rules:
        rule, decay = each.rule, each.decay
        assert isinstance(rule, UnitRule)  # noqa: S101 - only unit rules run
        assert not isinstance(rule.points, Expression)  # noqa: S101 - nor do formulas
        target = first.setdefault((each.score_name, rule.group), each.number)
        rows.append(
            [
                integer(each.number),
                integer(target),
                number(rule.points),
                number(_UNLIMITED if rule.limit is None else rule.limit),
                number(decay.half_life.microseconds)
                if isinstance(decay, HalfLife)
                else null("double"),
            ]
        )
    return values("p", ["rule", "target", "points", "most", "half_life"], rows)


def _points(total: str) -> str:
    """Return the points of a sum of weights, after ``limit``, in whole millionths."""
    # nothing is null here, so the engine's own least and greatest mean what they say
    return f"millionths(least(greatest(weighted(p.points, {total}), -p.most), p.most))"


_OF_RULE = "lead_running as r join lead_running_params as p on p.rule = r.key % :many"
_TARGET = "r.key - p.rule + p.target"


def _fading(context: Context) -> Tree:
    """Return the points of what is halved with age, at each moment from a change to the next."""
    total = "r.total * power_of_half(-(g.back / p.half_life))"
    return sql_tree(
        f"select {_TARGET} as key, g.place, sum({_points(total)}) as points "
        f"from {_OF_RULE} join grid as g on g.place >= r.place and g.place < r.next_place "
        f"where p.half_life is not null group by {_TARGET}, g.place",
        many=integer(_many(context)),
    )


def _lasting_changes(context: Context) -> Tree:
    """Return by how much the points of what does not fade change."""
    return sql_tree(
        f"select {_TARGET} as key, r.place, "
        f"sum({_points('r.total')} - {_points('(r.total - r.amount)')}) as points from {_OF_RULE} "
        f"where p.half_life is null group by {_TARGET}, r.place",
        many=integer(_many(context)),
    )


def _lasting(context: Context) -> Tree:
    """Return the points of what does not fade at every moment from the first change on."""
    return sql_tree(_FILLED, count=integer(len(context.profile.moments)))


_FILLED = """
    select r.key, g.place, r.points
    from (
        select key, sum(points) over (partition by key order by place rows unbounded preceding)
            as points,
            place, lead(place, 1, :count) over (partition by key order by place) as next_place
        from lead_lasting_changes
    ) as r join grid as g on g.place >= r.place and g.place < r.next_place
"""


def _by_subject(context: Context, parts: Sequence[str]) -> Tree:
    return sql_tree(
        _BY_SUBJECT,  # see the numbers of ``moment``
        many=integer(_many(context)),
        count=integer(len(context.profile.moments)),
        rows=union(sql_tree(f"select key, place, points from {each}") for each in parts),
    )


_BY_SUBJECT = """
    select (p.key // :many) * :count + p.place as k, p.key % :many as rule, p.points
    from (:rows) as p
"""
