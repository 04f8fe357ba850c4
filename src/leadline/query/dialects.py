"""The few functions whose meaning differs by engine, each written once per engine.

Relations use them as calls of our own names; ``lower`` puts the engine's SQL in their place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from sqlglot import exp

from leadline.query.sql import Tree, sql

LOWERINGS: Mapping[str, Mapping[str, str]] = {
    "duckdb": {
        # time since 1970 in whole microseconds, and back
        "microseconds": "epoch_us(:a)",
        "moment": "make_timestamp(:a)",
        # the moment of a spine that has only one: a setting, so that texts need not change with it
        "the_moment": "getvariable('leadline_as_of')",
        # seconds of a number of microseconds
        "seconds": "cast(:a as double) / 1e6",
        # day number in a zone
        "calendar_day": "cast((:a at time zone 'UTC') at time zone :b as date)",
        # a number that is neither NaN nor infinite, else null; names its argument once, as
        # formulas nest
        "finite": "nullif(nullif(nullif(:a, cast('inf' as double)), cast('-inf' as double)), "
        "cast('nan' as double))",
        # real division, null where the divisor is 0
        "divide": "cast(:a as double) / nullif(:b, 0.0)",
        # of two numbers, null where one is null: NaN is the greatest of all and stands for null
        "greatest_number": "nullif(greatest(coalesce(:a, cast('nan' as double)), "
        "coalesce(:b, cast('nan' as double))), cast('nan' as double))",
        "least_number": "-nullif(greatest(coalesce(-(:a), cast('nan' as double)), "
        "coalesce(-(:b), cast('nan' as double))), cast('nan' as double))",
        # of two times, likewise
        "least_time": "case when :a is not null and :b is not null then least(:a, :b) end",
        "greatest_time": "case when :a is not null and :b is not null then greatest(:a, :b) end",
        # millionths, rounded once, halves away from zero: 16 units in the last place are added,
        # so that noise of a floating sum cannot turn a half down; whole numbers are exact to 9e15
        "millionths": "case when :a is not null then "
        "greatest(-9e15, least(9e15, round(:a * 1000000.0000000036))) end",
        # hundredths of millionths, likewise; the input is whole
        "hundredths": "round(:a / 1e4)",
        "power_of_half": "exp(-least(:a, 1000.0) * 6.931471805599453e-1)",
        "raised": "pow(:a, :b)",
        "exponential": "exp(greatest(-700.0, least(700.0, :a)))",
        "clamp": "case when :a is not null then least(greatest(:a, :b), :c) end",
        # text: ASCII letters are folded, code points counted, no escape in patterns
        "lower_ascii": "translate(:a, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')",
        "upper_ascii": "translate(:a, 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')",
        "code_points": "cast(length(:a) as double)",
        "matches": "(:a like :b)",
        "same": "(:a is not distinct from :b)",
        # text to a value, null where it is none
        "text_to_number": "case when isfinite(try_cast(:a as double)) "
        "then try_cast(:a as double) end",
        "text_to_boolean": "case lower(:a) when 'true' then true when 'false' then false end",
        "text_to_time": "cast(try_cast(:a as timestamptz) at time zone 'UTC' as timestamp)",
    },
}
"""Engine to function to SQL in DuckDB's spelling with the arguments :a, :b, :c."""

_ARGUMENTS = ("a", "b", "c")


def lower(tree: Tree, engine: str) -> Tree:
    """Return the tree with our own functions replaced by what they mean on an engine."""
    lowerings = LOWERINGS[engine]
    whole = exp.Tuple(expressions=[tree.copy()])
    for node in reversed(list(whole.find_all(exp.Anonymous))):
        template = lowerings.get(node.name.lower())
        if template is not None:
            arguments = dict(zip(_ARGUMENTS, node.expressions, strict=False))
            node.replace(sql(f"({template})", **arguments))
    return cast("Tree", whole.expressions[0])


def render(tree: Tree, engine: str, *, pretty: bool = False) -> str:
    """Return the text of a relation for an engine."""
    return lower(tree, engine).sql(dialect=engine, pretty=pretty)
