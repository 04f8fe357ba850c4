"""What of a model each kept part rests on: two models with the same key share the part."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from leadline.model.document import Model, UnitRule
from leadline.model.expressions import names
from leadline.model.fingerprint import canonical
from leadline.query.context import Context, NumberedRule, rule_expressions
from leadline.query.kept import is_plain

_AGE: dict[str, Any] = {
    "points": 0,
    "limit": None,
    "within": None,
    "decay": None,
    "group": None,
    "at_most": None,
}
"""What arrays apply to the hits of a plain rule."""

_SAYS_WHO = ("scores", "grades", "bands", "overrides")


def shared(model: Model) -> str:
    """Return the key of all that is read: what stands outside scores and bands."""
    return _text(canonical(model.model_copy(update={key: {} for key in _SAYS_WHO})))


def of_rule(context: Context, numbered: NumberedRule) -> str:
    """Return the key of a rule's points."""
    read = [_of_count(context, each) for each in read_by(context, numbered)]
    return _text([_alone(numbered), *read])


def of_hits(numbered: NumberedRule) -> str:
    """Return the key of the hits of a plain rule, whatever their age."""
    rule = numbered.rule.model_copy(update=_AGE)
    return _text([canonical(rule), canonical(numbered.score.reset_on if numbered.resets else None)])


def of_view(context: Context) -> str:
    """Return the key of what is known of leads beside their points, and of all of accounts."""
    model = context.model
    accounts = {name: each for name, each in model.scores.items() if each.is_account}
    counted = [
        [each.score_name, each.name, _of_count(context, each)]
        for level in ("lead", "account")
        for each in context.counted(level)
    ]
    fields = sorted([*context.fields, *context.shown])
    aged = [sorted(context.aged(each)) for each in ("lead", "account")]
    return _text([fields, aged, counted, [canonical(each) for each in accounts.items()]])


def _of_count(context: Context, numbered: NumberedRule) -> list[Any]:
    if not is_plain(numbered):
        return [of_rule(context, numbered)]
    assert isinstance(numbered.rule, UnitRule)  # noqa: S101 - only these are plain
    return [of_hits(numbered), canonical(numbered.rule.within)]


def of_scores(model: Model) -> str:
    """Return the key of every score."""
    return _text(canonical(model.scores, "scores"))


def of_bands(model: Model) -> str:
    """Return the key of every grade and band, beside the scores."""
    return _text(
        [canonical(getattr(model, each), each) for each in ("grades", "bands", "overrides")]
    )


def read_by(context: Context, numbered: NumberedRule) -> Iterator[NumberedRule]:
    """Yield the rules whose counts a rule reads."""
    for pair in dict.fromkeys(_counts(context, numbered)):
        yield context.rule(*pair)


def _counts(context: Context, numbered: NumberedRule) -> Iterator[tuple[str, str]]:
    for expression in rule_expressions(numbered.rule):
        for name in names(expression.tree):
            if name.parts[0] in {"hits", "last"} and len(name.parts) > 1:
                yield context.names.counted(name)


def _alone(numbered: NumberedRule) -> list[Any]:
    score = numbered.score
    around = (score.of, score.for_, score.reset_on, numbered.decay)
    return [canonical(numbered.rule), *(canonical(each) for each in around)]


def _text(parts: Iterable[Any]) -> str:
    return json.dumps(parts, separators=(",", ":"))
