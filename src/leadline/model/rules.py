"""The rules of a score and what they are made of: tables of points, decay, units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from inspect import get_annotations
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    model_validator,
)

from leadline.model.expressions import Expression
from leadline.model.values import (
    KIND,
    REMOVED,
    Condition,
    Count,
    Edge,
    Identifier,
    Label,
    Limit,
    Number,
    Of,
    Points,
    PositiveSeconds,
    Seconds,
    Share,
    Text,
    Texts,
    Whole,
    plain,
    rising_bins,
    wrong,
)

CAN_BE_EMPTY = ("provenance", "calibration", "task", "override")
"""Keys that may hold anything, or say that nothing is expected."""


class Part(BaseModel):
    """One part of a document. Unknown keys are errors; nothing can be changed afterwards."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, arbitrary_types_allowed=True, defer_build=True
    )

    def plain(self) -> dict[str, Any]:
        """Return the part as it stands in YAML: what was written and no defaults."""
        return {
            type(self).model_fields[name].alias or name: plain(getattr(self, name))
            for name in self._keys()
            if name in self.model_fields_set
        }

    @model_validator(mode="before")
    @classmethod
    def _refuse_empty(cls, values: Any) -> Any:
        """Refuse a key without a value: it would silently mean the default."""
        for name, field in cls.model_fields.items() if isinstance(values, Mapping) else ():
            key = field.alias or name
            if key in values and values[key] is None and name not in CAN_BE_EMPTY:
                raise wrong("must have a value", "nothing", key=key)
        return values

    @classmethod
    def _keys(cls) -> list[str]:
        """Return the fields in the order people expect: a kind's own before those of all kinds."""
        names = (name for each in cls.__mro__ for name in get_annotations(each))
        return [name for name in dict.fromkeys(names) if name in cls.model_fields]


def one_of(*keys: str) -> ConfigDict:
    """Return what tells editors that a part has one of some keys."""
    return ConfigDict(json_schema_extra={"oneOf": [{"required": [key]} for key in keys]})


class Described(Part):
    """A part that can carry words for people; they change no number."""

    description: str | None = Field(None, description="What people should know of it.")
    owner: str | None = Field(None, description="Who answers for it.")


class Labelled(Described):
    """A part that people see by another name than the document calls it."""

    label: Label | None = Field(
        None, description="What people call it: a text, or a text a language."
    )


def _entry_kind(value: object) -> str:
    return KIND + "Table" if isinstance(value, Mapping | Part) else KIND + "Number"


Entry = Annotated[
    Annotated[Number, Tag(KIND + "Number")] | Annotated["Table", Tag(KIND + "Table")],
    Discriminator(_entry_kind),
]


def _no_null(entries: dict[Any, Any]) -> dict[Any, Any]:
    if not entries:
        raise wrong("must map values to points", "an empty mapping")
    if None in entries:
        raise wrong("must give the points of an empty value under `missing`", "null")
    return entries


class Lookup(Part):
    """Points by the value of an expression."""

    model_config = one_of("values", "bins")

    values: Annotated[dict[Any, Entry], AfterValidator(_no_null)] | None = Field(
        None, description="Value to points."
    )
    bins: Annotated[dict[Edge, Entry], AfterValidator(rising_bins)] | None = Field(
        None, description="Lower edge to points; the greatest edge that is not above the value."
    )
    other: Entry = Field(0.0, description="Points of a value that matches nothing.")
    missing: Entry = Field(0.0, description="Points where there is no value.")

    def model_post_init(self, _context: Any) -> None:
        """Refuse entries of both kinds or none."""
        if self.values is not None and self.bins is not None:
            raise wrong("must have either values or bins", "both", repair={"bins": REMOVED})
        if self.values is None and self.bins is None:
            raise wrong("must have either values or bins", "neither", repair={"values": {"?": 0}})

    def entries(self) -> Iterator[float | Table]:
        """Yield every entry, those for other and missing last."""
        yield from (self.values or self.bins or {}).values()
        yield from (self.other, self.missing)


