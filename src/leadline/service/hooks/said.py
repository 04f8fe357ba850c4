"""Where a value of a mapping comes from: a path of JSON, a text with paths in it, or itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from jsonpath import JSONPath, JSONPathEnvironment, JSONPathError

_ENVIRONMENT = JSONPathEnvironment(strict=True)
_INSIDE = re.compile(r"\{(\$[^{}]*)\}")


@cache
def _path(text: str) -> JSONPath:
    found = _ENVIRONMENT.compile(text)
    assert isinstance(found, JSONPath), "one path is no compound"  # noqa: S101 - says what is known
    return found


@dataclass(frozen=True)
class Said:
    """What stands in a mapping in the place of a value.

    >>> item = {"to": "ada@north.example", "tags": ["a", "b"], "id": 7}
    >>> Said("$.to").one(item), Said("$.tags[*]").all(item), Said("shop:{$.id}").one(item)
    ('ada@north.example', ['a', 'b'], 'shop:7')
    >>> Said("mail").one(item), Said("$.from").one(item), Said("shop:{$.no}").one(item)
    ('mail', None, None)
    """

    text: str

    def wrong(self) -> str:
        """Return what is wrong with its paths; empty where nothing is."""
        try:
            for each in self._paths:
                _path(each)
        except JSONPathError as error:
            return str(error).splitlines()[0]
        return ""

    @property
    def _paths(self) -> list[str]:
        return [self.text] if self.text.startswith("$") else _INSIDE.findall(self.text)

    def all(self, item: Any) -> list[Any]:
        """Return the values that there are; what is null or empty is none."""
        if self.text.startswith("$"):
            found = _path(self.text).findall(item)
        else:
            parts = {each: _first(_path(each).findall(item)) for each in self._paths}
            if any(each is None for each in parts.values()):
                return []
            found = [_INSIDE.sub(lambda match: written(parts[match[1]]), self.text)]
        return [each for each in found if each is not None and each != ""]

    def one(self, item: Any) -> Any:
        """Return the first value, None where there is none."""
        return _first(self.all(item))


def joined(many: tuple[Said, ...], item: Any, between: str) -> str:
    """Return the values that there are of several, as one text.

    >>> joined((Said("$.event"), Said("$.severity")), {"event": "failed"}, ".")
    'failed'
    """
    return between.join(_texts(many, item))


def _texts(many: tuple[Said, ...], item: Any) -> Iterator[str]:
    for each in many:
        found = each.one(item)
        if isinstance(found, str | int | float):
            yield written(found)


def written(value: object) -> str:
    """Return a value as JSON writes it, a text without quotes."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _first(found: list[Any]) -> Any:
    return found[0] if found else None
