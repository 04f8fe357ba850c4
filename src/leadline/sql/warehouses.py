"""The functions whose meaning differs, for warehouses that statements are printed for.

Each is written in the warehouse's own spelling. Only ClickHouse was ever executed by the tests; the
others follow what their makers document.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from leadline.sql import patterns
from leadline.sql.patterns import whole

_NUMBER = whole(patterns.NUMBER)
_TIME = whole(patterns.TIME)
_LARGEST = "1.7976931348623157e308"
_REACHED = "greatest(-1e10, least(1e10, :a))"
_IN_REACH = f"({_REACHED} * 1e6 + greatest(-0.01, least(0.01, {_REACHED} * 3.6e-9)))"

_COMMON: Mapping[str, str] = {
    # a relation of the statement that is printed
    "the_moment": "(select as_of from run)",
    "seconds": "cast(:a as double) / 1e6",
    "plus": ":a + :b",
    "minus": ":a - :b",
    "times": ":a * :b",
    "divide": "case when :b <> 0 then cast(:a as double) / :b end",
    "finite": f"case when abs(:a) <= {_LARGEST} then :a end",
    "weighted": ":a * :b",
    "greatest_number": "case when :a is not null and :b is not null then greatest(:a, :b) end",
    "least_number": "case when :a is not null and :b is not null then least(:a, :b) end",
    "greatest_time": "case when :a is not null and :b is not null then greatest(:a, :b) end",
    "least_time": "case when :a is not null and :b is not null then least(:a, :b) end",
    "power_of_half": "case when :a is not null "
    "then exp(-least(:a, 1000.0) * 6.931471805599453e-1) end",
    "raised": "case when :a > 0 and :a < 1 and ln(:a) * :b < -690 then 0.0 else power(:a, :b) end",
    "exponential": "case when :a is not null then exp(greatest(-700.0, least(700.0, :a))) end",
    "clamp": "case when :a is not null then least(greatest(:a, :b), :c) end",
    "lower_ascii": "translate(:a, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')",
    "upper_ascii": "translate(:a, 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')",
    "same": "(:a is not distinct from :b)",
    "in_bytes": ":a",
    "least_text": "min(:a)",
    "text_to_boolean": patterns.BOOLEAN,
}


def _halves_away(number: str, floor: str = "trunc({})") -> str:
    """Return a number rounded to a whole one; the fraction of a double and its double are exact."""
    whole = floor.format(number)
    return f"{whole} + {floor.format(f'(({number} - {whole}) * 2.0)')}"


def _millionths(rounded: str) -> str:
    return f"case when :a is not null then greatest(-9e15, least(9e15, {rounded})) + 0.0 end"


CLICKHOUSE: Mapping[str, str] = {
    **_COMMON,
    "microseconds": "toUnixTimestamp64Micro(:a)",
    "microseconds_between": "toUnixTimestamp64Micro(:b) - toUnixTimestamp64Micro(:a)",
    "moment": "fromUnixTimestamp64Micro(toInt64(:a), 'UTC')",
    "seconds": "toFloat64(:a) / 1e6",
    # toDate would end in 2149
    "calendar_day": "toDate32(toTimeZone(:a, :b))",
    "divide": "toFloat64(:a) / :b",
    "finite": "if(isFinite(:a), :a, null)",
    # round() takes halves to even
    "millionths": _millionths(_halves_away(_IN_REACH)),
    "hundredths": _halves_away("(:a / 1e4)") + " + 0.0",
    # these fold ASCII letters alone
    "lower_ascii": "lower(:a)",
    "upper_ascii": "upper(:a)",
    "code_points": "toFloat64(lengthUTF8(:a))",
    "matches": r"(:a like replaceAll(:b, '\\', '\\\\'))",
    "text_to_number": f"if(match(:a, '{_NUMBER}') and isFinite(toFloat64OrNull(trim(:a))), "
    "toFloat64OrNull(trim(:a)), null)",
    "text_to_time": f"if(match(:a, '{_TIME}'), "
    "parseDateTime64BestEffortOrNull(:a, 6, 'UTC'), null)",
    "fits": "match(:a, :b)",
}

SNOWFLAKE: Mapping[str, str] = {
    **_COMMON,
    "microseconds": "date_part(epoch_microsecond, :a)",
    "microseconds_between": "date_part(epoch_microsecond, :b) - date_part(epoch_microsecond, :a)",
    "moment": "to_timestamp_ntz(:a, 6)",
    "calendar_day": "to_date(convert_timezone('UTC', :b, :a))",
    "millionths": _millionths(_halves_away(_IN_REACH)),
    "hundredths": _halves_away("(:a / 1e4)") + " + 0.0",
    "code_points": "cast(length(:a) as double)",
    # without an escape clause there is none
    "matches": "(:a like :b)",
    "text_to_number": f"case when regexp_like(:a, '{_NUMBER}') "
    f"and abs(try_to_double(trim(:a))) <= {_LARGEST} then try_to_double(trim(:a)) end",
    "text_to_time": f"case when regexp_like(:a, '{_TIME}') then "
    "cast(convert_timezone('UTC', try_to_timestamp_tz(:a)) as timestamp_ntz(6)) end",
    "fits": "regexp_like(:a, :b)",
}

_BIGQUERY_PRODUCT = (
    "case when abs(:a) < 1e-20 then 0.0 when :a > 1e290 then 1e290 * :b "
    "when :a < -1e290 then -1e290 * :b else :a * :b end"
)

BIGQUERY: Mapping[str, str] = {
    **_COMMON,
    "microseconds": "unix_micros(timestamp(:a))",
    "microseconds_between": "unix_micros(timestamp(:b)) - unix_micros(timestamp(:a))",
    "moment": "datetime(timestamp_micros(:a))",
    "calendar_day": "date(timestamp(:a), :b)",
    "seconds": "cast(:a as float64) / 1e6",
    # an overflow is an error, unless it is to be null
    "plus": "safe_add(:a, :b)",
    "minus": "safe_subtract(:a, :b)",
    "times": "safe_multiply(:a, :b)",
    "divide": "case when :b <> 0 then safe_divide(:a, :b) end",
    "finite": ":a",
    "weighted": _BIGQUERY_PRODUCT,
    # round() takes halves away from zero
    "millionths": _millionths(f"round({_IN_REACH})"),
    "hundredths": "round(:a / 1e4) + 0.0",
    "code_points": "cast(char_length(:a) as float64)",
    "matches": r"(:a like replace(:b, '\\', '\\\\'))",
    "text_to_number": f"case when regexp_contains(:a, '{_NUMBER}') "
    f"and abs(safe_cast(trim(:a) as float64)) <= {_LARGEST} "
    "then safe_cast(trim(:a) as float64) end",
    "text_to_time": f"case when regexp_contains(:a, '{_TIME}') then "
    "datetime(safe_cast(regexp_replace(:a, '([.][0-9]{6})[0-9]+', "
    r"'\\1') as timestamp)) end",
    "fits": "regexp_contains(:a, :b)",
}

_RESERVED_IN_SNOWFLAKE = (
    "account all alter and any as between by case cast check column connect connection "
    "constraint create cross current current_date current_time current_timestamp current_user "
    "database delete distinct drop else exists false following for from full grant group "
    "gscluster having ilike in increment inner insert intersect into is issue join lateral "
    "left like localtime localtimestamp minus natural not null of on or order organization "
    "qualify regexp revoke right rlike row rows sample schema select set some start table "
    "tablesample then to trigger true try_cast union unique update using values view when "
    "whenever where with"
)


def is_folded_by_snowflake(name: str) -> bool:
    """Say whether a name needs no quotes: then it is one whose case does not matter.

    >>> is_folded_by_snowflake("lead_id"), is_folded_by_snowflake("lead.id")
    (True, False)
    """
    return (
        bool(re.fullmatch("[a-z_][a-z0-9_]*", name)) and name not in _RESERVED_IN_SNOWFLAKE.split()
    )
