"""The few functions whose meaning differs by engine, each written once per engine.

Relations use them as calls of our own names; ``lower`` puts the engine's SQL in their place.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import cast

from sqlglot import exp

from leadline.sql import patterns
from leadline.sql.patterns import whole
from leadline.sql.rewrites import (
    Rewrite,
    all_of,
    columns_named,
    constants_replaced,
    counts_as_signed,
    disjunctions_as,
    doubles_as_literals,
    filters_as_cases,
    fractions_as_doubles,
    names_as,
    plain,
    times_as,
    values_as_selects,
)
from leadline.sql.trees import Tree, spelled, sql_tree
from leadline.sql.warehouses import (
    BIGQUERY,
    CLICKHOUSE,
    SNOWFLAKE,
    is_folded_by_snowflake,
)

_DECIMAL = "cast({} as decimal)"
_MOST = "cast('1.797693134862e308' as decimal)"
_LEAST = "cast('5e-324' as decimal)"
_HALVES_AWAY = "trunc({0}) + trunc(({0} - trunc({0})) * 2.0)"
_NUDGED = "{0} * 1e6 + greatest(-0.01, least(0.01, {0} * 3.6e-9))"
"""Millionths away from 0 by 16 units in the last place, and by no more than a hundredth."""
_NUMBER = whole(patterns.NUMBER)
_TIME = whole(patterns.TIME)

_LIFETIME = "between timestamp '1910-01-01' and timestamp '2038-01-01'"
_INFINITY = "cast('infinity' as double)"
_NAN = "cast('nan' as double)"
_CLAMPED = (
    f"nanvl(-greatest(-greatest(coalesce({{a}}, {_NAN}), {{b}}), {{c}}), cast(null as double))"
)

_SPARK: Mapping[str, str] = {
    "microseconds": "unix_micros(:a)",
    "microseconds_between": "unix_micros(:b) - unix_micros(:a)",
    "moment": "timestamp_micros(:a)",
    "the_moment": "session.leadline_as_of",
    "seconds": "cast(:a as double) / 1e6",
    "calendar_day": "cast(from_utc_timestamp(:a, :b) as date)",
    # the rest of a division by infinity is the number itself, and NaN where it is not finite
    "finite": f"nanvl(:a % {_INFINITY}, cast(null as double))",
    "plus": ":a + :b",
    "minus": ":a - :b",
    "times": ":a * :b",
    "divide": "try_divide(cast(:a as double), :b)",
    "weighted": ":a * :b",
    # greatest() leaves nulls out; NaN is the greatest of all and stands for null
    "greatest_number": f"nanvl(greatest(coalesce(:a, {_NAN}), coalesce(:b, {_NAN})), "
    "cast(null as double))",
    "least_number": f"-nanvl(greatest(coalesce(-(:a), {_NAN}), coalesce(-(:b), {_NAN})), "
    "cast(null as double))",
    "least_time": "case when :a is not null and :b is not null then least(:a, :b) end",
    "greatest_time": "case when :a is not null and :b is not null then greatest(:a, :b) end",
    # names the argument once; round() takes halves away from zero, and is exact
    "millionths": f"round({_CLAMPED.format(a=_NUDGED.format(':a'), b='-9e15', c='-9e15')}) + 0.0",
    "hundredths": "round(:a / 1e4) + 0.0",
    "power_of_half": "exp(-least(:a, 1000.0) * 6.931471805599453e-1)",
    "raised": "pow(:a, :b)",
    "exponential": "exp(greatest(-700.0, least(700.0, :a)))",
    "clamp": _CLAMPED.format(a=":a", b=":b", c="-(:c)") + " + 0.0",
    "lower_ascii": "translate(:a, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')",
    "upper_ascii": "translate(:a, 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')",
    "code_points": "cast(length(:a) as double)",
    # a backslash is always an escape here, so it is written twice
    "matches": "(:a like replace(:b, '\\', '\\\\'))",
    "same": "(:a is not distinct from :b)",
    "in_bytes": ":a",
    "least_text": "min(:a)",
    "text_to_number": f"case when regexp_like(:a, '{_NUMBER}') "
    f"then nanvl(try_cast(:a as double) % {_INFINITY}, cast(null as double)) end",
    "text_to_boolean": patterns.BOOLEAN,
    # a zone stands behind seconds alone
    "text_to_time": f"case when regexp_like(:a, '{_TIME}') then try_cast(regexp_replace("
    "regexp_replace(regexp_replace(regexp_replace(:a, '([.][0-9]{6})[0-9]+', '$1'), "
    "' (UTC|GMT)$', 'Z'), ' ([+-])', '$1'), '([T ][0-9]{2}:[0-9]{2})([^:])', '$1:00$2') "
    "as timestamp) end",
    "fits": "regexp_like(:a, :b)",
}

LOWERINGS: Mapping[str, Mapping[str, str]] = {
    "duckdb": {
        # time since 1970 in whole microseconds, and back
        "microseconds": "epoch_us(:a)",
        "microseconds_between": "epoch_us(:b) - epoch_us(:a)",
        "moment": "make_timestamp(:a)",
        # the moment of a spine that has only one: a setting, so that texts need not change with it
        "the_moment": "getvariable('leadline_as_of')",
        # seconds of a number of microseconds
        "seconds": "cast(:a as double) / 1e6",
        # day number in a zone
        "calendar_day": "cast((:a at time zone 'UTC') at time zone :b as date)",
        # arithmetic: by 0 and by overflow it is infinite or NaN, and so is what is made of that,
        # which in the end is null; a case would work out the number twice, and formulas nest
        "plus": ":a + :b",
        "minus": ":a - :b",
        "times": ":a * :b",
        "divide": "cast(:a as double) / :b",
        "finite": "list_transform([:a], lambda x: case when isfinite(x) then x end)[1]",
        # points times a weight of at most 1, or times a sum of such
        "weighted": ":a * :b",
        # of two numbers, null where one is null: NaN is the greatest of all and stands for null
        "greatest_number": "nullif(greatest(coalesce(:a, cast('nan' as double)), "
        "coalesce(:b, cast('nan' as double))), cast('nan' as double))",
        "least_number": "-nullif(greatest(coalesce(-(:a), cast('nan' as double)), "
        "coalesce(-(:b), cast('nan' as double))), cast('nan' as double))",
        # of two times, likewise
        "least_time": "case when :a is not null and :b is not null then least(:a, :b) end",
        "greatest_time": "case when :a is not null and :b is not null then greatest(:a, :b) end",
        # millionths, rounded once, halves away from zero: 16 units in the last place are added,
        # so that noise of a floating sum cannot turn a half down; whole numbers are exact to 9e15,
        # and adding 0 leaves no minus zero
        "millionths": "case when :a is not null then "
        f"greatest(-9e15, least(9e15, round({_NUDGED.format(':a')}))) + 0.0 end",
        # hundredths of millionths, likewise; the input is whole
        "hundredths": "round(:a / 1e4) + 0.0",
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
        # text as it is ordered, byte by byte, and the least of some texts in that order
        "in_bytes": ":a",
        "least_text": "min(:a)",
        # text to a value, null where it is none
        "text_to_number": f"case when regexp_full_match(:a, '{_NUMBER}') "
        "and isfinite(try_cast(:a as double)) then try_cast(:a as double) end",
        "text_to_boolean": patterns.BOOLEAN,
        "text_to_time": f"case when regexp_full_match(:a, '{_TIME}') then make_timestamp(epoch_us("
        "try_cast(regexp_replace(:a, ' ([+-])', '\\1') as timestamptz))) end",
        # whether the whole of a text fits a pattern
        "fits": "regexp_full_match(:a, :b)",
    },
    "postgres": {
        # a double of seconds has whole microseconds for a lifetime around 1970, and is three times
        # as fast as a decimal
        "microseconds": f"case when :a {_LIFETIME} "
        "then cast(round(date_part('epoch', :a) * 1e6) as bigint) "
        "else cast(extract(epoch from :a) * 1000000 as bigint) end",
        "microseconds_between": f"case when :a {_LIFETIME} and :b {_LIFETIME} "
        "then cast(round(date_part('epoch', :b - :a) * 1e6) as bigint) "
        "else cast(extract(epoch from :b - :a) * 1000000 as bigint) end",
        "moment": "timestamp '1970-01-01' + :a * interval '1 microsecond'",
        # a query of its own is answered once, not at each row
        "the_moment": "(select cast(current_setting('leadline.as_of') as timestamp))",
        "seconds": "cast(:a as double) / 1e6",
        "calendar_day": "cast((:a at time zone 'UTC') at time zone :b as date)",
        "finite": ":a",
        # PostgreSQL refuses to overflow and to underflow; what could is first worked out as a
        # decimal number of 15 digits
        "plus": "case when abs(:a) < 8e307 and abs(:b) < 8e307 then :a + :b "
        f"when abs({_DECIMAL.format(':a')} + {_DECIMAL.format(':b')}) < {_MOST} then :a + :b end",
        "minus": "case when abs(:a) < 8e307 and abs(:b) < 8e307 then :a - :b "
        f"when abs({_DECIMAL.format(':a')} - {_DECIMAL.format(':b')}) < {_MOST} then :a - :b end",
        "times": "case when :a = 0 and :b is not null or :b = 0 and :a is not null then 0.0 "
        "when abs(:a) between 1e-150 and 1e150 and abs(:b) between 1e-150 and 1e150 then :a * :b "
        f"when abs({_DECIMAL.format(':a')} * {_DECIMAL.format(':b')}) < {_LEAST} then 0.0 "
        f"when abs({_DECIMAL.format(':a')} * {_DECIMAL.format(':b')}) < {_MOST} then :a * :b end",
        "divide": "case when :b = 0 then null when :a = 0 and :b is not null then 0.0 "
        "when abs(:a) between 1e-150 and 1e150 and abs(:b) between 1e-150 and 1e150 then :a / :b "
        f"when abs({_DECIMAL.format(':a')}) < abs({_DECIMAL.format(':b')}) * {_LEAST} then 0.0 "
        f"when abs({_DECIMAL.format(':a')}) < abs({_DECIMAL.format(':b')}) * {_MOST} then :a / :b "
        "end",
        # what is beyond all scores may lose its last digits
        "weighted": "case when abs(:a) < 1e-20 then 0.0 when :a > 1e290 then 1e290 * :b "
        "when :a < -1e290 then -1e290 * :b else :a * :b end",
        "greatest_number": "nullif(greatest(coalesce(:a, cast('nan' as double)), "
        "coalesce(:b, cast('nan' as double))), cast('nan' as double))",
        "least_number": "-nullif(greatest(coalesce(-(:a), cast('nan' as double)), "
        "coalesce(-(:b), cast('nan' as double))), cast('nan' as double))",
        "least_time": "case when :a is not null and :b is not null then least(:a, :b) end",
        "greatest_time": "case when :a is not null and :b is not null then greatest(:a, :b) end",
        # round() takes halves to even; the fraction of a double and its double are exact
        "millionths": "case when :a is not null then greatest(-9e15, least(9e15, "
        + _HALVES_AWAY.format(f"({_NUDGED.format('greatest(-1e10, least(1e10, :a))')})")
        + ")) + 0.0 end",
        "hundredths": _HALVES_AWAY.format("(:a / 1e4)") + " + 0.0",
        "power_of_half": "exp(-least(:a, 1000.0) * 6.931471805599453e-1)",
        "raised": "case when :a > 0 and :a < 1 and ln(:a) * :b < -690 then 0.0 "
        "else power(:a, :b) end",
        "exponential": "exp(greatest(-700.0, least(700.0, :a)))",
        # names the first argument once: NaN is the greatest of all and stands for null
        "clamp": "nullif(-greatest(-greatest(coalesce(:a, cast('nan' as double)), :b), -(:c)), "
        "cast('nan' as double)) + 0.0",
        "lower_ascii": "translate(:a, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')",
        "upper_ascii": "translate(:a, 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')",
        "code_points": "cast(length(:a) as double)",
        "matches": "(:a like :b escape '')",
        # arrays are equal where their nulls are, and can be hashed for a join
        "same": "(array[:a] = array[:b])",
        "in_bytes": '(:a collate "C")',
        # the result is compared with other columns, which have the database's collation
        "least_text": '(min(:a collate "C") collate "default")',
        "text_to_number": f"case when regexp_like(:a, '{_NUMBER}') then case "
        f"when abs(cast(:a as decimal)) < {_LEAST} then 0.0 "
        f"when abs(cast(:a as decimal)) < {_MOST} then cast(:a as double) end end",
        "text_to_boolean": patterns.BOOLEAN,
        "text_to_time": f"case when regexp_like(:a, '{_TIME}') "
        "and pg_input_is_valid(:a, 'timestamptz') then cast(regexp_replace(:a, "
        "'([.][0-9]{6})[0-9]+', '\\1') as timestamptz) at time zone 'UTC' end",
        "fits": "regexp_like(:a, :b)",
    },
    "spark": _SPARK,
    "clickhouse": CLICKHOUSE,
    "snowflake": SNOWFLAKE,
    "bigquery": BIGQUERY,
    "databricks": _SPARK,
}
"""Dialect to function to SQL with the arguments :a, :b, :c, in the spelling below."""

_OWN_SPELLING = frozenset({"clickhouse", "snowflake", "bigquery"})
"""Dialects whose functions are written as they are there; the others' as DuckDB writes them."""

