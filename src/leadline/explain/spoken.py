"""Reasons in the words of the data: rules of learned scores, by the fields and events they read.

Only what is shown changes; the ledger stays as it is, and what is shown adds up to the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from leadline.model.document import Model, Rule
from leadline.model.expressions import Name, names
from leadline.model.rules import BaseRule, EventRule, TableRule, UnitRule
from leadline.model.task import field_of
from leadline.query.context import rule_expressions

OTHER = "other"
"""What reasons are called that the task hides."""
START = "where every lead starts"
"""What the constant of a learned score is called."""


def grouped(model: Model, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return rows of the ledger with those of learned scores summed by their words.

    Rows are of one lead and moment. Those of other scores stay, and so do those that miss a field
    or are limits. A row that stands for several has no count, weight or time.
    """
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for row in rows:
        words = _words(model, row["score"], row["rule"]) or row["rule"]
        key = (row["score"], words, row["state"])
        if key not in found:
            found[key] = {**row, "rule": words}
        elif row["state"] == "fired":
            same = found[key]
            same |= {"points": same["points"] + row["points"]}
            same |= dict.fromkeys(("count", "weight", "last_at"))
    return list(found.values())


def is_start(model: Model, row: Mapping[str, Any]) -> bool:
    """Return whether a row is the constant of a learned score, which is no reason."""
    rule = (model.scores[row["score"]].rules or {}).get(row["rule"])
    return isinstance(rule, BaseRule)


def _words(model: Model, score: str, rule: str) -> str | None:
    """Return what a rule of a learned score is called; None for rules that people named."""
    of = (model.scores[score].rules or {}).get(rule) if score in model.scores else None
    if of is None or model.provenance is None:
        return None
    if isinstance(of, BaseRule):
        return START
    hidden = _hidden(model)
    read = list(dict.fromkeys(_read(model, score, of)))
    if hidden and any(each in hidden for each, _ in read):
        return OTHER
    is_learned = model.scores[score].link is not None
    return " with ".join(words for _, words in read) if is_learned and read else None


def _hidden(model: Model) -> set[tuple[str, str]]:
    given: Any = model.task.get("hide") if isinstance(model.task, Mapping) else None
    given = given or ()
    listed = [given] if isinstance(given, str) else given
    events = {("event", str(each)) for each in listed}
    return events | {field_of(str(each)) for each in listed}


def _read(model: Model, score: str, rule: Rule) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield what a rule reads: entity and name of a field, or a type of events; and its words."""
    if isinstance(rule, UnitRule):
        yield from _events(rule)
        return
    expressions = rule.expressions if isinstance(rule, TableRule) else rule_expressions(rule)
    for expression in expressions:
        for each in names(expression.tree):
            yield from _named(model, score, each)


def _named(model: Model, score: str, name: Name) -> Iterator[tuple[tuple[str, str], str]]:
    entity, *rest = name.parts
    if entity not in {"hits", "last"}:
        yield (entity, rest[-1]), rest[-1] if entity == "lead" else f"{entity} {rest[-1]}"
        return
    for other, called, rule in model.rules():
        if called == rest[-1] and other in {score, *rest[:-1]} | set(model.scores):
            if isinstance(rule, UnitRule):
                yield from _events(rule)
            return


def _events(rule: UnitRule) -> Iterator[tuple[tuple[str, str], str]]:
    kinds = rule.event if isinstance(rule, EventRule) else ()
    for each in kinds:
        yield ("event", each), each
