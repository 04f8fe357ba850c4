"""Strips: a score on its bands, and a row of a ledger, as wide as the place that they stand in.

Places are parts of the width, so that a strip has no size of its own and its texts are not scaled.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from leadline.reports.svg.colours import colours
from leadline.reports.svg.letters import width_of
from leadline.reports.svg.room import WIDE, Room

_GAP = 0.6
_LEAST = 0.7
"""Parts of a hundred of the width: between two bands, and of the narrowest bar."""
_MIDDLE, _THICK, _HIGH = 8, 4, 16
_SHARE = 0.65
"""Of a room's width a strip with names has about so much."""


@dataclass(frozen=True)
class Span:
    """From which value to which a strip goes.

    Attributes:
        low: The value at its left end.
        high: The value at its right end.
    """

    low: float
    high: float

    @classmethod
    def around(cls, values: Sequence[float]) -> Span:
        """Return the span of some values with a little room around them.

        >>> Span.around([0.0, 100.0])
        Span(low=-4.0, high=104.0)
        """
        low, high = min(values), max(values)
        room = (high - low) * 0.04 or 1.0
        return cls(low - room, high + room)

    def place(self, value: float) -> float:
        """Return where a value stands, in parts of a hundred; what lies outside is at an end."""
        share = (value - self.low) / ((self.high - self.low) or 1.0)
        return 100 * min(max(share, 0.0), 1.0)


@dataclass(frozen=True)
class Rung:
    """A band of a ladder, from its edge up to the next."""

    name: str
    edge: float


def span_of(rungs: Sequence[Rung], values: Sequence[float | None]) -> Span:
    """Return the span that shows the edges of some bands with room for the outer two, and values.

    The lowest band begins where the model says that scores begin, which may be far away: it is
    given the mean width of the others.
    """
    edges = [each.edge for each in rungs[1:]] or [each.edge for each in rungs]
    known = [each for each in values if each is not None]
    mean = (edges[-1] - edges[0]) / max(len(edges) - 1, 1) if edges else 0.0
    beside = max(mean, 1.0)
    ends = [edges[0] - beside, edges[-1] + beside] if edges else []
    return Span.around([*ends, *known] or [0.0])


def line(  # noqa: PLR0913, PLR0917 - a scale, three places on it, and words
    rungs: Sequence[Rung],
    span: Span,
    value: float | None,
    before: float | None,
    band: str | None,
    says: str,
) -> str:
    """Return a score on its bands: a dark mark where it stands, a grey one where it stood.

    Args:
        rungs: The bands, rising; none where the score has no ladder.
        span: What the strip shows.
        value: The score.
        before: The score a week ago.
        band: The band that is shown as that of the score; it may be another than that of its edge.
        says: What is read out in place of the strip.
    """
    strip = _strip(_HIGH, says, "line")
    styles = colours([each.name for each in rungs], ordered=True)
    ends = [*(each.edge for each in rungs[1:]), math.inf]
    for number, (rung, end, style) in enumerate(zip(rungs, ends, styles, strict=True)):
        low = span.place(rung.edge if number else span.low)
        high = span.place(min(end, span.high))
        look = style if rung.name == band else "rail"
        _rect(strip, low + _GAP / 2, high - _GAP / 2, look, _THICK)
    if not rungs:
        _rect(strip, 0, 100, "rail", _THICK)
    if before is not None:
        _mark(strip, span.place(before), "was", 10)
    if value is not None:
        _mark(strip, span.place(value), "is", 16)
    return ET.tostring(strip, encoding="unicode")


def bar(span: Span, start: float, end: float, style: str, edges: Sequence[float] = ()) -> str:
    """Return a row of a ledger: from the sum before it to the sum after it, edges dotted."""
    strip = _strip(34, "", "fall")
    for edge in edges:
        at = _percent(span.place(edge))
        ET.SubElement(strip, "line", {"x1": at, "x2": at, "y1": "0", "y2": "34", "class": "edge"})
    low, high = sorted((span.place(start), span.place(end)))
    height = 4 if style == "sum" else 12
    _rect(strip, low, max(high, low + _LEAST), style, height, middle=17)
    if style != "sum":
        at = _percent(span.place(end))
        ET.SubElement(strip, "line", {"x1": at, "x2": at, "y1": "17", "y2": "34", "class": "joint"})
    return ET.tostring(strip, encoding="unicode")


def scale(span: Span, marks: Sequence[tuple[float, str]], room: Room = WIDE) -> str:
    """Return names at their values; those that have no room left are left out.

    Args:
        span: What the strip shows.
        marks: Values and names, rising.
        room: For which width it is drawn.
    """
    strip = _strip(18, "", f"scale {room.name}")
    free = -100.0
    for value, said in marks:
        at = span.place(value)
        half = 50 * width_of(said) / (_SHARE * room.width)
        anchor = "start" if at < half else "end" if at > 100 - half else "middle"
        left = {"start": at, "middle": at - half, "end": at - 2 * half}[anchor]
        if left < free:
            continue
        made = ET.SubElement(strip, "text", {"x": _percent(at), "y": "13", "text-anchor": anchor})
        made.text = said
        free = left + 2 * half + 1
    return ET.tostring(strip, encoding="unicode")


def _strip(height: int, says: str, style: str) -> ET.Element:
    given = {"class": f"strip {style}", "height": str(height)}
    heard = {"role": "img", "aria-label": says} if says else {"aria-hidden": "true"}
    return ET.Element("svg", {**given, **heard})


def _rect(  # noqa: PLR0913 - two ends and a look
    strip: ET.Element, low: float, high: float, style: str, height: int, *, middle: int = _MIDDLE
) -> None:
    if high <= low:
        return
    ET.SubElement(
        strip,
        "rect",
        {
            "x": _percent(low),
            "width": _percent(high - low),
            "y": str(middle - height // 2),
            "height": str(height),
            "rx": "1.5",
            "class": style,
        },
    )


def _mark(strip: ET.Element, at: float, style: str, height: int) -> None:
    """Draw an upright mark that stands inside the strip at both of its ends too."""
    place = _percent(min(max(at, 1.2), 98.8))
    top, bottom = _MIDDLE - height / 2, _MIDDLE + height / 2
    ends = {"x1": place, "x2": place, "y1": f"{top:g}", "y2": f"{bottom:g}"}
    ET.SubElement(strip, "line", {**ends, "class": style})


def _percent(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") + "%"
