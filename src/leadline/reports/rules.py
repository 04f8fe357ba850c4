"""The report of what every rule is worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import get_args

from leadline.reports.charts import Chart, Series
from leadline.reports.figures import figure
from leadline.reports.page import Block, Finding, Findings, Page, Section, Text
from leadline.reports.tables import Column, Table
from leadline.review.rule_worth.verdicts import RuleWorth, Verdict
from leadline.review.rule_worth.worth import Worth
from leadline.statistics.measures import Measured

_BRIEF = (
    Column("rule", "rule"),
    Column("fired", "fires for", "count"),
    Column("lift", "lift", "points"),
    Column("points", "points", "points"),
    Column("supported", "supported", "points"),
    Column("low", "from", "points", is_end=True),
    Column("high", "to", "points", is_end=True),
    Column("verdict", "verdict"),
)
_LIFT = (
    Column("rule", "rule"),
    Column("share", "fires for", "share"),
    Column("rate", "conversion", "share"),
    Column("lift", "lift alone", "points"),
    Column("lift_low", "from", "points", is_end=True),
    Column("lift_high", "to", "points", is_end=True),
    Column("odds", "odds given the others", "points"),
    Column("odds_low", "from", "points", is_end=True),
    Column("odds_high", "to", "points", is_end=True),
    Column("why", "why"),
)


def page(found: Worth) -> Page:
    """Return the report of what rules are worth."""
    sections = [
        Section("rules", "What every rule is worth", (worth_table(found), Text(_READING))),
        Section("proposal", "What should change", tuple(_proposal(found))),
        Section("lift", "Alone, and given the others", (_lifts(found),), brief=False),
        *_chart(found),
    ]
    return Page(f"Rules of {found.model}", verdict(found), tuple(sections), _facts(found))


_READING = (
    "Supported points are those that the outcomes ask for, all other rules being as they are, on "
    "the scale of the points in use. Lift is the conversion where a rule fires as a multiple of "
    "that of all rows."
)


def verdict(found: Worth) -> str:
    """Return the result in a few sentences."""
    counts = Counter(each.verdict for each in found.rules)
    said = [
        f"{counts[each]} {_COUNTED[each][counts[each] > 1]}"
        for each in get_args(Verdict)
        if counts[each]
    ]
    parts = [f"Of {len(found.rules)} rules, {', '.join(said)}."]
    if found.weighed:
        parts.append(
            f"{found.standing_out} of {len(found.weighed)} weighed rules stand out; luck alone "
            f"would give about {found.by_luck:.1f}."
        )
    if found.together.value is None:
        parts.append("Too few outcomes to weigh the rules against each other.")
    elif found.together.low is None or found.together.low <= 1 / 2:
        parts.append(
            "The rules together rank later rows no better than chance; nothing is proposed."
        )
    elif found.effect is not None:
        parts.append(f"{_changes(found)} proposed. {found.effect.says}")
    else:
        parts.append("Nothing is proposed.")
    return " ".join(parts)


def _changes(found: Worth) -> str:
    count = len(found.proposal.changes) if found.proposal else 0
    return f"{count} change{' is' if count == 1 else 's are'}"


_COUNTED: dict[Verdict, tuple[str, str]] = {
    "earns its points": ("earns its points", "earn their points"),
    "worth more": ("is worth more", "are worth more"),
    "worth less": ("is worth less", "are worth less"),
    "no effect seen": ("has no effect", "have no effect"),
    "harmful": ("does harm", "do harm"),
    "cannot tell yet": ("cannot be told yet", "cannot be told yet"),
    "never fires": ("never fires", "never fire"),
    "redundant": ("says what others say", "say what others say"),
    "gives no points": ("gives no points", "give no points"),
    "set apart": ("is set apart", "are set apart"),
    "not in the score": ("is outside the score", "are outside the score"),
}
"""What is said of one rule, and of several."""


def _facts(found: Worth) -> tuple[tuple[str, str], ...]:
    facts = {
        "model": found.model,
        "fingerprint": found.fingerprint,
        "score": found.score,
        "learned from": f"{found.rows:,} rows, {found.wins:,} with the outcome",
        "tried on": f"{found.later:,} later rows"
        if found.judged.ordered_by
        else f"{found.later:,} other rows",
        "split": found.split_says,
    }
    if found.sample_of > found.rows + found.later:
        facts["sample"] = f"{found.rows + found.later:,} of {found.sample_of:,} rows, whole groups"
    return tuple(facts.items())


def worth_table(found: Worth) -> Table:
    """Return every rule with points in use, points that the data supports, and its verdict."""
    rows = tuple(
        (each.name, each.fired, each.lift.value, each.points, *_three(each.supported), _said(each))
        for each in found.rules
    )
    return Table("rules", "Points in use and points that the data supports", _BRIEF, rows)


def _said(each: RuleWorth) -> str:
    like = f" {each.says}" if each.verdict == "redundant" else ""
    return f"{each.verdict}{like}{'; pinned' if each.pinned else ''}"


def _three(found: Measured | None) -> tuple[float | None, float | None, float | None]:
    return (None, None, None) if found is None else (found.value, found.low, found.high)


def _proposal(found: Worth) -> Iterator[Block]:
    changes = found.proposal.changes if found.proposal else ()
    items = tuple(
        Finding("; ".join(each.sentences), f"{each.why[:1].upper()}{each.why[1:]}.")
        for each in changes
    )
    yield Findings("proposal", items, "Nothing that these rows support.")
    if found.effect is not None and found.effect.before.value is not None:
        names = Column("which", ""), Column("auc", "ROC-AUC", "measure")
        ends = (
            Column("low", "from", "measure", is_end=True),
            Column("high", "to", "measure", is_end=True),
        )
        listed = (
            ("before", found.effect.before),
            ("after", found.effect.after),
            ("gain", found.effect.gain.measured),
        )
        rows = tuple((which, *_three(each)) for which, each in listed)
        title = f"On {figure(found.effect.rows, 'count')} rows that it was not made from"
        yield Table("effect", title, (*names, *ends), rows)


def _lifts(found: Worth) -> Table:
    rows = tuple(
        (
            each.name,
            each.share,
            each.rate,
            *_three(each.lift),
            *_three(each.given_others),
            each.says,
        )
        for each in found.rules
    )
    return Table("lift", "Conversion where each rule fires", _LIFT, rows)


def _chart(found: Worth) -> Iterator[Section]:
    shown = [each for each in found.rules if each.supported is not None]
    if not shown:
        return
    chart = Chart(
        "supported",
        "Points in use and points that the data supports",
        "How sure the supported points are, the table says.",
        "rows",
        Column("rule", "rule"),
        tuple(each.name for each in shown),
        Column("points", "points", "points"),
        (
            Series("in use", tuple(each.points for each in shown)),
            Series("supported", tuple(_three(each.supported)[0] for each in shown)),
        ),
    )
    yield Section("chart", "Points", (chart,), brief=False)
