"""How often events came lately, and how much of them is left: windows and half-lives.

Numbers come from the product's own ledger: those of windows by rules of 0 points that only count,
those of half-lives by rules of 1 point. So what is learned from is what is scored.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from leadline.history.judged import Judged
from leadline.learn.bins import supervised
from leadline.learn.folds import Fold, folds
from leadline.learn.ledger import in_ledger
from leadline.learn.sheet import Field, Floats, Sheet
from leadline.learn.solver import fit
from leadline.learn.terms import BinTerm, EventTerm, event_rule
from leadline.learn.unripe import counted, rate
from leadline.learn.unripe import losses as losses_of
from leadline.model.document import Model, Score
from leadline.model.durations import Duration
from leadline.sql.text import name, sql_text

ALWAYS = "all"
LENGTHS = ("60s", "300s", "900s", "1h", "4h", "12h", "1d", "3d", "7d", "14d", "30d", "90d", "180d")
"""Windows and half-lives that may be tried."""
MOST_WINDOWS, MOST_HALF_LIVES = 4, 3
_SPLITS = 0.05
"""A window is tried where so much of the events of a type is younger, and so much older."""
_SAME = 1e-4
"""Log-loss that makes no difference."""
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

    Types in ``late``, those that say how leads end and what we did ourselves are not counted. The
    third part are the rules that count, by name.
    """
    if "events" not in of.run.loaded.schema:
        return {}, [], {}
    fit = _lengths(of)
    choices = {
        event: list(_choices(event, stem, fit.get(event, ()))) for event, stem in _types(of, late)
    }
    if not choices:
        return {}, [], {}
    columns = _columns(of, [each for some in choices.values() for each in some])
    cuts, curves = folds(sheet), []
    found: dict[str, Field] = {}
    rules: dict[str, dict[str, object]] = {}
    for event, some in choices.items():
        losses = [_losses(columns[each.name], sheet, cuts) for each in some]
        best = some[_best(losses)]
        means = {each.says: float(lost.mean()) for each, lost in zip(some, losses, strict=True)}
        curves.append(Curve(event, means, best.says))
        if columns[best.name].varies:
            found[best.name] = columns[best.name]
            rules |= {} if best.is_fading else {best.called: best.rule}
    return found, curves, rules


def _types(of: Judged, late: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield types that came before a moment, with the stem of names for their rules."""
    task = of.task.task
    closing = {*late, *of.own_acts} | {
        each for part in (task.outcome, task.closed) if part for each in part.event or ()
    }
    rows = of.run.engine.rows(
        sql_text(
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


def _lengths(of: Judged) -> dict[str, tuple[str, ...]]:
    """Return for each type the lengths that have events on both sides, seen from the moments."""
    seconds = [Duration(each).microseconds for each in LENGTHS]
    rows = of.run.engine.rows(
        sql_text(
            "select type, {shares} from (select e.type as type, "
            "epoch_us(t.as_of) - epoch_us(e.occurred_at) as age from {t} as t join events as e "
            "on e.lead_id = t.lead_id and e.occurred_at <= t.as_of where t.counts) group by type",
            shares=[sql_text("avg((age < {s})::int)", s=each) for each in seconds],
            t=name(of.table),
        )
    )
    return {
        str(event): tuple(
            length
            for length, younger in zip(LENGTHS, shares, strict=True)
            if _SPLITS <= younger <= 1 - _SPLITS
        )
        for event, *shares in rows
    }


def _choices(event: str, stem: str, lengths: Sequence[str]) -> Iterator[_Choice]:
    """Yield ways to count, the plainest first."""
    yield _Choice(f"{stem}_{ALWAYS}", {"event": event, "points": 0}, "ever")
    for window in reversed(_spread(lengths, MOST_WINDOWS)):
        rule = {"event": event, "within": window, "points": 0}
        yield _Choice(f"{stem}_{window}", rule, f"within {window}")
    for half in reversed(_spread(lengths, MOST_HALF_LIVES)):
        rule = {
            "event": event,
            "points": 1,
            "decay": {"half_life": half},
            "limit": _MOST_UNITS,
        }
        yield _Choice(f"{stem}_fading_{half}", rule, f"half-life {half}")


def _spread(lengths: Sequence[str], most: int) -> list[str]:
    """Return at most so many of the lengths, evenly, the shortest and the longest among them.

    >>> _spread(["1d", "3d", "7d", "14d", "30d"], 3)
    ['1d', '7d', '30d']
    """
    places = np.linspace(0, len(lengths) - 1, min(most, len(lengths))).round().astype(int)
    return [lengths[at] for at in dict.fromkeys(places.tolist())]


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


def _losses(given: Field, sheet: Sheet, cuts: list[Fold]) -> Floats:
    """Return the log-loss of each judged row by one field alone."""
    alone, losses = replace(sheet, fields={"x": given}), [np.zeros(0)]
    for cut in cuts:
        fitted, there = cut.settled(alone), alone.take(cut.judged)
        field = fitted.fields["x"]
        term = (
            EventTerm.of_field("x", field)
            if field.rule
            else BinTerm("x", supervised(field, fitted.outcome))
        )
        found = fit([term], fitted, counted(fitted, rate(fitted))).model
        losses.append(losses_of(there, found.log_odds(there)))
    return np.concatenate(losses)


def _best(losses: Sequence[Floats]) -> int:
    """Return the plainest, which is first, where it is within one standard error of the least loss.

    Else the first of those that lose as little as makes no difference.
    """
    if not losses[0].size:
        return 0
    means = [float(each.mean()) for each in losses]
    best = losses[int(np.argmin(means))]
    gaps = losses[0] - best
    if gaps.mean() <= gaps.std() / np.sqrt(len(gaps)):
        return 0
    return next(at for at, mean in enumerate(means) if mean <= best.mean() + _SAME)
