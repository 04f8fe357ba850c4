"""Charts as static SVG: text stays text, colours come from the page's styles.

Written here because the libraries tried were far from small: 115 MB installed and 2.4 s to the
first chart (Matplotlib), 91 MB (Vega), 20 kB a chart with a script (pygal), or without intervals
and flows (leather). A chart from here is 2 to 5 kB and takes below 1 ms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from xml.etree import ElementTree as ET

from leadline.reports.charts import Chart, Flow
from leadline.reports.svg.bars import columns, histogram, rows, stacked
from leadline.reports.svg.canvas import Canvas
from leadline.reports.svg.flow import flow
from leadline.reports.svg.lines import lines
from leadline.reports.svg.room import ROOMS, WIDE, Room


def draw(chart: Chart | Flow, room: Room = WIDE) -> str:
    """Return a chart as an SVG element; its title and sentence are read out in its place."""
    canvas = flow(chart, room) if isinstance(chart, Flow) else _SHAPES[chart.shape](chart, room)
    picture = canvas.whole(chart.name, room.name, chart.title, chart.says)
    return ET.tostring(picture, encoding="unicode")


def draw_all(chart: Chart | Flow) -> str:
    """Return a chart drawn for each room; the style sheet of a page shows the one that fits."""
    return "\n".join(draw(chart, room) for room in ROOMS)


_SHAPES: Mapping[str, Callable[[Chart, Room], Canvas]] = {
    "rows": rows,
    "columns": columns,
    "stacked": stacked,
    "histogram": histogram,
    "lines": lines,
    "steps": lines,
}
