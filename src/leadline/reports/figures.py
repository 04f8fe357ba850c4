"""How figures are written for people, on every page and in every chart alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal

Kind = Literal["text", "count", "share", "change", "points", "added", "measure", "time"]
"""What a figure is: text, a whole number, a part of 1, what is added as a part of what was, points
or a score, points that are added to others, a measure in three decimals, a moment in UTC."""

NUMBERS: tuple[Kind, ...] = ("count", "share", "change", "points", "added", "measure")
"""Kinds that stand at the right of their column, so that digits are below digits."""
NOTHING = "-"
_LEAST_SHARE = 0.001


def figure(value: Any, kind: Kind) -> str:
    """Return a value as people read it; null is a dash.

    >>> figure(12345, "count"), figure(0.4567, "share"), figure(12.5, "points")
    ('12,345', '45.7 %', '12.5')
    """
    return NOTHING if value is None else _FORMS[kind](value)


def _share(value: float) -> str:
    """Never round a share to none or all that is neither."""
    if 0 < value < _LEAST_SHARE:
        return "< 0.1 %"
    if 1 - _LEAST_SHARE < value < 1:
        return "> 99.9 %"
    return f"{100 * value:.1f}".removesuffix(".0") + " %"


def _points(value: float) -> str:
    text = f"{value:,.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _added(value: float) -> str:
    return f"{'-' if value < 0 else '+'}{_points(abs(value))}"


def _time(at: datetime) -> str:
    """Return a date alone where the moment is midnight."""
    text = at.replace(tzinfo=None).isoformat()
    return text.removesuffix("T00:00:00") if text.endswith("T00:00:00") else f"{text}Z"


_FORMS: Mapping[Kind, Callable[[Any], str]] = {
    "text": str,
    "count": lambda value: f"{value:,.0f}",
    "share": _share,
    "change": lambda value: f"{100 * value:+,.0f} %",
    "points": _points,
    "added": _added,
    "measure": lambda value: f"{value:.3f}",
    "time": _time,
}
