"""The report of two models judged on the same rows."""

from __future__ import annotations

from leadline.reports import impact as impact_page
from leadline.reports.backtest import in_two
from leadline.reports.figures import figure
from leadline.reports.page import Page, Section, Text
from leadline.reports.tables import Column, Table
from leadline.review.backtest.compare import Comparison
from leadline.review.diff.impact import Impact

_COLUMNS = (
    Column("measure", "measure"),
    Column("first", "first", "measure"),
    Column("second", "second", "measure"),
    Column("difference", "difference", "measure"),
    Column("low", "from", "measure", is_end=True),
    Column("high", "to", "measure", is_end=True),
    Column("better", "second is better", "share"),
)


def page(found: Comparison, impact: Impact | None = None) -> Page:
    """Return the report of a comparison, with what changes for leads now where that is known."""
    measures = Section("measures", "On the same rows", (_measures(found), Text(found.split.says)))
    sections = [measures, _rows(found)]
    if impact is not None:
        change = impact_page.page(*found.models, impact.difference, impact)
        sections += change.sections
    title = f"{found.models[0]} against {found.models[1]}"
    return Page(title, verdict(found), tuple(sections), _facts(found))


def verdict(found: Comparison) -> str:
    """Return the result in a few sentences."""
    first, second = _names(found)
    decides = found.decides
    said = {
        "not enough data": f"It is too early to say whether {first} or {second} puts the leads "
        "that win nearer to the top: not enough data.",
        "the second is better": _opened(_puts(second, first)),
        "the first is better": _opened(_puts(first, second)),
        "no clear difference": f"Whether sales works in the order of {first} or of {second} makes "
        "no clear difference.",
    }[found.verdict]
    gap = in_two(decides.difference.measured)
    parts = [said, f"Difference in {decides.title}, second minus first: {gap}."]
    if decides.difference.better is not None:
        share = figure(decides.difference.better, "share")
        parts.append(f"The probability that {second} is better is {share}.")
    return " ".join(parts)


def _puts(better: str, worse: str) -> str:
    return f"{better} is better than {worse}: it puts the leads that win nearer to the top."


def _names(found: Comparison) -> tuple[str, str]:
    """Return what the models are called; two versions of one model have one name."""
    first, second = found.models
    return (first, second) if first != second else ("the first model", "the second model")


def _opened(said: str) -> str:
    """Return a sentence that begins as one, where it begins with a description."""
    return f"T{said[1:]}" if said.startswith("the ") else said


def _measures(found: Comparison) -> Table:
    rows = tuple(
        (
            each.title,
            each.first.value,
            each.second.value,
            each.difference.measured.value,
            each.difference.measured.low,
            each.difference.measured.high,
            each.difference.better,
        )
        for each in found.measures
    )
    title = "Both models, and their difference with its interval of 95 %"
    return Table("measures", title, _COLUMNS, rows)


def _rows(found: Comparison) -> Section:
    columns = (Column("reason", "rows that"), Column("rows", "rows", "count"))
    out = [(each.says, each.rows) for each in found.judged.left_out]
    if found.unscored:
        out.append(("have no score by one of the models", found.unscored))
    table = Table("left_out", "What is not judged", columns, tuple(out))
    return Section("rows", "What was judged", (table,), brief=False)


def _facts(found: Comparison) -> tuple[tuple[str, str], ...]:
    facts = {
        "first": f"{found.models[0]}, score {found.scores[0]}",
        "second": f"{found.models[1]}, score {found.scores[1]}",
        "judged rows": f"{found.rows:,}, {found.wins:,} with the outcome",
        **({"capacity": str(found.capacity)} if found.capacity else {}),
    }
    return tuple(facts.items())
