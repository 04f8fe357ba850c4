"""The values of a question: what was given, else what the workspace says, else the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from leadline.errors import Fault, InputError
from leadline.questions.option import Asked, Kind, options_of
from leadline.questions.question import Question
from leadline.service.settings import NOW
from leadline.service.workspace import FILE, Workspace

N = TypeVar("N")
LEFT_OUT = ""
"""What is given for an option to leave out what the workspace says of it."""


@dataclass(frozen=True)
class Known:
    """What stands for options that were not given: the workspace, and the clock.

    Attributes:
        given: What was given, by the names of the options.
        workspace: What is set.
        started: When the command began.
    """

    given: Mapping[str, Any]
    workspace: Workspace
    started: datetime

    def values(self, asked: type[Question[Any]]) -> dict[str, Any]:
        """Return the values of a question. Raises InputError with those that are missing."""
        found = {each.name: self._value(each) for each in options_of(asked)}
        missing = [
            _missing(asked, each)
            for each in options_of(asked)
            if each.is_needed and found[each.name] is None
        ]
        if missing:
            raise InputError(*missing)
        return {name: value for name, value in found.items() if value is not None}

    def settled(self, asked: type[Question[Any]]) -> Iterator[str]:
        """Yield the options that the workspace stands for."""
        for each in options_of(asked):
            if each.name not in self.given and self._set(each) is not None:
                yield each.name

    def _value(self, each: Asked) -> Any:
        """Return the value of an option, None where it is not given and nothing stands for it."""
        value = self.given.get(each.name)
        if value == LEFT_OUT:
            return None
        if value is None and self._may_stand(each):
            value = self._set(each)
            if value in (None, NOW) and each.option.otherwise:
                return _MOMENTS[each.option.otherwise](self.started)
        read = _READ.get(each.option.kind)
        return read(each, value) if read and value is not None else value

    def _set(self, each: Asked) -> Any:
        if not each.option.setting:
            return None
        value = self.workspace.get(each.option.setting)
        return self.workspace.section(each.option.setting) if value is None else value

    def _may_stand(self, each: Asked) -> bool:
        """Say whether an option fits to those that were given."""
        beside = each.option.beside
        is_alone = (
            beside and beside not in self.given and not self.workspace.get(f"tables.{beside}")
        )
        return not is_alone and not set(each.option.against) & set(self.given)


def placed(
    asked: type[Question[Any]], given: Mapping[str, Any], found: Workspace
) -> dict[str, Any]:
    """Return what was given, where the workspace has the first place and one place is empty.

    ``leadline explain ada`` names a lead, and not a model, where the workspace has the model.
    """
    places = [
        each
        for each in options_of(asked)
        if not each.is_named and not any(each.name in other for other in _against(asked, given))
    ]
    words = [given[each.name] for each in places if each.name in given]
    first = places[0].option.setting if places else ""
    if not first or found.get(first) is None or len(words) + 1 != len(places):
        return dict(given)
    rest = {name: value for name, value in given.items() if name != places[0].name}
    return rest | {each.name: word for each, word in zip(places[1:], words, strict=True)}


def _against(asked: type[Question[Any]], given: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield what must not stand beside the options that were given."""
    yield from (each.option.against for each in options_of(asked) if each.name in given)


def _missing(asked: type[Question[Any]], each: Asked) -> Fault:
    """Return the fault of an option that nothing stands for."""
    setting = f", or set {each.option.setting} in {FILE}" if each.option.setting else ""
    return Fault("", each.word, "is missing", "", f"See leadline {asked.name} --help{setting}.")


def _path(_: Asked, text: str) -> Path:
    return Path(text)


def _whole_number(each: Asked, text: str) -> int:
    return _number(each, text, int, "must be a whole number")


def _any_number(each: Asked, text: str) -> float:
    return _number(each, text, float, "must be a number")


def _number(each: Asked, text: str, made: Callable[[str], N], expected: str) -> N:
    try:
        return made(text)
    except ValueError:
        raise InputError(Fault("", each.word, expected, text)) from None


_READ: Mapping[Kind, Callable[[Asked, str], Any]] = {
    "document": _path,
    "whole": _whole_number,
    "number": _any_number,
}
"""Kind of an option to what makes its value of a text."""


def _midnight(started: datetime) -> datetime:
    return started.replace(hour=0, minute=0, second=0, microsecond=0)


_MOMENTS: Mapping[str, Callable[[datetime], datetime]] = {
    "now": lambda started: started,
    "midnight": _midnight,
}
