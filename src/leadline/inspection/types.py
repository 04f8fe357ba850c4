"""What the values of a column are, and what has to be declared for them to be read so."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from leadline.inspection import times
from leadline.inspection.values import HAS_DIGIT, Values, listed
from leadline.model.types import Type
from leadline.sql.text import ALWAYS, Sql, sql_text
from leadline.tables.clean import GUESSES, LONG_INTEGER
from leadline.tables.codes import is_code
from leadline.tables.values import native_of

MOST = 0.9
"""So many values of a type make the others bad values, not the column a text."""
NEARLY = 0.5
"""So many are worth a word."""
UNITS_IN = 200
"""So many of the most frequent values are asked for their unit."""

MARKS: tuple[dict[str, str], ...] = (
    {},
    {"decimal": ","},
    {"thousands": ","},
    {"thousands": " "},
    {"thousands": " ", "decimal": ","},
    {"thousands": ".", "decimal": ","},
    {"thousands": "'"},
)
"""Ways to write numbers; the first that fits."""

IS_NUMBER_LIKE = Sql(
    r"regexp_full_match(text, '[+-]?[\d., ''\x{a0}\x{202f}]*\d[\d.]*([eE][+-]?\d+)?')"
)
CURRENCY = (
    r"\p{Sc}|%|US\$|[Zz]ł|[Kk]č|kr|Ft|lei|руб\.?|元|万元|k€|EUR|USD|GBP|CHF|PLN|SEK|NOK|DKK|"  # noqa: RUF001
    "CZK|HUF|RON|JPY|CNY|RMB|INR|BRL|MXN|AUD|CAD|TEUR"
)
"""What stands before or behind numbers; other letters make a code of them, such as P1."""
UNIT = rf"^[+-]?\s*({CURRENCY})\s*[+-]?[\d.]|\d\s*({CURRENCY})$"
SPACE = "[ \u00a0\u202f]"

IS_LONG = Sql(f"regexp_full_match(text, '{LONG_INTEGER}|[+-]?0\\d+')")
IS_PADDED = Sql(r"regexp_full_match(trim(text), '0\d+')")
IS_BOOLEAN = Sql("lower(text) in ('true', 'false')")

IS_SPAN = Sql(
    r"regexp_matches(text, '\d *(-|–|—|to|bis|do|до|至|~) *[^\d\s]{0,3} ?\d|\d *\+')"  # noqa: RUF001
)
IS_SHORT = Sql(
    r"regexp_matches(text, '(?i)\d ?(k|m|mm|bn?|mio|mln|mrd|tys|тыс|млн|млрд|万|亿)\.?\W*$')"
)
"""What of a text makes it a range, or a short number."""

PAIRS = tuple(
    frozenset(pair.split())
    for pair in (
        "true false", "yes no", "y n", "t f", "ja nein", "j n", "oui non", "vrai faux",
        "si no", "sí no", "tak nie", "t n", "prawda fałsz", "да нет", "истина ложь", "是 否",
        "真 假", "wahr falsch", "vero falso", "verdadero falso", "on off",
    )
)  # fmt: skip
"""Words for true and false that go together."""
SPELLED = 6
"""So many ways to write the two, as in yes, Yes and YES."""


@dataclass(frozen=True)
class Found:
    """The type of a column.

    Attributes:
        declare: What the document has to say.
        findings: What a person should know or decide.
    """

    type: Type
    declare: dict[str, Any]
    findings: tuple[str, ...] = ()


def type_of(values: Values) -> Found:
    """Return what the values are."""
    native = native_of(values.given).type
    if not values.counts()[0]:
        return Found(Type.ANY, {})
    if native is not None and native is not Type.TEXT:
        return Found(native, {})
    has_digits = values.sampled_share(HAS_DIGIT) >= NEARLY
    tried = TRIED if has_digits else IN_WORDS
    found = next((found for each in tried if (found := each(values))), None)
    return found or Found(Type.TEXT, {}, tuple(_doubts(values)) if has_digits else ())


def _dated(values: Values) -> Found | None:
    """Return the times that values are, in the first form that they have."""
    shares = values.sampled_shares([looks for looks, _ in times.FORMS])
    for share, (_, ways) in zip(shares, times.FORMS, strict=True):
        if share >= MOST and (found := _fitting(values, Type.TIME, ways)):
            return found
    return None


def _mixed_dates(values: Values) -> Found | None:
    """Return the times of a column that has several forms, where one way reads them all."""
    if values.sampled_share(times.LOOKS_LIKE_DATES) < MOST:
        return None
    found = _fitting(values, Type.TIME, times.WITH_ISO)
    if found is None:
        return None
    iso = values.most(1, times.IS_ISO)
    other = values.most(1, Sql(f"not ({times.IS_ISO})"))
    shown = " and ".join(repr(text) for text, _ in (*iso, *other))
    return replace(found, findings=(*found.findings, f"Dates in several forms, such as {shown}."))


def _compact(values: Values) -> Found | None:
    """Return the times that are written as one number, where the name speaks of times."""
    if not times.says_time(values.given.name) or values.sampled_share(times.IS_COMPACT) < MOST:
        return None
    return _fitting(values, Type.TIME, times.COMPACT)


def _numbered(values: Values) -> Found | None:
    if is_code(values.given.name):
        return None
    unit = _unit(values)
    if values.sampled_share(_is_number_like(unit)) < MOST:
        return None
    return _fitting(values, Type.NUMBER, [{**way, **unit} for way in MARKS])


def _ranged(values: Values) -> Found | None:
    """Return the numbers that short money is; what a range is only a person can say."""
    if is_code(values.given.name) or times.says_time(values.given.name):
        return None
    is_range = sql_text("({span} or {short})", span=IS_SPAN, short=IS_SHORT)
    if values.sampled_share(is_range) < NEARLY:
        return None
    for way in ({"range": "middle"}, {"range": "middle", "decimal": ","}):
        readable = values.readable(Type.NUMBER, reader_options(way))
        share = values.share(readable) if values.sampled_share(readable) >= MOST else 0.0
        if share < MOST:
            continue
        if values.share(IS_SPAN):
            shown = listed([text for text, _ in values.most(2, IS_SPAN)])
            return Found(Type.TEXT, {}, (RANGES.format(shown=shown),))
        return Found(Type.NUMBER, dict(way), tuple(_bad(values, Type.NUMBER, way, share)))
    return None


RANGES = (
    "Ranges such as {shown}: with range: low, middle or high each is that number; "
    "without it they are texts."
)


def _worded_boolean(values: Values) -> Found | None:
    words = frozenset(text.strip().lower() for text, _ in values.most(SPELLED))
    if words in PAIRS and values.counts()[1] <= SPELLED:
        return Found(Type.BOOLEAN, {"type": "boolean"})
    return None


def _boolean(values: Values) -> Found | None:
    if values.sampled_share(IS_BOOLEAN) < 1 or values.share(IS_BOOLEAN) < 1:
        return None
    is_text = native_of(values.given).type is not None
    return Found(Type.BOOLEAN, {"type": "boolean"} if is_text else {})


def _doubts(values: Values) -> Iterator[str]:
    """Say of a text what most of it looks like."""
    yield from _nearly(values)
    yield from _like_dates(values)


def reader_options(declare: dict[str, Any]) -> dict[str, Any]:
    """Return what is declared, as the reader of values calls it."""
    decimal = declare.get("decimal") or {"": None, ".": ","}.get(declare.get("thousands", ""), ".")
    options: dict[str, Any] = {"decimal_mark": decimal}
    for key in ("zone", "format", "thousands", "unit", "range"):
        options[key] = declare.get(key)
    return options


def _is_number_like(unit: Mapping[str, str]) -> Sql:
    if not unit:
        return IS_NUMBER_LIKE
    mark = re.escape(unit["unit"])
    bare = sql_text(
        "regexp_replace(text, {unit}, '\\1', 'g')",
        unit=rf"^([+-]?){SPACE}*{mark}{SPACE}*|{SPACE}*{mark}$",
    )
    return Sql(IS_NUMBER_LIKE.replace("(text,", f"({bare},"))


def _unit(values: Values) -> dict[str, str]:
    """Return what stands before or behind most numbers, as it is declared."""
    found = Counter[str]()
    for text, count in values.most(UNITS_IN):
        if match := re.search(UNIT.replace(r"\p{Sc}", "[$¢£¤¥֏৳฿₠-₿]"), text.strip()):
            found[match[1] or match[2]] += count
    if not found:
        return {}
    unit, count = found.most_common(1)[0]
    return {"unit": unit} if count >= MOST * sum(n for _, n in values.most(UNITS_IN)) else {}


def _counted(values: Values) -> Found | None:
    """Return the times that numbers count, where the column says that it holds times."""
    if not times.says_time(values.given.name):
        return None
    for written, (least, most) in times.COUNTED.items():
        number = Sql("try_cast(replace(text, ',', '.') as double)")
        is_between = sql_text("{x} between {a} and {b}", x=number, a=least, b=most)
        if values.sampled_share(is_between) >= MOST and values.share(is_between) >= MOST:
            way = {"format": written, **({"zone": "UTC"} if written == "excel_days" else {})}
            first, last = values.ends(Type.TIME, reader_options(way))
            what = f"The numbers are taken for times, {first:%Y-%m-%d} to {last:%Y-%m-%d}."
            return Found(Type.TIME, way, (what, *_zone(way)))
    return None


def _like_dates(values: Values) -> Iterator[str]:
    """Say of a text that it looks like dates, and why it is not read as such."""
    if values.share(times.LOOKS_LIKE_DATES) < NEARLY:
        return
    others = Sql(f"not ({times.LOOKS_LIKE_DATES})")
    count = values.counts(others)[0]
    shown = listed([text for text, _ in values.most(3, others if count else ALWAYS)])
    if count:
        what = "1 value is none" if count == 1 else f"{count:,} values are none"
        yield f"Looks like dates, but {what}: {shown}; with type: time these would count as null."
    else:
        yield f"Looks like dates, but in no form that can be read: {shown}."


def _nearly(values: Values) -> Iterator[str]:
    """Say of a text that most of it are numbers, and show the others."""
    if values.sampled_share(IS_LONG) > 1 - MOST or is_code(values.given.name):
        return
    unit = _unit(values)
    options = [reader_options({**way, **unit}) for way in MARKS]
    readable = [values.readable(Type.NUMBER, each) for each in options]
    shares = values.sampled_shares(readable)
    share = max(shares)
    best = readable[shares.index(share)]
    if share < NEARLY:
        return
    others = Sql(f"not ({best})")
    count, all_ = values.counts(others)[0], values.counts()[0]
    if 0 < count <= NEARLY * all_:
        shown = listed([text for text, _ in values.most(3, others)])
        yield (
            f"A text, as {count:,} of {all_:,} values are no numbers: {shown}; "
            "with type: number these would count as null."
        )


def _fitting(values: Values, kind: Type, tried: Sequence[dict[str, str]]) -> Found | None:
    if kind is Type.NUMBER and (values.sampled_share(IS_LONG) > 1 - MOST or _are_padded(values)):
        return None
    readable = [values.readable(kind, reader_options(way)) for way in tried]
    sampled = values.sampled_shares(readable)
    ways = [way for way, share in zip(tried, sampled, strict=True) if share >= MOST]
    shares: list[tuple[float, dict[str, str]]] = []
    for way in ways:
        shares.append((values.share(values.readable(kind, reader_options(way))), way))
        if shares[-1][0] == 1 and not any(_is_doubt(way, other) for other in ways):
            break
    best = max((share for share, _ in shares), default=0.0)
    if best < MOST:
        return None
    fitting = [way for share, way in shares if share == best]
    way = fitting[0]
    other = next((each for each in fitting[1:] if _is_doubt(way, each)), None)
    if other is not None and not _are_thousands(values, other):
        return _undecided(kind, way, other)
    way = way if other is None else other
    findings = [*_zone(way), *_bad(values, kind, way, best)]
    is_seen = best == 1 and kind in GUESSES.get(values.given.native, ())
    declare = dict(way) if is_seen else {"type": kind.value, **way}
    return Found(kind, declare, tuple(findings))


def _are_padded(values: Values) -> bool:
    """Say whether digits were filled up with 0 in front: then they name, and do not count."""
    if not values.sampled_share(IS_PADDED):
        return False
    [(text, _)] = values.most(1, IS_PADDED)
    return values.sampled_share(sql_text("length(trim(text)) = {n}", n=len(text.strip()))) == 1


def _is_doubt(way: dict[str, str], other: dict[str, str]) -> bool:
    """Tell ways that give values different meanings from those that only allow for more."""
    first, second = way.get("format", ""), other.get("format", "")
    days_and_months = first[:2] != second[:2] and {first[:2], second[:2]} == {"dd", "mm"}
    commas = (way.get("decimal"), other.get("thousands")) == (",", ",")
    return days_and_months or (commas and "thousands" not in way and "decimal" not in other)


ENOUGH_GROUPS = 10
"""So many different numbers with three digits behind a comma, beside small ones without."""


def _are_thousands(values: Values, other: dict[str, str]) -> bool:
    """Say whether commas group thousands: three digits behind each, and none in small numbers.

    With decimals, some would have fewer of them, and some numbers above 1,000 would have none.
    """
    if other.get("thousands") != ",":
        return False
    grouped = Sql(r"regexp_full_match(text, '\D*\d{1,3}(,\d{3})+\D*')")
    small = Sql(r"regexp_full_match(text, '\D*\d{1,3}\D*')")
    with_comma, without = values.counts(grouped)[1], values.counts(small)[1]
    return (
        with_comma >= ENOUGH_GROUPS and without > 0 and with_comma + without == values.counts()[1]
    )


def _undecided(kind: Type, way: dict[str, str], other: dict[str, str]) -> Found:
    key = "format" if kind is Type.TIME else ""
    choices = [
        f"{name}: {value}" if key else f"{name}: '{value}'"
        for each in (way, other)
        for name, value in each.items()
        if name == key or (not key and name != "unit")
    ]
    finding = f"Decide and declare {' or '.join(choices)}: the values allow both."
    declare: dict[str, Any] = {name: way[name] for name in ("zone", "unit") if name in way}
    return Found(kind, {"undecided": True, **declare}, (finding, *_zone(way)))


def _zone(way: dict[str, str]) -> Iterator[str]:
    if "zone" in way:
        yield "The times carry no zone: UTC is assumed, declare the zone of the tool."


def _bad(values: Values, kind: Type, way: dict[str, str], share: float) -> Iterator[str]:
    if share == 1:
        return
    condition = Sql(f"not ({values.readable(kind, reader_options(way))})")
    count = values.counts(condition)[0]
    shown = listed([text for text, _ in values.most(3, condition)])
    one, many = ("number", "numbers") if kind is Type.NUMBER else ("time", "times")
    what = f"1 value is no {one}" if count == 1 else f"{count:,} values are no {many}"
    yield f"{what} and would count as null: {shown}."


IN_WORDS = (_boolean, _worded_boolean)
TRIED = (_compact, _counted, _dated, _mixed_dates, _numbered, *IN_WORDS, _ranged)
"""What the values may be, the first that they are; without digits in most of them, few things."""
