"""Terms of a log-odds score: what is added for one field, or for two, and as which rule.

In each row a term has one place and a value there, 1 for bins: so it adds ``value`` times the
coefficient of the place. Coefficients become the entries of a rule of the document.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, count
from typing import Any

import numpy as np

from leadline.learn.bins import ABSENT, FIRST, OTHER, Bins
from leadline.learn.sheet import Field, Floats, Sheet, Whole

_BEYOND = 0.5
"""A line goes on by so much of the width of its numbers, and is level from there."""
_EXTREME = 0.01
"""Part of the numbers at each end that does not say how wide they spread."""
_MOSTLY = 0.5
"""Part of the rows that may be without a number where a line is drawn."""
_TIE = 0.1
"""Part of the penalty of neighbours that pulls each of them to 0."""
Rules = Iterator[tuple[str, dict[str, Any]]]


@dataclass(frozen=True)
class BinTerm:
    """Log-odds by the bin of one field."""

    name: str
    bins: Bins

    @property
    def names(self) -> tuple[str, ...]:
        """The fields that it reads."""
        return (self.name,)

    @property
    def size(self) -> int:
        """How many places there are."""
        return self.bins.size

    def places(self, sheet: Sheet) -> tuple[Whole, Floats | None]:
        """Return the place of each row, and its values where they are not all 1."""
        return self.bins.codes(sheet.fields[self.name]), None

    @property
    def penalty(self) -> Floats:
        """What makes a rough shape unlikely: neighbours differ little, levels are near 0."""
        if not self.bins.is_ordered:
            return np.eye(self.size)
        steps = np.diff(np.eye(self.size)[OTHER:], axis=0)
        return np.asarray(len(steps) * steps.T @ steps + _TIE * np.eye(self.size))

    def rules(self, points: Floats) -> Rules:
        """Yield the suffix of the name, and the rule, that give these points."""
        yield "", {"of": self.name, **entries(self.bins, [float(each) for each in points])}


@dataclass(frozen=True)
class PairTerm:
    """Log-odds by the bins of two fields together."""

    first: BinTerm
    second: BinTerm

    @property
    def names(self) -> tuple[str, ...]:
        """The fields that it reads."""
        return (self.first.name, self.second.name)

    @property
    def size(self) -> int:
        """How many places there are."""
        return self.first.size * self.second.size

    def places(self, sheet: Sheet) -> tuple[Whole, Floats | None]:
        """Return the place of each row."""
        one, _ = self.first.places(sheet)
        two, _ = self.second.places(sheet)
        return one * self.second.size + two, None

    @property
    def penalty(self) -> Floats:
        """Cells are near 0: what two fields add together is the exception."""
        return np.eye(self.size)

    def rules(self, points: Floats) -> Rules:
        """Yield the suffix of the name, and the rule, that give these points."""
        cells = points.reshape(self.first.size, self.second.size)
        inner: list[Any] = [
            _inner(self.second.bins, [float(each) for each in row]) for row in cells
        ]
        yield "", {"of": list(self.names), **entries(self.first.bins, inner)}


def _inner(bins: Bins, points: list[float]) -> dict[str, Any] | float:
    return entries(bins, points) if any(points) else 0.0


@dataclass(frozen=True)
class LineTerm:
    """Log-odds that rise or fall evenly with a number, and others where there is none.

    The line is level below ``low`` and above ``high``: it carries a trend somewhat farther than it
    was seen, and a number from another world does not carry it away.

    Attributes:
        is_alone: Whether no other term says what a row without a number gets.
    """

    name: str
    center: float
    scale: float
    low: float
    high: float
    is_alone: bool = True

    @classmethod
    def of_field(cls, name: str, field: Field, *, is_alone: bool = True) -> LineTerm:
        """Return the term of a field with numbers, of which some are known."""
        assert field.numbers is not None  # noqa: S101 - lines are made of numbers alone
        known = field.numbers[~field.missing]
        low, high = _ends(known)
        within = np.clip(known, low, high)
        return cls(name, float(within.mean()), float(within.std()) or 1.0, low, high, is_alone)

    @property
    def names(self) -> tuple[str, ...]:
        """The fields that it reads."""
        return (self.name,)

    @property
    def size(self) -> int:
        """A slope, and where there is no number."""
        return 1 + self.is_alone

    def places(self, sheet: Sheet) -> tuple[Whole, Floats | None]:
        """Return the place of each row, 1 where missing, and its values."""
        field = sheet.fields[self.name]
        assert field.numbers is not None  # noqa: S101 - as above
        values = (np.clip(field.numbers, self.low, self.high) - self.center) / self.scale
        places = (field.missing & self.is_alone).astype(np.int64)
        return places, np.where(field.missing, float(self.is_alone), values)

    @property
    def penalty(self) -> Floats:
        """All are near 0."""
        return np.eye(self.size)

    def rules(self, points: Floats) -> Rules:
        """Yield the suffixes of the names, and the rules, that give these points."""
        slope, *absent = (float(each) for each in points)
        within = f"least(greatest({self.name}, {self.low!r}), {self.high!r})"
        text = f"{slope / self.scale!r} * ({within} - {self.center!r})"
        suffix = "" if self.is_alone else "_line"
        yield suffix, {"when": f"{self.name} is not null", "points": text.replace("- -", "+ ")}
        if any(absent):
            yield "_missing", {"when": f"{self.name} is null", "points": absent[0]}


def runs_evenly(field: Field) -> bool:
    """Return whether a line may be drawn: most rows have a number."""
    return field.numbers is not None and float(field.missing.mean()) <= _MOSTLY


def _ends(known: Floats) -> tuple[float, float]:
    """Return where a line ends on both sides."""
    low, high = (float(each) for each in np.quantile(known, [_EXTREME, 1 - _EXTREME]))
    if low == high:
        low, high = float(known.min()), float(known.max())
    beyond = _BEYOND * (high - low)
    return low - beyond, high + beyond


@dataclass(frozen=True)
class EventTerm:
    """Log-odds that rise or fall with events, each fading with its age."""

    name: str
    rule: Mapping[str, Any]
    scale: float

    @classmethod
    def of_field(cls, name: str, field: Field) -> EventTerm:
        """Return the term of a field that fades."""
        assert field.numbers is not None and field.rule is not None  # noqa: S101, PT018
        return cls(name, field.rule, float(np.sqrt((field.numbers**2).mean())) or 1.0)

    @property
    def names(self) -> tuple[str, ...]:
        """The fields that it reads."""
        return (self.name,)

    @property
    def size(self) -> int:
        """What one event adds."""
        return 1

    def places(self, sheet: Sheet) -> tuple[Whole, Floats | None]:
        """Return the one place, and how much is left of the events of each row."""
        numbers = sheet.fields[self.name].numbers
        assert numbers is not None  # noqa: S101 - what fades is a number
        return np.zeros(len(numbers), np.int64), numbers / self.scale

    @property
    def penalty(self) -> Floats:
        """It is near 0."""
        return np.eye(1)

    def rules(self, points: Floats) -> Rules:
        """Yield the suffix of the name, and the rule, that give these points."""
        yield "", event_rule(self.rule, float(points[0]) / self.scale)


def event_rule(rule: Mapping[str, Any], points: float) -> dict[str, Any]:
    """Return an event rule for 1 point with other points; its limit goes along.

    >>> event_rule({"event": "visit", "points": 1, "limit": 5}, -2)
    {'event': 'visit', 'points': -2, 'limit': 10}
    """
    limit = {"limit": abs(points) * rule["limit"]} if "limit" in rule else {}
    return {**rule, "points": points, **limit}


Term = BinTerm | PairTerm | LineTerm | EventTerm


def entries(bins: Bins, points: list[Any]) -> dict[str, Any]:
    """Return the keys of a rule that give each code its points.

    >>> entries(Bins(groups=(("a", "b"), ("c",))), [0.0, -1.0, 2.0, 3.0])
    {'values': {'a': 2.0, 'b': 2.0, 'c': 3.0}, 'other': -1.0}
    """
    found: dict[str, Any]
    if bins.groups:
        pairs = zip(bins.groups, points[FIRST:], strict=True)
        found = {"values": {level: each for levels, each in pairs for level in levels}}
    else:
        edges = bins.edges or (0.0,)
        found = {
            "bins": dict(zip(map(_whole, edges), points[FIRST:] or [points[OTHER]], strict=True))
        }
    found |= {"other": points[OTHER]} if points[OTHER] else {}
    return found | ({"missing": points[ABSENT]} if points[ABSENT] else {})


def _whole(edge: float) -> float | int:
    return int(edge) if edge.is_integer() and abs(edge) < 1e15 else edge  # noqa: PLR2004


@dataclass(frozen=True)
class LogOdds:
    """A learned sum of log-odds.

    Attributes:
        base: Log-odds that every row starts from.
        terms: What is added.
        points: Coefficients of each term, by place.
    """

    base: float
    terms: tuple[Term, ...]
    points: tuple[Floats, ...]

    def parts(self, sheet: Sheet) -> Iterator[Floats]:
        """Yield what each term adds to each row, rounded like the ledger."""
        for term, points in zip(self.terms, self.points, strict=True):
            places, values = term.places(sheet)
            found = points[places] if values is None else points[places] * values
            yield rounded(found)

    def log_odds(self, sheet: Sheet) -> Floats:
        """Return the log-odds of each row."""
        total = np.full(sheet.rows, float(rounded(np.array(self.base))))
        for part in self.parts(sheet):
            total += part
        return total

    def turned(self, intercept: float, slope: float) -> LogOdds:
        """Return the model whose log-odds are ``intercept + slope x`` these."""
        points = tuple(slope * each for each in self.points)
        return LogOdds(intercept + slope * self.base, self.terms, points)

    def rules(self, called: Mapping[str, str]) -> dict[str, dict[str, Any]]:
        """Return the rules of the document; ``called`` gives each field a name of a rule."""
        found: dict[str, dict[str, Any]] = {"base": {"points": float(rounded(np.array(self.base)))}}
        for term, points in zip(self.terms, self.points, strict=True):
            name = "_and_".join(called[each] for each in term.names)
            exact = isinstance(term, LineTerm | EventTerm)
            for suffix, rule in term.rules(points if exact else rounded(points)):
                found[_free(name + suffix, found)] = rule
        return found


def _free(name: str, taken: Mapping[str, Any]) -> str:
    """Return the name, with a number where it is taken."""
    numbered = (f"{name}_{number}" for number in count(2))
    return next(each for each in chain([name], numbered) if each not in taken)


def rounded(values: Floats) -> Floats:
    """Round to 6 places, halves away from zero, as the ledger does."""
    return np.asarray(np.copysign(np.floor(np.abs(values) * 1e6 + 0.5) / 1e6, values))


def probability(log_odds: Floats) -> Floats:
    """Return the logistic of log-odds."""
    return np.asarray(1 / (1 + np.exp(-np.clip(log_odds, -30, 30))))


def log_loss(log_odds: Floats, outcome: Any) -> Floats:
    """Return minus the log-likelihood of each row."""
    return np.asarray(np.logaddexp(0, np.where(outcome, -log_odds, log_odds)))
