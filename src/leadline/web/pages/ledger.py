"""A ledger as it is drawn: its rows in words, each with its strip, and why no higher band."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from leadline.explain.standing import Standing, standing
from leadline.model.document import Model
from leadline.model.names import fields_of
from leadline.model.rules import BaseRule, TableRule, UnitRule
from leadline.query.context import rule_expressions
from leadline.reports.svg import strips
from leadline.reports.svg.room import ROOMS
from leadline.reports.svg.strips import Span
from leadline.reports.waterfall import Row, Waterfall, chance, log_odds
from leadline.web.pages.telling import Teller, capital

_CHANCES = (1, 5, 20, 50, 80, 95, 99)


def why_band(tell: Teller, explained: Mapping[str, Any]) -> Iterator[str]:
    """Yield why a lead is in its band and not in the next, a sentence each."""
    if not tell.ladder:
        return
    stands = standing(tell.model, tell.ladder, explained)
    words, band = tell.words, explained["bands"].get(tell.ladder)
    if explained["override"] is not None:
        what = tell.labels.override(explained["override"])
        yield words.t("by_override", band=tell.band(band), override=capital(what))
    if stands is None:
        return
    if stands.stays_above is not None:
        yield words.t("stays", band=tell.band(band), n=words.number(stands.stays_above))
    if explained["override"] is None:
        yield from _why_not_next(tell, stands)


def _why_not_next(tell: Teller, stands: Standing) -> Iterator[str]:
    words = tell.words
    if stands.next is None:
        yield words.t("on_top", band=tell.band(stands.band))
        return
    parts = {"band": tell.band(stands.next), "edge": words.number(stands.edge or 0)}
    asked = words.phrases.listed([tell.labels.rule(*each) for each in stands.asked])
    if stands.short and asked:
        yield words.t("short_and_asked", n=words.number(stands.short), asked=asked, **parts)
    elif stands.short:
        yield words.t("short", n=words.number(stands.short), **parts)
    elif asked:
        yield words.t("asked", asked=asked, **parts)
    elif stands.is_refused:
        yield words.t("refused", **parts)


def drawn(tell: Teller, fall: Waterfall, fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a ledger as they are shown, each with its strip."""
    span = _span(fall)
    edges = [
        log_odds(each.edge) if fall.is_odds else each.edge
        for each in tell.rungs
        if _is_seen(each.edge, span, fall)
    ]
    return [_drawn(tell, fall, each, (span, edges), fields) for each in fall.rows]


def _is_seen(edge: float, span: Span, fall: Waterfall) -> bool:
    at = log_odds(edge) if fall.is_odds else edge
    return span.low < at < span.high


def _span(fall: Waterfall) -> Span:
    ends = [at for row in fall.rows if row.kind != "missing" for at in (row.start, row.end)]
    return Span.around([0.0, *ends])


def head_of(tell: Teller, fall: Waterfall) -> str:
    """Return the head of a ledger: bands, or chances, at their places."""
    span = _span(fall)
    if fall.is_odds:
        marks = [(log_odds(each), tell.words.t("chance", n=str(each))) for each in _CHANCES]
    else:
        edges = [
            (each.edge, f"{tell.band(each.name)} {tell.words.number(each.edge)}")
            for each in tell.rungs
        ]
        marks = sorted([(0.0, "0"), *(each for each in edges if each[0])])
    shown = [each for each in marks if span.low <= each[0] <= span.high]
    return "".join(strips.scale(span, shown, room) for room in ROOMS)


def _drawn(
    tell: Teller,
    fall: Waterfall,
    row: Row,
    scale: tuple[Span, list[float]],
    fields: Mapping[str, Any],
) -> dict[str, Any]:
    down = row.value is not None and row.value < 0
    style = {"score": "sum", "total": "total"}.get(row.kind, "loss" if down else "gain")
    is_drawn = row.kind not in {"missing", "rounding"}
    return {
        "kind": row.kind,
        "down": down,
        "name": _name(tell, row),
        "note": _note(tell, row, fields),
        "shown": _shown(tell, fall, row),
        "strip": strips.bar(scale[0], row.start, row.end, style, scale[1]) if is_drawn else "",
    }


def _name(tell: Teller, row: Row) -> str:
    if row.kind in {"score", "total"}:
        return capital(tell.labels.score(row.score))
    if row.kind in {"range", "rounding"}:
        return tell.words.t(f"row_{row.kind}")
    if row.kind == "limit":
        return tell.words.t("row_limit", group=row.rule.removeprefix("limit:") or row.rule)
    return capital(tell.labels.rule(row.score, row.rule))


def _note(tell: Teller, row: Row, fields: Mapping[str, Any]) -> str:
    if row.kind == "missing":
        return tell.words.t("field_empty")
    if row.kind != "rule":
        return ""
    if row.count is not None:
        last = datetime.fromisoformat(row.last_at) if row.last_at else None
        times = tell.words.n("times", row.count)
        return times if last is None else f"{times}, {tell.words.day(last.astimezone(UTC), last)}"
    return ", ".join(tell.value(each) for each in _values(tell.model, row, fields))


def _values(model: Model, row: Row, fields: Mapping[str, Any]) -> list[Any]:
    """Return the values of the fields that a rule reads, where they are few."""
    rule = (model.scores[row.score].rules or {}).get(row.rule)
    if rule is None or isinstance(rule, (UnitRule, BaseRule)):
        return []
    expressions = rule.expressions if isinstance(rule, TableRule) else rule_expressions(rule)
    read = {".".join(each) for each in fields_of(*(each.tree for each in expressions))}
    known = [fields[each] for each in sorted(read) if fields.get(each) is not None]
    return known if len(known) == 1 else []


def _shown(tell: Teller, fall: Waterfall, row: Row) -> str:
    words = tell.words
    if row.value is None:
        return words.t("unknown")
    if row.kind == "total":
        return tell.exact(row.value)
    if fall.is_odds:
        if row.kind == "score":
            return words.t("chance", n=words.number(chance(row.end)))
        return tell.points(row.value, "log_odds")
    return words.exact(row.value) if row.kind == "score" else words.points(row.value)
