"""Rules weighed against each other: what each gave, what it is worth, and what no rule reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from leadline.history.judged import Judged
from leadline.history.rule_columns import Pivot, Rows, pivot
from leadline.model.document import BaseRule, EventRule, Model, Rule, SilenceRule, UnitRule
from leadline.model.expressions import Expression, names
from leadline.model.rules import ConditionRule
from leadline.review.rule_worth.fitted import Fitted, fitted
from leadline.review.rule_worth.proposal import Addition
from leadline.review.rule_worth.unread import unread
from leadline.review.rule_worth.verdicts import Evidence, RuleWorth, verdict
from leadline.statistics.measures import (
    FEWEST_GROUPS,
    Floats,
    Measured,
    Sample,
    draws,
    interval,
    measured,
    roc_auc,
)

ALIKE = 0.9
"""Rules whose points are correlated so much cannot be told apart."""
WITHIN = 0.98
"""A rule that fires so often only with another is looked at as a part of it."""
MUCH_LARGER = 1.5
"""But not where the other fires for many more: nearly all rules fire only with a broad one."""
FEWEST_WINS = 20
"""With fewer rows of either outcome nothing is fitted."""
SURE = 99.0
"""An addition needs an interval of so many percent, as there are many to choose from."""


def parts_of(model: Model, score: str) -> set[str]:
    """Return a score and all scores that it is made of."""
    found, waiting = set[str](), [score]
    while waiting:
        each = waiting.pop()
        if each in found:
            continue
        found.add(each)
        of = model.scores[each]
        if of.rollup is not None:
            waiting.append(of.rollup)
        if of.formula is not None:
            read = {part for name in names(of.formula.tree) for part in name.parts}
            waiting += [part for part in read if part in model.scores]
    return found


def unit_of(rule: Rule, given: Floats) -> float:
    """Return the points that are one unit: as written, else the mean where there are any."""
    if isinstance(rule, ConditionRule | UnitRule | SilenceRule):
        points = rule.points
        if not isinstance(points, Expression):
            return float(points)
    there = given[given != 0]
    return float(np.abs(there).mean()) if len(there) else 0.0


class Weighing:
    """The rules of judged rows with what they are worth.

    Everything but the trial on later rows is learned from the earlier ones.
    """

    def __init__(self, of: Judged, rows: Rows, main: str) -> None:
        self.of, self.rows = of, rows
        model = of.run.model
        self.reach = parts_of(model, main)
        self.listed = [each for each in model.rules() if not isinstance(each[2], BaseRule)]
        self.is_probability = any(model.scores[each].link for each in self.reach)
        found = pivot(of.run, rows, [(score, rule) for score, rule, _ in self.listed])
        self.fired = found.fired[rows.is_learned]
        self.outcome = rows.outcome[rows.is_learned]
        self.group = np.unique(rows.group[rows.is_learned], return_inverse=True)[1]
        learned = found.points[rows.is_learned]
        self.units = np.array(
            [unit_of(rule, learned[:, n]) for n, (_, _, rule) in enumerate(self.listed)]
        )
        self.amounts = _in_units(found, self.units)
        self.learned = self.amounts[rows.is_learned]
        self.like = self._alike()
        self.used = self._fitted_ones()
        self.fit = self._fit(self.learned[:, self.used])
        self.together = self._on_later_rows()
        self.scale = self._scale()

    def _alike(self) -> dict[int, int]:
        """Return the rules that go along with another, to that other, which is not itself one."""
        there = [n for n in range(len(self.listed)) if self._may_count(n)]
        if len(there) < 2:  # noqa: PLR2004 - a pair
            return {}
        found: dict[int, int] = {}
        near = np.abs(np.corrcoef(self.learned[:, there], rowvar=False))
        order = sorted(range(len(there)), key=lambda n: not self.listed[there[n]][2].pinned)
        for place, one in enumerate(order):
            for other in order[:place]:
                if near[one, other] >= ALIKE and there[other] not in found:
                    found.setdefault(there[one], there[other])
        return found

    def _may_count(self, number: int) -> bool:
        spread = self.learned[:, number].std() if len(self.learned) else 0.0
        return self.listed[number][0] in self.reach and bool(self.units[number]) and spread > 0

    def _fitted_ones(self) -> list[int]:
        return [n for n in range(len(self.listed)) if self._may_count(n) and n not in self.like]

    def _fit(self, columns: Floats) -> Fitted | None:
        """Return the fit; None where there are too few outcomes or groups to say anything."""
        wins = int(self.outcome.sum())
        few = min(wins, len(self.outcome) - wins) < FEWEST_WINS
        if few or not columns.shape[1] or self.group.max(initial=-1) + 1 < FEWEST_GROUPS:
            return None
        return fitted(columns, self.outcome, self.group)

    def _on_later_rows(self) -> Measured:
        later = ~self.rows.is_learned
        if self.fit is None or not self.rows.outcome[later].any():
            return Measured(None)
        values = self.fit.log_odds(self.amounts[later][:, self.used])
        sample = Sample.of_rows(values, self.rows.outcome[later], self.rows.group[later])
        return measured(sample, roc_auc)

    def _scale(self) -> float | None:
        """Return points for one unit of log-odds, so that leads have as many points as before.

        Sums are of sizes, over all rows. Each effect counts as far as it stands out from its
        error, else the noise of many rules without effect would take the points of those that
        have one. None where the rules together say nothing of later rows.
        """
        if self.fit is None or self.together.low is None or self.together.low <= 1 / 2:
            return None
        if self.is_probability:
            return 1.0
        mean = np.abs(self.learned[:, self.used]).mean(0)
        sure = np.maximum(0, 1 - (self.fit.errors() / _nonzero(self.fit.effects)) ** 2)
        size = (np.abs(self.fit.effects) * sure * mean).sum()
        return float((np.abs(self.units[self.used]) * mean).sum() / size) if size > 0 else None

    def rules(self) -> Iterator[RuleWorth]:
        """Yield what each rule is worth."""
        for number, (score, name, rule) in enumerate(self.listed):
            fired = self.fired[:, number]
            wins = int(self.outcome[fired].sum())
            apart = self._apart(number)
            effect, supported = self._effect(number), self._supported(number)
            like = self._like(number)
            said, why = verdict(
                Evidence(
                    int(fired.sum()),
                    len(np.unique(self.group[apart])),
                    self._expected(apart),
                    int(self.outcome[apart].sum()),
                    isinstance(rule, EventRule) and self.of.own_acts.issuperset(rule.event),
                    score in self.reach,
                    float(self.units[number]),
                    like,
                    effect,
                    supported,
                )
            )
            points = float(self.units[number])
            value = supported.value if supported is not None else None
            yield RuleWorth(
                score=score,
                rule=name,
                fired=int(fired.sum()),
                share=float(fired.mean()) if len(fired) else 0.0,
                rate=wins / fired.sum() if fired.any() else None,
                lift=self._lift(fired),
                given_others=self._odds(number, fired),
                points=points,
                supported=supported,
                factor=value / points if value is not None and points else None,
                like=like,
                pinned=bool(rule.pinned),
                verdict=said,
                says=why,
            )

    def _apart(self, number: int) -> npt.NDArray[np.bool_]:
        """Return rows that a rule sets apart: it does not give them what most rows get."""
        values, counts = np.unique(self.learned[:, number], return_counts=True)
        if not len(values):
            return np.zeros(0, bool)
        return np.asarray(self.learned[:, number] != values[counts.argmax()])

    def _expected(self, fired: npt.NDArray[np.bool_]) -> float:
        """Return the wins at the overall rate, of some rows or of the others."""
        rate = float(self.outcome.mean()) if len(self.outcome) else 0.0
        return rate * float(min(fired.sum(), (~fired).sum()))

    def _lift(self, fired: npt.NDArray[np.bool_]) -> Measured:
        """Return the rate where a rule fires as a multiple of that of all rows."""
        count = int(self.group.max(initial=-1)) + 1
        if not fired.any() or not self.outcome.any() or count < FEWEST_GROUPS:
            return Measured(None)
        sums = [
            np.bincount(self.group, each, count)
            for each in (fired & self.outcome, fired, self.outcome, np.ones(len(fired)))
        ]
        drawn = draws(count) @ np.column_stack(sums)
        with np.errstate(divide="ignore", invalid="ignore"):
            values = (drawn[:, 0] / drawn[:, 1]) / (drawn[:, 2] / drawn[:, 3])
        value = self.outcome[fired].mean() / self.outcome.mean()
        return interval(float(value), values)

    def _place(self, number: int) -> int | None:
        return self.used.index(number) if self.fit and number in self.used else None

    def _effect(self, number: int) -> Measured | None:
        """Return the log-odds of one unit, in the direction of its points."""
        place = self._place(number)
        if place is None or self.fit is None:
            return None
        sign = 1 if self.units[number] > 0 else -1
        return interval(float(sign * self.fit.effects[place]), sign * self.fit.drawn[:, place])

    def _odds(self, number: int, fired: npt.NDArray[np.bool_]) -> Measured | None:
        """Return how many times the odds are where a rule fires, on average."""
        place = self._place(number)
        if place is None or self.fit is None or not fired.any():
            return None
        amount = float(self.learned[fired, number].mean())
        odds = np.exp(np.clip(self.fit.drawn[:, place] * amount, -30, 30))
        return interval(float(np.exp(np.clip(self.fit.effects[place] * amount, -30, 30))), odds)

    def _supported(self, number: int) -> Measured | None:
        place = self._place(number)
        if place is None or self.fit is None or self.scale is None:
            return None
        drawn = self.scale * self.fit.drawn[:, place]
        return interval(float(self.scale * self.fit.effects[place]), drawn)

    def _like(self, number: int) -> str:
        """Return the name of the rule that a rule goes along with, or of which it is a part."""
        other = self.like.get(number)
        if other is None and number in self.used:
            fired = self.fired[:, number]
            others = [n for n in self.used if n != number and n not in self.like.values()]
            shares = {
                n: float((self.fired[fired, n]).mean()) if fired.any() else 0.0
                for n in others
                if self.fired[:, n].sum() <= MUCH_LARGER * fired.sum()
                and self.fired[:, n].mean() <= ALIKE
            }
            best = max(shares, key=lambda n: shares[n], default=None)
            other = best if best is not None and shares[best] >= WITHIN else None
        return "" if other is None else ".".join(self.listed[other][:2])

    def additions(self) -> tuple[Addition, ...]:
        """Return events that no rule reads and that say something beside all rules."""
        target = self._target()
        found = unread(self.of.run, self.of.task, target) if target else None
        if found is None or self.scale is None:
            return ()
        wanted = [(target, rule) for rule in found.rules]
        given = pivot(found.run, self.rows, wanted)
        amounts = given.points[self.rows.is_learned]
        fired = given.fired[self.rows.is_learned]
        enough = [
            n
            for n in range(len(wanted))
            if self._expected(fired[:, n]) >= FEWEST_GROUPS / 2 and amounts[:, n].std() > 0
        ]
        fit = self._fit(np.column_stack([self.learned[:, self.used], amounts[:, enough]]))
        if fit is None:
            return ()
        return tuple(self._sure(fit, enough, wanted, found.rules))

    def _sure(
        self,
        fit: Fitted,
        enough: list[int],
        wanted: list[tuple[str, str]],
        events: Mapping[str, str],
    ) -> Iterator[Addition]:
        """Yield additions whose effect is sure."""
        ends = [(100 - SURE) / 2, (100 + SURE) / 2]
        for place, number in enumerate(enough, start=len(self.used)):
            drawn = fit.drawn[:, place] * (self.scale or 0.0)
            low, high = np.percentile(drawn, ends)
            if low > 0 or high < 0:
                score, rule = wanted[number]
                most = float(np.abs(self.units).max())
                points = float(np.clip(fit.effects[place] * (self.scale or 0.0), -most, most))
                value = interval(points, drawn)
                yield Addition(score, rule, events[rule], value)

    def _target(self) -> str:
        """Return the score that an event rule would be added to: that with the most of them."""
        counts = {
            score: sum(isinstance(each, UnitRule) for each in (found.rules or {}).values())
            for score, found in self.of.run.model.scores.items()
            if score in self.reach and found.kind == "rules" and not found.link
        }
        best = max(counts, key=lambda score: counts[score], default="")
        return best if counts.get(best) else ""


def _in_units(found: Pivot, units: Floats) -> Floats:
    """Return how many units of its points each rule gave; of rules without points nothing."""
    return np.asarray(found.points / np.where(units == 0, 1.0, units))


def _nonzero(values: Floats) -> Floats:
    return np.where(values == 0, 1e-300, values)
