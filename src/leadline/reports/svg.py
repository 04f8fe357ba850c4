"""Charts as static SVG: text stays text, colours come from the page's styles.

Written here because the libraries tried were far from small: 115 MB installed and 2.4 s to the
first chart (Matplotlib), 91 MB (Vega), 20 kB a chart with a script (pygal), or without intervals
and flows (leather). A chart from here is 2 to 5 kB and takes below 1 ms.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

from leadline.reports.canvas import Canvas, Scale, shortened
from leadline.reports.charts import Chart, Flow, Series
from leadline.reports.figures import figure

WIDTH, HEIGHT = 680, 260
LEFT, RIGHT, BELOW, LEGEND = 58, 26, 44, 22
_ROW, _GAP, _WIDEST_LABEL, _VALUE = 22, 6, 280, 70
_LEVEL_LABEL = 18
_MOST_LABELS, _SHADES, _FITS = 9, 6, 8
_LETTER = 8
"""So wide is a letter at most, but for few, so that what is written stays inside."""
_FLOW_SIDE, _FLOW_GAP = 150, 15
NO_BAND = ("none", "-", "excluded")
"""Series that stand outside an order of bands, and are grey."""


def draw(chart: Chart | Flow) -> str:
    """Return a chart as an SVG element; its title and sentence are read out in its place."""
    canvas = _flow(chart) if isinstance(chart, Flow) else _SHAPES[chart.shape](chart)
    return ET.tostring(canvas.whole(chart.name, chart.title, chart.says), encoding="unicode")


def _colours(names: Sequence[str], *, ordered: bool) -> list[str]:
    """Return the style of each series; an order spreads over all shades."""
    if not ordered:
        return [f"s{number % _SHADES}" for number in range(len(names))]
    inside = [each for each in names if each not in NO_BAND]
    last = max(len(inside) - 1, 1)
    shade = {each: round(place * (_SHADES - 1) / last) for place, each in enumerate(inside)}
    return [f"o{shade[each]}" if each in shade else "none" for each in names]


def _legend(canvas: Canvas, names: Sequence[str], colours: Sequence[str]) -> None:
    """Name the series in a line on top."""
    at = float(LEFT)
    for name, colour in zip(names, colours, strict=True):
        shown = shortened(name, 24)
        canvas.rect(at, 5, 11, 11, colour)
        canvas.text(at + 16, 15, shown)
        at += 34 + 7 * len(shown)


def _frame(chart: Chart, lowest: float, highest: float) -> tuple[Canvas, Scale]:
    """Return a canvas with the y axis, and its scale."""
    top = LEGEND + 8
    canvas = Canvas(WIDTH, HEIGHT + top)
    y = Scale.nice(lowest, highest, HEIGHT + top - BELOW, top)
    for tick in y.ticks:
        canvas.line(LEFT, y(tick), WIDTH - RIGHT, y(tick), "grid" if tick else "axis")
        canvas.text(LEFT - 7, y(tick) + 4, figure(tick, chart.y.kind), "soft", "end")
    if len(chart.series) > 1:
        colours = _colours([each.name for each in chart.series], ordered=chart.ordered)
        _legend(canvas, [each.name for each in chart.series], colours)
    else:
        canvas.text(LEFT - 7, 12, chart.y.title, "soft", _beside(chart.y.title))
    canvas.text((LEFT + WIDTH - RIGHT) / 2, canvas.height - 4, chart.x.title, "soft", "middle")
    return canvas, y


def _beside(title: str) -> str:
    """Return where the title of the y axis is anchored: at its figures where it is short."""
    return "end" if len(title) <= _FITS else "start"


def _values(series: Iterable[Series]) -> list[float]:
    found = [each for one in series for each in (*one.values, *one.low, *one.high)]
    return [0.0, *(each for each in found if each is not None)]


def _columns(chart: Chart) -> Canvas:
    """Bars side by side at each place."""
    values = _values(chart.series)
    canvas, y = _frame(chart, min(values), max(values))
    colours = _colours([each.name for each in chart.series], ordered=chart.ordered)
    step = _places(canvas, chart)
    width = 0.8 * step / len(chart.series)
    for number, series in enumerate(chart.series):
        for place, value in enumerate(series.values):
            x = LEFT + step * (place + 0.1) + width * number
            _bar(canvas, chart, (series, place), (x, y(value or 0)), (width, y(0)), colours[number])
            if ends := _interval(series, place):
                middle = x + width / 2
                canvas.line(middle, y(ends[0]), middle, y(ends[1]), "interval")
    return canvas


def _interval(series: Series, place: int) -> tuple[float, float] | None:
    """Return both ends of the interval of a value; None where there is none."""
    if not series.low or not series.high:
        return None
    low, high = series.low[place], series.high[place]
    return None if low is None or high is None else (low, high)


def _stacked(chart: Chart) -> Canvas:
    """Bars upon each other at each place, the first series at the bottom."""
    sums = [sum(each or 0 for each in row) for row in zip(*_rows_of(chart), strict=True)]
    canvas, y = _frame(chart, 0, max(sums, default=0))
    colours = _colours([each.name for each in chart.series], ordered=chart.ordered)
    step = _places(canvas, chart)
    below = [0.0] * len(chart.at)
    for number, series in enumerate(chart.series):
        for place, value in enumerate(series.values):
            x, base = LEFT + step * (place + 0.1), below[place]
            below[place] += value or 0
            bar = (x, y(below[place])), (0.8 * step, y(base))
            _bar(canvas, chart, (series, place), *bar, colours[number])
    return canvas


def _rows_of(chart: Chart) -> list[tuple[float | None, ...]]:
    return [each.values for each in chart.series]


def _bar(  # noqa: PLR0913, PLR0917 - a bar has a value, two corners and a colour
    canvas: Canvas,
    chart: Chart,
    value: tuple[Series, int],
    corner: tuple[float, float],
    size: tuple[float, float],
    colour: str,
) -> None:
    """Draw a bar from its value to its base, with both named for those who point at it."""
    series, place = value
    names = [figure(chart.at[place], chart.x.kind), series.name if len(chart.series) > 1 else ""]
    said = figure(series.values[place], chart.y.kind)
    label = f"{', '.join(each for each in names if each)}: {said}"
    top, bottom = sorted((corner[1], size[1]))
    canvas.rect(corner[0], top, size[0], bottom - top, colour, label)


def _places(canvas: Canvas, chart: Chart) -> float:
    """Write the labels of places below the bars, and return the width of a place."""
    step = (WIDTH - LEFT - RIGHT) / max(len(chart.at), 1)
    every = math.ceil(len(chart.at) / _MOST_LABELS)
    for place, at in enumerate(chart.at):
        if place % every == 0:
            label = shortened(figure(at, chart.x.kind), max(int(step * every / 7), 3))
            canvas.text(LEFT + step * (place + 0.5), canvas.height - 26, label, "soft", "middle")
    return step


def _rows(chart: Chart) -> Canvas:
    """Bars from left to right, each with its name before and its value behind."""
    lines = len(chart.series)
    top = LEGEND + 8 if lines > 1 else 6
    height = _ROW * lines + _GAP
    canvas = Canvas(WIDTH, top + height * len(chart.at))
    values = _values(chart.series)
    labels = [shortened(figure(at, chart.x.kind), _WIDEST_LABEL // _LETTER) for at in chart.at]
    left = 8 + _LETTER * max(map(len, labels))
    x = Scale(min(values), max(values) or 1.0, left, WIDTH - _VALUE)
    names = [each.name for each in chart.series]
    colours = _colours(names, ordered=chart.ordered)
    if lines > 1:
        _legend(canvas, names, colours)
    for place, label in enumerate(labels):
        y = top + height * place
        canvas.text(left - 8, y + height / 2 + 1, label, "", "end")
        for number, series in enumerate(chart.series):
            value = series.values[place] or 0
            start, right = sorted((x(0), x(value)))
            canvas.rect(start, y + _ROW * number, right - start, _ROW - 4, colours[number])
            if ends := _interval(series, place):
                middle = y + _ROW * number + (_ROW - 4) / 2
                canvas.line(x(ends[0]), middle, x(ends[1]), middle, "interval")
                right = max(right, x(ends[1]))
            said = figure(series.values[place], chart.y.kind)
            canvas.text(right + 6, y + _ROW * number + 13, said)
    return canvas


def _histogram(chart: Chart) -> Canvas:
    """Bars over a scale, each as wide as its bin, with lines at the marks."""
    canvas, y = _frame(chart, 0, max(_values(chart.series)))
    edges = [*chart.at, chart.at[-1] + chart.width]
    x = _numeric_axis(canvas, chart, edges)
    for place, low in enumerate(chart.at):
        bar = (x(low) + 0.5, y(chart.series[0].values[place] or 0)), (_wide(x, chart), y(0))
        _bar(canvas, chart, (chart.series[0], place), *bar, "s0")
    _marks(canvas, chart, x)
    return canvas


def _wide(x: Scale, chart: Chart) -> float:
    return max(x(chart.width) - x(0) - 1, 0.5)


def _marks(canvas: Canvas, chart: Chart, x: Scale) -> None:
    """Draw a line at each mark inside the scale; names of neighbours stand below each other.

    Where there is no room for a name, there is only the line.
    """
    inside = [each for each in chart.marks if x.low <= each.at <= x.high]
    ends = [0.0] * 3
    for number, mark in enumerate(inside):
        at = x(mark.at)
        canvas.line(at, 14, at, canvas.height - BELOW, "mark")
        at_end = at > WIDTH - 110
        label = shortened(mark.name, 16)
        start = at - 4 - _LETTER * len(label) if at_end else at + 4
        level = next((n % 3 for n in range(number, number + 3) if ends[n % 3] <= start), None)
        if level is None:
            continue
        ends[level] = start + _LETTER * len(label)
        down = 24 + 14 * level
        canvas.text(at + (-4 if at_end else 4), down, label, "", "end" if at_end else "start")


def _numeric_axis(canvas: Canvas, chart: Chart, places: Sequence[float]) -> Scale:
    x = Scale.tight(min(places), max(places), LEFT, WIDTH - RIGHT)
    for tick in x.ticks:
        label = figure(tick, chart.x.kind)
        canvas.text(x(tick), canvas.height - 26, label, "soft", "middle")
    return x


def _time_axis(canvas: Canvas, chart: Chart) -> Callable[[Any], float]:
    """Write the first, the last and some moments between, and return the scale."""
    seconds = [_seconds(each) for each in chart.at]
    x = Scale(min(seconds), max(seconds), LEFT + 30, WIDTH - RIGHT - 34)
    for at in _spread_moments(chart.at):
        label = figure(at.replace(hour=0, minute=0, second=0, microsecond=0), "time")
        canvas.text(x(_seconds(at)), canvas.height - 26, label, "soft", "middle")
    return lambda at: x(_seconds(at))


def _spread_moments(moments: Sequence[datetime]) -> Iterator[datetime]:
    """Yield moments that stand apart by a sixth of the whole time or more."""
    least = (moments[-1] - moments[0]) / 7
    shown: datetime | None = None
    for at in moments:
        if shown is None or at - shown >= least:
            yield at
            shown = at


def _seconds(at: datetime) -> float:
    return (at.replace(tzinfo=None) - datetime(2000, 1, 1)).total_seconds()  # noqa: DTZ001 - UTC


def _lines(chart: Chart) -> Canvas:
    """Lines, with the interval around each as a band; steps hold a value until the next."""
    values = _values(chart.series)
    high = [*values, *([1.0] if chart.diagonal else []), *_next_level(chart, values)]
    canvas, y = _frame(chart, min(values), max(high))
    _levels(canvas, chart, y)
    x = _time_axis(canvas, chart) if chart.x.kind == "time" else _value_axis(canvas, chart, y)
    colours = _colours([each.name for each in chart.series], ordered=chart.ordered)
    for number, series in enumerate(chart.series):
        if series.low and series.high:
            upper = [(x(at), y(value)) for at, value in zip(chart.at, series.high, strict=True)]
            lower = [(x(at), y(value)) for at, value in zip(chart.at, series.low, strict=True)]
            canvas.path([*upper, *reversed(lower)], f"around {colours[number]}", closed=True)
        found = zip(chart.at, series.values, strict=True)
        points = [(x(at), y(value)) for at, value in found if value is not None]
        points = _stepped(points) if chart.shape == "steps" else points
        canvas.path(points, f"line {colours[number]} dash{number % 4}")
    return canvas


def _next_level(chart: Chart, values: Sequence[float]) -> list[float]:
    """Return how far to draw so that the next band above all values is to be seen."""
    above = [each.at for each in chart.levels if each.at > max(values)]
    return [above[0] + (above[0] - min(values)) / 10] if above else []


def _levels(canvas: Canvas, chart: Chart, y: Scale) -> None:
    """Shade the bands from edge to edge; the lowest one begins at the foot of the chart."""
    colours = _colours([each.name for each in chart.levels], ordered=True)
    ends = [*(each.at for each in chart.levels), math.inf][1:]
    for number, (level, end, colour) in enumerate(zip(chart.levels, ends, colours, strict=True)):
        low, high = max(level.at if number else -math.inf, y.low), min(end, y.high)
        if low < high:
            height = y(low) - y(high)
            canvas.rect(LEFT, y(high), WIDTH - RIGHT - LEFT, height, f"around {colour}")
            if number and low > y.low:
                canvas.line(LEFT, y(low), WIDTH - RIGHT, y(low), "mark")
            if height >= _LEVEL_LABEL:
                canvas.text(
                    WIDTH - RIGHT - 4, y(high) + 13, shortened(level.name, 24), "soft", "end"
                )


def _value_axis(canvas: Canvas, chart: Chart, y: Scale) -> Callable[[Any], float]:
    """Return the scale of a numeric x axis, with its marks or the diagonal drawn."""
    x = _numeric_axis(canvas, chart, [*chart.at, *([0.0, 1.0] if chart.diagonal else [])])
    _marks(canvas, chart, x)
    if chart.diagonal:
        canvas.line(x(0.0), y(0.0), x(1.0), y(1.0), "mark")
    return x


def _stepped(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Hold each value until the next place."""
    held = [(after[0], point[1]) for point, after in pairwise(points)]
    return [each for pair in zip(points, held, strict=False) for each in pair] + [*points[-1:]]


