"""The report of what was learned: in plain words first, then the figures behind them."""

from __future__ import annotations

from leadline.learn.choose import Learned
from leadline.learn.document import movement
from leadline.learn.learning import Learning
from leadline.reports.figures import figure
from leadline.reports.page import Block, Finding, Findings, Page, Section, Text
from leadline.reports.tables import Column, Table

_FEW = 100
"""With fewer outcomes than this, figures are rough."""
_MOST = 8


def page(found: Learning) -> Page:
    """Return the report of one learning."""
    sections = [Section("sure", "How sure it is", (_sure(found),))]
    if found.learned.model is not None:
        sections.insert(0, Section("matters", "What matters most", (_matters(found),)))
        sections.append(
            Section("reliability", "What was said and what happened", (_curve(found.learned),))
        )
    sections += [
        Section(
            "left_out",
            "What was left out",
            _left_out(found),
            brief=len(found.features.left_out) < _MOST,
        ),
        Section("tried", "What was tried", (_tried(found.learned),), brief=False),
    ]
    if found.features.curves:
        sections.append(
            Section("windows", "How long events count", (_windows(found),), brief=False)
        )
    sections.append(Section("next", "What to do next", (_next(found),)))
    title = found.model.model if found.model is not None else "Nothing to learn"
    return Page(title, verdict(found), tuple(sections), _facts(found))


def verdict(found: Learning) -> str:
    """Return the result in a few sentences."""
    learned, judged = found.learned, found.judged
    counted = f"{judged.positives:,} of {judged.rows:,} rows have the outcome."
    if learned.model is None:
        return (
            f"Nothing to learn: on {learned.judged:,} rows that it had not seen, the best model "
            f"ranks no better than chance or predicts no better than the rate alone. {counted} "
            "No model was written."
        )
    auc = learned.auc
    low, high = auc.low, auc.high
    between = "" if low is None or high is None else f" (between {low:.2f} and {high:.2f})"
    held = (
        "Its probabilities hold there."
        if learned.reliability.holds
        else "Its probabilities do not hold there, so the model gives bands and no probability."
    )
    return (
        f"Learned a {learned.setting.says}. {counted} On {learned.judged:,} rows that it had not "
        f"seen it puts a lead with the outcome above one without in {auc.value or 0:.0%} of all "
        f"pairs{between}. {held}"
    )


def _facts(found: Learning) -> tuple[tuple[str, str], ...]:
    return (
        ("method", found.learned.setting.says),
        ("rows", f"{found.judged.rows:,}"),
        ("outcomes", f"{found.judged.positives:,}"),
        ("rows of one kind kept together", found.judged.grouped_by),
        ("order", found.judged.ordered_by or "none"),
    )


def _matters(found: Learning) -> Block:
    assert found.learned.model is not None  # noqa: S101 - asked by the only caller
    moved = movement(found.learned.model, found.features.sheet)
    rows = tuple((name, by) for name, by in moved[:20])
    columns = (Column("field", "field"), Column("moves", "moves log-odds by, in mean", "measure"))
    return Table("matters", "Fields, the strongest first", columns, rows)


def _sure(found: Learning) -> Block:
    learned = found.learned
    error = learned.reliability.error.value or 0.0
    lines = [
        f"Log-loss {learned.loss:.4f}, of the rate alone {learned.base_loss:.4f}.",
        f"Chance alone ranks as well in {figure(learned.chance, 'share')} of the draws.",
        f"Brier score {learned.reliability.brier.value or 0:.4f}.",
        f"What it says is off by {error:.3f} in mean;",
        f"{learned.reliability.expected:.3f} would be within chance.",
    ]
    return Text(" ".join(lines))


def _curve(learned: Learned) -> Block:
    columns = (
        Column("rows", "rows", "count"),
        Column("said", "said", "share"),
        Column("rate", "happened", "share"),
    )
    return Table("reliability", "By tenth of what was said", columns, learned.reliability.curve)


def _left_out(found: Learning) -> tuple[Block, ...]:
    fields = tuple((each.name, each.reason) for each in found.features.left_out)
    rows = tuple((f"{each.rows:,} rows", each.says) for each in found.judged.left_out)
    return (
        Table(
            "left_out",
            "What was left out, and why",
            (Column("what", "what"), Column("why", "why")),
            (*rows, *fields),
        ),
    )


def _tried(learned: Learned) -> Block:
    columns = (
        Column("what", "method"),
        Column("loss", "log-loss", "measure"),
        Column("auc", "ROC-AUC", "measure"),
    )
    rows = tuple((each.setting.says, each.loss, each.auc) for each in learned.trials)
    return Table("tried", "On rows that were not fitted", columns, rows)


def _windows(found: Learning) -> Block:
    columns = (
        Column("type", "event"),
        Column("window", "window"),
        Column("loss", "log-loss", "measure"),
        Column("chosen", "chosen"),
    )
    rows = tuple(
        (each.type, window, loss, "yes" if window == each.chosen else "")
        for each in found.features.curves
        for window, loss in each.losses.items()
    )
    return Table("windows", "By type of event", columns, rows)


def _next(found: Learning) -> Block:
    items = []
    if found.learned.model is None:
        items.append(
            Finding(
                "The fields do not tell these outcomes.",
                "Record what sales asks a lead first, or use rules made by hand.",
            )
        )
    else:
        items.append(
            Finding(
                "A field that sales fills in later flatters every figure.",
                "Look at what matters most; name such fields under leave_out and learn again.",
            )
        )
        if not found.learned.reliability.holds:
            items.append(
                Finding(
                    "The rate of the outcome has moved.",
                    "Learn again when newer outcomes are known.",
                )
            )
    if found.judged.positives < _FEW:
        items.append(
            Finding(
                f"{found.judged.positives} outcomes are few.",
                "Learn again when there are a hundred.",
            )
        )
    return Findings("next", tuple(items))
