"""What charts are drawn with: scales from values to places, and the few marks of SVG they need."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from leadline.review.trial.spread import round_step

Point = tuple[float, float]

ENOUGH = 5
"""So many round values on a scale are enough."""


@dataclass(frozen=True)
class Scale:
    """A straight line from values to places.

    Attributes:
        low: Least value.
        high: Greatest value.
        start: Place of the least value.
        end: Place of the greatest value.
        ticks: Round values between.
    """

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...] = ()

    @classmethod
    def nice(cls, low: float, high: float, start: float, end: float, enough: int = ENOUGH) -> Scale:
        """Return a scale over some values that begins and ends at a round one.

        >>> Scale.nice(3, 97, 0, 100).ticks
        (0.0, 20.0, 40.0, 60.0, 80.0, 100.0)
        """
        step = round_step((high - low) / enough)
        first, last = math.floor(low / step), math.ceil(high / step)
        last = max(last, first + 1)
        ticks = tuple(round(number * step, 9) for number in range(first, last + 1))
        return cls(ticks[0], ticks[-1], start, end, ticks)

    @classmethod
    def tight(
        cls, low: float, high: float, start: float, end: float, enough: int = ENOUGH
    ) -> Scale:
        """Return a scale over exactly some values, with the round ones among them as ticks.

        >>> Scale.tight(3, 97, 0, 100).ticks
        (20.0, 40.0, 60.0, 80.0)
        """
        ticks = cls.nice(low, high, start, end, enough).ticks
        inside = tuple(each for each in ticks if low <= each <= high)
        return cls(low, high if high > low else low + 1, start, end, inside)

    def __call__(self, value: float) -> float:
        """Return the place of a value."""
        span = (self.high - self.low) or 1.0
        return self.start + (value - self.low) / span * (self.end - self.start)


class Canvas:
    """A picture in the making; places are in pixels from the left and the top."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self._parts = ET.Element("g")

    def whole(self, name: str, style: str, title: str, says: str) -> ET.Element:
        """Return the picture with the words that are read out in its place."""
        ids = [f"{name}-{style}-title", f"{name}-{style}-says"]
        box = f"0 0 {self.width:g} {self.height:g}"
        picture = ET.Element("svg", {"viewBox": box, "class": style, "role": "img"})
        picture.set("aria-labelledby", ids[0])
        picture.set("aria-describedby", ids[1])
        ET.SubElement(picture, "title", {"id": ids[0]}).text = title
        ET.SubElement(picture, "desc", {"id": ids[1]}).text = says
        picture.extend(self._parts)
        return picture

    def rect(  # noqa: PLR0913, PLR0917 - a corner, a size and a look
        self, x: float, y: float, width: float, height: float, style: str, label: str = ""
    ) -> None:
        """Draw a rectangle; its label is shown to those who point at it."""
        made = self._add("rect", style, x=x, y=y, width=width, height=height)
        if label:
            ET.SubElement(made, "title").text = label

    def line(self, x1: float, y1: float, x2: float, y2: float, style: str) -> None:
        """Draw a straight line."""
        self._add("line", style, x1=x1, y1=y1, x2=x2, y2=y2)

    def text(self, x: float, y: float, text: str, style: str = "", anchor: str = "start") -> None:
        """Write a text whose start, middle or end stands at a place."""
        made = self._add("text", style, x=x, y=y)
        made.text = text
        if anchor != "start":
            made.set("text-anchor", anchor)

    def path(self, points: Sequence[Point], style: str, *, closed: bool = False) -> None:
        """Draw a line from point to point."""
        if points:
            way = _listed([each for point in points for each in point])
            self._add("path", style).set("d", f"M{way}{'Z' if closed else ''}")

    def ribbon(
        self, x1: float, x2: float, tops: tuple[float, float], height: float, style: str
    ) -> None:
        """Draw a band that swings from one side to the other."""
        (y1, y2), middle = tops, (x1 + x2) / 2
        places = [middle, y1, middle, y2, x2, y2, x2, y2 + height]
        back = [middle, y2 + height, middle, y1 + height, x1, y1 + height]
        there, last = places[:6], places[6:]
        parts = {"M": (x1, y1), "C": there, "L": last, " C": back}
        way = "".join(f"{key.strip()}{_listed(each)}" for key, each in parts.items())
        self._add("path", style).set("d", f"{way}Z")

    def _add(self, tag: str, style: str, **places: float) -> ET.Element:
        made = ET.SubElement(self._parts, tag, {key: _short(each) for key, each in places.items()})
        if style:
            made.set("class", style)
        return made


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _listed(values: Iterable[float]) -> str:
    return " ".join(map(_short, values))