def _flow(flow: Flow) -> Canvas:
    """Two stacks of bands, and a ribbon for every pair that leads have gone."""
    total = sum(count for *_, count in flow.counts) or 1
    present = [each for each in reversed(flow.bands) if any(each in row for row in flow.counts)]
    gaps = _FLOW_GAP * len(present)
    height = max(HEIGHT, gaps + HEIGHT // 2)
    scale = (height - gaps) / total
    canvas = Canvas(WIDTH, height + 30)
    sides = (float(_FLOW_SIDE), float(WIDTH - _FLOW_SIDE))
    for side, title, anchor in zip(sides, (flow.before, flow.after), ("end", "start"), strict=True):
        canvas.text(side, 14, title.title, "soft", anchor)
    colours = dict(zip(flow.bands, _colours(flow.bands, ordered=True), strict=True))
    tops = [_stack(canvas, flow, present, (end, sides[end], scale), colours) for end in (0, 1)]
    order = {band: place for place, band in enumerate(present)}
    for before, after, count in sorted(flow.counts, key=lambda row: (order[row[0]], order[row[1]])):
        high = count * scale
        ends = tops[0][before], tops[1][after]
        canvas.ribbon(sides[0] + 12, sides[1] - 12, ends, high, f"ribbon {colours[before]}")
        tops[0][before] += high
        tops[1][after] += high
    return canvas


def _stack(
    canvas: Canvas,
    flow: Flow,
    present: Sequence[str],
    place: tuple[int, float, float],
    colours: Mapping[str, str],
) -> dict[str, float]:
    """Draw the bands of one side, and return where each begins."""
    end, side, scale = place
    tops: dict[str, float] = {}
    y = 24.0
    for band in present:
        count = sum(row[2] for row in flow.counts if row[end] == band)
        tops[band] = y
        canvas.rect(side if end == 0 else side - 12, y, 12, count * scale, colours[band])
        said = figure(count, "count")
        label = f"{shortened(band, _FLOW_SIDE // _LETTER - 1 - len(said))} {said}"
        at, anchor = (side - 6, "end") if end == 0 else (side + 6, "start")
        canvas.text(at, y + max(count * scale / 2, 4) + 4, label, "", anchor)
        y += count * scale + _FLOW_GAP
    return tops


_SHAPES: Mapping[str, Callable[[Any], Canvas]] = {
    "rows": _rows,
    "columns": _columns,
    "stacked": _stacked,
    "histogram": _histogram,
    "lines": _lines,
    "steps": _lines,
}
