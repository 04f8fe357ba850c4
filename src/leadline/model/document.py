"""The model document: what a score means, as frozen objects with the names that people write.

A document holds what was written and nothing compiled: texts of conditions keep their spelling.
It knows no engine and no data; whether its names and types work is asked in ``check``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    PlainSerializer,
    PlainValidator,
    Tag,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from leadline.model.durations import PATTERN, Duration
from leadline.model.expressions import KEYWORDS, SCOPES, Expression, ExpressionError
from leadline.model.types import KNOWN_COLUMNS, Type

T = TypeVar("T")

TABLES = tuple(KNOWN_COLUMNS)
SINGLE_LADDER = "band"
"""Name of the ladder of a document that has only one, like the column that it fills."""


def wrong(expected: str, found: object = "") -> PydanticCustomError:
    """Return the fault of one value; ``expected`` ends the sentence that starts with its path."""
    return PydanticCustomError("leadline", "{expected}", {"expected": expected, "found": str(found)})


def shown(value: object) -> str:
    """Return how a value of a document is shown to a person."""
    words = {None: "nothing", True: "true", False: "false"}
    return words.get(value, str(value)) if isinstance(value, bool | None) else str(value)


def _duration(value: object) -> Duration:
    if isinstance(value, Duration):
        return value
    try:
        return Duration(str(value) if isinstance(value, str) else "")
    except ValueError:
        raise wrong("must be a duration such as 30d", shown(value)) from None


def _expression(value: object) -> Expression:
    if isinstance(value, Expression):
        return value
    if isinstance(value, bool):
        value = str(value).lower()
    if isinstance(value, int | float):
        value = repr(value)
    if not isinstance(value, str):
        raise wrong("must be a condition or formula", shown(value))
    try:
        return Expression(value)
    except ExpressionError as fault:
        raise wrong(fault.expected, fault.found) from None


def _finite(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise wrong("must be a number", shown(value))
    return value


def _number(value: object) -> float:
    value = _finite(value)
    if not abs(value) < _LARGEST:
        raise wrong(f"must be a number smaller than {_LARGEST:.0e}", shown(value))
    return value


_LARGEST = 1e9
"""Points, limits and edges beyond this could not be summed in decimals of 6 places."""


def _points(value: object) -> float | Expression:
    return _expression(value) if isinstance(value, str | Expression) else _number(value)


def _count(value: object) -> str:
    if isinstance(value, str):
        column = value.removeprefix("per ").strip()
        if value in ("each", "daily", "once") or (value.startswith("per ") and column):
            return value
    raise wrong("must be each, daily, once or per COLUMN", shown(value))


def _rollup_by(value: object) -> str:
    if isinstance(value, str):
        word, _, rest = value.partition(" ")
        plain = word in ("sum", "max", "mean") and not rest
        if plain or (word == "top" and rest.strip().isdigit() and int(rest) > 0):
            return value
        if word == "count_over" and _is_number(rest):
            return value
    raise wrong("must be sum, max, mean, count_over N or top N", shown(value))


def _is_number(text: str) -> bool:
    try:
        return abs(float(text)) < _LARGEST
    except ValueError:
        return False


def _name(value: object) -> str:
    if not isinstance(value, str) or not value.isidentifier():
        raise wrong("must be a name of letters, digits and _", shown(value))
    if value.lower() in KEYWORDS | set(SCOPES):
        raise wrong("must not be a word of the language", value)
    return value


def _text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise wrong("must be text", shown(value))
    return str(value)


def _texts(value: object) -> tuple[str, ...]:
    values = value if isinstance(value, list | tuple) else [value]
    if not values:
        raise wrong("must name at least one", "an empty list")
    return tuple(_text(each) for each in values)


def _zone(value: object) -> str:
    if not isinstance(value, str) or value not in available_timezones():
        raise wrong("must be a time zone such as Europe/Warsaw", shown(value))
    return value


def _ascending(edges: Mapping[Any, float]) -> Mapping[Any, float]:
    if not edges:
        raise wrong("must have at least one edge", "none")
    values = list(edges.values())
    for name, low, high in zip(list(edges)[1:], values, values[1:], strict=False):
        if not low < high:
            raise wrong("must have edges that rise", f"{shown(name)}: {high} after {low}")
    return edges


def _bins(value: object) -> Mapping[float, Any]:
    if not isinstance(value, Mapping) or not value:
        raise wrong("must map lower edges to points", shown(value))
    edges = {_finite(edge): entry for edge, entry in value.items()}
    _ascending({edge: edge for edge in edges})
    return {edge: _entry(entry) for edge, entry in edges.items()}


def _values(value: object) -> Mapping[Any, Any]:
    if not isinstance(value, Mapping) or not value:
        raise wrong("must map values to points", shown(value))
    if None in value:
        raise wrong("must give the points of an empty value under missing", "null")
    return {key: _entry(entry) for key, entry in value.items()}


def _entry(value: object) -> float | Table:
    if isinstance(value, Table):
        return value
    if isinstance(value, Mapping):
        try:
            return Table.model_validate(value)
        except ValidationError as fault:
            first = fault.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise wrong("must be a number or a table of numbers", place or first["msg"]) from None
    return _number(value)


def _of(value: object) -> Expression | tuple[Expression, ...]:
    if isinstance(value, list | tuple):
        if len(value) != 2:  # noqa: PLR2004 - bins of one or two fields, says the design
            raise wrong("must be one expression, or a list of two", f"a list of {len(value)}")
        return tuple(_expression(each) for each in value)
    return _expression(value)


def _plain(value: object) -> object:
    """Return a value as it stands in YAML."""
    if isinstance(value, Expression | Duration):
        return value.text
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Type):
        return value.value
    return value.plain() if isinstance(value, Part) else value


def _custom(validate: Any, schema: dict[str, Any]) -> tuple[Any, ...]:
    return (PlainValidator(validate), PlainSerializer(_plain), WithJsonSchema(schema))


_TEXT_SCHEMA: dict[str, Any] = {"type": ["string", "number"]}
_POINTS_SCHEMA: dict[str, Any] = {"type": ["number", "string"]}
_ENTRIES: dict[str, Any] = {"type": "object", "additionalProperties": {"type": ["number", "object"]}}

def _not_negative(value: float) -> float:
    if value < 0:
        raise wrong("must not be negative", value)
    return value


Seconds = Annotated[
    Duration,
    *_custom(_duration, {"type": "string", "pattern": f"^{PATTERN}$", "examples": ["30d"]}),
]
Condition = Annotated[Expression, *_custom(_expression, {"type": ["string", "boolean"]})]
Formula = Annotated[Expression, *_custom(_expression, {"type": ["string", "number"]})]
Number = Annotated[float, *_custom(_number, {"type": "number"})]
Points = Annotated[float | Expression, *_custom(_points, _POINTS_SCHEMA)]
Text = Annotated[str, *_custom(_text, _TEXT_SCHEMA)]
Texts = Annotated[
    tuple[str, ...],
    *_custom(_texts, {"anyOf": [_TEXT_SCHEMA, {"type": "array", "items": _TEXT_SCHEMA}]}),
]
Identifier = Annotated[str, *_custom(_name, {"type": "string"})]
Count = Annotated[
    str, *_custom(_count, {"type": "string", "pattern": "^(each|daily|once|per .+)$"})
]
RollupBy = Annotated[
    str,
    *_custom(_rollup_by, {"type": "string", "pattern": r"^(sum|max|mean|count_over \S+|top \d+)$"}),
]
Zone = Annotated[str, *_custom(_zone, {"type": "string", "examples": ["Europe/Warsaw"]})]
Of = Annotated[
    Expression | tuple[Expression, ...],
    *_custom(_of, {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
Positive = Annotated[int, Field(strict=True, ge=1)]
Limit = Annotated[Number, AfterValidator(_not_negative)]
Edges = Annotated[dict[Text, Number], AfterValidator(_ascending)]




class Part(BaseModel):
    """One part of a document. Unknown keys are errors; nothing can be changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    def plain(self) -> dict[str, Any]:
        """Return the part as it stands in YAML: what was written and no defaults."""
        fields = type(self).model_fields
        return {
            fields[name].alias or name: _plain(getattr(self, name))
            for name in fields
            if name in self.model_fields_set
        }


