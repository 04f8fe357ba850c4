"""Lines over a scale, with intervals around them and bands behind them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from leadline.reports.charts import Chart, Series
from leadline.reports.svg.axes import Frame, frame, marks, moments, numbers
from leadline.reports.svg.bars import values
from leadline.reports.svg.canvas import Canvas, Point
from leadline.reports.svg.colours import colours
from leadline.reports.svg.letters import shortened
from leadline.reports.svg.room import Room

_LEVEL_LABEL, _LEVEL_NAME = 18, 180
_DASHES = 4


def lines(chart: Chart, room: Room) -> Canvas:
    """Lines, with the interval around each as a band; steps hold a value until the next."""
    drawn = values(chart.series)
    high = [*drawn, *([1.0] if chart.diagonal else []), *_next_level(chart, drawn)]
    made = frame(chart, room, min(drawn), max(high))
    _levels(made, chart)
    x = moments(made, chart) if chart.x.kind == "time" else _value_axis(made, chart)
    for number, series in enumerate(chart.series):
        _around(made, chart, number, x)
        found = zip(chart.at, series.values, strict=True)
        points = [(x(at), made.y(value)) for at, value in found if value is not None]
        points = _stepped(points) if chart.shape == "steps" else points
        made.canvas.path(points, f"line {made.colours[number]} dash{number % _DASHES}")
    return made.canvas


def _around(made: Frame, chart: Chart, number: int, x: Callable[[Any], float]) -> None:
    """Shade the interval around a line."""
    series: Series = chart.series[number]
    if series.low and series.high:
        upper, lower = (
            [(x(at), made.y(value)) for at, value in zip(chart.at, ends, strict=True)]
            for ends in (series.high, series.low)
        )
        style = f"around {made.colours[number]}"
        made.canvas.path([*upper, *reversed(lower)], style, closed=True)


def _next_level(chart: Chart, drawn: Sequence[float]) -> list[float]:
    """Return how far to draw so that the next band above all values is to be seen."""
    above = [each.at for each in chart.levels if each.at > max(drawn)]
    return [above[0] + (above[0] - min(drawn)) / 10] if above else []


def _levels(made: Frame, chart: Chart) -> None:
    """Shade the bands from edge to edge; the lowest one begins at the foot of the chart."""
    y, styles = made.y, colours([each.name for each in chart.levels], ordered=True)
    ends = [*(each.at for each in chart.levels), math.inf][1:]
    for number, (level, end, style) in enumerate(zip(chart.levels, ends, styles, strict=True)):
        low, high = max(level.at if number else -math.inf, y.low), min(end, y.high)
        if low >= high:
            continue
        height = y(low) - y(high)
        made.canvas.rect(made.left, y(high), made.width, height, f"around {style}")
        if number and low > y.low:
            made.canvas.line(made.left, y(low), made.right, y(low), "mark")
        if height >= _LEVEL_LABEL:
            name = shortened(level.name, _LEVEL_NAME)
            made.canvas.text(made.right - 4, y(high) + 13, name, "soft", "end")


def _value_axis(made: Frame, chart: Chart) -> Callable[[Any], float]:
    """Return the scale of a numeric x axis, with its marks or the diagonal drawn."""
    x = numbers(made, chart, [*chart.at, *([0.0, 1.0] if chart.diagonal else [])])
    marks(made, chart, x)
    if chart.diagonal:
        made.canvas.line(x(0.0), made.y(0.0), x(1.0), made.y(1.0), "mark")
    return x


def _stepped(points: Sequence[Point]) -> list[Point]:
    """Hold each value until the next place."""
    held = [(after[0], point[1]) for point, after in pairwise(points)]
    return [each for pair in zip(points, held, strict=False) for each in pair] + [*points[-1:]]
