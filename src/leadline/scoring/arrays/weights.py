"""What a unit weighs by its age, for the units of many rules at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from leadline.model.document import Decay, HalfLife, Linear, Steps

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


def halved(age: Whole, half_life: Whole) -> Floats:
    """Return 2^(-age / half_life) of whole microseconds; an age before now makes it more than 1.

    The whole half-lives are taken off as whole numbers, so that half remains after each exactly.
    """
    halves = np.floor(age / half_life)
    rest = (age - halves * half_life) / half_life
    times = -np.minimum(halves, _MOST_HALVES)
    found: Floats = np.ldexp(np.exp2(-rest), times.astype(np.int32))
    return found


_MOST_HALVES = 2_000
"""What is halved more often is 0."""


def _fallen(age: Whole, span: Whole, _: Floats) -> Floats:
    return np.maximum(0.0, 1.0 - age / span)


def _stepped(age: Whole, every: Whole, keep: Floats) -> Floats:
    return np.power(keep, np.floor(age / every))


_NONE, _HALVED, _FALLEN, _STEPPED = range(4)

_FORMULAS: Mapping[int, Callable[[Whole, Whole, Floats], Floats]] = {
    _HALVED: lambda age, half_life, _: halved(age, half_life),
    _FALLEN: _fallen,
    _STEPPED: _stepped,
}


@dataclass(frozen=True)
class Weights:
    """The decays of some rules, each by the place of its rule.

    Attributes:
        kind: Which formula.
        length: Its half-life, its span or its step in microseconds; 1 without decay.
        keep: What remains after a step.
    """

    kind: npt.NDArray[np.int8]
    length: Whole
    keep: Floats

    @classmethod
    def of(cls, decays: Sequence[Decay | None]) -> Self:
        """Return the decays of rules, None for none."""
        found = [_parameters(each) for each in decays]
        kind, length, keep = zip(*found, strict=True)
        return cls(np.array(kind, np.int8), np.array(length, np.int64), np.array(keep))

    def at(self, rule: Whole, age: Whole) -> Floats:
        """Return what units of rules weigh at ages in microseconds."""
        weights = np.ones(len(age))
        kinds = self.kind[rule]
        for kind, formula in _FORMULAS.items():
            some = np.flatnonzero(kinds == kind)
            if len(some):
                of = rule[some]
                weights[some] = formula(age[some], self.length[of], self.keep[of])
        return weights


def weights_of(decay: Decay | None, age: Whole) -> Floats:
    """Return what units of one rule weigh at ages in microseconds.

    >>> from leadline.model.durations import Duration
    >>> weights_of(HalfLife(half_life=Duration("1d")), np.array([0, 86_400_000_000])).tolist()
    [1.0, 0.5]
    """
    kind, length, keep = _parameters(decay)
    if kind == _NONE:
        return np.ones(len(age))
    return _FORMULAS[kind](age, np.array(length), np.array(keep))


def _parameters(decay: Decay | None) -> tuple[int, int, float]:
    match decay:
        case HalfLife(half_life=duration):
            return _HALVED, duration.microseconds, 0.0
        case Linear(linear=duration):
            return _FALLEN, duration.microseconds, 0.0
        case Steps(keep=keep, every=duration):
            return _STEPPED, duration.microseconds, keep
        case _:
            return _NONE, 1, 0.0