class Described(Part):
    """A part that can carry words for people; they change no number."""

    description: str | None = None
    owner: str | None = None


class Column(Part):
    """How a column of the data is to be read."""

    source: str | None = Field(None, alias="from", description="Name of the column in the data.")
    type: Type | None = Field(None, description="Type; by default read off the data.")
    missing: tuple[Any, ...] = Field((), description="Values that mean: no value.")
    known: str | None = Field(None, description="When the field becomes known, such as created.")
    zone: Zone | None = Field(None, description="Zone of times that carry none.")


class Table(Part):
    """Entries for the values of an expression: numbers, or tables for the next expression."""

    values: Annotated[Mapping[Any, Any] | None, *_custom(_values, _ENTRIES)] = None
    bins: Annotated[Mapping[float, Any] | None, *_custom(_bins, _ENTRIES)] = None
    other: Annotated[Any, *_custom(_entry, {"type": ["number", "object"]})] = 0.0
    missing: Annotated[Any, *_custom(_entry, {"type": ["number", "object"]})] = 0.0

    def model_post_init(self, _context: Any) -> None:
        """Refuse a table of both kinds or none."""
        _values_or_bins(self.values, self.bins)

    def entries(self) -> Iterator[float | Table]:
        """Yield every entry, those for other and missing last."""
        yield from (self.values or self.bins or {}).values()
        yield from (self.other, self.missing)


