"""The report of a backtest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from leadline.reports.charts import Chart, Series
from leadline.reports.figures import figure, within
from leadline.reports.page import Block, Finding, Findings, Page, Section, Text
from leadline.reports.tables import Column, Table
from leadline.review.backtest.backtest import Backtest
from leadline.statistics.measures import FEWEST_GROUPS, Measured

MOST_POINTS = 100
"""A curve through more points than this looks the same through fewer."""
_ROWS = Column("rows", "rows", "count")
_RATE = Column("rate", "conversion", "share")
_WINS = Column("wins", "with outcome", "count")


def page(found: Backtest) -> Page:
    """Return the report of a backtest."""
    sections = [
        Section("measures", "Measures", (_measures(found), *_capacity(found))),
        Section("findings", "What to know", (_findings(found),)),
        *_bands(found),
        Section("tenths", "By tenth of the score", tuple(tenth_charts(found)), brief=False),
        *_curves(found),
        *_periods(found),
        *_tried(found),
        _rows(found),
        *_fields(found),
    ]
    return Page(f"Backtest of {found.model}", verdict(found), tuple(sections), _facts(found))


def verdict(found: Backtest) -> str:
    """Return the result in a few sentences."""
    auc = found.roc_auc
    said = {
        "better than chance": f"Calling first whom {found.score} puts first pays: it ranks better "
        "than chance.",
        "no better than chance": f"Calling first whom {found.score} puts first does not pay: it "
        "ranks no better than chance.",
        "not enough data": f"It is too early to say whether calling first whom {found.score} puts "
        "first pays: not enough data.",
    }[found.verdict]
    if found.evidence.is_reversed:
        said += " It ranks the wrong way round: leads with more points win less often."
    parts = [said]
    if found.lift_10.value is not None and found.verdict == "better than chance":
        parts.append(f"The best tenth wins {in_two(found.lift_10)} times as often as all rows.")
    if auc.value is not None:
        parts.append(f"ROC-AUC {in_two(auc)}, where 0.5 is chance.")
    if found.calibrated.is_off:
        parts.append(f"Its probabilities do not hold: {_said_and_came(found)}.")
    if found.doubts:
        names = ", ".join(each.title for each in found.doubts)
        parts.append(f"Do not rely on this: {names} may have been written after the outcome.")
    return " ".join(parts)


def _said_and_came(found: Backtest) -> str:
    came = (found.rate.low, found.rate.high)
    return (
        f"it says {figure(found.calibrated.said, 'share')} in mean, and "
        f"{within(found.rate.value or 0.0, came, 'share')} came"
    )


def in_two(found: Measured) -> str:
    """Return a value in two digits with its interval."""
    return within(found.value or 0.0, (found.low, found.high), "measure")


def _facts(found: Backtest) -> tuple[tuple[str, str], ...]:
    end = found.judged.end
    facts = {
        "model": found.model,
        "fingerprint": found.fingerprint,
        "score": found.score,
        "judged rows": f"{found.sample.rows:,}, {found.sample.wins:,} with the outcome",
        "split": found.split.says,
        **({"outcomes known until": figure(end.replace(microsecond=0), "time")} if end else {}),
    }
    return tuple(facts.items())


_MEASURES = (
    Column("measure", "measure"),
    Column("value", "value", "measure"),
    Column("low", "from", "measure", is_end=True),
    Column("high", "to", "measure", is_end=True),
    Column("chance", "by chance", "measure"),
)


def _measures(found: Backtest) -> Table:
    share = found.rate.value
    listed: list[tuple[str, Measured, float | None]] = [
        ("ROC-AUC", found.roc_auc, 0.5),
        ("PR-AUC (average precision)", found.pr_auc, share),
        ("lift in the best tenth", found.lift_10, 1.0),
        ("Brier score", found.calibrated.brier, None if share is None else share * (1 - share)),
        ("log-loss", found.calibrated.log_loss, _entropy(share)),
    ]
    rows = tuple((label, m.value, m.low, m.high, by_chance) for label, m, by_chance in listed)
    return Table("measures", "How well it ranks, with intervals of 95 %", _MEASURES, rows)


def _entropy(share: float | None) -> float | None:
    if share is None or not 0 < share < 1:
        return None
    return float(-share * np.log(share) - (1 - share) * np.log(1 - share))


def _capacity(found: Backtest) -> Iterator[Block]:
    use = found.capacity
    if use is None:
        return
    columns = (
        Column("measure", "measure"),
        Column("value", "value", "share"),
        Column("low", "from", "share", is_end=True),
        Column("high", "to", "share", is_end=True),
    )
    rows = (
        ("precision", use.precision.value, use.precision.low, use.precision.high),
        ("share of all outcomes caught", use.recall.value, use.recall.low, use.recall.high),
    )
    yield Text(
        f"With room for {use.capacity}, the best {use.taken:,.0f} rows "
        f"({figure(use.share, 'share')}) are taken."
    )
    yield Table("capacity", "What the team's capacity would have got", columns, rows)


def _findings(found: Backtest) -> Findings:
    """List what limits the figures."""
    items = [*_about_fields(found), *_about_rows(found), *_about_accounts(found)]
    return Findings("findings", tuple(items), "Nothing stands out.")


def _about_accounts(found: Backtest) -> Iterator[Finding]:
    """Name the ladders that are not asked: the rows are leads, and so is what came of them."""
    for ladder in found.judged.run.model.account_bands:
        yield Finding(
            f"{ladder} is a ladder of accounts, and what came of accounts is not asked.",
            "Of its scores each row has that of its account: name one with --score to judge it.",
        )


def _about_rows(found: Backtest) -> Iterator[Finding]:
    if found.split.is_optimistic:
        yield Finding("The split is random, so the figures are optimistic.", "Split by time.")
    late = next((e.rows for e in found.judged.left_out if e.reason == "too_late"), 0)
    if late > found.judged.rows:
        says = f"{late:,} rows are too late for the horizon, {found.judged.rows:,} are judged."
        shorter = ", ".join(f"{each.horizon}: {each.rows:,}" for each in found.judged.shorter)
        yield Finding(says, f"Rows by shorter horizon: {shorter}." if shorter else "")
    if found.verdict == "not enough data" and found.split.kind == "time":
        yield Finding(
            f"Only the latest {found.sample.rows:,} rows are judged.",
            "If nobody fitted the points to these outcomes, --split all judges every row.",
        )
    if found.unscored:
        yield Finding(f"{found.unscored:,} judged rows have no {found.score} and are not ranked.")
    if found.judged.task.task.worked is None:
        yield Finding(
            "Whether sales tried harder where the score is high cannot be shown.",
            "Say in the task what shows that sales tried, under `worked`.",
        )
    yield from _about_work(found)
    if found.calibrated.brier.value is None:
        yield Finding(found.calibrated.says)
    if found.calibrated.is_off:
        yield Finding(
            f"What the document says does not come: {_said_and_came(found)}.",
            "Fit its chances to what came by now: leadline learn --base MODEL --recalibrate. Until "
            "then use the score to rank.",
        )


ALONE = 0.05
"""With more winners than this whom nobody tried, leads also win unasked."""


def _about_work(found: Backtest) -> Iterator[Finding]:
    """Say how many won though nobody tried, and which rows are to be judged for it."""
    alone, task = found.unworked, found.judged.task.task
    if alone is None or alone.value is None:
        return
    says = (
        f"{figure(alone.value, 'share')}{_between(alone)} of the rows with the outcome were not "
        f"tried within {task.work_within} of the moment."
    )
    many = alone.value > ALONE
    advice = {
        ("all", True): "Leads also win unasked, so all rows are judged.",
        ("all", False): "Where hardly a lead wins untried, `rows: worked` asks what comes of those "
        "that sales try.",
        ("worked", True): "They are left out like those who did not win: the figures speak of "
        "leads that sales try, while others win unasked. `rows: all` asks of all.",
        ("worked", False): "The figures speak of leads that sales try.",
    }[task.rows, many]
    yield Finding(says, advice)


def _between(found: Measured) -> str:
    if found.low is None or found.high is None:
        return ""
    return f" ({figure(found.low, 'share')} to {figure(found.high, 'share')})"


def _about_fields(found: Backtest) -> Iterator[Finding]:
    for each in found.doubts:
        yield Finding(
            f"{each.title} looks as if it was written with the outcome or after it. {each.says}",
            "Take it out of the model and write it under leave_out of the task, or declare it "
            "`known: created` if it was known. See `leadline audit`.",
        )
    if found.ranking.is_by_emptiness:
        yield Finding(
            "Only which fields are empty ranks the rows: among those with equally many empty "
            f"fields, ROC-AUC is {in_two(found.alike)}.",
            "Fields that are filled in only for leads that came far say nothing beforehand.",
        )
    if found.resting.fields:
        names = ", ".join(field for field, _ in found.resting.fields[:5])
        more = len(found.resting.fields) - 5
        yield Finding(
            f"{figure(found.resting.share, 'share')} of all points rest on fields whose past is "
            f"not known: {names}{f' and {more} more' if more > 0 else ''}.",
            "They are read as they are today. If they were filled in or changed after the moment, "
            "the figures are too good: give field_history, or declare them `known: created`.",
        )


def _bands(found: Backtest) -> Iterator[Section]:
    for ladder in dict.fromkeys(each.ladder for each in found.bands):
        bands = [each for each in found.bands if each.ladder == ladder]
        beside: list[tuple[Column, tuple[Any, ...]]] = [
            (_ROWS, tuple(each.rows for each in bands)),
            (_WINS, tuple(each.wins for each in bands)),
        ]
        beside += _with_interval("days", "median days", [each.days for each in bands])
        if any(each.revenue is not None for each in bands):
            beside.append((Column("revenue", "revenue", "points"), tuple(b.revenue for b in bands)))
            each_row = [each.revenue_each for each in bands]
            beside += _with_interval("revenue_each", "revenue a row", each_row)
        title = "Bands" if ladder == "band" else f"Bands of {ladder}"
        chart = _chart(
            f"bands-{ladder}",
            "What became of the leads in each band",
            "The share with the outcome, with its interval.",
            Column("band", "band"),
            tuple(each.band or "none" for each in bands),
            [each.rate for each in bands],
            tuple(beside),
        )
        yield Section(f"bands-{ladder}", title, (chart,))


def _with_interval(
    name: str, title: str, found: list[Measured]
) -> Iterator[tuple[Column, tuple[float | None, ...]]]:
    """Yield columns of values and their intervals, where there are any."""
    if any(each.value is not None for each in found):
        yield Column(name, title, "points"), tuple(each.value for each in found)
        for end, word in (("low", "from"), ("high", "to")):
            ends = tuple(getattr(each, end) for each in found)
            yield Column(f"{name}_{end}", word, "points", is_end=True), ends


def _chart(  # noqa: PLR0913, PLR0917 - a chart of rates has these parts
    name: str,
    title: str,
    says: str,
    x: Column,
    at: tuple[Any, ...],
    found: list[Measured],
    beside: tuple[tuple[Column, tuple[Any, ...]], ...],
    shape: str = "rows",
    y: Column | None = None,
) -> Chart:
    """Return a chart of values with their intervals, which are drawn where all are known."""
    known = all(each.low is not None for each in found)
    series = Series(
        (y or _RATE).title,
        tuple(each.value for each in found),
        tuple(each.low or 0.0 for each in found) if known else (),
        tuple(each.high or 0.0 for each in found) if known else (),
    )
    column = y or _RATE
    drawn: Any = shape
    return Chart(name, title, says, drawn, x, at, column, (series,), beside=beside)


def tenth_charts(found: Backtest) -> Iterator[Block]:
    """Yield conversion by tenth of the score, and what working the best rows first catches."""
    if not found.tenths:
        yield Text("No row has the outcome.")
        return
    if found.sample.groups < FEWEST_GROUPS:
        yield Text("Too few rows for a picture.")
        return
    each_tenth = tuple(f"{10 * place - 9}-{10 * place} %" for place in range(1, 11))
    lifts = tuple(each.lift for each in found.tenths)
    yield _chart(
        "tenths",
        "Conversion in each tenth of the rows, the best scores first",
        "A good score falls from the first to the last. Rows of equal score share what they have.",
        Column("tenth", "rows by score"),
        each_tenth,
        [each.rate for each in found.tenths],
        ((Column("lift", "lift", "points"), lifts),),
        "columns",
    )
    caught = [Measured(0.0, 0.0, 0.0), *(each.caught for each in found.tenths)]
    yield Chart(
        "gains",
        "Share of all outcomes caught by working the best rows first",
        "The straight line is what working rows in any order would catch.",
        "lines",
        Column("share", "share of rows", "share"),
        tuple(place / 10 for place in range(11)),
        Column("caught", "share of outcomes", "share"),
        (_series("caught", caught),),
        diagonal=True,
    )


def _series(name: str, found: list[Measured]) -> Series:
    known = all(each.low is not None for each in found)
    low = tuple(each.low or 0.0 for each in found) if known else ()
    high = tuple(each.high or 0.0 for each in found) if known else ()
    return Series(name, tuple(each.value for each in found), low, high)


def _curves(found: Backtest) -> Iterator[Section]:
    """Yield the curves of ROC, precision and recall, and reliability."""
    wins, losses = np.cumsum(found.sample.positives), np.cumsum(found.sample.negatives)
    if not wins.size or not wins[-1] or not losses[-1] or found.sample.groups < FEWEST_GROUPS:
        return
    few = np.unique(np.linspace(0, len(wins) - 1, MOST_POINTS).astype(int))
    recall, wrong = wins[few] / wins[-1], losses[few] / losses[-1]
    right = wins[few] / (wins[few] + losses[few])
    blocks: list[Block] = [
        _curve("roc", "ROC", ("false", "share of the others"), ("true", "share of outcomes"),
               [0.0, *wrong], [0.0, *recall], diagonal=True),
        _curve("precision-recall", "Precision and recall", ("recall", "share of outcomes caught"),
               ("precision", "precision"), list(recall), list(right)),
    ]  # fmt: skip
    if found.calibrated.bins:
        blocks += [Text(found.calibrated.says), _reliability(found)]
    yield Section("curves", "Curves", tuple(blocks), brief=False)


def _curve(  # noqa: PLR0913, PLR0917 - two axes, each with a name
    name: str,
    title: str,
    x: tuple[str, str],
    y: tuple[str, str],
    along: list[float],
    up: list[float],
    *,
    diagonal: bool = False,
) -> Chart:
    says = "The straight line is chance." if diagonal else "Higher is better."
    return Chart(
        name,
        title,
        says,
        "lines",
        Column(*x, "share"),
        tuple(map(float, along)),
        Column(*y, "share"),
        (Series(y[0], tuple(map(float, up))),),
        diagonal=diagonal,
    )


def _reliability(found: Backtest) -> Chart:
    bins = found.calibrated.bins
    return Chart(
        "reliability",
        "What was expected and what came",
        "On the straight line, as many came as the probability said.",
        "lines",
        Column("expected", "mean probability", "share"),
        tuple(each.expected for each in bins),
        Column("observed", "share with the outcome", "share"),
        (_series("observed", [each.observed for each in bins]),),
        diagonal=True,
        beside=((_ROWS, tuple(each.rows for each in bins)),),
    )


def _periods(found: Backtest) -> Iterator[Section]:
    if not found.periods:
        return
    columns = (
        Column("period", "from"),
        _ROWS,
        _WINS,
        Column("rate", "conversion", "share"),
        Column("roc_auc", "ROC-AUC", "measure"),
        Column("low", "from", "measure", is_end=True),
        Column("high", "to", "measure", is_end=True),
        Column("judged", "judged"),
    )
    rows = tuple(
        (
            each.name,
            each.rows,
            each.wins,
            each.rate.value,
            each.roc_auc.value,
            each.roc_auc.low,
            each.roc_auc.high,
            "yes" if each.is_judged else "no",
        )
        for each in found.periods
    )
    table = Table("periods", "All rows, also those before the judged ones", columns, rows)
    yield Section("over-time", "Over time", (table,), brief=False)


def _tried(found: Backtest) -> Iterator[Section]:
    if not found.tried:
        return
    places = tuple(f"{10 * place + 1}-{10 * place + 10} %" for place in range(len(found.tried)))
    chart = _chart(
        "tried",
        "Share of rows that sales tried, by tenth of the score, the best first",
        "Where sales tried less, outcomes say less about the leads.",
        Column("tenth", "rows by score"),
        places,
        [each.share for each in found.tried],
        (
            (_ROWS, tuple(each.rows for each in found.tried)),
            (
                Column("rate", "conversion if tried", "share"),
                tuple(t.rate.value for t in found.tried),
            ),
        ),
        "columns",
        Column("tried", "tried", "share"),
    )
    yield Section("tried", "Where sales tried", (chart,), brief=False)


def _rows(found: Backtest) -> Section:
    """Return what was judged and what was left out."""
    columns = (Column("reason", "rows that"), _ROWS)
    out = tuple((each.says, each.rows) for each in found.judged.left_out)
    blocks: list[Block] = [
        Text(found.split.says),
        Text(f"Intervals are drawn by {found.judged.drawn_by}, a thousand times."),
        Table("left_out", "What is not judged", columns, out),
    ]
    if found.judged.shorter:
        shorter = tuple((each.horizon, each.rows) for each in found.judged.shorter)
        columns = (Column("horizon", "horizon"), _ROWS)
        blocks.append(Table("shorter", "Rows that a shorter horizon would give", columns, shorter))
    return Section("rows", "What was judged", tuple(blocks), brief=False)


def _fields(found: Backtest) -> Iterator[Section]:
    if found.resting.fields:
        columns = (Column("field", "field"), Column("weight", "share of all points", "share"))
        table = Table("fields", "Fields whose past is not known", columns, found.resting.fields)
        yield Section("fields", "Fields without history", (table,), brief=False)
