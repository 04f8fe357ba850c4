"""What a statement is made for: a checked model, its rules by number, and the tables at hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Literal

from leadline.model.document import (
    Decay,
    EventRule,
    Ladder,
    Model,
    OutcomeRule,
    Override,
    Rule,
    Score,
    SilenceRule,
    TableRule,
    UnitRule,
)
from leadline.model.expressions import Expression, names
from leadline.model.names import Names, fields_of
from leadline.model.shown import fields_shown
from leadline.model.types import Schema
from leadline.sql.planning import Planning

Level = Literal["lead", "account"]
Stream = Literal["events", "outcomes"]


@dataclass(frozen=True)
class NumberedRule:
    """A rule with the small number that stands for it inside the statement."""

    number: int
    score_name: str
    name: str
    rule: Rule
    score: Score

    @property
    def level(self) -> Level:
        """Whether the rule belongs to leads or to accounts."""
        return "account" if self.score.is_account else "lead"

    @property
    def decay(self) -> Decay | None:
        """The decay of its units, None for none."""
        if not isinstance(self.rule, UnitRule):
            return None
        decay = self.rule.decay if self.rule.decay is not None else self.score.decay
        return None if decay == "none" else decay

    @property
    def resets(self) -> bool:
        """Whether only events after an outcome of ``reset_on`` count."""
        return isinstance(self.rule, EventRule) and self.score.reset_on is not None


@dataclass(frozen=True)
class Profile:
    """What is known of the data and may choose the plan, never the result.

    Attributes:
        few: Columns ``(table, column)`` with few distinct values, whose shapes are worth listing.
        one_moment: Whether all moments of the spine are the same.
        every_account: Whether accounts without a lead in the spine are scored too.
        shapes: Whether listing the distinct shapes of all events is cheap.
        planning: What the engine is good at.
        moments: The moments of the spine, in their order, where many leads have the same few; else
            empty. UTC, without a zone.
        in_arrays: Whether plain sums are given to the statement, see ``plain``.
    """

    few: frozenset[tuple[str, str]] = frozenset()
    one_moment: bool = False
    every_account: bool = False
    shapes: bool = True
    planning: Planning = field(default_factory=Planning)
    moments: tuple[datetime, ...] = ()
    in_arrays: bool = False


@dataclass(frozen=True)
class Context:
    """Everything a step of the statement may ask for."""

    model: Model
    schema: Schema
    profile: Profile = Profile()

    @cached_property
    def names(self) -> Names:
        """What names mean over the tables at hand."""
        return Names(self.model, self.schema)

    @cached_property
    def rules(self) -> tuple[NumberedRule, ...]:
        """All rules with their numbers."""
        return tuple(
            NumberedRule(number, score, name, rule, self.model.scores[score])
            for number, (score, name, rule) in enumerate(self.model.rules(), start=1)
        )

    def has(self, table: str) -> bool:
        """Say whether a table was given."""
        return table in self.schema

    def recorded(self, table: str, row: str, at: str) -> str:
        """Return whether a row was there at a moment, by the names that both have in a join.

        Where the row says nothing of it, it always was.
        """
        if "recorded_at" not in self.schema.get(table, {}):
            return "true"
        return f"({row}.recorded_at is null or {row}.recorded_at <= {at})"

    def free(self, table: str, name: str) -> str:
        """Return a name that no column of a table has, to stand beside all of them."""
        taken = {each.casefold() for each in self.schema.get(table, {})}
        while name.casefold() in taken:
            name = f"{name}'"
        return name

    def unit_rules(self, level: Level, stream: Stream) -> list[NumberedRule]:
        """Return the event or outcome rules of a level."""
        kind = EventRule if stream == "events" else OutcomeRule
        return [each for each in self.rules if each.level == level and isinstance(each.rule, kind)]

    def silence_rules(self, level: Level) -> list[NumberedRule]:
        """Return the silence rules of a level."""
        return [
            each
            for each in self.rules
            if each.level == level and isinstance(each.rule, SilenceRule)
        ]

    def attribute_rules(self, level: Level) -> list[NumberedRule]:
        """Return the rules of a level that read fields and counts alone."""
        return [
            each
            for each in self.rules
            if each.level == level and not isinstance(each.rule, UnitRule | SilenceRule)
        ]

    def rule(self, score: str, name: str) -> NumberedRule:
        """Return a rule by the names of its score and its own."""
        return next(each for each in self.rules if (each.score_name, each.name) == (score, name))

    def rule_scores(self, level: Level) -> list[str]:
        """Return the scores of a level that have rules."""
        return [
            name
            for name, score in self.model.scores.items()
            if score.kind == "rules" and score.is_account == (level == "account")
        ]

    def counted(self, level: Level) -> list[NumberedRule]:
        """Return the rules of a level whose counts are read anywhere."""
        return [each for each in self._counted if each.level == level]

    @cached_property
    def _counted(self) -> list[NumberedRule]:
        read = dict.fromkeys(
            self.names.counted(name)
            for expression in self.expressions()
            for name in names(expression.tree)
            if name.parts[0] in ("hits", "last") and len(name.parts) > 1
        )
        return [self.rule(*pair) for pair in read]

    @cached_property
    def has_accounts(self) -> bool:
        """Whether any score belongs to accounts."""
        return any(score.is_account for score in self.model.scores.values())

    @cached_property
    def has_rollups(self) -> bool:
        """Whether any score gathers the leads of an account."""
        return any(score.kind == "rollup" for score in self.model.scores.values())

    @cached_property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """The distinct ``(entity, field)`` written anywhere in the model."""
        return tuple(each for each in self._read if not each[0].startswith("since."))

    @cached_property
    def _read(self) -> tuple[tuple[str, str], ...]:
        return tuple(fields_of(*(each.tree for each in self.expressions())))

    @cached_property
    def shown(self) -> tuple[tuple[str, str], ...]:
        """The ``(entity, field)`` that results carry beside an id."""
        return fields_shown(self.model)

    def aged(self, entity: str) -> list[str]:
        """Return the fields of an entity whose values' ages are read by ``since``."""
        return [name for scope, name in self._read if scope == f"since.{entity}"]

    def ladders(self, level: Level) -> dict[str, Ladder]:
        """Return the ladders on which leads or accounts stand."""
        return self.model.account_bands if level == "account" else self.model.lead_bands

    def overrides(self, level: Level) -> dict[str, Override]:
        """Return the overrides that decide a ladder of a level."""
        return {
            name: each
            for name, each in self.model.overrides.items()
            if any(decides(each, ladder) for ladder in self.ladders(level))
        }

    def expressions(self) -> Iterator[Expression]:
        """Yield every condition and formula of the model."""
        for score in self.model.scores.values():
            yield from _expressions(score.for_, score.formula)
        for each in self.rules:
            yield from rule_expressions(each.rule)
        for ladder in self.model.bands.values():
            yield from ladder.require.values()
        for override in self.model.overrides.values():
            yield override.when


def rule_expressions(rule: Rule) -> Iterator[Expression]:
    """Yield the conditions and formulas of a rule."""
    found = [getattr(rule, key, None) for key in ("when", "where", "points")]
    if isinstance(rule, TableRule):
        found += rule.expressions
    yield from _expressions(*found)


def _expressions(*values: object) -> Iterator[Expression]:
    yield from (each for each in values if isinstance(each, Expression))


def column_of(rule: UnitRule) -> str | None:
    """Return the column of ``count: per COLUMN``, None for the other ways to count."""
    return rule.count.removeprefix("per ").strip() if rule.count.startswith("per ") else None


def decides(override: Override, ladder: str) -> bool:
    """Say whether an override decides a ladder."""
    return override.ladders is None or ladder in override.ladders