def _values_or_bins(values: object, bins: object) -> None:
    if (values is None) == (bins is None):
        raise wrong("must have either values or bins", "neither" if values is None else "both")


class HalfLife(Part):
    """Half of the points remain after each half-life: 2^(-age/D)."""

    half_life: Seconds


class Linear(Part):
    """Points fall evenly to 0: max(0, 1 - age/D)."""

    linear: Seconds


def _share(value: float) -> float:
    if not 0 <= value <= 1:
        raise wrong("must be between 0 and 1", value)
    return value


class Steps(Part):
    """A share of the points is kept at every step: k^floor(age/D)."""

    keep: Annotated[Number, AfterValidator(_share)]
    every: Seconds




def _positive_duration(part: T) -> T:
    """Refuse a decay over no time."""
    for name in type(part).model_fields:  # type: ignore[attr-defined]  # T is one of three parts
        value = getattr(part, name)
        if isinstance(value, Duration) and value.microseconds == 0:
            raise wrong("must be longer than nothing", value.text)
    return part


def _decay_kind(value: object) -> str | None:
    if isinstance(value, HalfLife | Linear | Steps):
        return {HalfLife: "#half_life", Linear: "#linear", Steps: "#steps"}[type(value)]
    if isinstance(value, Mapping):
        keys = {"half_life": "#half_life", "linear": "#linear", "keep": "#steps", "every": "#steps"}
        return next((tag for key, tag in keys.items() if key in value), None)
    return "#none" if value == "none" else None


Decay = Annotated[
    Annotated[HalfLife, AfterValidator(_positive_duration), Tag("#half_life")]
    | Annotated[Linear, AfterValidator(_positive_duration), Tag("#linear")]
    | Annotated[Steps, AfterValidator(_positive_duration), Tag("#steps")]
    | Annotated[Literal["none"], Tag("#none")],
    Discriminator(
        _decay_kind,
        custom_error_type="leadline",
        custom_error_message="must be none, {half_life: D}, {linear: D} or {keep: k, every: D}",
    ),
]


class Rule(Described):
    """What every rule has."""

    group: Identifier | None = Field(None, description="Rules of one group share a limit.")
    pinned: bool | None = Field(None, description="Learning keeps the points of a pinned rule.")


class ConditionRule(Rule):
    """Gives its points where a condition on the lead is true."""

    when: Condition
    points: Points


class TableRule(Rule):
    """Gives the points of the entry for the value of an expression, or of two."""

    of: Of
    values: Annotated[Mapping[Any, Any] | None, *_custom(_values, _ENTRIES)] = None
    bins: Annotated[Mapping[float, Any] | None, *_custom(_bins, _ENTRIES)] = None
    other: Annotated[Any, *_custom(_entry, {"type": ["number", "object"]})] = 0.0
    missing: Annotated[Any, *_custom(_entry, {"type": ["number", "object"]})] = 0.0

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """The one or two expressions whose values are looked up."""
        return self.of if isinstance(self.of, tuple) else (self.of,)

    @property
    def table(self) -> Table:
        """The entries of the first expression."""
        keys = self.model_fields_set & {"values", "bins", "other", "missing"}
        return Table(**{key: getattr(self, key) for key in keys})

    def model_post_init(self, _context: Any) -> None:
        """Refuse entries that do not fit the expressions."""
        _values_or_bins(self.values, self.bins)
        depth = _depth(self.table)
        if depth > len(self.expressions):
            raise wrong("must have numbers as entries, as `of` is one expression", "a table")


