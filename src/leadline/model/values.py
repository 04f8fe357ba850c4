"""The kinds of values that the keys of a document hold: how each is read and what is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache
from itertools import pairwise
from math import isfinite
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, PlainSerializer, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from leadline.errors import nearest
from leadline.model.durations import PATTERN, Duration
from leadline.model.expressions import KEYWORDS, SCOPES, Expression, ExpressionError, Name

LARGEST = 1e9
"""Points, limits and edges reach up to here; beyond it, sums in 6 decimals would not be exact."""
KIND = "kind: "
"""Starts the marks that pydantic puts into the location of a fault for parts of several kinds."""


def wrong(expected: str, found: object = "", remedy: str = "", **more: Any) -> PydanticCustomError:
    """Return the fault of a value; ``expected`` ends the sentence that starts with its path.

    ``more`` may name the ``key`` of the part that is at fault, and as ``repair`` the values of keys
    that make the part whole, so that the rest can be read; ``REMOVED`` takes a key away.
    """
    parts = {"expected": expected, "found": str(found), "remedy": remedy}
    return PydanticCustomError("leadline", "{expected}", {**parts, **more})


class _Removed(Enum):
    REMOVED = "removed"


REMOVED = _Removed.REMOVED
"""Stands in a repair for a key that is taken away."""


def shown(value: object) -> str:
    """Return how a value of a document is shown to a person.

    >>> shown(True), shown(None), shown("30"), shown("text"), shown([1, "a"])
    ('true', 'nothing', "'30'", 'text', '[1, a]')
    """
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(shown, value))}]"
    if isinstance(value, bool | None):
        return {None: "nothing", True: "true", False: "false"}[value]
    if isinstance(value, str) and (_is_number(value) or value in ("true", "false", "null", "")):
        return f"'{value}'"
    return str(value)


def key_text(key: object) -> str:
    """Return a key of a mapping as text, as it stands in paths and is compared with text.

    >>> key_text(7), key_text(True), key_text("7"), key_text(None)
    ('7', 'true', '7', 'null')
    """
    if isinstance(key, str):
        return key
    return "null" if key is None else shown(key)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _duration(value: object) -> Duration:
    if isinstance(value, Duration):
        return value
    try:
        return Duration(value if isinstance(value, str) else "")
    except ValueError as fault:
        raise wrong(str(fault), shown(value)) from None


def _positive(value: Duration) -> Duration:
    if value.microseconds == 0:
        raise wrong("must be longer than nothing", value.text)
    return value


def expression(value: object) -> Expression:
    """Return a condition or formula from text, a number or true and false."""
    if isinstance(value, Expression):
        return value
    if isinstance(value, bool):
        value = shown(value)
    if isinstance(value, int | float):
        value = repr(number(value))
    if not isinstance(value, str):
        raise wrong("must be a condition or formula", shown(value))
    try:
        return Expression(value)
    except ExpressionError as fault:
        raise wrong(fault.expected, fault.found, fault.remedy) from None


def _finite(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise wrong("must be a number", shown(value))
    return value


def number(value: object) -> float:
    """Return a number that points can be."""
    if abs(_finite(value)) > LARGEST:
        raise wrong("must be a number from -1,000,000,000 to 1,000,000,000", shown(value))
    return _finite(value)


def _points(value: object) -> float | Expression:
    if isinstance(value, str | Expression):
        return expression(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong("must be a number or a formula", shown(value))
    return number(value)


def _not_negative(value: float) -> float:
    if value < 0:
        raise wrong("must not be negative", shown(value))
    return value


def _share(value: float) -> float:
    if not 0 <= value <= 1:
        raise wrong("must be between 0 and 1", shown(value))
    return value


def _proportion(value: object) -> float:
    """Return a share, of which a text such as ``5%`` is one too."""
    if isinstance(value, str) and value.endswith("%") and _is_number(value[:-1]):
        value = float(value[:-1]) / 100
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise wrong("must be a share such as 5%", shown(value))
    return value


NEWEST = "newest by "


def is_kept(text: str) -> bool:
    """Say whether a text says which of several rows stands: ``newest by COLUMN``."""
    return text.startswith(NEWEST) and bool(text.removeprefix(NEWEST).strip())


def keeping(value: object) -> str:
    """Return which of several rows stands, as it is declared."""
    if not isinstance(value, str) or not is_kept(value):
        raise wrong("must be newest by COLUMN", shown(value))
    return value


_COUNTS = ("each", "daily", "once")


def _count(value: object) -> str:
    words = value.split(maxsplit=1) if isinstance(value, str) else []
    if words[:1] == ["per"] and len(words) == 2:  # noqa: PLR2004 - the word and a column
        return f"per {words[1].strip()}"
    if value not in _COUNTS:
        remedy = nearest(value, _COUNTS) if isinstance(value, str) else ""
        raise wrong("must be each, daily, once or per COLUMN", shown(value), remedy)
    return str(value)


_ROLLUPS: Mapping[str, Callable[[str], bool]] = {
    "sum": lambda rest: not rest,
    "max": lambda rest: not rest,
    "mean": lambda rest: not rest,
    "count_over": lambda rest: _is_number(rest) and abs(float(rest)) <= LARGEST,
    "top": lambda rest: rest.isdecimal() and 0 < int(rest) <= LARGEST,
}
"""Word of a rollup to whether what follows it fits."""


def _rollup_by(value: object) -> str:
    word, _, rest = (value if isinstance(value, str) else "").partition(" ")
    if word not in _ROLLUPS or not _ROLLUPS[word](rest.strip()):
        remedy = nearest(word, _ROLLUPS) if word not in _ROLLUPS else ""
        raise wrong("must be sum, max, mean, count_over N or top N", shown(value), remedy)
    return f"{word} {rest.strip()}".strip()


def name(value: object) -> str:
    """Return a name that can stand in formulas and be a column."""
    if not isinstance(value, str) or not value.isidentifier():
        expected = "must be a name of letters, digits and _ that starts with no digit"
        raise wrong(expected, shown(value))
    if value.lower() in KEYWORDS | set(SCOPES):
        raise wrong("must not be a word of the language", value)
    return value


def _text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise wrong("must be text", shown(value))
    return str(value)


class Single(tuple[str, ...]):
    """One text that stands for a list of one."""

    __slots__ = ()

    def plain(self) -> str:
        """Return the text as it was written."""
        return self[0]


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        return Single([_text(value)])
    if not value:
        raise wrong("must name at least one", "an empty list")
    return value if isinstance(value, Single) else tuple(_text(each) for each in value)


def _name_or_texts(value: object) -> str | tuple[str, ...]:
    return _texts(value) if isinstance(value, list | tuple) else name(value)


def _label(value: object) -> str | dict[str, str]:
    if isinstance(value, Mapping):
        if not value:
            raise wrong("must say something in at least one language", "an empty mapping")
        return {_language(key): _worded(text) for key, text in value.items()}
    return _worded(value)


def _worded(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        expected = "must be a text, or a text a language such as {en: Follow up, pl: Do kontaktu}"
        raise wrong(expected, shown(value))
    return value


def _language(value: object) -> str:
    if not isinstance(value, str) or re.fullmatch(_LANGUAGE, value) is None:
        raise wrong("must be by languages such as en or pl", key_text(value))
    return value


_LANGUAGE = "[a-z]{2,3}"


def _field(value: object) -> str:
    found = expression(value).tree if isinstance(value, str) else None
    if not isinstance(found, Name) or len(found.parts) != 2 or found.parts[0] not in _ENTITIES:  # noqa: PLR2004
        raise wrong("must name fields such as lead.name or account.name", shown(value))
    return str(value)


_ENTITIES = ("lead", "account")


def _fields(value: object) -> tuple[str, ...]:
    return tuple(_field(each) for each in (value if isinstance(value, list | tuple) else [value]))


def _version(value: object) -> int:
    if value != 1 or isinstance(value, bool):
        remedy = "It is the version of this language, not of the model."
        raise wrong("must be 1", shown(value), remedy)
    return 1


@cache
def _zones() -> frozenset[str]:
    """Return the zones that this machine knows: hundreds of files, looked for once."""
    return frozenset(available_timezones())


def _zone(value: object) -> str:
    if not isinstance(value, str) or value not in _zones():
        remedy = nearest(value, _zones()) if isinstance(value, str) else ""
        raise wrong("must be a time zone such as Europe/Warsaw", shown(value), remedy)
    return value


def rising(edges: Mapping[Any, float]) -> Mapping[Any, float]:
    """Refuse edges that do not rise."""
    if not edges:
        raise wrong("must have at least one edge", "none")
    for (low_name, low), (high_name, high) in pairwise(edges.items()):
        if not low < high:
            found = f"{key_text(high_name)} at {high} after {key_text(low_name)} at {low}"
            raise wrong("must have edges that rise", found)
    return edges


def rising_bins(bins: Mapping[float, Any]) -> Mapping[float, Any]:
    """Refuse lower edges that do not rise."""
    if not bins:
        raise wrong("must map lower edges to points", "an empty mapping")
    for low, high in pairwise(bins):
        if not low < high:
            raise wrong("must have edges that rise", f"{high} after {low}")
    return bins


def _of(value: object) -> Expression | tuple[Expression, ...]:
    if not isinstance(value, list | tuple):
        return expression(value)
    if len(value) != 2:  # noqa: PLR2004 - bins of one or two fields, says the language
        raise wrong("must be one expression or a list of two", f"a list of {len(value)}")
    return tuple(expression(each) for each in value)


def _range(value: object) -> tuple[float, float]:
    if not isinstance(value, list | tuple) or len(value) != 2:  # noqa: PLR2004 - a pair
        raise wrong("must be two numbers such as [0, 100]", shown(value))
    low, high = (number(bound) for bound in value)
    if low > high:
        raise wrong("must have its lower bound first", shown(value))
    return low, high


def plain(value: object) -> Any:
    """Return a value as it stands in YAML."""
    if isinstance(value, Expression | Duration):
        return value.text
    if isinstance(value, Enum):
        return value.value
    if hasattr(value, "plain"):
        return value.plain()
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list | tuple) else value


def _custom(validate: Callable[[Any], Any], schema: dict[str, Any]) -> tuple[Any, ...]:
    return (PlainValidator(validate), PlainSerializer(plain), WithJsonSchema(schema))


def _one_or_list(item: dict[str, Any], **lengths: int) -> dict[str, Any]:
    return {"anyOf": [item, {"type": "array", "items": item, **lengths}]}


_NUMBER: dict[str, Any] = {"type": "number"}
_WORDS: dict[str, Any] = {"type": ["string", "number"]}
_FORMULA: dict[str, Any] = {"type": ["string", "number"], "minLength": 1}
_CONDITION: dict[str, Any] = {"type": ["string", "boolean"], "minLength": 1}
_NAME: dict[str, Any] = {"type": "string", "pattern": r"^[^\W\d]\w*$"}
_DURATION = {"type": "string", "pattern": f"^{PATTERN}$", "examples": ["30d"]}

Seconds = Annotated[Duration, *_custom(_duration, _DURATION)]
PositiveSeconds = Annotated[Seconds, AfterValidator(_positive)]
Condition = Annotated[Expression, *_custom(expression, _CONDITION)]
Formula = Annotated[Expression, *_custom(expression, _FORMULA)]
Number = Annotated[float, *_custom(number, _NUMBER)]
Edge = Annotated[float, *_custom(_finite, _NUMBER)]
Share = Annotated[
    Number, AfterValidator(_share), WithJsonSchema({**_NUMBER, "maximum": 1, "minimum": 0})
]
Proportion = Annotated[
    float, *_custom(_proportion, {"type": ["string", "number"], "examples": ["5%"]})
]
Keeping = Annotated[
    str, *_custom(keeping, {"type": "string", "pattern": "^newest by .+", "minLength": 1})
]
Limit = Annotated[Number, AfterValidator(_not_negative), WithJsonSchema({**_NUMBER, "minimum": 0})]
Points = Annotated[float | Expression, *_custom(_points, _FORMULA)]
Text = Annotated[str, *_custom(_text, _WORDS)]
Texts = Annotated[tuple[str, ...], *_custom(_texts, _one_or_list(_WORDS, minItems=1))]
Identifier = Annotated[str, *_custom(name, _NAME)]
NameOrTexts = Annotated[
    str | tuple[str, ...],
    *_custom(_name_or_texts, {"anyOf": [_NAME, {"type": "array", "items": _WORDS, "minItems": 1}]}),
]
Count = Annotated[
    str, *_custom(_count, {"type": "string", "pattern": r"^(each|daily|once|per\s+\S.*)$"})
]
RollupBy = Annotated[
    str,
    *_custom(
        _rollup_by, {"type": "string", "pattern": r"^(sum|max|mean|count_over\s+\S+|top\s+\d+)$"}
    ),
]
Zone = Annotated[str, *_custom(_zone, {"type": "string", "examples": ["Europe/Warsaw"]})]
Of = Annotated[
    Expression | tuple[Expression, ...],
    *_custom(
        _of,
        {"anyOf": [_FORMULA, {"type": "array", "items": _FORMULA, "minItems": 2, "maxItems": 2}]},
    ),
]
Label = Annotated[
    str | dict[str, str],
    *_custom(
        _label,
        {
            "anyOf": [
                {"type": "string", "minLength": 1},
                {
                    "type": "object",
                    "propertyNames": {"pattern": f"^{_LANGUAGE}$"},
                    "additionalProperties": {"type": "string", "minLength": 1},
                    "minProperties": 1,
                },
            ]
        },
    ),
]
FieldNames = Annotated[
    tuple[str, ...],
    *_custom(
        _fields, _one_or_list({"type": "string", "pattern": r"^(lead|account)\."}, minItems=1)
    ),
]
Version = Annotated[Literal[1], *_custom(_version, {"const": 1})]
Range = Annotated[
    tuple[float, float],
    *_custom(_range, {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2}),
]
Whole = Annotated[int, Field(strict=True, ge=1)]
Edges = Annotated[dict[Text, Number], AfterValidator(rising)]
