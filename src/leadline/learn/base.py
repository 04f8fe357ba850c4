"""Which points of a document are fitted, what its rules give the rows, and the document after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from leadline.errors import Fault, InputError, ModelError
from leadline.history.judged import Judged
from leadline.learn.calibration import Step
from leadline.learn.document import by_steps
from leadline.learn.ledger import in_ledger
from leadline.learn.points import KEPT, Points, Slot, changed
from leadline.learn.refit import Refit, settings
from leadline.learn.sheet import Field, Sheet
from leadline.model.checking.check import dependencies
from leadline.model.document import Model
from leadline.model.expressions import Call, Expression, Name, Node
from leadline.model.expressions import names as names_in
from leadline.model.reading.reader import parse
from leadline.model.reading.removal import remove
from leadline.model.reading.source import Path
from leadline.model.reading.writer import block, edit
from leadline.model.rules import BaseRule, EventRule, Rule, TableRule, UnitRule

_SHARP = 1e6
"""Points of a rule that is looked at, so that more of its digits stand in the ledger."""
_LIMITS = ("limit", "limit_each")


@dataclass(frozen=True)
class Base:
    """A document whose points are fitted.

    Attributes:
        model: The document.
        text: As it is written.
        scores: The scores whose rules are fitted.
        slots: What is fitted, with the paths of its points in the document.
        sheet: What the rules give the judged rows.
        stay: Rules that stay, and why.
        settings: How to learn, the simplest first.
    """

    model: Model
    text: str
    scores: tuple[str, ...]
    slots: Mapping[str, tuple[Path, ...]]
    sheet: Sheet
    stay: tuple[tuple[str, str], ...]
    settings: tuple[Refit, ...]

    @property
    def is_log_odds(self) -> bool:
        """Whether points are log-odds."""
        return self.settings[0].is_log_odds


def base_of(
    of: Judged, model: Model, text: str, outcomes: Sheet, *, recalibrate: bool = False
) -> Base:
    """Return what is fitted of a document. Raises ModelError, InputError.

    Args:
        of: The judged rows.
        model: The document.
        text: As it is written.
        outcomes: A sheet of the rows without fields.
        recalibrate: Points stay, and only the chances that they stand for are fitted.
    """
    of = of.with_model(model)
    scores = _fitted_scores(model)
    probe, slots, stay = _probe(model, scores, of.own_acts)
    given = in_ledger(of, probe, scores)
    fields, kept = {}, np.zeros(of.rows)
    names = {slot.name: slot for slot, _ in slots}
    is_log_odds = model.scores[scores[0]].link is not None
    for (score, rule), points in given.items():
        called = f"{score}.{rule}"
        if called in names:
            fields[called] = Field(numbers=points if names[called].is_table else points / _SHARP)
        elif not isinstance((model.scores[score].rules or {})[rule], BaseRule):
            kept = kept + points
    if not slots:
        raise InputError(
            Fault(model.model, "scores", "must have rules to fit", "; ".join(map(" ".join, stay)))
        )
    has_kept = bool(kept.any())
    sheet = replace(
        outcomes, fields={**fields, **({KEPT: Field(numbers=kept)} if has_kept else {})}
    )
    stays, anew = settings(tuple(slot for slot, _ in slots), kept=has_kept, is_log_odds=is_log_odds)
    # points that were learned would be judged by rows they were fitted to
    tried = (stays,) if recalibrate else (stays, anew)[model.provenance is not None :]
    return Base(
        model,
        text,
        scores,
        {slot.name: paths for slot, paths in slots},
        sheet,
        stay,
        tried,
    )


def _fitted_scores(model: Model) -> tuple[str, ...]:
    """Return the scores with rules that the main one is: itself, the only one, or a sum."""
    main = model.main_score
    found, waiting = [], [main]
    while waiting:
        name = waiting.pop()
        score = model.scores[name]
        if score.rules is not None:
            found.append(name)
            continue
        read = list(dict.fromkeys(dependencies(model, name)))
        if score.formula is None or (len(read) > 1 and not _is_sum(score.formula.tree)):
            expected = "must be a sum of scores with rules, so that their points can be fitted"
            raise ModelError(Fault(model.model, f"scores.{name}", expected))
        waiting += read
    scores = tuple(each for each in model.scores if each in found)
    if len({model.scores[each].link for each in scores}) > 1:
        expected = "must not add points and log-odds, as both cannot be fitted together"
        raise ModelError(Fault(model.model, f"scores.{main}", expected))
    return scores


def _is_sum(node: Node) -> bool:
    if isinstance(node, Call) and node.operation == "+":
        return all(map(_is_sum, node.arguments))
    return isinstance(node, Name)


def _probe(
    model: Model, scores: tuple[str, ...], own_acts: frozenset[str]
) -> tuple[Model, list[tuple[Slot, tuple[Path, ...]]], tuple[tuple[str, str], ...]]:
    """Return the model whose ledger shows what would be multiplied, the slots, and who stays."""
    plain = model.plain()
    counted = _counted_only(model)
    slots, stay = [], []
    for name in scores:
        score = model.scores[name]
        for called, rule in (score.rules or {}).items():
            reason = _why_it_stays(rule, own_acts, is_counted=called in counted)
            if reason is None:
                written = plain["scores"][name]["rules"][called]
                slots.append(_slot((name, called), rule, written))
            elif reason:
                stay.append((f"{name}.{called}", reason))
        for key in ("limits", "range"):
            plain["scores"][name].pop(key, None)
    for key in ("grades", "bands", "overrides", "examples"):
        plain.pop(key, None)
    return Model.model_validate(plain), slots, tuple(stay)


def _why_it_stays(rule: Rule, own_acts: frozenset[str], *, is_counted: bool) -> str | None:
    """Return why points of a rule stay; empty for a constant, which is no rule of its own."""
    if rule.pinned:
        return "is pinned"
    if isinstance(rule, EventRule) and own_acts.issuperset(rule.event):
        return "counts what sales did, or what is passive"
    if isinstance(rule, BaseRule):
        return ""
    points = getattr(rule, "points", None)
    if isinstance(points, Expression):
        return "has points by a formula"
    return "only counts for others" if points == 0 and is_counted else None


def _counted_only(model: Model) -> set[str]:
    """Return names of rules whose hits are read."""
    found = set()
    for node in _trees(model.plain()):
        found |= {each.parts[-1] for each in names_in(node) if each.parts[0] in {"hits", "last"}}
    return found


def _trees(value: Any) -> Iterator[Node]:
    """Yield every text of a document that can be read as an expression with hits."""
    if isinstance(value, Mapping):
        for each in value.values():
            yield from _trees(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _trees(each)
    elif isinstance(value, str) and ("hits." in value or "last." in value):
        try:
            yield Expression(value).tree
        except ValueError:
            return


def _slot(
    of: tuple[str, str], rule: Rule, written: dict[str, Any]
) -> tuple[Slot, tuple[Path, ...]]:
    """Return the slot of a rule and the paths of its points; ``written`` becomes the probe's."""
    path: Path = ("scores", of[0], "rules", of[1])
    called = ".".join(of)
    if isinstance(rule, TableRule):
        entries = list(_entries(written, ()))
        for code, (keys, _) in enumerate(entries, 1):
            _set(written, keys, code)
        old = (0.0, *(value for _, value in entries))
        return Slot(called, old, is_table=True), tuple((*path, *keys) for keys, _ in entries)
    points = float(written["points"])
    for key in _LIMITS:
        if written.get(key) is not None:
            written[key] = written[key] / abs(points or 1.0) * _SHARP
    written["points"] = _SHARP
    return Slot(called, (points,), is_table=False), ((*path, "points"),)


