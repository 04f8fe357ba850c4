"""Plain sums: rules whose hits the statement finds, and whose points are summed outside it.

A rule that adds up the same points of each of its hits needs neither an order nor values of its
events. So its hits can be summed in arrays, see ``leadline.scoring.arrays``: at one moment without
the hash table of leads and rules, which costs more than all else, and at many moments with each
hit met once. What is summed comes back as the table ``plain_sums``.

The ledger is always computed hit by hit, see ``units``; this gives its sums alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import exp

from leadline.model.document import UnitRule
from leadline.model.expressions import Expression
from leadline.model.names import fields_of
from leadline.query.amounts import age_of, decays_of, weight
from leadline.query.context import Context, NumberedRule, Stream
from leadline.query.hits import Hits
from leadline.query.matching import Matcher, matchers
from leadline.query.moments import microseconds_of
from leadline.query.subjects import Step
from leadline.sql.trees import Tree, all_of, integer, named, sql_tree, union

GIVEN = "plain_sums"
"""The table of ``lead, place, rule, points``: of a lead by its number in ``lead_number`` at the
moment of this place, the points of all rules of this rule's score and group, in millionths."""

HITS = "lead_plain_hits"
"""The step that has the hits: ``lead``, ``rule``, and at one moment their ``weight``, at many when
they ``occurred_at`` and were ``seen_at``, in microseconds."""

SUM = "lead_plain_sum"
"""The step that has the sums by subject: ``k``, one rule of each group of rules, and its points."""

STREAMS: tuple[Stream, ...] = ("events", "outcomes")


def is_plain(context: Context, numbered: NumberedRule) -> bool:
    """Say whether a rule's points are summed outside the statement."""
    if not context.profile.in_arrays or numbered.level != "lead":
        return False
    if context.has("lead_merges") or context.has("event_marks"):  # whose events may change
        return False
    rule = numbered.rule
    return (
        isinstance(rule, UnitRule) and _is_sum(numbered, rule) and not _is_read(context, numbered)
    )


def _is_sum(numbered: NumberedRule, rule: UnitRule) -> bool:
    alone = rule.count == "each" and not (rule.at_most or rule.at_least or rule.by)
    constant = not isinstance(rule.points, Expression) and not numbered.resets
    blind = rule.where is None or not fields_of(rule.where.tree)
    return alone and constant and blind


def _is_read(context: Context, numbered: NumberedRule) -> bool:
    """Say whether anything reads a rule's count or its latest moment."""
    return any(each.number == numbered.number for each in context.counted("lead"))


def prefix(stream: Stream) -> str:
    """Return how the steps of the plain rules of a stream begin."""
    return f"lead_{stream}_plain"


def rules(context: Context) -> list[tuple[NumberedRule, int]]:
    """Return the plain rules, each with the number of the rule under which its points are summed.

    That is the first of them in the same score and group.
    """
    first: dict[tuple[str, str | None], int] = {}
    found = [
        each
        for stream in STREAMS
        if context.has(stream)
        for each in context.unit_rules("lead", stream)
        if is_plain(context, each)
    ]
    return [
        (each, first.setdefault((each.score_name, each.rule.group), each.number)) for each in found
    ]


def steps(context: Context) -> Iterator[Step]:
    """Yield ``HITS`` and ``SUM``, where there are plain rules.

    The rules of a stream are matched by the steps ``NAME_match`` and ``NAME_kind`` of ``prefix``.
    """
    given = {stream: some for stream in STREAMS if (some := _matchers(context, stream))}
    if not given:
        return
    if context.profile.one_moment:
        yield "lead_number", sql_tree(_LEAD_NUMBER)
    yield HITS, union(_hits(context, stream, some) for stream, some in given.items())
    yield SUM, _by_subject(context)


_LEAD_NUMBER = "select lead_id, row_number() over () as n from spine"


def _matchers(context: Context, stream: Stream) -> list[Matcher]:
    if not context.has(stream):
        return []
    return [
        each
        for each in matchers(context, "lead", stream)
        if each.rule and is_plain(context, each.rule)
    ]


def _hits(context: Context, stream: Stream, some: Sequence[Matcher]) -> Tree:
    hits = Hits(context, "lead", stream, some, prefix(stream))
    find = _weighed if context.profile.one_moment else _dated
    return union(find(hits, family) for family in hits.families())


def _weighed(hits: Hits, family: str) -> Tree:
    """Return the hits at the one moment, with what they weigh."""
    return _found(
        hits,
        family,
        columns=[named(weight(decays_of(hits), age_of(hits)), "weight")],
        conditions=[*hits.visible(), *hits.conditions(family)],
    )


def _dated(hits: Hits, family: str) -> Tree:
    """Return the hits that the last moment sees, whatever their age."""
    last = microseconds_of(hits.context.profile.moments[-1])
    return _found(
        hits,
        family,
        columns=[
            sql_tree("microseconds(e.occurred_at) as occurred_at"),
            named(sql_tree(_SEEN_AT), "seen_at"),
        ],
        conditions=[
            sql_tree(":at <= :last", at=sql_tree(_SEEN_AT), last=integer(last)),
            *([exp.paren(hits.evaluated())] if family == "kind" else []),
        ],
    )


_SEEN_AT = (
    "microseconds(case when e.recorded_at > e.occurred_at then e.recorded_at "
    "else e.occurred_at end)"
)


def _found(hits: Hits, family: str, columns: Sequence[Tree], conditions: Sequence[Tree]) -> Tree:
    return sql_tree(
        # events meet their leads before the rules: then each is looked up once
        "select cast(l.n as integer) as lead, m.rule, :columns from :stream as e "
        "join lead_number as l on l.lead_id = e.lead_id join :family as m on :matched "
        "where :conditions",
        columns=columns,
        stream=exp.to_table(hits.stream),
        family=exp.to_table(f"{hits.name}_{family}"),
        matched=hits.matched(family),
        conditions=all_of(conditions),
    )


def _by_subject(context: Context) -> Tree:
    if context.profile.one_moment:
        return sql_tree(
            "select l.lead_id as k, s.rule, s.points "
            "from :given as s join lead_number as l on l.n = s.lead",
            given=exp.to_table(GIVEN),
        )
    return sql_tree(  # see the numbers of ``moment``
        "select cast(s.lead as bigint) * :count + s.place as k, s.rule, s.points from :given as s",
        count=integer(len(context.profile.moments)),
        given=exp.to_table(GIVEN),
    )
