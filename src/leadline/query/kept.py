"""The statement in parts, for what is kept between variants of a model at one moment.

Points of rules are kept by lead, see ``leadline.scoring.kept``. What rests on them, the limits of
groups and ranges, formulas, rollups, grades, bands and overrides, is worked out here, by the very
steps of the statement: over ``GIVEN`` in place of the rows that it would have summed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlglot import exp

from leadline.model.document import Ladder, UnitRule
from leadline.model.expressions import Expression
from leadline.model.fingerprint import fingerprint
from leadline.query import bands, reach, scores, subjects, totals
from leadline.query import sums as sums_of_hits
from leadline.query.amounts import unit_rule
from leadline.query.context import Context, NumberedRule, Stream
from leadline.query.hits import Hits
from leadline.query.matching import Matcher, match_steps, matchers
from leadline.query.statement import Statement, levels_of, scores_of, statement_of
from leadline.query.subjects import Step
from leadline.query.units import STREAMS
from leadline.sql.trees import Tree, case, column, integer, named, sql_tree, text, union

GIVEN = "kept_given"
"""The table of leads: what ``lead_view`` has, their ``NUMBER``, and sums by score and group."""

SCORED = "kept_scored"
"""The table of leads: what ``lead_view`` has, their ``NUMBER``, and every score."""

NUMBER = "lead_n"
"""Column of the number of a lead, from 0."""

NUMBERS = "kept_number"
"""The table that gives subjects ``k`` their ``NUMBER``."""

ACCOUNTS = ("account_view", "account_total")
"""Steps of accounts, which stay as they are while no rule of an account changes."""


def is_plain(numbered: NumberedRule) -> bool:
    """Say whether the points of a rule at one moment are a plain sum over units.

    Units are its hits, or the latest of each day or value: whatever the rule's window is, the
    latest one within it is the latest of all, or there is none.
    """
    rule = numbered.rule
    return (
        isinstance(rule, UnitRule)
        and numbered.level == "lead"
        and (rule.count == "each" or rule.pick != "first")
        and not (rule.at_most or rule.at_least or rule.by or rule.in_)
        and not isinstance(rule.points, Expression)
    )


def hits(context: Context) -> Statement:
    """Return the output ``hits``: ``lead, rule, occurred_at`` of the units of plain rules.

    Of a rule that counts once all hits are there.
    """
    steps: dict[str, Tree] = {
        **dict(subjects.steps(context)),
        **dict(reach.mark_steps(context)),
        **dict(reach.subject_steps(context, "lead")),
    }
    parts = []
    for stream in STREAMS:
        for kind, found in _by_count(context, stream).items():
            some = Hits(context, "lead", stream, found, f"lead_{stream}_{kind}")
            steps |= dict(match_steps(context, stream, found, some.name))
            if kind == "latest":
                steps |= dict(sums_of_hits.latest(some))
                parts.append(
                    sql_tree("select * from :t as u", t=exp.to_table(f"{some.name}_latest"))
                )
            else:
                parts.append(some.select([sql_tree("e.occurred_at")]))
    query = (
        sql_tree(
            f"select cast(l.{NUMBER} as integer) as lead, h.rule, "
            "microseconds(h.occurred_at) as occurred_at "
            f"from (:hits) as h join {NUMBERS} as l on l.k = h.k",
            hits=union(sql_tree("select k, rule, occurred_at from (:p) as p", p=p) for p in parts),
        )
        if parts
        else sql_tree("select 0 as lead, 0 as rule, cast(0 as bigint) as occurred_at where false")
    )
    return Statement(steps, {"hits": query})


def _by_count(context: Context, stream: Stream) -> dict[str, list[Matcher]]:
    """Return the rules of a stream of which every hit is needed, and those of the latest."""
    found: dict[str, list[Matcher]] = {}
    for each in matchers(context, "lead", stream) if context.has(stream) else []:
        every = unit_rule(each).count in {"each", "once"}
        found.setdefault("every" if every else "latest", []).append(each)
    return found


def rows(context: Context) -> Statement:
    """Return the output ``rows``: ``lead, rule, points`` of all rules of leads."""
    steps = statement_of(context).steps
    query = (
        sql_tree(
            f"select cast(l.{NUMBER} as integer) as lead, r.rule, r.points from lead_row as r "
            f"join {NUMBERS} as l on l.k = r.k where r.points <> 0"
        )
        if "lead_row" in steps
        else sql_tree("select 0 as lead, 0 as rule, cast(0 as double) as points where false")
    )
    return Statement(steps, {"rows": query})


def scored(context: Context) -> Statement:
    """Return the output ``scores`` over ``GIVEN``: each lead's number and scores, NaN for none."""
    steps = dict(_scored(context))
    columns = [
        named(
            sql_tree("coalesce(:s, cast('NaN' as double))", s=column(totals.score_column(name))),
            name,
        )
        for name in context.model.scores
    ]
    return Statement(
        steps, {"scores": sql_tree(f"select {NUMBER}, :columns from lead_scored", columns=columns)}
    )


def _scored(context: Context) -> Iterator[Step]:
    given = exp.to_table(GIVEN)
    names = context.rule_scores("lead")
    yield "lead_view", sql_tree("select * from :given as f", given=given)
    if names:
        columns = [totals.limited(context, name, "f") for name in names]
        yield "lead_limited", sql_tree("select f.*, :c from :given as f", c=columns, given=given)
        yield "lead_total", totals.total_of(context, "lead", names)
    yield from scores.score_steps(context, levels_of(context))


def sums(context: Context) -> dict[str, list[NumberedRule]]:
    """Return the columns of sums that ``GIVEN`` has, each with its rules."""
    found: dict[str, list[NumberedRule]] = {}
    for name in context.rule_scores("lead"):
        groups = totals.limited_groups(context.model.scores[name])
        for each in totals.rules_of(context, name):
            group = each.rule.group if each.rule.group in groups else None
            found.setdefault(totals.sum_name(name, group), []).append(each)
    return found


def banded(context: Context, places: Mapping[str, Sequence[str]]) -> Statement:
    """Return the output ``bands`` over ``SCORED``: numbers of leads, and of each ladder the band.

    A band is its place among those of its ladder in ``places``, from 1; 0 for none. ``scores`` has
    the same leads as the statement has them.
    """
    steps = {"lead_scored": sql_tree("select * from :t as f", t=exp.to_table(SCORED))}
    steps |= dict(bands.steps(context, ["lead"]))
    columns = [
        named(_place(column(f"band.{ladder}", "f"), places[ladder]), ladder)
        for ladder in context.model.lead_bands
    ]
    found = f"select f.{NUMBER}, :columns from lead_banded as f"
    return Statement(
        steps,
        {
            "bands": sql_tree(found, columns=columns),
            "scores": scores_of(context, fingerprint(context.model), NUMBER),
        },
    )


def _place(band: Tree, named_bands: Sequence[str]) -> Tree:
    branches = [
        (sql_tree(":b = :t", b=band, t=text(each)), integer(place))
        for place, each in enumerate(named_bands, start=1)
    ]
    return sql_tree("cast(:c as tinyint)", c=case(branches, integer(0)) if branches else integer(0))


def bands_of(context: Context, ladder: str) -> tuple[str, ...]:
    """Return every band that a lead may be in on a ladder, by edges in their order, then others."""
    found: Ladder = context.model.bands[ladder]
    own = [*(found.edges or {}), *(found.cells or {}), *([found.default] if found.default else [])]
    others = [
        each.band
        for each in context.model.overrides.values()
        if each.ladders is None or ladder in each.ladders
    ]
    return tuple(dict.fromkeys([*own, *others]))
