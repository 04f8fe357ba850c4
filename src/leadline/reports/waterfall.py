"""The ledger as the chart that adds up: one row a rule, from the sum before it to that after it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from leadline.explain.spoken import grouped
from leadline.model.checking.check import scores_read
from leadline.model.document import Model

Kind = Literal["rule", "limit", "range", "rounding", "missing", "score", "total"]
_CENT = 0.005
_DIGITS = 2


@dataclass(frozen=True)
class Row:
    """A row of the chart.

    Attributes:
        kind: A rule; what a limit, or the range of a score, took; what rounding leaves; a rule
            that a missing field left open; the sum of a score; the score that leads are ranked by.
        score: The score.
        rule: The rule, as the ledger names it.
        value: Points, as they are shown, or the sum; None where nothing is known.
        start: The sum before it.
        end: The sum after it.
        count: How many units it rests on.
        last_at: When the latest was, as text.
    """

    kind: Kind
    score: str
    rule: str
    value: float | None
    start: float
    end: float
    count: int | None = None
    last_at: str | None = None


@dataclass(frozen=True)
class Waterfall:
    """All rows, in the order in which they are read.

    Attributes:
        rows: The rows.
        is_odds: Points are log-odds; the sum says a chance.
        adds_up: The score that leads are ranked by is the sum of the scores above it; else it is
            a formula of them.
        formula: That formula; empty where there is none.
    """

    rows: tuple[Row, ...]
    is_odds: bool
    adds_up: bool
    formula: str = ""


def waterfall(model: Model, found: Mapping[str, Any]) -> Waterfall:
    """Return the chart of an explanation in plain values."""
    main = model.main_score
    read = scores_read(model, [main])
    with_rules = [name for name in model.scores if name in read and model.scores[name].rules]
    ledger = [row for row in grouped(model, found["ledger"]) if row["score"] in read]
    value = found["scores"].get(main)
    adds_up = _adds_up(found["scores"], with_rules, main)
    is_odds = model.scores[main].link is not None
    rows: list[Row] = []
    start = 0.0
    for name in with_rules:
        own = [row for row in ledger if row["score"] == name]
        total = _sum(model, name, found["scores"].get(name), own)
        part = list(_of_score(name, own, total, start))
        rows += part if len(with_rules) == 1 else [*part, _sum_row(name, total, start)]
        start = start + total if adds_up else 0.0
    rows += _missing(ledger)
    end = _sum(model, main, value, ledger) if main in with_rules else value
    rows.append(Row("total", main, "", value, 0.0, end or 0.0))
    formula = model.scores[main].formula
    shown = "" if adds_up or formula is None else str(formula)
    if not is_odds:
        rows = list(_rounded(rows, adds_up=adds_up))
    return Waterfall(tuple(rows), is_odds, adds_up, shown)


def chance(log_odds: float) -> float:
    """Return the chance that log-odds say, in parts of a hundred.

    >>> chance(0.0)
    50.0
    """
    return 100 / (1 + math.exp(-log_odds))


def log_odds(chance_percent: float) -> float:
    """Return the log-odds of a chance in parts of a hundred."""
    share = min(max(chance_percent / 100, 1e-9), 1 - 1e-9)
    return math.log(share / (1 - share))


def _adds_up(values: Mapping[str, float | None], parts: Sequence[str], main: str) -> bool:
    known = [values.get(each) for each in parts]
    value = values.get(main)
    if value is None or any(each is None for each in known):
        return False
    return main in parts or abs(sum(each or 0.0 for each in known) - value) < _CENT


def _sum(model: Model, name: str, value: float | None, rows: Iterable[Mapping[str, Any]]) -> float:
    """Return what the rows of a score end at: the score itself, or its log-odds."""
    if model.scores[name].link is not None:
        return float(sum(row["points"] for row in rows if row["score"] == name))
    return value or 0.0


def _of_score(
    name: str, ledger: Sequence[Mapping[str, Any]], total: float, start: float
) -> Iterator[Row]:
    """Yield the rows of a score: what adds first, then what takes away, limits, its range."""
    at, end = start, start + total
    counted = [row for row in ledger if row["state"] != "missing" and row["points"]]
    for row in sorted(counted, key=_place):
        after = at + row["points"]
        kind: Kind = "limit" if row["state"] == "limit" else "rule"
        yield Row(kind, name, row["rule"], row["points"], at, after, row["count"], row["last_at"])
        at = after
    if abs(end - at) >= _CENT:
        yield Row("range", name, "", end - at, at, end)


def _place(row: Mapping[str, Any]) -> tuple[bool, bool, float, str]:
    return (row["state"] == "limit", row["points"] < 0, -abs(row["points"]), row["rule"])


def _sum_row(name: str, total: float, start: float) -> Row:
    return Row("score", name, "", total, start, start + total)


def _missing(ledger: Iterable[Mapping[str, Any]]) -> Iterator[Row]:
    for row in sorted(ledger, key=lambda row: (row["score"], row["rule"])):
        if row["state"] == "missing":
            yield Row("missing", row["score"], row["rule"], None, 0.0, 0.0)


def _rounded(rows: Sequence[Row], *, adds_up: bool) -> Iterator[Row]:
    """Yield the rows as they are shown; where shown digits do not add up a row says so."""
    rules = scores = 0.0
    has_scores = any(row.kind == "score" for row in rows)
    for row in rows:
        shown = row if row.value is None else replace(row, value=round(row.value, _DIGITS))
        value = shown.value or 0.0
        if row.kind in {"score", "total"} and adds_up:
            above = scores if row.kind == "total" and has_scores else rules
            if lacks := round(value - above, _DIGITS):
                yield Row("rounding", row.score, "", lacks, row.end, row.end)
            scores, rules = scores + value, 0.0
        else:
            rules += value
        yield shown
