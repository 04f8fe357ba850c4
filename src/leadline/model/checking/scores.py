"""What can be wrong with the scores of a document: names, types, tables, groups."""

from __future__ import annotations

from collections import Counter
from math import isfinite
from typing import TYPE_CHECKING, Any

from leadline.model.checking.findings import (
    Finding,
    Findings,
    known,
    known_part,
    name_faults,
    typed,
)
from leadline.model.document import (
    BaseRule,
    Lookup,
    OutcomeRule,
    Rule,
    Score,
    TableRule,
    UnitRule,
)
from leadline.model.expressions import Expression
from leadline.model.names import NameFault, Names, place_of, place_of_for, place_of_formula
from leadline.model.types import Type
from leadline.model.values import key_text, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from leadline.model.reading.source import Path


def check_score(names: Names, score: Score, path: Path) -> Findings:
    """Yield the faults of one score."""
    account = score.is_account
    if score.for_ is not None:
        place = place_of_for(account=account)
        yield from typed(names, score.for_, place, (*path, "for"), Type.BOOLEAN)
    if score.formula is not None:
        place = place_of_formula(account=account)
        yield from typed(names, score.formula, place, (*path, "formula"), Type.NUMBER)
    if score.rollup is not None:
        yield from _rollup(names, score.rollup, (*path, "rollup"))
    yield from _groups(names, score, path)
    for rule_name, rule in (score.rules or {}).items():
        yield from _rule(names, score, rule_name, rule, (*path, "rules", rule_name))


def _rollup(names: Names, rollup: str, path: Path) -> Findings:
    yield from known_part(names, path, rollup, "scores")
    score = names.model.scores.get(rollup)
    if score is not None and score.is_account:
        yield Finding(path, "must gather a score of leads", f"{rollup}, a score of accounts")


def _groups(names: Names, score: Score, path: Path) -> Findings:
    used = {name: rule.group for name, rule in (score.rules or {}).items() if rule.group}
    for group in score.limits:
        here = (*path, "limits", group)
        if group == "range":
            yield Finding(here, "must not be called range, which is reserved")
        elif not names.source.has_lost_below((*path, "rules")):
            yield from known(here, group, "group of this score's rules", sorted(set(used.values())))
    for name, group in used.items():
        if group == "range":
            yield Finding((*path, "rules", name, "group"), "must not be range, which is reserved")
    for key in ("range", "limits", "decay"):
        if score.link and key in score.model_fields_set:
            yield Finding((*path, key), "must not stand beside link: logistic")


def _rule(names: Names, score: Score, name: str, rule: Rule, path: Path) -> Findings:
    wanted = {"points": Type.NUMBER, "when": Type.BOOLEAN, "where": Type.BOOLEAN}
    for key, kind in wanted.items():
        text = getattr(rule, key, None)
        if isinstance(text, Expression):
            place = place_of(rule, key, account=score.is_account)
            yield from typed(names, text, place, (*path, key), kind)
    if isinstance(rule, TableRule):
        yield from _table_rule(names, score, rule, path)
    if isinstance(rule, BaseRule) and not (score.link and name == "base"):
        yield Finding(
            path, "must have one of when, of, event, outcome or silent_for", "only points"
        )
    if isinstance(rule, UnitRule):
        yield from _unit_columns(names, rule, path)


def _table_rule(names: Names, score: Score, rule: TableRule, path: Path) -> Findings:
    if len(rule.expressions) > 1 and not score.link:
        expected = "must be one expression, as only scores with link: logistic look up two"
        yield Finding((*path, "of"), expected)
    place = place_of(rule, "of", account=score.is_account)
    kinds = []
    for expression in rule.expressions:
        faults: list[NameFault] = []
        kinds.append(names.typed(expression.tree, place, faults))
        yield from name_faults(faults, (*path, "of"))
    yield from _entries(kinds, rule, path)


def _entries(kinds: list[Type], table: Lookup, path: Path) -> Findings:
    """Yield the faults of entries whose keys cannot be values of the expression."""
    kind = kinds[0]
    if table.bins is not None and kind not in (Type.NUMBER, Type.ANY):
        yield Finding((*path, "bins"), "must have an expression that is a number", kind.phrase)
    fits, expected = _KEYS.get(kind, (lambda _key: True, ""))
    for key in table.values or {}:
        if not fits(key):
            yield Finding((*path, "values", key_text(key)), expected, shown(key))
    if kind is Type.NUMBER:
        yield from _numbers_twice(table, path)
    for keys, entry in _places(table):
        if isinstance(entry, Lookup):
            yield from _entries(kinds[1:], entry, (*path, *keys))


def _places(table: Lookup) -> Iterator[tuple[tuple[str, ...], float | Lookup]]:
    """Yield every entry with the keys that lead to it."""
    for key in ("values", "bins"):
        for value, entry in (getattr(table, key) or {}).items():
            yield (key, key_text(value)), entry
    yield from ((("other",), table.other), (("missing",), table.missing))


def _numbers_twice(table: Lookup, path: Path) -> Findings:
    numbers = [(key, float(str(key))) for key in table.values or {} if _is_number(key)]
    counts = Counter(number for _, number in numbers)
    for key, number in numbers:
        if counts[number] > 1:
            expected = f"must give the points of {number:g} once"
            yield Finding((*path, "values", key_text(key)), expected, shown(key))


def _is_number(key: object) -> bool:
    try:
        return isfinite(float(str(key))) and not isinstance(key, bool) and "_" not in str(key)
    except ValueError:
        return False


_KEYS: Mapping[Type, tuple[Callable[[Any], bool], str]] = {
    Type.NUMBER: (_is_number, "must be a number, as the expression is one"),
    Type.BOOLEAN: (
        lambda key: isinstance(key, bool),
        "must be true or false, as the expression is a condition",
    ),
    Type.TIME: (lambda _key: False, "must not look up a time"),
}
"""Type of an expression to the keys that its values can be compared with."""


def _unit_columns(names: Names, rule: UnitRule, path: Path) -> Findings:
    table = "outcomes" if isinstance(rule, OutcomeRule) else "events"
    per = rule.count.removeprefix("per ") if rule.count.startswith("per ") else None
    for key, column in (("count", per), ("by", rule.by), ("in", rule.in_)):
        try:
            if column is not None:
                names.column(table, column)
        except NameFault as fault:
            yield from name_faults([fault], (*path, key))
