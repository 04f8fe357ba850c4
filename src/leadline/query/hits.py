"""The hits of rules: events that were visible at the moment, young enough, and match."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp

from leadline.model.document import UnitRule
from leadline.model.expressions import Expression
from leadline.model.names import fields_of
from leadline.query.context import Context, Level, Stream
from leadline.query.matching import (
    KIND,
    Matcher,
    by_shape,
    condition,
    shape_column,
    shape_columns,
    used_parameters,
    where,
)
from leadline.query.reach import owners, reset_scores
from leadline.query.subjects import field
from leadline.sql.trees import (
    Tree,
    all_of,
    any_of,
    call,
    case,
    column,
    integer,
    sql_tree,
    union,
)


@dataclass(frozen=True)
class Hits:
    """The hits of some rules of a level, ready to be selected from.

    ``select`` adds columns over the aliases ``e`` (event), ``s`` (subject) and ``m`` (match).
    """

    context: Context
    level: Level
    stream: Stream
    matchers: Sequence[Matcher]
    name: str

    @property
    def as_of(self) -> Tree:
        """The moment at which an event is looked at."""
        return call("the_moment") if self.context.profile.one_moment else sql_tree("s.as_of")

    @property
    def age(self) -> Tree:
        """The age of an event in whole microseconds."""
        return sql_tree("microseconds_between(e.occurred_at, :now)", now=self.as_of)

    def select(self, columns: Sequence[Tree]) -> Tree:
        """Return one row a hit: ``k``, ``rule`` and these columns."""
        return union(
            self._branch([sql_tree(key), sql_tree("m.rule"), *columns], join, family)
            for family in self.families()
            for key, join in self.subjects(family)
        )

    def subjects(self, family: str) -> list[tuple[str, str]]:
        """Return the subject of an event, and what is to be joined for it."""
        if self._is_direct(family):
            return [("e.lead_id as k", "")]
        return [
            ("s.k", f"join {self.level}_subject as s on {owner}") for owner in owners(self.level)
        ]

    def _is_direct(self, family: str) -> bool:
        """Say whether an event is its lead's whatever the moment, and nothing else is read.

        Then the lead's id itself is the subject, and events need not be joined to leads. Points
        and resets stand in the columns and conditions of both families, conditions in their own.
        """
        return (
            self.level == "lead"
            and self.context.profile.one_moment
            and not self.context.has("lead_merges")
            and not any(_reads_subject(each) for each in self.matchers)
            and not any(_asks_subject(each) for each in self._of_family(family))
        )

    def _of_family(self, family: str) -> list[Matcher]:
        shaped = family == "match"
        return [
            each for each in self.matchers if by_shape(self.context, self.stream, each) == shaped
        ]

    def families(self) -> list[str]:
        """Return the names of the relations of rules: ``match`` by shape, ``kind`` by type."""
        return [family for family in ("match", "kind") if self._of_family(family)]

    def _branch(self, columns: Sequence[Tree], join: str, family: str) -> Tree:
        return sql_tree(
            # rules are matched before events meet their subjects: each event may have many moments
            f"select :columns from :stream as e join :family as m on :matched {join} "
            "where :conditions",
            columns=columns,
            stream=exp.to_table(self.stream),
            family=exp.to_table(f"{self.name}_{family}"),
            matched=self.matched(family),
            conditions=all_of([*self.visible(), *self.conditions(family)]),
        )

    def matched(self, family: str) -> Tree:
        """Return how events find the rules of a family that may match them."""
        if family == "kind":
            kind = column(KIND[self.stream], "e")
            some = any(each.kinds is None for each in self.matchers)
            return sql_tree(
                "m.kind = :kind or m.kind is null" if some else "m.kind = :kind", kind=kind
            )
        first, *others = shape_columns(self.context, self.stream, self.matchers)
        there = self.context.schema.get(self.stream, {})
        return all_of(
            [
                sql_tree(":m = :e", m=_in_shape(first), e=column(first, "e")),  # is never null
                *(
                    call("same", _in_shape(each), column(each, "e"))
                    for each in others
                    if each in there
                ),
            ]
        )

    def visible(self) -> Iterator[Tree]:
        """Yield the conditions that an event meets which is known at the moment."""
        yield sql_tree("e.occurred_at <= :now", now=self.as_of)
        yield sql_tree("(e.recorded_at is null or e.recorded_at <= :now)", now=self.as_of)
        if self.stream == "events" and self.context.has("event_marks"):
            yield sql_tree(
                "not exists (select 1 from marked as x where x.event_id = e.event_id "
                "and x.since <= :now and (x.until is null or x.until > :now))",
                now=self.as_of,
            )

    def conditions(self, family: str) -> Iterator[Tree]:
        """Yield what else a visible event must meet to be a hit of the rule at hand."""
        used = used_parameters(self.matchers)
        if "within" in used:
            yield sql_tree("(m.within is null or :age < m.within)", age=self.age)
        for score in reset_scores(self.context, self.level):
            rules = [each.rule for each in self.matchers if each.rule and each.rule.resets]
            numbers = [each.number for each in rules if each.score_name == score]
            if not numbers:
                continue
            reset = column(f"reset.{score}", "s")
            yield sql_tree(
                "(m.rule not in (:numbers) or :reset is null or e.occurred_at > :reset)",
                numbers=[integer(each) for each in numbers],
                reset=reset,
            )
        if family == "kind":
            yield exp.paren(self.evaluated())

    def evaluated(self) -> Tree:
        """Return the condition of the rule at hand, evaluated at the event."""
        return case(
            (
                sql_tree("m.rule = :n", n=integer(each.number)),
                condition(self.context, self.stream, each),
            )
            for each in self._of_family("kind")
        )

    def undecided(self, found: Sequence[Matcher]) -> Tree:
        """Return subjects and rules whose condition is null at some event for want of a field."""
        branches = []
        for each in found:
            assert each.where is not None  # noqa: S101 - only conditions that read fields come here
            lacking = any_of(
                sql_tree(":f is null", f=column(field(*name), "s"))
                for name in fields_of(each.where.tree)
            )
            unknown = sql_tree("(:condition) is null", condition=where(self.context, each))
            branches.append(
                (sql_tree("m.rule = :n", n=integer(each.number)), all_of([unknown, lacking]))
            )
        rows = union(
            sql_tree(
                "select distinct s.k, m.rule from :stream as e join :family as m on :matched "
                f"join :subjects as s on {owner} where :conditions",
                stream=exp.to_table(self.stream),
                subjects=exp.to_table(f"{self.level}_subject"),
                family=exp.to_table(f"{self.name}_kind"),
                matched=self.matched("kind"),
                conditions=all_of(
                    [*self.visible(), *self.conditions(""), exp.paren(case(branches))]
                ),
            )
            for owner in owners(self.level)
        )
        return sql_tree("select distinct k, rule from (:rows) as u", rows=rows)


def _in_shape(name: str) -> Tree:
    return column(shape_column(name), "m")


def _reads_subject(matcher: Matcher) -> bool:
    """Say whether the points of a rule, or which events it counts, depend on its lead."""
    if matcher.rule is None:
        return False
    rule = matcher.rule.rule
    assert isinstance(rule, UnitRule)  # noqa: S101 - only these have hits
    reads = isinstance(rule.points, Expression) and bool(fields_of(rule.points.tree))
    return reads or matcher.rule.resets


def _asks_subject(matcher: Matcher) -> bool:
    """Say whether the condition on an event reads fields of its lead."""
    return matcher.where is not None and bool(fields_of(matcher.where.tree))
