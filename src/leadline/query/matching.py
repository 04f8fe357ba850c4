"""Which events a rule counts: step 1 of the meaning of event rules, for all rules at once.

Conditions are evaluated once per distinct shape of the columns they read, where these columns
have few values: ``match`` lists the shapes with the rules they match and is joined back to the
events. Conditions on other columns, or on a lead's fields, are evaluated at the event, for the
rules of its type alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp

from leadline.model.document import HalfLife, Linear, OutcomeRule, SilenceRule, Steps, UnitRule
from leadline.model.expressions import Expression, Name, names
from leadline.model.names import Place, fields_of, place_of
from leadline.model.types import Type
from leadline.query.context import Context, Level, NumberedRule, Stream
from leadline.query.expressions import Renderer
from leadline.query.subjects import Step
from leadline.sql.kinds import SQL_TYPES
from leadline.sql.trees import (
    Tree,
    all_of,
    case,
    column,
    integer,
    named,
    null,
    number,
    sql_tree,
    text,
    values,
)

KIND = {"events": "type", "outcomes": "outcome"}
KEY = {"events": "event_id", "outcomes": "outcome_id"}


@dataclass(frozen=True)
class Matcher:
    """A condition on events: of an event rule, an outcome rule, or inside a silence rule.

    Attributes:
        number: Number of the rule, or of the sign of life that a silence rule looks for.
        kinds: Types that match, None for all.
        not_kinds: Types that do not match.
        where: Further condition.
        rule: The rule with its parameters; None for a sign of life.
    """

    number: int
    kinds: tuple[str, ...] | None
    not_kinds: tuple[str, ...]
    where: Expression | None
    rule: NumberedRule | None
    place: Place


def matchers(context: Context, level: Level, stream: Stream) -> list[Matcher]:
    """Return the matchers of the unit rules of a level."""
    return [_of_rule(each) for each in context.unit_rules(level, stream)]


def _of_rule(numbered: NumberedRule) -> Matcher:
    rule = numbered.rule
    assert isinstance(rule, UnitRule)  # noqa: S101 - the caller picks unit rules
    kinds = rule.outcome if isinstance(rule, OutcomeRule) else getattr(rule, "event", ())
    place = place_of(rule, "where", account=numbered.level == "account")
    return Matcher(numbered.number, tuple(kinds), (), rule.where, numbered, place)


def sign_numbers(context: Context, numbered: NumberedRule) -> tuple[int, int]:
    """Return the numbers of a silence rule's signs of life: the matching ones, and any."""
    count = len(context.rules)
    return count + numbered.number, 2 * count + numbered.number


def signs(context: Context, level: Level) -> list[Matcher]:
    """Return the matchers inside the silence rules of a level."""
    found = []
    for numbered in context.silence_rules(level):
        rule = numbered.rule
        assert isinstance(rule, SilenceRule)  # noqa: S101 - the caller picks silence rules
        passive = () if rule.event else tuple(context.model.passive)
        place = place_of(rule, "where", account=level == "account")
        life, first = sign_numbers(context, numbered)
        found.append(Matcher(life, rule.event, passive, rule.where, None, place))
        found.append(Matcher(first, None, passive, None, None, place))
    return found


def columns_of(matcher: Matcher) -> frozenset[str]:
    """Return the columns of the event that a condition reads."""
    if matcher.where is None:
        return frozenset()
    return frozenset(each.parts[0] for each in names(matcher.where.tree) if len(each.parts) == 1)


def by_shape(context: Context, stream: Stream, matcher: Matcher) -> bool:
    """Say whether a condition can be answered from a short list of shapes."""
    if not context.profile.shapes:
        return False
    if matcher.where is not None and fields_of(matcher.where.tree):
        return False
    return all((stream, each) in context.profile.few for each in columns_of(matcher))


def resolver(stream_alias: str = "e", facts_alias: str = "s") -> Callable[[Name], Tree]:
    """Return where names of an event's conditions are found."""

    def resolve(name: Name) -> Tree:
        if len(name.parts) == 1:
            return column(name.parts[0], stream_alias)
        return column(".".join(name.parts), facts_alias)

    return resolve


def condition(context: Context, stream: Stream, matcher: Matcher) -> Tree:
    """Return the condition on an event, three-valued."""
    kind = column(KIND[stream], "e")
    parts: list[Tree] = []
    if matcher.kinds is not None:
        parts.append(
            sql_tree(":kind in (:kinds)", kind=kind, kinds=[text(each) for each in matcher.kinds])
        )
    if matcher.not_kinds:
        parts.append(
            sql_tree(
                "not (:kind in (:kinds))",
                kind=kind,
                kinds=[text(each) for each in matcher.not_kinds],
            )
        )
    if matcher.where is not None:
        parts.append(where(context, matcher))
    return all_of(parts)


