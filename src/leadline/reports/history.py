"""The report of one lead over time: its score as a line over the bands, and what moved it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from leadline.explain.history import History, Moment
from leadline.model.fingerprint import fingerprint
from leadline.reports.charts import Chart, Mark, Series
from leadline.reports.figures import figure
from leadline.reports.page import Page, Section, Text
from leadline.reports.tables import Column, Table

MOST_LISTED = 20
"""Moments that are listed; the chart and JSON have all."""
_FAR = 0.1
"""A change of this part of the whole range is listed even where nothing happened."""
_LINE = "▁▂▃▄▅▆▇█"
_LINE_WIDTH = 60


def page(history: History) -> Page:
    """Return the report of a lead over time."""
    sections = [
        Section("score", f"{history.score} over time", (_chart(history),), brief=False),
        Section("changes", "What moved it", (_changes(history), *_thinned(history))),
    ]
    last = history.moments[-1]
    facts = (
        ("model", history.model.model),
        ("fingerprint", fingerprint(history.model)),
        ("as of", figure(last.at, "time")),
        ("moments", f"{len(history.moments):,}"),
    )
    return Page(f"History of {history.who}", verdict(history), tuple(sections), facts)


def verdict(history: History) -> str:
    """Return where the lead stands, and since when."""
    last = history.moments[-1]
    said = f"{history.who} has a {history.score} of {figure(last.value, 'points')}"
    if last.band is not None:
        since = _since(history)
        said += f", and is in {last.band} since {_time(since.at)} UTC"
        said += f" ({since.what})" if since.what else ""
    highest = max(history.moments, key=lambda each: each.value or 0.0)
    if highest.value is not None and highest.value > (last.value or 0.0):
        said += f"; the highest was {figure(highest.value, 'points')} on {_time(highest.at)}"
    return f"{said}."


def _since(history: History) -> Moment:
    """Return the moment at which the last band began."""
    found = history.moments[-1]
    for each in reversed(history.moments):
        if each.band != found.band:
            break
        found = each
    return found


def _thinned(history: History) -> Iterator[Text]:
    if history.thinned:
        yield Text(
            f"{len(history.moments):,} of {history.of:,} moments, those of the largest changes."
        )


def _chart(history: History) -> Chart:
    moments = history.moments
    levels: tuple[Mark, ...] = ()
    for ladder in history.model.lead_bands.values():
        if ladder.by == history.score and ladder.edges:
            levels = tuple(Mark(edge, band) for band, edge in ladder.edges.items())
            break
    columns = (
        (Column("what", "what happened"), tuple(each.what for each in moments)),
        (Column("change", "change", "points"), tuple(each.change for each in moments)),
        (Column("band", "band"), tuple(each.band for each in moments)),
        (Column("rule", "rule that moved most"), tuple(each.rule for each in moments)),
        (Column("points", "its points", "points"), tuple(each.points for each in moments)),
    )
    return Chart(
        "history",
        f"{history.score} of {history.who}",
        "Steps are events; slopes are points that fade. Shades are the bands by their edges alone.",
        "steps",
        Column("at", "moment", "time"),
        tuple(each.at for each in moments),
        Column("value", history.score, "points"),
        (Series(history.score, tuple(each.value for each in moments)),),
        levels=levels,
        beside=columns,
    )


def _changes(history: History) -> Table:
    """Return the moments of the largest changes, in order of time."""
    found = [each for number, each in enumerate(history.moments) if _tells(history, number)]
    largest = sorted(found, key=lambda each: -abs(each.change))[:MOST_LISTED]
    columns = (
        Column("at", "moment, UTC"),
        Column("what", "what happened"),
        Column("value", history.score, "points"),
        Column("change", "change", "points"),
        Column("band", "band"),
        Column("reason", "moved most by"),
    )
    rows = tuple(
        (
            _time(each.at),
            each.what or "time went by",
            each.value,
            each.change,
            each.band,
            _reason(each),
        )
        for each in sorted(largest, key=lambda each: each.at)
    )
    some = "" if len(rows) == len(found) else f", the {len(rows)} largest of {len(found)}"
    return Table("changes", f"Moments at which it moved{some}", columns, rows)


def _reason(moment: Moment) -> str | None:
    if moment.rule is None:
        return None
    sign = "+" if moment.points > 0 else ""
    return f"{moment.rule} {sign}{figure(moment.points, 'points')}"


def _tells(history: History, number: int) -> bool:
    """Say whether something happened at a moment, a band changed, or the score moved far."""
    moments = history.moments
    now = moments[number]
    values = [each.value or 0.0 for each in moments]
    far = _FAR * (max(values) - min(values))
    return bool(
        now.what
        or number == 0
        or now.band != moments[number - 1].band
        or (now.change and abs(now.change) >= far)
    )


def _time(at: datetime) -> str:
    """Return a moment to the minute, which is enough for people."""
    return f"{at:%Y-%m-%d %H:%M}"


def sparkline(history: History) -> str:
    """Return the score over even steps of time as one line of blocks."""
    moments = history.moments
    first, last = moments[0].at, moments[-1].at
    step = (last - first) / max(_LINE_WIDTH - 1, 1)
    places = [first + number * step for number in range(_LINE_WIDTH)] if step else [last]
    values, at = [], 0
    for place in places:
        while at + 1 < len(moments) and moments[at + 1].at <= place:
            at += 1
        values.append(moments[at].value)
    known = [each for each in values if each is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    blocks = "".join(_block(each, low, high) for each in values)
    span = f"{_time(first)} to {_time(last)}"
    return f"{blocks}  {figure(low, 'points')} to {figure(high, 'points')}, {span}"


def _block(value: float | None, low: float, high: float) -> str:
    if value is None:
        return " "
    share = (value - low) / (high - low) if high > low else 0.0
    return _LINE[min(int(share * len(_LINE)), len(_LINE) - 1)]