_ARGUMENTS = ("a", "b", "c")

_LARGE = 12
"""An argument with more parts is worked out once where a template names it several times."""

_BINDINGS: Mapping[str, str] = {
    "postgres": "(select {body} from (select {given} offset 0) as once)"
}
"""How an engine that does not see equal expressions works out an argument once."""

_NAME_BYTES: Mapping[str, int] = {"postgres": 63}
"""Longer names would be cut, and could then be equal."""


def identifier(name: str, engine: str) -> str:
    """Return the name that a relation or a column has on an engine.

    >>> identifier("points", "postgres")
    'points'
    >>> identifier("points." * 10, "postgres")
    'points.points.points.points.points.points.poin~d9c724203b8782bb'
    """
    most = _NAME_BYTES.get(engine)
    encoded = name.encode()
    if engine == "bigquery":
        return plain(name)
    if most is None or len(encoded) <= most:
        return name
    mark = hashlib.sha256(encoded).hexdigest()[:16]
    return f"{encoded[: most - len(mark) - 1].decode(errors='ignore')}~{mark}"


def lower(tree: Tree, engine: str) -> Tree:
    """Return the tree with our own functions replaced by what they mean on an engine."""
    lowerings = LOWERINGS[engine]
    whole = exp.Tuple(expressions=[tree.copy()])
    for node in reversed(list(whole.find_all(exp.Anonymous))):
        template = lowerings.get(node.name.lower())
        if template is not None:
            arguments = dict(zip(_ARGUMENTS, node.expressions, strict=False))
            node.replace(_filled(template, arguments, engine))
    return cast("Tree", whole.expressions[0].pop())


