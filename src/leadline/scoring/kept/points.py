"""Points of rules by lead, and what they are kept and made of."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from leadline.model.document import Model, UnitRule
from leadline.model.expressions import Expression
from leadline.query.context import NumberedRule
from leadline.query.kept import is_plain
from leadline.scoring.arrays.rules import PlainRule, Rules
from leadline.scoring.arrays.weights import Floats, Whole, weights_of

Numbers = npt.NDArray[np.int32]
Made = TypeVar("Made")


class Points(NamedTuple):
    """What a rule gives leads.

    Attributes:
        lead: Numbers of leads, rising, each once.
        points: Whole millionths, none 0.
    """

    lead: Numbers
    points: Floats

    def of(self, leads: npt.NDArray[np.int64]) -> Floats:
        """Return the points of some leads, 0 where the rule gives none."""
        found = np.zeros(len(leads))
        if len(self.lead):
            place = np.minimum(np.searchsorted(self.lead, leads), len(self.lead) - 1)
            there = self.lead[place] == leads
            found[there] = self.points[place[there]]
        return found


class Hits(NamedTuple):
    """The hits of a plain rule at the moment, whatever their age; those of a lead together.

    Attributes:
        lead: The number of each lead that has any, rising.
        first: The place of the first hit of each.
        age: Of each hit, in microseconds before the moment.
    """

    lead: Numbers
    first: Whole
    age: Whole

    @classmethod
    def of(cls, lead: Numbers, age: Whole) -> Hits:
        """Return hits from the lead of each, rising."""
        first = np.flatnonzero(np.diff(lead, prepend=-1))
        return cls(lead[first], first, age)

    def latest(self) -> Hits:
        """Return the latest hit of each lead."""
        if not len(self.lead):
            return self
        return Hits(self.lead, np.arange(len(self.lead)), np.minimum.reduceat(self.age, self.first))


AT_ONCE = 50_000
"""So many hits are weighed at a time: what is at hand then stays in the caches."""


def summed(numbered: NumberedRule, hits: Hits) -> Points:
    """Return the points of a plain rule."""
    rule = numbered.rule
    assert isinstance(rule, UnitRule)  # noqa: S101 - only these are plain
    assert not isinstance(rule.points, Expression)  # noqa: S101 - and none with a formula
    if rule.count == "once":
        hits = hits.latest()
    if not len(hits.lead):
        return Points(hits.lead, np.empty(0))
    within = None if rule.within is None else rule.within.microseconds
    weights = np.concatenate([_weighed(numbered, within, part) for part in _parts(hits.age)])
    points = np.add.reduceat(weights, hits.first)[:, np.newaxis]
    Rules.of([PlainRule(rule.points, rule.limit)]).give_points(points)
    some = np.flatnonzero(points)
    return Points(hits.lead[some], points[some, 0])


def _parts(age: Whole) -> Iterator[Whole]:
    return (age[start : start + AT_ONCE] for start in range(0, len(age), AT_ONCE))


def _weighed(numbered: NumberedRule, within: int | None, age: Whole) -> Floats:
    weights = weights_of(numbered.decay, age)
    if within is not None:
        weights[age >= within] = 0.0
    return weights


def only(model: Model, rules: Iterable[tuple[str, str]]) -> Model:
    """Return a model of some rules alone, each by its score and its own name."""
    wanted = set(rules)
    scores = {
        name: score.model_copy(
            update={
                "rules": {
                    rule: each
                    for rule, each in (score.rules or {}).items()
                    if (name, rule) in wanted
                }
            }
        )
        for name, score in model.scores.items()
        if any(name == of for of, _ in wanted)
    }
    return model.model_copy(
        update={
            "scores": scores,
            **{key: {} for key in ("grades", "bands", "overrides")},
            "examples": (),
            "show": (),
        }
    )


def ageless(model: Model) -> Model:
    """Return a model whose event and outcome rules count hits of any age."""
    scores = {
        name: score.model_copy(
            update={
                "rules": {
                    rule: each.model_copy(update={"within": None})
                    for rule, each in (score.rules or {}).items()
                }
            }
        )
        for name, score in model.scores.items()
    }
    return model.model_copy(update={"scores": scores})


def split(rules: Sequence[NumberedRule]) -> tuple[list[NumberedRule], list[NumberedRule]]:
    """Return those that are plain sums, and the others."""
    plain = [each for each in rules if is_plain(each)]
    return plain, [each for each in rules if not is_plain(each)]


def by_rule(
    lead: Numbers, rule: npt.NDArray[np.integer[Any]], values: npt.NDArray[Any], rules: int
) -> Iterator[tuple[int, Numbers, npt.NDArray[Any]]]:
    """Yield the place, the leads and the values of each of so many rules, leads rising.

    Rules are numbered from 1, their places count from 0.
    """
    order = np.lexsort((lead, rule))
    ends = np.searchsorted(rule[order], np.arange(1, rules + 2))
    for place in range(rules):
        some = order[ends[place] : ends[place + 1]]
        yield place, lead[some], values[some]


@dataclass(eq=False)
class Kept(Generic[Made]):
    """What was made last, by its key: no more than so many.

    >>> few = Kept(2)
    >>> few.put({"a": 1, "b": 2}), few.get("a", lambda: 3), few.get("c", lambda: 4)
    (None, 1, 4)
    >>> sorted(few.lacks(["a", "b", "c"]))
    ['b']
    """

    most: int
    _made: OrderedDict[str, Made] = field(default_factory=OrderedDict)

    def __getitem__(self, key: str) -> Made:
        self._made.move_to_end(key)
        return self._made[key]

    def get(self, key: str, make: Callable[[], Made]) -> Made:
        """Return what has a key; it is made where it is not there."""
        if key not in self._made:
            self.put({key: make()})
        return self[key]

    def put(self, made: Mapping[str, Made]) -> None:
        """Keep what was made, and let go of what was not asked for the longest."""
        self._made.update(made)
        while len(self._made) > max(self.most, len(made)):
            self._made.popitem(last=False)

    def lacks(self, keys: Iterable[str]) -> set[str]:
        """Return the keys that nothing has."""
        return {each for each in keys if each not in self._made}
