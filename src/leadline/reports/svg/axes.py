"""The axes of a picture, their labels, and the lines at places that matter."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leadline.reports.charts import Chart
from leadline.reports.figures import figure
from leadline.reports.svg.canvas import Canvas, Scale
from leadline.reports.svg.colours import colours
from leadline.reports.svg.legend import Legend
from leadline.reports.svg.letters import shortened, width_of
from leadline.reports.svg.room import Room

_RIGHT, _BELOW, _TITLE = 12, 44, 22
_LABELS, _X_TITLE = 26, 5
_LEVELS_OF_NAMES, _NAME = 3, 140
_MOMENT = 84
"""So far apart stand the middles of two dates."""


@dataclass(frozen=True)
class Frame:
    """A picture with its y axis, and where the rest is drawn.

    Attributes:
        canvas: The picture.
        room: What it is drawn for.
        y: The scale of the values.
        left: Where the places begin.
        colours: The style of each series.
    """

    canvas: Canvas
    room: Room
    y: Scale
    left: float
    colours: list[str]

    @property
    def right(self) -> float:
        """Where the places end."""
        return self.canvas.width - _RIGHT

    @property
    def width(self) -> float:
        """How wide all places are together."""
        return self.right - self.left

    @property
    def labels(self) -> float:
        """Where the labels of places stand."""
        return self.canvas.height - _LABELS


def frame(chart: Chart, room: Room, lowest: float, highest: float) -> Frame:
    """Return a picture with the y axis drawn, which is as wide as its figures are."""
    names = [each.name for each in chart.series]
    found = colours(names, ordered=chart.ordered)
    for number, each in enumerate(chart.series):
        found[number] = found[number - 1] if each.goes_on else found[number]
    legend = Legend.of(names, found, room.width)
    top = max(legend.height, _TITLE) + 8
    canvas = Canvas(room.width, room.height + top)
    y = Scale.nice(lowest, highest, room.height + top - _BELOW, top)
    figures = {tick: figure(tick, chart.y.kind) for tick in y.ticks}
    left = max(map(width_of, figures.values())) + 8
    made = Frame(canvas, room, y, left, found)
    for tick, said in figures.items():
        canvas.line(left, y(tick), made.right, y(tick), "grid" if tick else "axis")
        canvas.text(left - 7, y(tick) + 4, said, "soft", "end")
    legend.draw(canvas)
    if not legend.keys:
        canvas.text(0, 12, shortened(chart.y.title, room.width), "soft")
    title = shortened(chart.x.title, made.width)
    canvas.text((left + made.right) / 2, canvas.height - _X_TITLE, title, "soft", "middle")
    return made


def named_places(made: Frame, chart: Chart) -> float:
    """Write the labels of places below, as many as fit, and return the width of a place."""
    step = made.width / max(len(chart.at), 1)
    labels = [figure(at, chart.x.kind) for at in chart.at]
    widest = max(map(width_of, labels), default=0.0)
    every = max(1, -int(-(widest + 4) // step))
    for place, label in enumerate(labels):
        middle = made.left + step * (place + 0.5)
        if place % every == 0 and middle + width_of(label) / 2 <= made.canvas.width:
            made.canvas.text(middle, made.labels, label, "soft", "middle")
    return step


def numbers(made: Frame, chart: Chart, places: Sequence[float]) -> Scale:
    """Write round values below, and return the scale."""
    x = Scale.tight(min(places), max(places), made.left, made.right, made.room.ticks)
    for tick in x.ticks:
        label = figure(tick, chart.x.kind)
        middle = min(x(tick), made.canvas.width - width_of(label) / 2)
        made.canvas.text(middle, made.labels, label, "soft", "middle")
    return x


def moments(made: Frame, chart: Chart) -> Callable[[Any], float]:
    """Write dates below, the first and some between, and return the scale."""
    seconds = [_seconds(each) for each in chart.at]
    x = Scale(min(seconds), max(seconds), made.left + 30, made.right - 24)
    least = (chart.at[-1] - chart.at[0]) * min(_MOMENT / (x.end - x.start), 1)
    for at in _spread(chart.at, least):
        label = figure(at.replace(hour=0, minute=0, second=0, microsecond=0), "time")
        made.canvas.text(x(_seconds(at)), made.labels, label, "soft", "middle")
    return lambda at: x(_seconds(at))


def _spread(at: Sequence[datetime], least: Any) -> Iterator[datetime]:
    """Yield moments that stand apart by some time or more."""
    shown: datetime | None = None
    for each in at:
        if shown is None or each - shown >= least:
            yield each
            shown = each


def _seconds(at: datetime) -> float:
    return (at.replace(tzinfo=None) - datetime(2000, 1, 1)).total_seconds()  # noqa: DTZ001 - UTC


def marks(made: Frame, chart: Chart, x: Scale) -> None:
    """Draw a line at each mark inside the scale; names of neighbours stand below each other.

    Where there is no room for a name, there is only the line.
    """
    ends = [0.0] * _LEVELS_OF_NAMES
    for number, mark in enumerate(each for each in chart.marks if x.low <= each.at <= x.high):
        at, label = x(mark.at), shortened(mark.name, _NAME)
        wide = width_of(label)
        made.canvas.line(at, made.y.end - 8, at, made.y.start, "mark")
        is_last = at + 4 + wide > made.canvas.width
        start = at - 4 - wide if is_last else at + 4
        level = _free(ends, number, start)
        if level is None:
            continue
        ends[level] = start + wide
        down = made.y.end + 3 + 14 * level
        made.canvas.text(
            at + (-4 if is_last else 4), down, label, "", "end" if is_last else "start"
        )


def _free(ends: Sequence[float], number: int, start: float) -> int | None:
    """Return the line in which a name has room, of its own first; None where none has."""
    lines = (each % len(ends) for each in range(number, number + len(ends)))
    return next((each for each in lines if ends[each] <= start), None)