def _entries(table: Mapping[str, Any], path: Path) -> Iterator[tuple[Path, float]]:
    """Yield the path and points of each entry of a table, and of the tables in it."""
    for key in ("values", "bins"):
        for value, entry in (table.get(key) or {}).items():
            yield from _entry((*path, key, value), entry)
    for key in ("other", "missing"):
        if key in table:
            yield from _entry((*path, key), table[key])


def _entry(path: Path, entry: Any) -> Iterator[tuple[Path, float]]:
    if isinstance(entry, Mapping):
        yield from _entries(entry, path)
    else:
        yield path, float(entry)


def _set(table: dict[str, Any], keys: Path, value: float) -> None:
    for key in keys[:-1]:
        table = table[key]  # type: ignore[index]
    table[keys[-1]] = value  # type: ignore[index]


def refitted(
    base: Base, found: Points, steps: Sequence[Step] | None, provenance: Mapping[str, Any]
) -> str:
    """Return the document with new points; comments and all else stay. Raises ModelError.

    Limits of a rule go along with its points, so that it takes as many units to reach them.

    Args:
        base: The document.
        found: Its new points.
        steps: Chances by parts of the score; None where they do not hold or points are log-odds.
        provenance: Where the points come from.
    """
    text = base.text
    old = {slot.name: slot for slot in found.slots}
    for name, points in changed(found).items():
        paths, slot = base.slots[name], old[name]
        if not slot.is_table:
            text = _with_points(base.model, text, paths[0], slot.old[0], number(points[0]))
            continue
        for path, was, value in zip(paths, slot.old[1:], points[1:], strict=True):
            text = edit(text, path, number(value)) if was != value else text
    if base.is_log_odds:
        text = _with_base(base, text, found.base)
    text = _with_chances(base, text, steps)
    table = [each.plain() for each in steps] if steps else None
    for key, value in (("calibration", table), ("provenance", dict(provenance))):
        text = _at_the_end(text, key, value)
    parse(text)
    return text


def _with_base(base: Base, text: str, log_odds: float) -> str:
    for score in base.scores:
        for rule, each in (base.model.scores[score].rules or {}).items():
            if isinstance(each, BaseRule) and not each.pinned:
                text = edit(text, ("scores", score, "rules", rule, "points"), round(log_odds, 6))
    return text


def _with_chances(base: Base, text: str, steps: Sequence[Step] | None) -> str:
    """Renew the formula by which a learned card gives its probability; without one, take it out."""
    for name, score in base.model.scores.items():
        if score.calibration is not None:
            text = remove(text, ("scores", name, "calibration"))
        is_learned = score.formula is not None and score.formula.text.startswith("case when ")
        if name != base.model.main_score or not is_learned or len(base.scores) > 1:
            continue
        path: Path = ("scores", name)
        if steps is None:
            return remove(text, path)
        text = edit(text, (*path, "formula"), by_steps(base.scores[0], steps))
    return text


def _at_the_end(text: str, key: str, value: Any) -> str:
    if key in parse(text)[0].plain():
        text = remove(text, (key,))
    return text if value is None else f"{text.rstrip()}\n{block({key: value})}"


def _with_points(model: Model, text: str, path: Path, was: float, value: float) -> str:
    _, score, _, called, _ = path
    rule = (model.scores[str(score)].rules or {})[str(called)]
    text = edit(text, path, value)
    for key in _LIMITS:
        limit = getattr(rule, key, None) if isinstance(rule, UnitRule) else None
        if limit is not None and value:
            text = edit(text, (*path[:-1], key), number(abs(limit / (was or 1.0) * value)))
    return text


def number(value: float) -> float | int:
    """Return points as they are written, whole ones without a point."""
    found = round(float(value), 6)
    return int(found) if found.is_integer() else found