def _filled(template: str, arguments: dict[str, Tree], engine: str) -> Tree:
    """Return a template with its arguments, each worked out once where that saves work."""
    binding = _BINDINGS.get(engine)
    repeated = [name for name, tree in arguments.items() if _is_worth_once(template, name, tree)]
    if binding is None or not repeated:
        spelling = engine if engine in _OWN_SPELLING else "duckdb"
        return spelled(spelling, f"({template})", arguments)
    body = template
    for name in repeated:
        body = re.sub(rf"(?<![:\w]):{name}\b", f"once.{name}", body)
    given = ", ".join(f":{name} as {name}" for name in repeated)
    return sql_tree(binding.format(body=body, given=given), **arguments)


def _is_worth_once(template: str, name: str, tree: Tree) -> bool:
    if len(re.findall(rf"(?<![:\w]):{name}\b", template)) < 2:  # noqa: PLR2004 - named twice
        return False
    if tree.find(exp.AggFunc, exp.Window) is not None:  # belongs to the query around it
        return False
    return sum(1 for _ in tree.walk()) > _LARGE


def _without_digits(tree: Tree) -> Tree:
    """Return a tree with plain decimals: DuckDB's have 18 digits, PostgreSQL's what they need."""
    for kind in tree.find_all(exp.DataType):
        if kind.is_type("decimal"):
            kind.set("expressions", [])
    return tree