def where(context: Context, matcher: Matcher) -> Tree:
    """Return the condition ``where`` of a matcher alone."""
    assert matcher.where is not None  # noqa: S101 - the caller asks for one
    renderer = Renderer(context.names, matcher.place, resolver(), column("as_of", "s"))
    return renderer(matcher.where.tree, Type.BOOLEAN)


PARAMETERS: dict[str, str] = {
    "within": "bigint",
    "half_life": "double",
    "linear": "double",
    "keep": "double",
    "every": "double",
    "since_reset": "boolean",
}
"""What is needed of a rule at each of its hits, with the type; times in microseconds."""


def parameters(numbered: NumberedRule | None) -> dict[str, Tree]:
    """Return the parameters that a rule has."""
    found: dict[str, Tree] = {}
    if numbered is None:
        return found
    rule, decay = numbered.rule, numbered.decay
    if isinstance(rule, UnitRule) and rule.within is not None:
        found["within"] = integer(rule.within.microseconds)
    if isinstance(decay, HalfLife):
        found["half_life"] = number(decay.half_life.microseconds)
    if isinstance(decay, Linear):
        found["linear"] = number(decay.linear.microseconds)
    if isinstance(decay, Steps):
        found["keep"] = number(decay.keep)
        found["every"] = number(decay.every.microseconds)
    return found


def used_parameters(found: Sequence[Matcher]) -> list[str]:
    """Return the parameters that any of some rules has."""
    used = {key for each in found for key in parameters(each.rule)}
    return [key for key in PARAMETERS if key in used]


def _parameter_row(matcher: Matcher, used: Sequence[str]) -> list[Tree]:
    have = parameters(matcher.rule)
    return [have.get(key, null(PARAMETERS[key])) for key in used]


def match_steps(
    context: Context, stream: Stream, found: Sequence[Matcher], name: str
) -> Iterator[Step]:
    """Yield ``NAME_match`` for the conditions by shape and ``NAME_kind`` for the others."""
    shaped = [each for each in found if by_shape(context, stream, each)]
    others = [each for each in found if not by_shape(context, stream, each)]
    used = used_parameters(found)
    if shaped:
        yield f"{name}_match", _match(context, stream, shaped, used)
    if others:
        yield f"{name}_kind", _kinds(others, used)


def _rule_rows(found: Sequence[Matcher], used: Sequence[str]) -> Tree:
    rows = [[integer(each.number), *_parameter_row(each, used)] for each in found]
    return values("r", ["rule", *used], rows)


def shape_columns(context: Context, stream: Stream, found: Sequence[Matcher]) -> list[str]:
    """Return the columns, the kind first, whose distinct values are the shapes."""
    shaped = [each for each in found if by_shape(context, stream, each)]
    kind = KIND[stream]
    return [kind, *sorted(set().union(*map(columns_of, shaped)) - {kind})]


def shape_column(name: str) -> str:
    """Return what the list of matches calls a column of events, beside the rules' own columns."""
    return f"shape.{name}"


def _match(
    context: Context, stream: Stream, shaped: Sequence[Matcher], used: Sequence[str]
) -> Tree:
    """Return the shapes of events with the rules that match them."""
    shape = shape_columns(context, stream, shaped)
    columns = [named(column(each, "e"), shape_column(each)) for each in shape]
    present = [_present(context, stream, each) for each in shape]
    return sql_tree(
        "select :columns, r.* from (select distinct :present from :stream as e) as e "
        "cross join (:rules) as r where :matches",
        columns=columns,
        present=present,
        stream=exp.to_table(stream),
        rules=_rule_rows(shaped, used),
        matches=exp.paren(
            case(
                [
                    (
                        sql_tree("r.rule = :n", n=integer(each.number)),
                        condition(context, stream, each),
                    )
                    for each in shaped
                ]
            )
        ),
    )


def _present(context: Context, stream: Stream, name: str) -> Tree:
    """Return a column of the stream, null where the data lacks it."""
    if name in context.schema.get(stream, {}):
        return column(name, "e")
    return named(null(SQL_TYPES[context.names.column(stream, name)]), name)


def _kinds(others: Sequence[Matcher], used: Sequence[str]) -> Tree:
    """Return the rules by type; those of every type have none."""
    rows = [
        [
            text(kind) if kind is not None else null("text"),
            integer(each.number),
            *_parameter_row(each, used),
        ]
        for each in others
        for kind in (each.kinds or (None,))
    ]
    return values("r", ["kind", "rule", *used], rows)
