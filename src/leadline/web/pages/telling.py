"""What a page says of scores: bands in their order and words, reasons, numbers beside edges."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from leadline.explain.reasons import Reason
from leadline.model.document import Model
from leadline.model.labels import Labels
from leadline.reports.svg.strips import Rung, Span, span_of
from leadline.web.words import Words

TIMES = "\N{MULTIPLICATION SIGN}"


@dataclass(frozen=True)
class Said:
    """A reason in words: the deed, its points, and whether they take away."""

    text: str
    points: str
    takes: bool


@dataclass(frozen=True)
class Teller:
    """Says what one model means, in one language.

    Attributes:
        model: The model.
        ladder: The ladder that leads are called by; empty where the model has none.
        words: The language.
    """

    model: Model
    ladder: str
    words: Words

    @cached_property
    def labels(self) -> Labels:
        """What the parts of the model are called."""
        return Labels(self.model, self.words.language)

    @cached_property
    def rungs(self) -> list[Rung]:
        """The bands with their edges, rising; none where they have no edges."""
        rungs = self.model.bands.get(self.ladder)
        edges: Mapping[str, float] = (rungs.edges if rungs else None) or {}
        return [Rung(name, edge) for name, edge in edges.items()]

    @cached_property
    def is_chance(self) -> bool:
        """Whether the score that leads are ranked by is a chance."""
        return self.model.scores[self.model.main_score].link is not None

    def band(self, name: str | None) -> str:
        """Return what a band is called."""
        return capital(self.labels.band(name)) if name else self.words.t("no_band")

    def place(self, name: str | None) -> int:
        """Return how high a band is, the lowest 0; -1 where it is no rung."""
        order = [each.name for each in self.rungs]
        return order.index(name) if name in order else -1

    @property
    def height(self) -> int:
        """How many rungs there are."""
        return len(self.rungs)

    def span(self, values: Iterable[float | None]) -> Span:
        """Return what the strips of a list show, one scale for all of them."""
        return span_of(self.rungs, list(values))

    def whole(self, value: float | None) -> str:
        """Return a score in few digits: never rounded across the edge of a band."""
        if value is None:
            return self.words.t("unknown")
        digits = digits_for(value, [each.edge for each in self.rungs])
        said = self.words.number(value, digits)
        return self.words.t("chance", n=said) if self.is_chance else said

    def exact(self, value: float | None) -> str:
        """Return a score in two decimals."""
        if value is None:
            return self.words.t("unknown")
        said = self.words.number(value)
        return self.words.t("chance", n=said) if self.is_chance else said

    def moved(self, value: float | None, before: float | None, digits: int = 0) -> str:
        """Return by how much a score moved; empty where it was not there before."""
        if value is None or before is None:
            return ""
        change = value - before
        return self.words.points(change, digits) if round(change, digits) else ""

    def reasons(self, found: Sequence[Reason]) -> list[Said]:
        """Return reasons with their points in words."""
        return [
            Said(
                capital(self._with_count(each)),
                self.points(each.points, each.unit, 0 if abs(each.points) >= 1 else 1),
                each.points < 0,
            )
            for each in found
        ]

    def points(self, value: float, unit: str, digits: int = 2) -> str:
        """Return points; of log-odds by how much the odds are multiplied."""
        if unit == "log_odds":
            return self.words.t("times_odds", n=self.words.number(math.exp(value), 1))
        return self.words.points(value, digits)

    def _with_count(self, reason: Reason) -> str:
        said = self.labels.rule(reason.score, reason.rule)
        return f"{said} {TIMES} {reason.count}" if (reason.count or 0) > 1 else said

    def strip_says(self, value: float | None, band: str | None, before: float | None) -> str:
        """Return what is read out in place of a strip."""
        parts = {"value": self.exact(value), "band": self.band(band)}
        if before is None:
            return self.words.t("strip", **parts)
        return self.words.t("strip_before", before=self.exact(before), **parts)

    def fields(self, known: Mapping[str, Any], missing: Iterable[str]) -> list[tuple[str, str]]:
        """Return fields of a lead or account with their names; one not known has no text."""
        said = {name: "" if value is None else self.value(value) for name, value in known.items()}
        said |= {name: "" for name in missing if name not in said}
        return [(in_name(name), text) for name, text in said.items()]

    def value(self, value: object) -> str:
        """Return the value of a field."""
        if isinstance(value, bool):
            return self.words.t("yes" if value else "no")
        if isinstance(value, int | float):
            return self.words.number(float(value))
        return str(value)


def digits_for(value: float, edges: Iterable[float]) -> int:
    """Return in how many decimals a score is on its own side of every edge.

    >>> digits_for(60.6, [61.0]), digits_for(61.2, [61.0]), digits_for(60.996, [61.0])
    (1, 0, 2)
    """
    for digits in range(2):
        shown = round(value, digits)
        if all((shown >= edge) == (value >= edge) for edge in edges):
            return digits
    return 2


def capital(text: str) -> str:
    """Return a text that begins with a capital."""
    return text[:1].upper() + text[1:]


def in_name(name: str) -> str:
    """Return the name of a field as people write it.

    >>> in_name("email_kind")
    'Email kind'
    """
    return capital(" ".join(name.split("_")))
