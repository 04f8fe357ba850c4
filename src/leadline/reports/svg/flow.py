"""Two stacks of bands, and a ribbon for every pair that leads have gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leadline.reports.charts import Flow
from leadline.reports.figures import figure
from leadline.reports.svg.canvas import Canvas
from leadline.reports.svg.colours import colours
from leadline.reports.svg.letters import shortened, width_of
from leadline.reports.svg.room import Room

_GAP, _TOP, _STACK, _BELOW = 15, 24, 12, 30


@dataclass(frozen=True)
class _Stack:
    """One side: which end of a pair, where it stands, and how high a lead is."""

    end: int
    x: float
    each: float


def flow(chart: Flow, room: Room) -> Canvas:
    """Draw both sides, the highest band on top, and the ribbons between them."""
    total = sum(count for *_, count in chart.counts) or 1
    present = [each for each in reversed(chart.bands) if any(each in row for row in chart.counts)]
    gaps = _GAP * len(present)
    height = max(room.height, gaps + room.height // 2)
    each = (height - gaps) / total
    canvas = Canvas(room.width, height + _BELOW)
    sides = (_Stack(0, room.side, each), _Stack(1, room.width - room.side, each))
    canvas.text(sides[0].x, 14, shortened(chart.before.title, room.side), "soft", "end")
    canvas.text(sides[1].x, 14, shortened(chart.after.title, room.side), "soft")
    styles = dict(zip(chart.bands, colours(chart.bands, ordered=True), strict=True))
    tops = [_stack(canvas, chart, present, side, styles) for side in sides]
    order = {band: place for place, band in enumerate(present)}
    for before, after, count in sorted(
        chart.counts, key=lambda row: (order[row[0]], order[row[1]])
    ):
        high = count * each
        ends = tops[0][before], tops[1][after]
        start, end = sides[0].x + _STACK, sides[1].x - _STACK
        canvas.ribbon(start, end, ends, high, f"ribbon {styles[before]}")
        tops[0][before] += high
        tops[1][after] += high
    return canvas


def _stack(
    canvas: Canvas, chart: Flow, present: Sequence[str], side: _Stack, styles: Mapping[str, str]
) -> dict[str, float]:
    """Draw the bands of one side, and return where each begins."""
    is_left = side.end == 0
    tops: dict[str, float] = {}
    y = float(_TOP)
    for band in present:
        count = sum(row[2] for row in chart.counts if row[side.end] == band)
        high = count * side.each
        tops[band] = y
        canvas.rect(side.x if is_left else side.x - _STACK, y, _STACK, high, styles[band])
        at, anchor = (side.x - 6, "end") if is_left else (side.x + 6, "start")
        room = (side.x if is_left else canvas.width - side.x) - 6
        canvas.text(at, y + max(high / 2, 4) + 4, _label(band, count, room), "", anchor)
        y += high + _GAP
    return tops


def _label(band: str, count: int, room: float) -> str:
    said = f" {figure(count, 'count')}"
    return f"{shortened(band, room - width_of(said))}{said}"