def _depth(entry: float | Table) -> int:
    return 1 + max(map(_depth, entry.entries())) if isinstance(entry, Table) else 0


class UnitRule(Rule):
    """What event rules and outcome rules share: units, their weight and their limits."""

    where: Condition | None = Field(None, description="Condition on the event's own columns.")
    points: Points
    count: Count = Field("each", description="Which hits are units.")
    pick: Literal["latest", "first", "highest"] = "latest"
    at_most: Positive | None = Field(None, description="Only this many latest units count.")
    at_least: Positive | None = Field(None, description="Fires only from this many units on.")
    within: Seconds | None = Field(None, description="Only hits younger than this count.")
    decay: Decay | None = Field(None, description="How the weight of a unit falls with its age.")
    by: Text | None = Field(None, description="Column whose values are limited each.")
    limit_each: Limit | None = Field(None, description="Limit for each value of `by`.")
    limit: Limit | None = Field(None, description="Limit for the rule's points, both ways.")

    def model_post_init(self, _context: Any) -> None:
        """Refuse half of a pair."""
        if (self.by is None) != (self.limit_each is None):
            raise wrong("must have both by and limit_each, or neither", "by" if self.by else "limit_each")


class EventRule(UnitRule):
    """Counts events of some types."""

    event: Texts


class OutcomeRule(UnitRule):
    """Counts outcomes of some kinds."""

    outcome: Texts


class SilenceRule(Rule):
    """Gives its points where nothing has happened for a while."""

    silent_for: Seconds
    event: Texts | None = None
    where: Condition | None = None
    points: Points


class BaseRule(Rule):
    """The constant of a learned score, in log-odds."""

    points: Number


_RULE_KINDS = {
    "silent_for": "#silence",
    "event": "#event",
    "outcome": "#outcome",
    "when": "#when",
    "of": "#of",
}
_RULE_TAGS: dict[type[Rule], str] = {
    SilenceRule: "#silence",
    EventRule: "#event",
    OutcomeRule: "#outcome",
    ConditionRule: "#when",
    TableRule: "#of",
    BaseRule: "#base",
}


def _rule_kind(value: object) -> str | None:
    if isinstance(value, Rule):
        return _RULE_TAGS[type(value)]
    if not isinstance(value, Mapping):
        return None
    kind = next((tag for key, tag in _RULE_KINDS.items() if key in value), None)
    return kind or ("#base" if "points" in value else None)


AnyRule = Annotated[
    Annotated[ConditionRule, Tag("#when")]
    | Annotated[TableRule, Tag("#of")]
    | Annotated[EventRule, Tag("#event")]
    | Annotated[OutcomeRule, Tag("#outcome")]
    | Annotated[SilenceRule, Tag("#silence")]
    | Annotated[BaseRule, Tag("#base")],
    Discriminator(
        _rule_kind,
        custom_error_type="leadline",
        custom_error_message="must have one of when, of, event, outcome or silent_for",
    ),
]


def _range(value: object) -> tuple[float, float]:
    if not isinstance(value, list | tuple) or len(value) != 2:  # noqa: PLR2004 - a pair
        raise wrong("must be two numbers such as [0, 100]", shown(value))
    low, high = (_number(bound) for bound in value)
    if low > high:
        raise wrong("must have its lower bound first", shown(list(value)))
    return low, high


class Score(Described):
    """A sum of rules, a formula over other scores, or a rollup of a score over an account."""

    of: Literal["account"] | None = Field(None, description="The score belongs to the account.")
    for_: Condition | None = Field(None, alias="for", description="Leads that have this score.")
    range: Annotated[
        tuple[float, float] | None,
        *_custom(_range, {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}),
    ] = None
    decay: Decay | None = None
    limits: dict[Identifier, Limit] = Field(default_factory=dict)
    reset_on: Texts | None = None
    link: Literal["logistic"] | None = None
    rules: dict[Identifier, AnyRule] | None = None
    formula: Formula | None = None
    rollup: Identifier | None = None
    by: RollupBy | None = None
    provenance: Any = None
    calibration: Any = None

    @property
    def kind(self) -> Literal["rules", "formula", "rollup"]:
        """Which of the three the score is."""
        if self.formula is not None:
            return "formula"
        return "rollup" if self.rollup is not None else "rules"

    @property
    def is_account(self) -> bool:
        """Whether the score belongs to the account."""
        return self.of == "account"

    def model_post_init(self, _context: Any) -> None:
        """Refuse keys that do not go together."""
        kinds = [key for key in ("rules", "formula", "rollup") if getattr(self, key) is not None]
        if len(kinds) != 1:
            raise wrong("must have one of rules, formula or rollup", " and ".join(kinds) or "none")
        for key, needs in _NEEDS.items():
            if key in self.model_fields_set and kinds[0] != needs:
                raise wrong(f"must have {needs} where it has {key}", kinds[0])
        if self.rollup is not None and not (self.is_account and self.by):
            raise wrong("must have `of: account` and `by` beside rollup", "rollup alone")


