"""The document of what was learned: rules, calibration, provenance; scored like any other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from leadline.learn.calibration import BOUNDS, Step, steps
from leadline.learn.choose import Learned
from leadline.learn.event_counts import SEEN
from leadline.learn.features import Features
from leadline.learn.points import Points
from leadline.learn.scorecard import Card
from leadline.learn.setting import Found
from leadline.learn.sheet import Floats, Sheet
from leadline.learn.terms import LogOdds, probability
from leadline.model.document import PROBABILITY, Model
from leadline.model.reading.writer import write

_BANDS = {"low": 0.0, "middle": 0.5, "high": 0.8, "highest": 0.95}
"""Rank bands to the share of judged rows below their edge."""


def model_of(
    name: str,
    learned: Learned,
    features: Features,
    declared: Mapping[str, Any],
    facts: Mapping[str, Any],
) -> Model:
    """Return the model document. Raises ValueError where nothing was learned.

    Args:
        name: Name of the model.
        learned: What was learned.
        features: What it was learned from.
        declared: ``columns`` and ``files`` of the document, as plain values.
        facts: More of the provenance: files, task, versions.
    """
    if learned.model is None or isinstance(learned.model, Points):
        raise ValueError("there is nothing to write")
    shown = learned.reliability.holds
    plain: dict[str, Any] = {"leadline": 1, "model": name}
    plain |= {key: dict(said) for key, said in declared.items() if said}
    scores = _counts(learned.model, features)
    if isinstance(learned.model, Card):
        parts = _card(learned.model, features, shown=shown)
    else:
        parts = _log_odds(learned.model, features, shown=shown)
    plain["scores"] = {**scores, **parts}
    if not shown:
        plain["bands"] = _bands(learned.model, features.sheet)
    if "task" in facts:
        plain["task"] = facts["task"]
    plain["provenance"] = provenance(learned, features, facts)
    return Model.model_validate(plain)


def text_of(model: Model, learned: Learned) -> str:
    """Return the document as text, with what a reader should know first as comments."""
    lines = ["Learned from outcomes; change it like any model, or learn it again."]
    if learned.reliability.holds:
        lines.append("The score probability is the chance of the outcome in percent.")
    else:
        lines += [
            "Chances did not hold on the rows that it was judged on: bands rank leads, and",
            "no score here is a probability.",
        ]
    return "".join(f"# {line}\n" for line in lines) + write(model)


def used(model: LogOdds | Card) -> tuple[str, ...]:
    """Return the expressions that a learned model reads."""
    if isinstance(model, Card):
        return tuple(name for name, points in model.points.items() if points.any())
    return tuple(dict.fromkeys(name for term in model.terms for name in term.names))


def _counts(model: LogOdds | Card, features: Features) -> dict[str, Any]:
    """Return the score of the rules that only count, where the model reads some."""
    wanted = [each.removeprefix("hits.") for each in used(model) if each.startswith("hits.")]
    rules = {each: features.counts[each] for each in wanted}
    return (
        {SEEN: {"description": "Counts events for the rules below.", "rules": rules}}
        if rules
        else {}
    )


def _card(card: Card, features: Features, *, shown: bool) -> dict[str, Any]:
    called = dict(features.called)
    table = card_steps(card, features.sheet)
    scores: dict[str, Any] = {
        "card": {
            "rules": card.rules(called),
            "calibration": [each.plain() for each in table] if shown else None,
        }
    }
    if not shown:
        del scores["card"]["calibration"]
        return scores
    scores[PROBABILITY] = {"formula": by_steps("card", table)}
    return scores


def card_steps(card: Card, sheet: Sheet) -> tuple[Step, ...]:
    """Return the chances by parts of a card's scores."""
    total = card.total(sheet)
    return steps(total, card.log_odds(sheet))


def by_steps(score: str, table: Sequence[Step]) -> str:
    """Return the formula of the chance by parts of a score."""
    if len(table) == 1:
        return f"{table[0].percent!r}"
    whens = [f"when {score} >= {each.start:g} then {each.percent!r}" for each in table[:0:-1]]
    return f"case {' '.join(whens)} else {table[0].percent!r} end"


def _log_odds(model: LogOdds, features: Features, *, shown: bool) -> dict[str, Any]:
    rules = model.rules(features.called)
    if not shown:
        return {"rank_basis": {"link": "logistic", "rules": rules}}
    low, high = BOUNDS
    return {
        "odds": {"link": "logistic", "rules": rules},
        PROBABILITY: {"formula": f"least(greatest(odds, {low!r}), {high!r})"},
    }


def _bands(model: LogOdds | Card, sheet: Sheet) -> dict[str, Any]:
    if isinstance(model, Card):
        by, values = "card", model.total(sheet)
    else:
        by, values = "rank_basis", 100 * probability(model.log_odds(sheet))
    edges: dict[str, float] = {}
    for band, share in _BANDS.items():
        edge = round(float(np.quantile(values, share)), 2)
        if not edges or edge > max(edges.values()):
            edges[band] = edge
    return {"by": by, "edges": edges}


def provenance(learned: Learned, features: Features, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the document says of where it comes from."""
    found = {
        **facts,
        "method": learned.setting.says,
        "rows": features.sheet.rows,
        "outcomes": int(features.sheet.outcome.sum()),
        "judged": learned.judged,
        "roc_auc": learned.auc.plain(),
        "log_loss": round(learned.loss, 6),
        "log_loss_of_the_rate": round(learned.base_loss, 6),
        "calibration": learned.reliability.plain(),
        "tried": {each.setting.says: round(each.loss, 6) for each in learned.trials},
        "left_out": {each.name: each.reason for each in features.left_out},
        "windows": {each.type: each.chosen for each in features.curves},
    }
    return {key: _short(value) for key, value in found.items()}


def _short(value: Any) -> Any:
    """Round numbers, in whatever they stand."""
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, Mapping):
        return {key: _short(each) for key, each in value.items()}
    return [_short(each) for each in value] if isinstance(value, list | tuple) else value


def movement(model: Found, sheet: Sheet) -> list[tuple[str, float]]:
    """Return how far each field moves the log-odds of a row in mean, the farthest first."""
    parts: dict[str, Floats] = {}
    if isinstance(model, Points):
        parts = {name: part - part.mean() for name, part in model.parts(sheet)}
    elif isinstance(model, Card):
        for name, added in model.parts(sheet):
            parts[name] = model.slope * (added - added.mean())
    else:
        for term, part in zip(model.terms, model.parts(sheet), strict=True):
            name = " and ".join(term.names)
            parts[name] = parts.get(name, 0.0) + part
    moved = [(name, float(np.abs(part).mean())) for name, part in parts.items()]
    return sorted(moved, key=lambda each: -each[1])
