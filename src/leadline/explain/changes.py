"""What changed in a lead's ledger between two moments, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from leadline.model.document import Model, Rule, UnitRule
from leadline.model.names import fields_of
from leadline.query.context import rule_expressions

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """One row of the ledger at two moments."""

    kind: str
    score: str
    rule: str
    before: float
    after: float


class Pair(NamedTuple):
    """A row of the ledger at two moments; None where it is not there.

    Attributes:
        rule: The rule of the row; None where it is a limit.
        field_changed: A field that the rule reads has another value.
    """

    was: Row | None
    now: Row | None
    rule: Rule | None
    field_changed: bool

    @property
    def points(self) -> tuple[float, float]:
        """Points at both moments."""
        return _points(self.was), _points(self.now)


def changes(
    model: Model,
    before: Sequence[Row],
    after: Sequence[Row],
    changed_fields: Iterable[tuple[str, str]] = (),
) -> list[Change]:
    """Return what differs between two ledgers of a lead, the largest change first.

    Args:
        model: The model of both ledgers.
        before: Rows of the ledger at the earlier moment.
        after: Rows at the later one.
        changed_fields: ``(entity, field)`` of those with another value at the later moment.
    """
    old, new = (
        {(row["score"], row["rule"]): row for row in _decided(rows)} for rows in (before, after)
    )
    changed = set(changed_fields)
    found = []
    for score, name in dict.fromkeys([*old, *new]):
        rule = (model.scores[score].rules or {}).get(name)
        key = (score, name)
        pair = Pair(old.get(key), new.get(key), rule, bool(changed & _fields(rule)))
        if pair.points[0] != pair.points[1]:
            found.append(Change(_kind(pair), score, name, *pair.points))
    return sorted(found, key=lambda each: -abs(each.after - each.before))


def _decided(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row["state"] != "missing"]


def _points(row: Row | None) -> float:
    return float(row["points"]) if row else 0.0


def _fields(rule: Rule | None) -> set[tuple[str, str]]:
    if rule is None:
        return set()
    return set(fields_of(*(each.tree for each in rule_expressions(rule))))


def _kind(pair: Pair) -> str:
    """Return the word for a change."""
    if pair.rule is None:
        return _of_limit(pair)
    if pair.field_changed:
        return "field changed"
    kind = _of_units(pair) if isinstance(pair.rule, UnitRule) else _of_condition(pair)
    return f"{kind}, newly limited" if _reaches_limit(pair) else kind


def _of_limit(pair: Pair) -> str:
    if pair.was is None:
        return "newly limited"
    return "limit lifted" if pair.now is None else "limit changed"


def _of_units(pair: Pair) -> str:
    if pair.was is None:
        return "gained"
    if pair.now is None or pair.now["count"] < pair.was["count"]:
        return "expired"
    more = pair.now["count"] > pair.was["count"] or pair.now["last_at"] > pair.was["last_at"]
    return "gained" if more else "decayed"


def _of_condition(pair: Pair) -> str:
    """Return the word for a rule that events or time itself have made true, or no longer so."""
    if pair.was is None:
        return "gained"
    if pair.now is None:
        return "expired"
    before, after = pair.points
    return "gained" if after > before else "decayed"


def _reaches_limit(pair: Pair) -> bool:
    limit = getattr(pair.rule, "limit", None)
    before, after = (abs(each) for each in pair.points)
    return limit is not None and before < limit <= after
