"""The report of what was learned: in plain words first, then the figures behind them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from leadline.learn.document import movement
from leadline.learn.event_counts import Curve
from leadline.learn.learning import Learning
from leadline.learn.points import Points, changed
from leadline.learn.spoken import spoken
from leadline.reports.charts import Chart, Series
from leadline.reports.figures import figure, within
from leadline.reports.page import Block, Finding, Findings, Page, Section, Text
from leadline.reports.tables import Column, Table
from leadline.statistics.measures import Measured

_FEW = 100
"""With fewer outcomes than this, figures are rough."""
_MOST_FIELDS = 20
_MOST_CURVES = 6
_LEAST = 0.002
"""A field that moves the log-odds of a row by less, in mean, is not listed."""


def page(found: Learning) -> Page:
    """Return the report of one learning."""
    sections = [Section("did", "What was done", (Text(" ".join(_did(found))),))]
    if found.learned.model is not None:
        sections.append(Section("matters", "What matters most", (_matters(found),)))
    sections.append(Section("sure", "How sure it is", (_sure(found),)))
    if found.learned.model is not None:
        sections.append(
            Section("reliability", "What was said and what happened", (_reliability(found),))
        )
    sections += [
        Section("left_out", "What was left out", (_left_out(found),)),
        Section("next", "What to do next", (Findings("next", tuple(_next(found))),)),
        Section("tried", "What was tried", (_tried(found),), brief=False),
    ]
    if found.features.curves:
        blocks = (*_curves(found), _windows(found))
        sections.append(Section("windows", "How long events count", blocks, brief=False))
    title = found.model.model if found.model is not None else "Nothing to learn"
    return Page(title, verdict(found), tuple(sections), _facts(found))


def verdict(found: Learning) -> str:
    """Return the result in a few sentences."""
    learned, rows = found.learned, found.judged
    counted = f"{rows.positives:,} of {rows.rows:,} rows have the outcome{_so_far(found)}."
    if learned.model is None:
        return (
            "Nothing to learn: what is known of these leads does not tell who wins. On "
            f"{learned.judged:,} rows that it had not seen, the best model ranks no better than "
            f"chance or predicts hardly better than the rate alone. {counted} "
            "No model was written."
        )
    return f"{_ranks(found)} {_holds(found)} {counted} Learned: {learned.setting.says}."


def _so_far(found: Learning) -> str:
    return " so far" if found.judged.unripe else ""


def _ranks(found: Learning) -> str:
    """Say how well winners are told from others, as somebody who has to choose would ask."""
    auc = found.learned.auc
    often = within(auc.value or 0.0, (auc.low, auc.high), "share")
    return (
        "The past tells who wins: of a lead with the outcome and one without, the model puts the "
        f"right one first in {often} of all pairs, on {found.learned.judged:,} rows that it had "
        "not seen; a coin does in 50 %."
    )


def _holds(found: Learning) -> str:
    if found.learned.reliability.holds:
        return "Its probabilities hold there."
    if found.base is not None:
        return "Its probabilities do not hold there: use the score to rank, not as a chance."
    return "Its probabilities do not hold there, so the model gives bands and no probability."


def _did(found: Learning) -> Iterator[str]:
    """Yield what was done, in sentences."""
    rows, learned = found.judged, found.learned
    fields = len(found.features.sheet.fields)
    yield f"{rows.rows:,} rows and {fields} fields and counts of events were learned from."
    if rows.unripe:
        ripe = int(found.features.sheet.is_ripe.sum())
        yield (
            f"The {rows.task.task.horizon} of {rows.rows - ripe:,} of them have not ended: a lead "
            "that has won counts whole, and one that is open counts as a no to the part of the "
            "wins that would have come by now. What is said is compared with what should have come "
            "so far."
        )
    if rows.ordered_by:
        yield (
            f"{_ways(len(learned.trials))} tried on later rows than they were "
            f"fitted to, in the order of {rows.ordered_by}, newer rows counting more."
        )
    else:
        yield (
            f"{_ways(len(learned.trials))} tried on rows that they were not "
            f"fitted to, in five turns; {_together(rows.grouped_by)} stayed together."
        )
    if len(learned.trials) > 1:
        yield "The simplest that is about as good as the best was taken."
    if found.base is not None and found.base.stay:
        kept = ", ".join(f"{name} {why}" for name, why in found.base.stay)
        yield f"These rules stay as they are: {kept}."


def _ways(count: int) -> str:
    return "One way to learn was" if count == 1 else f"{count} ways to learn were each"


def _together(grouped_by: str) -> str:
    return grouped_by if grouped_by == "identical rows" else f"rows of one {grouped_by}"


def _facts(found: Learning) -> tuple[tuple[str, str], ...]:
    return (
        ("method", found.learned.setting.says),
        ("rows", f"{found.judged.rows:,}"),
        ("outcomes", f"{found.judged.positives:,}"),
        ("kept together", _together(found.judged.grouped_by)),
        ("order", found.judged.ordered_by or "none"),
    )


def _matters(found: Learning) -> Block:
    assert found.learned.model is not None  # noqa: S101 - asked by the only caller
    found_all = movement(found.learned.model, found.features.sheet)
    moved = [each for each in found_all if each[1] >= _LEAST][:_MOST_FIELDS]
    values = tuple(float(np.expm1(by)) for _, by in moved)
    return Chart(
        "matters",
        "By how much each field sets the odds of rows apart, in mean",
        f"{spoken(moved[0][0], found.features)} does most." if moved else "None does.",
        "rows",
        Column("field", "field"),
        tuple(spoken(name, found.features) for name, _ in moved),
        Column("apart", "sets the odds apart by", "change"),
        (Series("apart", values),),
    )


def _sure(found: Learning) -> Block:
    learned, shown = found.learned, found.learned.reliability
    rows: list[tuple[str, Measured, float | None]] = [
        ("pairs ranked right (ROC-AUC)", learned.auc, 0.5),
        ("log-loss", Measured(learned.loss), learned.base_loss),
        ("Brier score", shown.brier, shown.parts["uncertainty"]),
        ("  of it unreliability, the less the better", Measured(shown.parts["reliability"]), None),
        ("  less resolution, the more the better", Measured(shown.parts["resolution"]), None),
        ("  plus uncertainty, which no model changes", Measured(shown.parts["uncertainty"]), None),
        ("mean distance of what is said from what happens", shown.error, shown.expected),
        ("share of draws by lot that rank as well", Measured(learned.chance), None),
    ]
    columns = (
        Column("measure", "measure"),
        Column("value", "value", "measure"),
        Column("low", "from", "measure", is_end=True),
        Column("high", "to", "measure", is_end=True),
        Column("without", "by chance or by the rate alone", "measure"),
    )
    filled = tuple((label, m.value, m.low, m.high, without) for label, m, without in rows)
    return Table(
        "sure", f"On {learned.judged:,} rows that were not fitted, at 95 %", columns, filled
    )


def _reliability(found: Learning) -> Block:
    curve = found.learned.reliability.curve
    return Chart(
        "reliability",
        "By tenth of what was said",
        "On the straight line, as many came as the probability said.",
        "lines",
        Column("said", "said", "share"),
        tuple(said for _, said, _ in curve),
        Column("rate", "came", "share"),
        (Series("came", tuple(rate for _, _, rate in curve)),),
        diagonal=True,
        beside=((Column("rows", "rows", "count"), tuple(rows for rows, _, _ in curve)),),
    )


def _left_out(found: Learning) -> Block:
    fields = tuple((each.name, each.reason) for each in found.features.left_out)
    rows = tuple((f"{each.rows:,} rows", each.says) for each in found.judged.left_out)
    columns = (Column("what", "what"), Column("why", "why"))
    return Table("left_out", "What was left out, and why", columns, (*rows, *fields))


def _tried(found: Learning) -> Block:
    columns = (
        Column("what", "method"),
        Column("loss", "log-loss", "measure"),
        Column("auc", "ROC-AUC", "measure"),
        Column("chosen", "chosen"),
    )
    chosen = found.learned.setting
    rows = tuple(
        (each.setting.says, each.loss, each.auc, "yes" if each.setting == chosen else "")
        for each in found.learned.trials
    )
    return Table("tried", "On rows that were not fitted, the simplest first", columns, rows)


def _curves(found: Learning) -> Iterator[Block]:
    """Yield a chart for each of the types of events that say most."""
    ranked = sorted(found.features.curves, key=lambda each: -_gain(each))
    for each in ranked[:_MOST_CURVES]:
        worst = max(each.losses.values())
        yield Chart(
            f"window {each.type}",
            f"{each.type}: what each way of counting saves",
            f"{each.chosen} says most.",
            "columns",
            Column("window", "window"),
            tuple(each.losses),
            Column("saved", "log-loss saved against the worst", "measure"),
            (Series("saved", tuple(worst - loss for loss in each.losses.values())),),
        )


def _gain(curve: Curve) -> float:
    return max(curve.losses.values()) - min(curve.losses.values())


def _windows(found: Learning) -> Block:
    columns = (
        Column("type", "event"),
        Column("window", "window or half-life"),
        Column("loss", "log-loss", "measure"),
        Column("chosen", "chosen"),
    )
    rows = tuple(
        (each.type, window, loss, "yes" if window == each.chosen else "")
        for each in found.features.curves
        for window, loss in each.losses.items()
    )
    return Table("windows", "By type of event", columns, rows)


def _next(found: Learning) -> Iterator[Finding]:
    """Yield what to do, the most urgent first."""
    for each in found.doubts:
        yield Finding(each.says, each.remedy)
    if found.learned.model is None:
        yield Finding(
            "The fields do not tell these outcomes.",
            "Record what sales asks a lead first, or use rules made by hand.",
        )
    else:
        yield Finding(
            "A field that sales fills in later flatters every figure.",
            "Look at what matters most; name such fields under leave_out and learn again.",
        )
        yield from _of_use(found)
    if found.judged.positives < _FEW:
        yield Finding(
            f"{found.judged.positives} outcomes are few, and intervals are wide.",
            "Learn again when there are a hundred.",
        )


def _of_use(found: Learning) -> Iterator[Finding]:
    if not found.learned.reliability.holds:
        error = found.learned.reliability.error.value or 0.0
        yield Finding(
            f"What is said is off by {figure(error, 'share')} in mean, more than chance explains.",
            "Work leads by band, the highest first; learn again when newer outcomes are known.",
        )
    if isinstance(found.learned.model, Points) and changed(found.learned.model):
        yield Finding(
            "Edges of bands stand where they stood, and points have moved.",
            "leadline diff says who changes band, leadline thresholds where edges should stand.",
        )
    yield Finding(
        "Read the model before anybody works by it: it is a text.",
        "leadline explain MODEL LEAD shows every point of a lead; leadline backtest is fair to it "
        "only on leads that came later.",
    )