class Table(Lookup):
    """Entries for the values of a second expression."""


class HalfLife(Part):
    """Half of the points remain after each half-life: 2^(-age/D)."""

    half_life: PositiveSeconds = Field(description="Time in which half of the points go.")


class Linear(Part):
    """Points fall evenly to 0: max(0, 1 - age/D)."""

    linear: PositiveSeconds = Field(description="Time in which all of the points go.")


class Steps(Part):
    """A share of the points is kept at every step: k^floor(age/D)."""

    keep: Share = Field(description="Share that is kept at each step, from 0 to 1.")
    every: PositiveSeconds = Field(description="Length of a step.")


DECAY_KINDS: Mapping[str, type[Part]] = {
    "half_life": HalfLife,
    "linear": Linear,
    "keep": Steps,
    "every": Steps,
}
"""Key that says of which kind a decay is."""


def _decay_kind(value: object) -> str | None:
    if isinstance(value, Part):
        return KIND + type(value).__name__
    if isinstance(value, Mapping):
        return next((KIND + DECAY_KINDS[key].__name__ for key in DECAY_KINDS if key in value), None)
    return KIND + "none" if value == "none" else None


Decay = Annotated[
    Annotated[HalfLife, Tag(KIND + "HalfLife")]
    | Annotated[Linear, Tag(KIND + "Linear")]
    | Annotated[Steps, Tag(KIND + "Steps")]
    | Annotated[Literal["none"], Tag(KIND + "none")],
    Discriminator(
        _decay_kind,
        custom_error_type="decay_kind",
        custom_error_message="must be none, {half_life: D}, {linear: D} or {keep: k, every: D}",
    ),
]


class Rule(Labelled):
    """What every rule has."""

    group: Identifier | None = Field(None, description="Rules of one group share a limit.")
    pinned: bool | None = Field(
        None, strict=True, description="Learning keeps the points of a pinned rule."
    )


class ConditionRule(Rule):
    """Gives its points where a condition on the lead is true."""

    when: Condition = Field(description="Condition on lead and account fields and on hits.")
    points: Points = Field(description="Points, a number or a formula.")


class TableRule(Lookup, Rule):
    """Gives the points of the entry for the value of an expression, or of two."""

    of: Of = Field(description="Expression whose value is looked up; two in learned scores.")

    @classmethod
    def _keys(cls) -> list[str]:
        return list(dict.fromkeys(["of", *super()._keys()]))

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """The one or two expressions whose values are looked up."""
        return self.of if isinstance(self.of, tuple) else (self.of,)

    @property
    def table(self) -> Table:
        """The entries of the first expression."""
        keys = self.model_fields_set & set(Lookup.model_fields)
        return Table.model_construct(
            keys, **{key: getattr(self, key) for key in Lookup.model_fields}
        )

    def model_post_init(self, context: Any) -> None:
        """Refuse entries that do not fit the expressions."""
        super().model_post_init(context)
        if _depth(self.table) > len(self.expressions):
            expected = "must have numbers as entries, one level of tables an expression"
            raise wrong(expected, "a table", repair=self._without_tables())

    def _without_tables(self) -> dict[str, Any]:
        """Return neutral values for the keys that have tables as entries."""
        neutral = {"values": {"?": 0}, "bins": {0: 0}, "other": 0, "missing": 0}
        entries = {key: getattr(self, key) for key in neutral}
        return {key: neutral[key] for key, value in entries.items() if _has_table(value)}


def _has_table(entry: object) -> bool:
    inner = entry.values() if isinstance(entry, Mapping) else [entry]
    return any(isinstance(each, Lookup) for each in inner)


def _depth(entry: float | Lookup) -> int:
    return 1 + max(map(_depth, entry.entries())) if isinstance(entry, Lookup) else 0


