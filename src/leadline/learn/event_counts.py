"""How often events came lately, and how much of them is left: windows and half-lives.

Numbers come from the product's own ledger: those of windows by rules of 0 points that only count,
those of half-lives by rules of 1 point. So what is learned from is what is scored.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from leadline.data.sql import sql
from leadline.learn.bins import supervised
from leadline.learn.folds import Fold, folds
from leadline.learn.ledger import in_ledger
from leadline.learn.sheet import Field, Floats, Sheet
from leadline.learn.solver import fit
from leadline.learn.terms import BinTerm, EventTerm, event_rule, log_loss
from leadline.model.document import Model, Score
from leadline.review.rows.judged import Judged

WINDOWS = ("7d", "30d", "90d", "all")
HALF_LIVES = ("3d", "14d", "60d")
MOST_TYPES = 30
SEEN = "seen"
"""The score of the rules that only count."""
FADING = "fading."
"""Beginning of the name of a field that fades with time."""
_MOST_UNITS = 5
"""More events than this add nothing."""
_SHARP = 1e6
"""Points of a rule that is looked at, so that more of its digits stand in the ledger."""


@dataclass(frozen=True)
class Curve:
    """Windows and half-lives of an event type, and the log-loss of each on rows not fitted.

    Attributes:
        type: The type of events.
        losses: Window or half-life to the log-loss.
        chosen: The one that is learned from.
    """

    type: str
    losses: Mapping[str, float]
    chosen: str


@dataclass(frozen=True)
class _Choice:
    """One way to count events of a type: its name, its rule and what it is called in reports."""

    called: str
    rule: dict[str, object]
    says: str

    @property
    def is_fading(self) -> bool:
        return "decay" in self.rule

    @property
    def name(self) -> str:
        """The field of a sheet."""
        return f"{FADING}{self.called}" if self.is_fading else f"hits.{self.called}"


def event_counts(
    of: Judged, sheet: Sheet, late: Collection[str]
) -> tuple[dict[str, Field], list[Curve], dict[str, dict[str, object]]]:
    """Return fields of each type of events, as the window or half-life that says most gives them.

    Types in ``late`` and those that say how leads end are not counted. The third part are the
    rules that count, by name.
    """
    if "events" not in of.run.loaded.schema:
        return {}, [], {}
    choices = {event: list(_choices(event, stem)) for event, stem in _types(of, late)}
    if not choices:
        return {}, [], {}
    columns = _columns(of, [each for some in choices.values() for each in some])
    cuts, curves = folds(sheet), []
    found: dict[str, Field] = {}
    rules: dict[str, dict[str, object]] = {}
    for event, some in choices.items():
        losses = {each.says: _loss(columns[each.name], sheet, cuts) for each in some}
        says = min(reversed(losses), key=losses.__getitem__)
        best = next(each for each in some if each.says == says)
        curves.append(Curve(event, losses, says))
        if columns[best.name].varies:
            found[best.name] = columns[best.name]
            rules |= {} if best.is_fading else {best.called: best.rule}
    return found, curves, rules


def _types(of: Judged, late: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield types that came before a moment, with the stem of names for their rules."""
    task = of.task.task
    closing = set(late) | {
        each
        for part in (task.outcome, task.closed, task.worked)
        if part
        for each in part.event or ()
    }
    rows = of.run.engine.rows(
        sql(
            "select type from events where type is not null group by type "
            "order by count(*) desc, type limit {m}",
            m=MOST_TYPES + len(closing),
        )
    )
    taken: set[str] = set()
    types = [str(row[0]) for row in rows if row[0] not in closing][:MOST_TYPES]
    for number, event in enumerate(types):
        stem = re.sub(r"[^a-z0-9]+", "_", event.lower()).strip("_") or f"type_{number}"
        stem = stem if stem[0].isalpha() else f"type_{stem}"
        stem = f"{stem}_{number}" if stem in taken else stem
        taken.add(stem)
        yield event, stem


def _choices(event: str, stem: str) -> Iterator[_Choice]:
    for half in HALF_LIVES:
        rule = {
            "event": event,
            "points": 1,
            "decay": {"half_life": half},
            "limit": _MOST_UNITS,
        }
        yield _Choice(f"{stem}_fading_{half}", rule, f"half-life {half}")
    for window in WINDOWS:
        within = {} if window == "all" else {"within": window}
        says = "ever" if window == "all" else f"within {window}"
        yield _Choice(f"{stem}_{window}", {"event": event, **within, "points": 0}, says)


def _columns(of: Judged, choices: Sequence[_Choice]) -> dict[str, Field]:
    """Return the field of each choice, from the ledger."""
    fading = {each.called: event_rule(each.rule, _SHARP) for each in choices if each.is_fading}
    counting = {each.called: each.rule for each in choices if not each.is_fading}
    left = _given(of, fading, "points")
    counts = _given(of, counting, "count")
    return {
        each.name: Field(numbers=left[each.called] / _SHARP, rule=each.rule)
        if each.is_fading
        else Field(numbers=counts[each.called])
        for each in choices
    }


def _given(of: Judged, rules: Mapping[str, dict[str, object]], column: str) -> dict[str, Floats]:
    """Return a number of the ledger of each rule in each row."""
    model = of.run.model.model_copy(
        update={
            "scores": {SEEN: Score.model_validate({"rules": dict(rules)})},
            **{key: {} for key in ("grades", "bands", "overrides")},
            "examples": (),
        }
    )
    found = in_ledger(of, Model.model_validate(model.plain()), [SEEN], column)
    return {rule: values for (_, rule), values in found.items()}


def _loss(given: Field, sheet: Sheet, cuts: list[Fold]) -> float:
    """Return the log-loss of one field alone, on rows that were not fitted."""
    alone, losses = replace(sheet, fields={"x": given}), []
    for cut in cuts:
        fitted, there = alone.take(cut.fitted), alone.take(cut.judged)
        field = fitted.fields["x"]
        term = (
            EventTerm.of_field("x", field)
            if field.rule
            else BinTerm("x", supervised(field, fitted.outcome))
        )
        losses.append(log_loss(fit([term], fitted).model.log_odds(there), there.outcome))
    return float(np.concatenate(losses).mean()) if losses else 0.0
