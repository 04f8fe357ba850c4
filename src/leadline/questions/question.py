"""What a question is: options that are its fields, checks before anything is read, an answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, TypeAlias, TypeVar

from leadline.errors import Fault, InputError, nearest
from leadline.questions.option import Asked, options_of

if TYPE_CHECKING:
    from leadline.questions.answer import Answer, Reading
    from leadline.questions.session import Session, Tell

A_co = TypeVar("A_co", bound="Answer[Any]", covariant=True)

Topic: TypeAlias = Literal["begin", "score", "judge", "learn", "data", "serve"]
TABLE = "table:"
"""Beginning of an output that is a table of the engine."""


class Question(ABC, Generic[A_co]):
    """One thing that can be asked: a frozen dataclass whose fields are its options.

    Nothing heavy is imported before ``answer`` is called: a face shows the options of all
    questions.

    Attributes:
        name: What a person calls it, on a command line too.
        topic: What it is listed under.
        example: Words of a command line that ask it.
        hint: What could be asked for next.
        has_report: Whether the answer has a page to print.
    """

    name: ClassVar[str]
    topic: ClassVar[Topic]
    example: ClassVar[str]
    hint: ClassVar[str] = ""
    has_report: ClassVar[bool] = True

    @abstractmethod
    def answer(self, session: Session) -> A_co:
        """Answer on the engine of a session, which stays open."""

    def finish(self, answer: Answer[Any], tell: Tell) -> None:
        """Do what was asked for beside the answer, once a person has seen it."""

    def check(self) -> None:
        """Refuse what cannot be asked, before anything is read. Raises InputError, FileError."""
        given = {each.name: each for each in self.given()}
        for each in given.values():
            _check_company(each, given)
            _check_value(each, getattr(self, each.name))
        _check_targets(self, given.values())

    def accept(self, reading: Reading) -> None:
        """Refuse an answer that rests on less than what was given, where nothing may be lost."""
        if getattr(self, "strict", False) and (lost := reading.lost):
            raise InputError(*lost, "Nothing may be lost with --strict.")

    def given(self) -> Iterator[Asked]:
        """Yield the options whose values are not their defaults."""
        for each in options_of(type(self)):
            value = getattr(self, each.name)
            # a table is never compared: what that gives is a table too
            if each.is_needed or (
                value is not each.default and (each.default is None or value != each.default)
            ):
                yield each


def _check_company(each: Asked, given: Mapping[str, Asked]) -> None:
    """Refuse an option that stands beside another one, or without one that it needs."""
    for other in each.option.against:
        if other in given:
            expected = f"must not stand beside {given[other].word}"
            raise InputError(Fault("", each.word, expected))
    beside = each.option.beside
    if beside and beside not in given:
        raise InputError(Fault("", each.word, f"must stand beside --{beside.replace('_', '-')}"))


def _check_value(each: Asked, value: Any) -> None:
    """Refuse a value that is none of the choices, or less than the least."""
    choices, least = each.option.choices, each.option.least
    if choices and value not in choices:
        expected = f"must be one of {', '.join(choices)}"
        raise InputError(Fault("", each.word, expected, str(value), nearest(str(value), choices)))
    if least is not None and value is not None and value < least:
        raise InputError(Fault("", each.word, f"must be at least {least}", str(value)))


def _check_targets(question: Question[Any], given: Iterable[Asked]) -> None:
    """Refuse files that cannot be written, that are written twice, or that are read."""
    values = [(each.option.kind, getattr(question, each.name)) for each in given]
    rows = [each for kind, each in values if kind == "output" and not each.startswith(TABLE)]
    texts = [each for kind, each in values if kind == "file"]
    if not rows and not texts:
        return
    from leadline.tables.texts import check_document
    from leadline.tables.write import check_outputs

    check_outputs(rows, [each for kind, each in values if kind == "table"])
    for each in texts:
        check_document(each)
