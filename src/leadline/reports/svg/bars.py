"""Bars: side by side, upon each other, from left to right, or as wide as their bins."""

from __future__ import annotations

from collections.abc import Iterable

from leadline.reports.charts import Chart, Series
from leadline.reports.figures import figure
from leadline.reports.svg.axes import Frame, frame, marks, named_places, numbers
from leadline.reports.svg.canvas import Canvas, Scale
from leadline.reports.svg.colours import colours
from leadline.reports.svg.legend import Legend
from leadline.reports.svg.letters import shortened, width_of
from leadline.reports.svg.room import Room

_ROW, _GAP, _ABOVE = 22, 6, 17
_BAR = _ROW - 4
_Y_AXIS = 60
"""So wide is a y axis, about, with its figures."""


def values(series: Iterable[Series]) -> list[float]:
    """Return all that is drawn of some series, with 0, where their axes begin."""
    found = [each for one in series for each in (*one.values, *one.low, *one.high)]
    return [0.0, *(each for each in found if each is not None)]


def columns(chart: Chart, room: Room) -> Canvas:
    """Bars side by side at each place; they lie where the names of places need the width."""
    if chart.x.kind == "text" and _is_crowded(chart, room):
        return rows(chart, room)
    drawn = values(chart.series)
    made = frame(chart, room, min(drawn), max(drawn))
    step = named_places(made, chart)
    width = 0.8 * step / len(chart.series)
    for number, series in enumerate(chart.series):
        for place, value in enumerate(series.values):
            x = made.left + step * (place + 0.1) + width * number
            _bar(made, chart, number, place, (x, width), (0.0, value or 0.0))
            if ends := _interval(series, place):
                middle = x + width / 2
                made.canvas.line(middle, made.y(ends[0]), middle, made.y(ends[1]), "interval")
    return made.canvas


def _is_crowded(chart: Chart, room: Room) -> bool:
    """Say whether a name is wider than its place."""
    step = (room.width - _Y_AXIS) / max(len(chart.at), 1)
    return any(width_of(figure(each, chart.x.kind)) > step for each in chart.at)


def _interval(series: Series, place: int) -> tuple[float, float] | None:
    """Return both ends of the interval of a value; None where there is none."""
    if not series.low or not series.high:
        return None
    low, high = series.low[place], series.high[place]
    return None if low is None or high is None else (low, high)


def stacked(chart: Chart, room: Room) -> Canvas:
    """Bars upon each other at each place, the first series at the bottom."""
    stacks = zip(*(each.values for each in chart.series), strict=True)
    sums = [sum(each or 0 for each in stack) for stack in stacks]
    made = frame(chart, room, 0, max(sums, default=0))
    step = named_places(made, chart)
    below = [0.0] * len(chart.at)
    for number, series in enumerate(chart.series):
        for place, value in enumerate(series.values):
            x, base = made.left + step * (place + 0.1), below[place]
            below[place] += value or 0
            _bar(made, chart, number, place, (x, 0.8 * step), (base, below[place]))
    return made.canvas


def _bar(  # noqa: PLR0913, PLR0917 - a bar has a value, a place, a width and two ends
    made: Frame,
    chart: Chart,
    number: int,
    place: int,
    across: tuple[float, float],
    ends: tuple[float, float],
) -> None:
    """Draw a bar between two values, with its own named for those who point at it."""
    series = chart.series[number]
    names = [figure(chart.at[place], chart.x.kind), series.name if len(chart.series) > 1 else ""]
    said = figure(series.values[place], chart.y.kind)
    label = f"{', '.join(each for each in names if each)}: {said}"
    top, bottom = sorted(map(made.y, ends))
    made.canvas.rect(across[0], top, across[1], bottom - top, made.colours[number], label)


def histogram(chart: Chart, room: Room) -> Canvas:
    """Bars over a scale, each as wide as its bin, with lines at the marks."""
    made = frame(chart, room, 0, max(values(chart.series)))
    x = numbers(made, chart, [*chart.at, chart.at[-1] + chart.width])
    wide = max(x(chart.width) - x(0) - 1, 0.5)
    for place, low in enumerate(chart.at):
        value = chart.series[0].values[place] or 0.0
        _bar(made, chart, 0, place, (x(low) + 0.5, wide), (0.0, value))
    marks(made, chart, x)
    return made.canvas


def rows(chart: Chart, room: Room) -> Canvas:
    """Bars from left to right, each with its value behind, and its name before or above it."""
    names = [each.name for each in chart.series]
    legend = Legend.of(names, colours(names, ordered=chart.ordered), room.width)
    labels = [figure(at, chart.x.kind) for at in chart.at]
    widest = max(map(width_of, labels), default=0.0)
    is_above = room.is_narrow and widest > room.label
    most = room.width if is_above else room.label
    head = _ABOVE if is_above else 0
    high = head + _ROW * len(names) + _GAP
    canvas = Canvas(room.width, legend.height + 4 + high * len(labels))
    legend.draw(canvas)
    x = _across(chart, room, 0.0 if is_above else min(widest, most) + 8)
    for place, label in enumerate(labels):
        y = legend.height + 4 + high * place
        if is_above:
            canvas.text(0, y + 12, shortened(label, most))
        else:
            middle = y + (high - _GAP) / 2 + 2
            canvas.text(x(min(x.low, 0.0)) - 8, middle, shortened(label, most), "", "end")
        _row(canvas, chart, place, y + head, x)
    return canvas


def _across(chart: Chart, room: Room, left: float) -> Scale:
    """Return the scale from left to right, with room behind for the figures."""
    said = (figure(each, chart.y.kind) for one in chart.series for each in one.values)
    drawn = values(chart.series)
    behind = max(map(width_of, said), default=0.0) + 8
    return Scale(min(drawn), max(drawn) or 1.0, left, room.width - behind)


def _row(canvas: Canvas, chart: Chart, place: int, top: float, x: Scale) -> None:
    """Draw the bars of one place, one below the other."""
    styles = colours([each.name for each in chart.series], ordered=chart.ordered)
    for number, series in enumerate(chart.series):
        y = top + _ROW * number
        start, right = sorted((x(0), x(series.values[place] or 0)))
        canvas.rect(start, y, right - start, _BAR, styles[number])
        if ends := _interval(series, place):
            canvas.line(x(ends[0]), y + _BAR / 2, x(ends[1]), y + _BAR / 2, "interval")
            right = max(right, x(ends[1]))
        canvas.text(right + 6, y + 13, figure(series.values[place], chart.y.kind))
