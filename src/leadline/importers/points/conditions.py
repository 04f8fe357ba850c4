"""Criteria such as "Job Title contains any of director, VP", as conditions of the language."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from leadline.importers.points.wording import NotCarried, number

Namer = Callable[[str], str]
"""What their property is called in a condition, such as ``lead.job_title``."""

OPERATORS: Mapping[str, str] = {
    "is equal to any of": "any", "is any of": "any", "is one of": "any", "equals any of": "any",
    "matches any of": "any",
    "is none of": "none", "is not any of": "none", "is not one of": "none",
    "contains any of": "contains", "contains": "contains", "contains exactly": "contains",
    "does not contain any of": "lacks", "does not contain": "lacks", "doesn't contain": "lacks",
    "starts with": "starts", "starts with any of": "starts", "begins with": "starts",
    "ends with": "ends", "ends with any of": "ends",
    "is greater than or equal to": ">=", "greater than or equal to": ">=", "at least": ">=",
    "is at least": ">=", ">=": ">=",
    "is greater than": ">", "greater than": ">", "more than": ">", "is more than": ">", ">": ">",
    "is less than or equal to": "<=", "less than or equal to": "<=", "at most": "<=",
    "is at most": "<=", "<=": "<=",
    "is less than": "<", "less than": "<", "fewer than": "<", "<": "<",
    "is between": "between", "between": "between",
    "is known": "known", "is not empty": "known", "has a value": "known", "is filled": "known",
    "is not unknown": "known",
    "is unknown": "unknown", "is empty": "unknown", "is not known": "unknown",
    "is blank": "unknown",
    "is not equal to": "other", "is not": "other", "!=": "other", "<>": "other",
    "is equal to": "same", "is exactly": "same", "equals": "same", "is": "same", "=": "same",
}  # fmt: skip
"""Their words for a comparison to ours."""

_WORDS = "|".join(
    re.escape(word) + (r"(?!\w)" if word[-1].isalnum() else "")
    for word in sorted(OPERATORS, key=len, reverse=True)
)
_CRITERION = re.compile(
    rf"(?P<field>.+?)(?:\s+|(?=[<>=!]))(?P<operator>{_WORDS})\s*:?\s*(?P<value>.*)", re.IGNORECASE
)
_STARTS = re.compile(rf"(?:{_WORDS}).*", re.IGNORECASE)
_LIST = re.compile(r"\s*[,;]\s*|\s+or\s+", re.IGNORECASE)
_EMPTY = ("known", "unknown")


def condition(text: str, namer: Namer) -> str:
    """Return a criterion, or several joined by AND, as a condition of the language.

    Text is compared without regard to capitals, as these systems do.
    Raises NotCarried where it is not understood.

    >>> condition("Job Title contains any of VP, Head", lambda name: f"lead.{name.lower()[-5:]}")
    "lead.title ilike '%VP%' or lead.title ilike '%Head%'"
    """
    parts = [_one(part, namer) for part in re.split(r"\s+AND\s+", text)]
    return parts[0] if len(parts) == 1 else " and ".join(_bracketed(part) for part in parts)


def is_criterion(text: str) -> bool:
    """Say whether a text compares something.

    >>> is_criterion("Industry is Software"), is_criterion("Email opened")
    (True, False)
    """
    return _CRITERION.fullmatch(text) is not None


def starts_with_operator(text: str) -> bool:
    """Say whether a text is the end of a criterion, whose property stands elsewhere.

    >>> starts_with_operator("is greater than 5"), starts_with_operator("Industry is Software")
    (True, False)
    """
    return _STARTS.fullmatch(text) is not None


def compared(name: str, operator: str, value: str) -> str:
    """Return the comparison of a name with what people write behind their operator."""
    kind = OPERATORS.get(" ".join(operator.lower().split()))
    if kind is None:
        raise NotCarried(f"the comparison is not understood: {operator}")
    if kind in _EMPTY:
        return f"{name} is {'not ' if kind == 'known' else ''}null"
    values = _values(kind, value)
    if not values:
        raise NotCarried(f"there is no value to compare with: {operator}")
    if kind in _NUMERIC:
        return _NUMERIC[kind](name, value.strip(" '\""))
    return _TEXTUAL[kind](name, values)


def _values(kind: str, value: str) -> list[str]:
    if re.fullmatch(r"'[^']*'|\"[^\"]*\"", value):
        return [each for each in [value[1:-1].strip()] if each]
    values = [each.strip(" '\"()") for each in _LIST.split(value)]
    if kind in ("same", "other") and len(values) > 1:
        raise NotCarried(f"one value or several: {value}; write `is any of`, or quotes around it")
    return [each for each in values if each]


def _one(text: str, namer: Namer) -> str:
    found = _CRITERION.fullmatch(text.strip())
    if found is None:
        raise NotCarried(f"the condition is not understood: {text}")
    return compared(namer(found["field"].strip(" '\":")), found["operator"], found["value"])


def quoted(text: str) -> str:
    """Return a text as the language writes it.

    >>> quoted("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def folded(text: str) -> str:
    """Return a text with small letters of ASCII, as ``lower`` of the language gives them.

    >>> folded("\u00c9COLE")
    '\u00c9cole'
    """
    return re.sub("[A-Z]+", lambda found: found[0].lower(), text)


def _equal(name: str, values: Sequence[str]) -> str:
    if len(values) == 1 and values[0].lower() in ("true", "false"):
        return f"{name} = {values[0].lower()}"
    numbers = [number(each) for each in values]
    if None not in numbers and all(re.fullmatch(r"[\d.,]+", each) for each in values):
        return f"{name} {_within([_number(each) for each in values])}"
    texts = [quoted(folded(each)) for each in values]
    return f"lower({name}) {_within(texts)}"


def _within(values: Sequence[str]) -> str:
    return f"= {values[0]}" if len(values) == 1 else f"in ({', '.join(values)})"


def _like(before: str, after: str) -> Callable[[str, Sequence[str]], str]:
    def build(name: str, values: Sequence[str]) -> str:
        if wild := [each for each in values if "%" in each or "_" in each]:
            raise NotCarried(f"% and _ stand for any characters in a comparison: {wild[0]}")
        texts = [f"{name} ilike {quoted(before + each + after)}" for each in values]
        return " or ".join(texts)

    return build


def _compare(sign: str) -> Callable[[str, str], str]:
    def build(name: str, value: str) -> str:
        return f"{name} {sign} {_number(value)}"

    return build


def _between(name: str, value: str) -> str:
    bounds = re.split(r"\s+(?:and|to)\s+|\s*[-–]\s*", value, flags=re.IGNORECASE)  # noqa: RUF001
    if len(bounds) != 2:  # noqa: PLR2004 - from, to
        raise NotCarried(f"between needs two numbers: {value}")
    return f"{name} between {_number(bounds[0])} and {_number(bounds[1])}"


def _number(text: str) -> str:
    found = number(text.lstrip("$€£ "))
    if found is None or abs(found) > 1e15:  # noqa: PLR2004 - whole numbers are exact up to here
        raise NotCarried(f"it is compared with what is not a number: {text}")
    return repr(found).removesuffix(".0")


def _bracketed(text: str) -> str:
    return f"({text})" if " or " in text else text


_NUMERIC: Mapping[str, Callable[[str, str], str]] = {
    **{sign: _compare(sign) for sign in (">=", ">", "<=", "<")},
    "between": _between,
}
_CONTAINS = _like("%", "%")
_TEXTUAL: Mapping[str, Callable[[str, Sequence[str]], str]] = {
    "any": _equal,
    "same": _equal,
    "none": lambda name, values: f"not ({_equal(name, values)})",
    "other": lambda name, values: f"not ({_equal(name, values)})",
    "contains": _CONTAINS,
    "lacks": lambda name, values: f"not ({_CONTAINS(name, values)})",
    "starts": _like("", "%"),
    "ends": _like("%", ""),
}