def _short_names(tree: Tree) -> Tree:
    for name in tree.find_all(exp.Identifier):
        name.set("this", identifier(name.name, "postgres"))
    return tree


_FINISHES: Mapping[str, Rewrite] = {
    "postgres": all_of(fractions_as_doubles, _without_digits, _short_names),
    # a time without a zone is another type there, and a slower one
    "spark": all_of(doubles_as_literals, constants_replaced, times_as("timestamp", "spark")),
    "clickhouse": all_of(
        values_as_selects,
        columns_named,
        counts_as_signed,
        disjunctions_as("max"),
        times_as("Nullable(DateTime64(6, 'UTC'))", "clickhouse"),
    ),
    "snowflake": all_of(
        values_as_selects,
        filters_as_cases,
        fractions_as_doubles,
        times_as("timestamp_ntz(6)", "snowflake"),
        names_as(str, lambda name: not is_folded_by_snowflake(name)),
    ),
    "bigquery": all_of(values_as_selects, filters_as_cases, names_as(plain, lambda _name: True)),
    "databricks": all_of(
        doubles_as_literals, constants_replaced, times_as("timestamp", "databricks")
    ),
}
"""What remains to be done to a tree for a dialect."""


def render(tree: Tree, engine: str, *, pretty: bool = False) -> str:
    """Return the text of a relation for an engine."""
    lowered = lower(tree, engine)
    finish = _FINISHES.get(engine)
    if finish is not None:
        lowered = finish(lowered)
    is_bigquery = engine == "bigquery"
    return lowered.sql(dialect=engine, pretty=pretty, identify=is_bigquery, copy=False)