class UnitRule(Rule):
    """What event rules and outcome rules share: units, their weight and their limits."""

    model_config = ConfigDict(
        json_schema_extra={
            "dependentRequired": {"by": ["limit_each"], "limit_each": ["by"], "in": ["at_least"]}
        }
    )

    where: Condition | None = Field(None, description="Condition on the event's own columns.")
    points: Points = Field(description="Points of each unit, a number or a formula.")
    count: Count = Field("each", description="Which hits are units: each, daily, once, per COLUMN.")
    pick: Literal["latest", "first", "highest"] = Field(
        "latest", description="Which hit of a day or value is the unit."
    )
    at_most: Whole | None = Field(None, description="Only this many latest units count.")
    at_least: Whole | None = Field(None, description="Fires only from this many units on.")
    in_: Text | None = Field(
        None, alias="in", description="Column: `at_least` is asked of each of its values."
    )
    within: Seconds | None = Field(None, description="Only hits younger than this count.")
    decay: Decay | None = Field(None, description="How the weight of a unit falls with its age.")
    by: Text | None = Field(None, description="Column whose values are limited each.")
    limit_each: Limit | None = Field(None, description="Limit for each value of `by`.")
    limit: Limit | None = Field(None, description="Limit for the rule's points, both ways.")

    def model_post_init(self, _context: Any) -> None:
        """Refuse half of a pair."""
        if (self.by is None) != (self.limit_each is None):
            found = "limit_each" if self.by is None else "by"
            expected = "must have both by and limit_each, or neither"
            raise wrong(expected, f"{found} alone", repair={found: REMOVED})
        if self.in_ is not None and self.at_least is None:
            expected = "must not stand without at_least, which it is asked for"
            raise wrong(expected, key="in", repair={"in": REMOVED})


class EventRule(UnitRule):
    """Counts events of some types."""

    event: Texts = Field(description="Type of the events, or a list of types.")


class OutcomeRule(UnitRule):
    """Counts outcomes of some kinds."""

    outcome: Texts = Field(description="Kind of the outcomes, or a list of kinds.")


class SilenceRule(Rule):
    """Gives its points where nothing has happened for a while."""

    silent_for: Seconds = Field(description="How long nothing has happened.")
    event: Texts | None = Field(None, description="Types of events that end the silence.")
    where: Condition | None = Field(None, description="Condition on the event's own columns.")
    points: Points = Field(description="Points, a number or a formula.")
    every: PositiveSeconds | None = Field(
        None, description="Fires again for each further so long silence."
    )
    limit: Limit | None = Field(None, description="Limit for the rule's points, both ways.")


class BaseRule(Rule):
    """The constant of a learned score, in log-odds."""

    points: Number = Field(description="Log-odds that every lead starts from.")


RULE_KINDS: Mapping[str, type[Rule]] = {
    "silent_for": SilenceRule,
    "event": EventRule,
    "outcome": OutcomeRule,
    "when": ConditionRule,
    "of": TableRule,
}
"""Key that says of which kind a rule is."""


def _rule_kind(value: object) -> str | None:
    if isinstance(value, Part):
        return KIND + type(value).__name__
    if not isinstance(value, Mapping):
        return None
    found = next((RULE_KINDS[key] for key in RULE_KINDS if key in value), None)
    if found is None and "points" in value and set(value) <= set(BaseRule.model_fields):
        found = BaseRule
    return KIND + found.__name__ if found else None


AnyRule = Annotated[
    Annotated[ConditionRule, Tag(KIND + "ConditionRule")]
    | Annotated[TableRule, Tag(KIND + "TableRule")]
    | Annotated[EventRule, Tag(KIND + "EventRule")]
    | Annotated[OutcomeRule, Tag(KIND + "OutcomeRule")]
    | Annotated[SilenceRule, Tag(KIND + "SilenceRule")]
    | Annotated[BaseRule, Tag(KIND + "BaseRule")],
    Discriminator(
        _rule_kind,
        custom_error_type="rule_kind",
        custom_error_message="must have one of when, of, event, outcome or silent_for",
    ),
]
