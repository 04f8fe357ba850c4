"""The report of close rates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from leadline.reports.charts import Chart, Series
from leadline.reports.figures import figure, within
from leadline.reports.page import Finding, Findings, Page, Section, Text
from leadline.reports.tables import Column, Table
from leadline.review.rates.rates import Rate, Rates

MOST_QUESTIONS = 10
MOST_SHOWN = 15
MOST_CHARTS = 6
_FEWEST_SHARE = 0.01
_COUNT = Column("rows", "rows", "count")
_COLUMNS = (
    Column("name", "field or event"),
    Column("value", "value"),
    _COUNT,
    Column("wins", "won", "count"),
    Column("rate", "close rate", "share"),
    Column("low", "from", "share", is_end=True),
    Column("high", "to", "share", is_end=True),
    Column("lift", "lift", "points"),
    Column("caught", "of all won", "share"),
    Column("points", "points", "points"),
)


_SHORT = (
    Column("name", "name"),
    Column("value", "value"),
    _COUNT,
    Column("rate", "rate", "share"),
    Column("interval", "interval"),
    Column("points", "points", "points"),
)


def page(found: Rates) -> Page:
    """Return the report of close rates."""
    sections = [
        _best(found),
        *_questions(found),
        *_suspects(found),
        *_ours(found),
        *_charts(found),
        _all(found),
    ]
    return Page("Close rates", verdict(found), tuple(sections), _facts(found))


def verdict(found: Rates) -> str:
    """Return the result in a few sentences."""
    rate = within(found.rate, (found.share.low, found.share.high), "share")
    of = f" of {found.leads:,} leads" if found.unit == "rows" else ""
    said = f"Of {found.rows:,} {found.unit}{of} {found.wins:,} won: {rate}."
    if best := next(iter(_sound(found)), None):
        often = within(best.rate, (best.low, best.high), "share")
        said += (
            f" Most telling is {best.name}, {best.value}: {often} of those {best.rows:,} "
            f"{found.unit} won."
        )
    if not found.suspects:
        return said
    names = list(dict.fromkeys(each.name for each in found.suspects))
    shown = ", ".join(names[:MOST_CHARTS]) + (" and others" if len(names) > MOST_CHARTS else "")
    return f"{said} Kept apart, as they look as if written with the outcome or after it: {shown}."


def _facts(found: Rates) -> tuple[tuple[str, str], ...]:
    return (
        (found.unit, f"{found.rows:,}"),
        *((("leads", f"{found.leads:,}"),) if found.unit == "rows" else ()),
        ("won", f"{found.wins:,}"),
        ("values", f"{len(found.rates):,}"),
        ("points", "10 for twice the average rate, -10 for none; few rows count for less"),
    )


def _in(found: Rates, columns: Sequence[Column]) -> tuple[Column, ...]:
    """Return columns that say whether leads or rows are counted."""
    return tuple(replace(each, title=found.unit) if each is _COUNT else each for each in columns)


def _row(each: Rate) -> tuple[str | float | None, ...]:
    return tuple(getattr(each, column.name) for column in _COLUMNS)


def _short(each: Rate) -> tuple[str | float | None, ...]:
    interval = f"{100 * each.low:.0f} to {100 * each.high:.0f} %"
    return each.name, each.value, each.rows, each.rate, interval, each.points


def _sound(found: Rates) -> list[Rate]:
    """Return the values whose figures hold, those that are worth most points first."""
    least = _FEWEST_SHARE * found.rows
    sound = [
        each for each in found.rates if each.points and not each.question and each.rows >= least
    ]
    return sorted(sound, key=lambda each: (-abs(each.points), -each.rows))


def _best(found: Rates) -> Section:
    """Return the values that are worth most points, either way, with figures that hold."""
    ranked = _sound(found)[:MOST_SHOWN]
    rows = tuple(_short(each) for each in sorted(ranked, key=lambda each: -each.points))
    table = Table("best", "What tells most", _in(found, _SHORT), rows, "No value tells anything.")
    return Section("best", "What tells most", (table,))


def _questions(found: Rates) -> Iterator[Section]:
    asked = sorted(found.questions, key=lambda each: (-abs(each.points), -each.rows))
    if asked:
        items = [Finding(each.question) for each in asked[:MOST_QUESTIONS]]
        if len(asked) > MOST_QUESTIONS:
            items.append(Finding(f"{len(asked) - MOST_QUESTIONS} more are in the table."))
        block = Findings("questions", tuple(items))
        yield Section("questions", "Questions for sales", (block,))


def _suspects(found: Rates) -> Iterator[Section]:
    if found.suspects:
        said = "Their rates are high or low because the outcome was known: give them no points."
        titles = {each.name: each.suspect for each in found.suspects}
        table = Table(
            "suspects",
            "Not known at the moment",
            _in(found, _COLUMNS),
            tuple(map(_row, found.suspects)),
        )
        why = Findings("why", tuple(Finding(f"{key}: {says}") for key, says in titles.items()))
        blocks = (Text(said), why, table)
        yield Section("suspects", "Not known at the moment", blocks, brief=False)


def _ours(found: Rates) -> Iterator[Section]:
    if found.ours:
        said = "What sales did and what is passive says little of the lead: give it no points."
        table = Table(
            "ours",
            "What sales did, and what is passive",
            _in(found, _COLUMNS),
            tuple(map(_row, found.ours)),
        )
        blocks = (Text(said), table)
        yield Section("ours", "What sales did, and what is passive", blocks, brief=False)


def _charts(found: Rates) -> Iterator[Section]:
    """Yield the rates of the fields that tell most, with their intervals."""
    names = list(dict.fromkeys((each.kind, each.name) for each in found.rates))[:MOST_CHARTS]
    charts = tuple(_chart(found, place, *each) for place, each in enumerate(names))
    if charts:
        yield Section("charts", "The fields that tell most", charts, brief=False)


def _chart(found: Rates, place: int, kind: str, title: str) -> Chart:
    parts = [each for each in found.rates if (each.kind, each.name) == (kind, title)]
    shown = sorted(parts, key=lambda each: -each.rows)[:MOST_SHOWN]
    shown = [each for each in parts if each in shown]
    return Chart(
        f"rates-{place}",
        title,
        f"All {found.unit}: {figure(found.rate, 'share')}.",
        "rows",
        Column("value", "value"),
        tuple(each.value for each in shown),
        Column("rate", "close rate", "share"),
        (
            Series(
                "close rate",
                tuple(each.rate for each in shown),
                tuple(each.low for each in shown),
                tuple(each.high for each in shown),
            ),
        ),
        beside=(
            (_in(found, (_COUNT,))[0], tuple(each.rows for each in shown)),
            (Column("points", "points", "points"), tuple(each.points for each in shown)),
        ),
    )


def _all(found: Rates) -> Section:
    columns = (
        Column("kind", "kind"),
        *_in(found, _COLUMNS),
        Column("question", "question for sales"),
    )
    rows = tuple((each.kind, *_row(each), each.question or None) for each in found.rates)
    return Section("all", "Every value", (Table("all", "Every value", columns, rows),), brief=False)
