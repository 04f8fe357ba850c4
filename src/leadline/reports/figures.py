"""How figures are written for people, on every page and in every chart alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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


def within(value: float, ends: Sequence[float | None], kind: Kind) -> str:
    """Return a value in two digits with both ends of its interval, where there are any.

    >>> within(0.4567, (0.412, 0.5), "share"), within(0.804, (0.754, 0.85), "measure")
    ('46 % (41 to 50)', '0.80 (0.75 to 0.85)')
    """
    digits, unit = (_percent, " %") if kind == "share" else (_two_digits, "")
    said = f"{digits(value)}{unit}"
    low, high = ends
    if low is None or high is None:
        return said
    return f"{said} ({digits(low)} to {digits(high)})"


def _percent(share: float) -> str:
    """Never round a share to all that is less."""
    least_round = 0.995
    return f"{min(100 * share, 99.9):.1f}" if least_round <= share < 1 else _two_digits(100 * share)


def _two_digits(value: float) -> str:
    """Return a number with two digits that count, and all of those before the point."""
    size = abs(value)
    digits = next((at for at, least in enumerate((10, 1, 0.1, 0.01)) if size >= least), 3)
    text = f"{value:,.{digits}f}" if size else "0"
    return "0" if text.strip("-0.") == "" else text


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
