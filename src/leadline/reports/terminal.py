"""A report on a terminal: verdict, findings, and the tables of its brief sections."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table as Grid
from rich.text import Text as Words

from leadline.reports.charts import Chart, Flow
from leadline.reports.tables import Table

if TYPE_CHECKING:
    from leadline.reports.parts import Contents, Findings, Section, Text

MOST_ROWS = 20
_BAR_WIDTH = 24
_WIDEST = 1000


def text(page: Contents) -> str:
    """Return a report as it is printed where no screen ends its lines."""
    written = io.StringIO()
    show(Console(file=written, width=_WIDEST, highlight=False, markup=False, emoji=False), page)
    return "\n".join(line.rstrip() for line in written.getvalue().splitlines())


def show(console: Console, page: Contents) -> None:
    """Print a report."""
    console.print(Words(page.title, style="bold"))
    console.print(Words(page.verdict))
    for section in page.sections:
        if section.brief:
            _section(console, section)
    if page.facts:
        console.print()
    for name, text in page.facts:
        console.print(Words(f"{name}: {text}", style="dim"))


def _section(console: Console, section: Section) -> None:
    console.print()
    console.print(Words(section.title, style="bold"))
    for each in section.blocks:
        _BLOCKS[each.block](console, each)


def _text(console: Console, text: Text) -> None:
    console.print(Words(text.text))


def _findings(console: Console, findings: Findings) -> None:
    for each in findings.items:
        console.print(Words(f"- {each.says}"))
        if each.remedy:
            console.print(Words(f"  {each.remedy}", style="dim"))
    if not findings.items:
        console.print(Words(findings.empty))


def _table(console: Console, table: Table, bars: list[str] | None = None) -> None:
    if not table.rows:
        console.print(Words(table.empty))
        return
    grid = Grid(box=None, pad_edge=False, header_style="bold")
    for column in table.shown:
        grid.add_column(column.title, justify="right" if column.is_number else "left", no_wrap=True)
    if bars is not None:
        grid.add_column("")
    rows = table.figures()
    for number, row in enumerate(rows[:MOST_ROWS]):
        grid.add_row(*map(Words, row), *([Words(bars[number], style="blue")] if bars else []))
    print_whole(console, grid)
    if len(rows) > MOST_ROWS:
        console.print(Words(f"{MOST_ROWS} of {len(rows)}", style="dim"))


def print_whole(console: Console, grid: Grid) -> None:
    """Print a table with nothing cut off: a line that is too long for the screen goes on below."""
    before = console.width
    console.width = _WIDEST
    wanted = Measurement.get(console, console.options, grid).maximum
    console.width = max(wanted, before)
    try:
        console.print(grid)
    finally:
        console.width = before


def _chart(console: Console, chart: Chart) -> None:
    is_bars = len(chart.series) == 1 and chart.shape in {"rows", "columns", "histogram"}
    _table(console, chart.table(), _bars(chart.series[0].values) if is_bars else None)


def _bars(values: tuple[float | None, ...]) -> list[str]:
    longest = max((abs(each or 0) for each in values), default=0) or 1
    return ["█" * round(_BAR_WIDTH * abs(each or 0) / longest) for each in values]


def _flow(console: Console, flow: Flow) -> None:
    _table(console, flow.table())


_BLOCKS: Mapping[str, Callable[[Console, Any], None]] = {
    "text": _text,
    "findings": _findings,
    "table": _table,
    "chart": _chart,
    "flow": _flow,
}
