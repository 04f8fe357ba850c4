"""What should change of a model's rules: as a document, in words, and what it does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from leadline.errors import ModelError
from leadline.history.rule_columns import Rows, scores_of
from leadline.model.checking.check import check
from leadline.model.diff import difference
from leadline.model.document import Model, Rule, TableRule, UnitRule
from leadline.model.expressions import Expression
from leadline.model.reading.reader import Path, parse
from leadline.model.reading.removal import remove
from leadline.model.reading.writer import edit, write
from leadline.model.rules import Table
from leadline.review.rule_worth.verdicts import RuleWorth
from leadline.scoring import Run
from leadline.statistics.measures import Difference, Measured, Sample, measured, roc_auc
from leadline.statistics.measures import difference as compared

Kind = Literal["drop", "change", "add"]
_DROPPED = ("harmful", "redundant")
_CHANGED = ("worth more", "worth less", "no effect seen")
MOST_FACTOR = 3.0
"""Points are not raised to more than so many times at once."""
LEAST_FACTOR = 0.1
"""A rule that is worth less than so much of its points is dropped."""


@dataclass(frozen=True)
class Addition:
    """An event that no rule reads yet.

    Attributes:
        score: The score it would be added to.
        rule: Name of the new rule.
        event: Type of the events.
        supported: Points that the data supports.
    """

    score: str
    rule: str
    event: str
    supported: Measured


@dataclass(frozen=True)
class Edit:
    """One value of the document that changes; ``value`` None takes the part out."""

    path: Path
    value: Any = None
    is_removal: bool = False


@dataclass(frozen=True)
class RuleChange:
    """What should change of one rule.

    Attributes:
        kind: drop, change or add.
        rule: Score and rule.
        why: Because of which verdict.
        sentences: The change in words.
        edits: What changes in the document.
    """

    kind: Kind
    rule: str
    why: str
    sentences: tuple[str, ...]
    edits: tuple[Edit, ...]

    def plain(self) -> dict[str, Any]:
        """Return it for machines."""
        return {"kind": self.kind, "rule": self.rule, "why": self.why, "says": self.sentences}


@dataclass(frozen=True)
class Proposal:
    """All changes together.

    Attributes:
        changes: What changes, in the order of the model.
        after: The model with all of them.
    """

    changes: tuple[RuleChange, ...]
    after: Model = field(repr=False)

    def applied(self, text: str) -> str:
        """Return a document with the changes; comments and all else stay. Raises ModelError."""
        for change in self.changes:
            for each in change.edits:
                text = _edited(text, each)
        return text


def _edited(text: str, change: Edit) -> str:
    return remove(text, change.path) if change.is_removal else edit(text, change.path, change.value)


@dataclass(frozen=True)
class Effect:
    """What a proposal does on later rows, which it was not made from.

    Attributes:
        rows: How many rows have both scores.
        wins: Those with the outcome.
        before: ROC-AUC of the model.
        after: ROC-AUC with the proposal.
        gain: After minus before, on the same rows.
    """

    rows: int
    wins: int
    before: Measured
    after: Measured
    gain: Difference

    @property
    def is_worse(self) -> bool:
        """Whether later rows are clearly ranked worse."""
        return self.gain.measured.high is not None and self.gain.measured.high < 0

    @property
    def says(self) -> str:
        """The effect in a sentence."""
        if self.before.value is None or self.after.value is None:
            return "Too few later rows to say what it does."
        found = self.gain.measured
        span = "" if found.low is None else f" ({found.low:+.3f} to {found.high:+.3f})"
        change = f"ROC-AUC {self.before.value:.3f} to {self.after.value:.3f}, {found.value:+.3f}"
        if found.low is not None and found.low > 0:
            return f"It ranks later rows better: {change}{span}."
        if self.is_worse:
            return f"It ranks later rows worse: {change}{span}."
        return f"Whether it ranks later rows better cannot be told: {change}{span}."

    def plain(self) -> dict[str, Any]:
        """Return it for machines."""
        return {
            "rows": self.rows,
            "positives": self.wins,
            "before": self.before.plain(),
            "after": self.after.plain(),
            "gain": self.gain.measured.plain(),
            "better": self.gain.better,
        }


def propose(
    model: Model, rules: Sequence[RuleWorth], additions: Sequence[Addition] = ()
) -> Proposal | None:
    """Return what should change of a model; None for nothing. Pinned rules stay."""
    text = write(model)
    changes: list[RuleChange] = []
    for kind, name, why, edits in _wanted(model, rules, additions):
        found = _tried(text, edits)
        if found is None:
            continue
        sentences = _sentences(text, found)
        if sentences:
            changes.append(RuleChange(kind, name, why, sentences, edits))
            text = found
    return Proposal(tuple(changes), parse(text)[0]) if changes else None


_Wanted = tuple[Kind, str, str, tuple[Edit, ...]]


def _wanted(
    model: Model, rules: Sequence[RuleWorth], additions: Sequence[Addition]
) -> Iterator[_Wanted]:
    read = _hits_read(model)
    for each in rules:
        rule = (model.scores[each.score].rules or {})[each.rule]
        if each.pinned or each.verdict not in (*_DROPPED, *_CHANGED):
            continue
        path: Path = ("scores", each.score, "rules", each.rule)
        why = each.verdict if each.verdict != "redundant" else f"redundant {each.says}"
        edits = () if each.verdict in _DROPPED else tuple(_scaled(rule, each, path))
        if edits:
            yield "change", each.name, why, edits
        elif each.verdict in _DROPPED or _rounds_to_nothing(each):
            yield "drop", each.name, why, _dropped(rule, path, is_read=each.rule in read)
    for new in additions:
        points = rounded(new.supported.value or 0.0)
        value = {"event": new.event, "points": points, "count": "once"}
        if points:
            path = ("scores", new.score, "rules", new.rule)
            yield "add", f"{new.score}.{new.rule}", "not read yet", (Edit(path, value),)


def _hits_read(model: Model) -> set[str]:
    """Return names that may be those of rules whose hits are read somewhere."""
    text = write(model)
    return {
        name
        for _, name, _ in model.rules()
        if any(f"{scope}{name}" in text for scope in ("hits.", "last."))
        or any(
            f"{scope}{score}.{name}" in text
            for scope in ("hits.", "last.")
            for score in model.scores
        )
    }


def _dropped(rule: Rule, path: Path, *, is_read: bool) -> tuple[Edit, ...]:
    """Return how a rule goes; one whose hits are read stays, and gives no points."""
    if is_read and not isinstance(rule, TableRule):
        return (Edit((*path, "points"), 0),)
    return (Edit(path, is_removal=True),)


def _rounds_to_nothing(each: RuleWorth) -> bool:
    if each.factor is None:
        return False
    return each.factor < LEAST_FACTOR or not rounded(each.factor * each.points)


def _scaled(rule: Rule, each: RuleWorth, path: Path) -> Iterator[Edit]:
    """Yield the new points of a rule, and of its limits, which go along."""
    if each.factor is None or each.factor <= 0 or _rounds_to_nothing(each):
        return
    factor = min(each.factor, MOST_FACTOR)
    if isinstance(rule, TableRule):
        yield from _entries(rule, factor, path)
        return
    points = getattr(rule, "points", None)
    if points is None or isinstance(points, Expression):
        return
    new = rounded(points * factor)
    yield Edit((*path, "points"), new)
    for key in ("limit", "limit_each"):
        limit = getattr(rule, key, None) if isinstance(rule, UnitRule) else None
        if limit is not None:
            yield Edit((*path, key), abs(rounded(limit * new / points)))


def _entries(rule: TableRule, factor: float, path: Path) -> Iterator[Edit]:
    listed = "values" if rule.values is not None else "bins"
    for key, entry in (getattr(rule, listed) or {}).items():
        if not isinstance(entry, Table) and entry:
            yield Edit((*path, listed, key), rounded(entry * factor))
    for key in ("other", "missing"):
        entry = getattr(rule, key)
        if not isinstance(entry, Table) and entry:
            yield Edit((*path, key), rounded(entry * factor))


def rounded(points: float) -> float | int:
    """Return points as people write them: whole ones, or below one a tenth.

    >>> rounded(13.4), rounded(-0.34), rounded(0.04)
    (13, -0.3, 0)
    """
    if abs(points) >= 1:
        return round(points)
    found = round(points, 1)
    return int(found) if found == int(found) else found


def _tried(text: str, edits: Sequence[Edit]) -> str | None:
    """Return the changed document; None where it would have faults."""
    try:
        for each in edits:
            text = _edited(text, each)
        model, source = parse(text)
    except ModelError:
        return None
    return None if source.faults or check(model, source) else text


def _sentences(before: str, after: str) -> tuple[str, ...]:
    found = difference(parse(before)[0], parse(after)[0])
    return tuple(each.sentence for each in found.changes)


def effect_of(before: Run, after: Run, rows: Rows, score: str) -> Effect:
    """Return what a changed model does on the rows that were not learned from."""
    pair = [scores_of(run, rows, score) for run in (before, after)]
    later = ~rows.is_learned & ~np.isnan(pair[0]) & ~np.isnan(pair[1])
    outcome, group = rows.outcome[later], rows.group[later]
    samples = [Sample.of_rows(each[later], outcome, group) for each in pair]
    if not outcome.any() or outcome.all():
        empty = Measured(None)
        return Effect(len(outcome), int(outcome.sum()), empty, empty, Difference(empty, None))
    aucs = [measured(each, roc_auc) for each in samples]
    gain = compared(samples[0], samples[1], roc_auc)
    return Effect(len(outcome), int(outcome.sum()), aucs[0], aucs[1], gain)
