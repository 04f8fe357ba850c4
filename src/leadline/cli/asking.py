"""How the command line asks a question: options in, the answer printed and written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from leadline.cli.options import OF_ALL
from leadline.errors import Fault, InputError
from leadline.questions.option import Asked, Kind, options_of
from leadline.questions.question import Question
from leadline.questions.session import Session

N = TypeVar("N")


@dataclass(frozen=True)
class Faces:
    """What every command can do with its answer.

    Attributes:
        report: File of the page.
        json: File of the JSON; ``-`` is the standard output.
        verbose: Whether notes are printed that say how columns are read.
    """

    report: str | None = None
    json: str | None = None
    verbose: bool = False

    @property
    def is_piped(self) -> bool:
        """Whether the standard output is for a machine."""
        return self.json == "-"

    @property
    def files(self) -> list[str]:
        """The files to write."""
        return [each for each in (self.report, self.json) if each is not None and each != "-"]


def ask(asked: type[Question[Any]], values: Mapping[str, Any]) -> int:
    """Ask a question, print and write the answer, and return the exit status."""
    started = datetime.now(UTC)
    given = {name: each for name, each in values.items() if _is_given(each)}
    faces = Faces(**{each.name: given.pop(each.name) for each in OF_ALL if each.name in given})
    question = asked(**_complete(asked, given, started))
    question.check()
    if faces.files:
        _check_files(faces.files)
    return _answered(question, faces)


def _answered(question: Question[Any], faces: Faces) -> int:
    """Answer on an engine whose progress is shown, and print and write the answer."""
    from leadline.cli.console import err, progress
    from leadline.cli.printing import show

    engine, memory = getattr(question, "engine", None), getattr(question, "memory", None)
    with progress() as shown, Session(engine, memory, err.print, shown) as session:
        return show(question, question.answer(session), faces)


def _complete(
    asked: type[Question[Any]], given: Mapping[str, Any], started: datetime
) -> dict[str, Any]:
    """Return the values of a question; raises InputError where one is missing."""
    values = {each.name: _value(each, given, started) for each in options_of(asked)}
    missing = [
        Fault("", each.word, "is missing", "", f"See leadline {asked.name} --help.")
        for each in options_of(asked)
        if each.is_needed and values[each.name] is None
    ]
    if missing:
        raise InputError(*missing)
    return {name: value for name, value in values.items() if value is not None}


def _value(each: Asked, given: Mapping[str, Any], started: datetime) -> Any:
    """Return the value of an option, None where it is not given and nothing stands for it."""
    option = each.option
    if each.name in given:
        read = _READ.get(option.kind)
        return read(each, given[each.name]) if read else given[each.name]
    if not option.otherwise or set(option.against) & set(given):
        return None
    is_alone = option.beside and option.beside not in given
    return None if is_alone else _MOMENTS[option.otherwise](started)


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


def _is_given(value: object) -> bool:
    return value is not None and value is not False and value != []


def _midnight(started: datetime) -> datetime:
    return started.replace(hour=0, minute=0, second=0, microsecond=0)


_MOMENTS: Mapping[str, Callable[[datetime], datetime]] = {
    "now": lambda started: started,
    "midnight": _midnight,
}


def _check_files(paths: list[str]) -> None:
    """Refuse files that cannot be written, before anything is read. Raises FileError."""
    from leadline.tables.texts import check_document

    for path in paths:
        check_document(path)
