"""What the values of a column are, and what has to be declared for them to be read so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from leadline.data.clean import GUESSES
from leadline.data.sql import Sql
from leadline.data.values import native_of
from leadline.inspection.values import Values, listed
from leadline.model.types import Type

MOST = 0.9
"""So many values of a type make the others bad values, not the column a text."""

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

ORDERS = tuple(
    order.replace("/", mark)
    for mark in ("/", ".", "-")
    for order in ("yyyy/mm/dd", "dd/mm/yyyy", "mm/dd/yyyy", "dd/mm/yy", "mm/dd/yy")
    if (order, mark) != ("yyyy/mm/dd", "-")
)
CLOCKS: tuple[dict[str, str], ...] = ({}, {"zone": "UTC"})
TIMES = (*CLOCKS, *({"format": order, **clock} for order in ORDERS for clock in CLOCKS))
"""Ways to write times; the first that fits."""

IS_NUMBER_LIKE = Sql(
    r"regexp_full_match(text, '[+-]?[\d., ''\x{a0}\x{202f}]*\d[\d.]*([eE][+-]?\d+)?')"
)
IS_DATE_LIKE = Sql(r"regexp_full_match(text, '\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ].*)?')")
IS_LONG = Sql(r"regexp_full_match(text, '[+-]?\d{16,}|[+-]?0\d+')")
IS_BOOLEAN = Sql("lower(text) in ('true', 'false')")


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
    filled = values.counts()[0]
    native = native_of(values.given).type
    if not filled:
        return Found(Type.ANY, {})
    if native is not None and native is not Type.TEXT:
        return Found(native, {})
    for look, kind in ((IS_DATE_LIKE, Type.TIME), (IS_NUMBER_LIKE, Type.NUMBER)):
        if values.sampled_share(look) >= MOST and (found := _fitting(values, kind)):
            return found
    if values.sampled_share(IS_BOOLEAN) == 1 and values.share(IS_BOOLEAN) == 1:
        return Found(Type.BOOLEAN, {} if native is None else {"type": "boolean"})
    return Found(Type.TEXT, {})


def reader_options(declare: dict[str, Any]) -> dict[str, Any]:
    """Return what is declared, as the reader of values calls it."""
    decimal = declare.get("decimal") or {"": None, ".": ","}.get(declare.get("thousands", ""), ".")
    options: dict[str, Any] = {"decimal_mark": decimal}
    for key in ("zone", "format", "thousands"):
        options[key] = declare.get(key)
    return options


def _fitting(values: Values, kind: Type) -> Found | None:
    if kind is Type.NUMBER and values.sampled_share(IS_LONG) > 1 - MOST:
        return None
    ways = [
        way
        for way in (MARKS if kind is Type.NUMBER else TIMES)
        if values.sampled_share(values.readable(kind, reader_options(way))) >= MOST
    ]
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
    if other is not None:
        return _undecided(kind, way, other)
    findings = [*_zone(way), *_bad(values, kind, way, best)]
    is_seen = best == 1 and kind in GUESSES.get(values.given.native, ())
    declare = dict(way) if is_seen else {"type": kind.value, **way}
    return Found(kind, declare, tuple(findings))


def _is_doubt(way: dict[str, str], other: dict[str, str]) -> bool:
    """Tell ways that give values different meanings from those that only allow for more."""
    first, second = way.get("format", ""), other.get("format", "")
    days_and_months = first[:2] != second[:2] and {first[:2], second[:2]} == {"dd", "mm"}
    return days_and_months or (way == {"decimal": ","} and other == {"thousands": ","})


def _undecided(kind: Type, way: dict[str, str], other: dict[str, str]) -> Found:
    key = "format" if kind is Type.TIME else ""
    choices = [
        f"{name}: {value}" if key else f"{name}: '{value}'"
        for each in (way, other)
        for name, value in each.items()
        if name == key or not key
    ]
    finding = f"Decide and declare {' or '.join(choices)}: the values allow both."
    zone = {"zone": way["zone"]} if "zone" in way else {}
    return Found(kind, {"undecided": True, **zone}, (finding, *_zone(way)))


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