_NEEDS = {
    "decay": "rules",
    "limits": "rules",
    "reset_on": "rules",
    "link": "rules",
    "by": "rollup",
}


class Grade(Described):
    """A letter or digit for one score."""

    by: Identifier
    edges: Edges


def _ladder_by(value: object) -> str | tuple[str, ...]:
    return _texts(value) if isinstance(value, list | tuple) else _name(value)


class Ladder(Described):
    """Bands by the edges of a score, or by the cells of several grades."""

    by: Annotated[
        str | tuple[str, ...],
        *_custom(
            lambda value: _ladder_by(value),
            {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
        ),
    ]
    edges: Edges | None = None
    leave: dict[Text, Number] = Field(default_factory=dict)
    require: dict[Text, Condition] = Field(default_factory=dict)
    cells: dict[Text, Texts] | None = None
    default: Text | None = None

    def model_post_init(self, _context: Any) -> None:
        """Refuse keys that do not go together."""
        if isinstance(self.by, tuple):
            if self.cells is None or self.default is None or self.edges or self.leave:
                raise wrong("must have cells and default, no edges or leave, beside a list in by")
        elif self.edges is None or self.cells is not None or self.default is not None:
            raise wrong("must have edges, and no cells or default, beside one score in by")


class Override(Described):
    """Decides the band where its condition is true."""

    when: Condition
    band: Text
    ladders: Texts | None = Field(None, alias="in", description="Ladders; by default all.")


class Example(Described):
    """A lead with a known result, checked before the model is published."""

    lead: dict[str, Any] = Field(default_factory=dict)
    account: dict[str, Any] = Field(default_factory=dict)
    events: tuple[dict[str, Any], ...] = ()
    outcomes: tuple[dict[str, Any], ...] = ()
    band: Text | None = None
    bands: dict[str, Text | None] = Field(default_factory=dict)
    scores: dict[str, Number | None] = Field(default_factory=dict)
    grades: dict[str, Text | None] = Field(default_factory=dict)
    override: str | None = None


def one_ladder(bands: object) -> bool:
    """Say whether ``bands`` is written as a single ladder."""
    return isinstance(bands, Mapping) and isinstance(bands.get("by"), str | list | tuple)


class Model(Described):
    """A whole document.

    ``bands`` maps the name of a ladder to the ladder; a document with one ladder calls it
    ``band``, like the column it fills.
    """

    leadline: Literal[1]
    model: str
    columns: dict[str, dict[str, Column]] = Field(default_factory=dict)
    passive: Texts = ()
    time_zone: Zone = "UTC"
    scores: dict[Identifier, Score]
    grades: dict[Identifier, Grade] = Field(default_factory=dict)
    bands: dict[str, Ladder] = Field(default_factory=dict)
    overrides: dict[Identifier, Override] = Field(default_factory=dict)
    examples: tuple[Example, ...] = ()
    provenance: Any = None
    calibration: Any = None
    task: Any = None

    @model_validator(mode="before")
    @classmethod
    def _name_single_ladder(cls, document: Any) -> Any:
        if isinstance(document, Mapping) and one_ladder(document.get("bands")):
            return {**document, "bands": {SINGLE_LADDER: document["bands"]}}
        return document

    def plain(self) -> dict[str, Any]:
        """Return the document as it stands in YAML."""
        document = super().plain()
        if set(self.bands) == {SINGLE_LADDER}:
            document["bands"] = document["bands"][SINGLE_LADDER]
        return document

    def rules(self) -> Iterator[tuple[str, str, Rule]]:
        """Yield score, name and rule of every rule."""
        for score_name, score in self.scores.items():
            for name, rule in (score.rules or {}).items():
                yield score_name, name, rule

    def column(self, ladder: str) -> str:
        """Return the column of a ladder's band: ``band``, or ``band_NAME`` where there are several."""
        return "band" if ladder == SINGLE_LADDER else f"band_{ladder}"
