"""An option of a question: what it means, how its value is written, and what stands for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields
from typing import Any, Literal, TypeAlias

Kind: TypeAlias = Literal[
    "text",
    "whole",  # a whole number
    "number",
    "flag",
    "moment",  # a time with a zone, or a date
    "document",  # a model or a task, which a file holds
    "table",  # rows to read
    "output",  # where rows are written to
    "file",  # where a text is written to
    "folder",
    "object",  # of Python alone
]
Group: TypeAlias = Literal["options", "tables", "outputs", "computing"]


@dataclass(frozen=True)
class Option:
    """What a face must know to ask for one value.

    Attributes:
        help: What it means, in one line.
        kind: What its value is.
        unit: How a value is called, such as ``N`` or ``F.html``.
        group: Which options it is shown among.
        choices: The only values there are, where they are few.
        least: The least number.
        is_list: Several values may be given.
        otherwise: What a face with a clock takes where nothing is given.
        against: Options that it must not stand beside.
        beside: An option that it must stand beside.
        word: Its name on a command line, where that is another one.
        makes: The text of the answer that is written there, for a ``file``.
        setting: The setting of a workspace that stands for it where it is not given.
    """

    help: str
    kind: Kind = "text"
    unit: str = ""
    group: Group = "options"
    choices: tuple[str, ...] = ()
    least: int | None = None
    is_list: bool = False
    otherwise: Literal["", "now", "midnight"] = ""
    against: tuple[str, ...] = ()
    beside: str = ""
    word: str = ""
    makes: str = ""
    setting: str = ""


def asks(help_text: str, kind: Kind = "text", unit: str = "", **more: Any) -> Mapping[str, Option]:
    """Return the metadata of a field that is an option."""
    return {"option": Option(help_text, kind, unit, **more)}


@dataclass(frozen=True)
class Asked:
    """An option, with the field that holds its value."""

    name: str
    option: Option
    is_named: bool
    is_needed: bool
    default: Any

    @property
    def word(self) -> str:
        """Its name on a command line."""
        if not self.is_named:
            return self.option.unit
        return f"--{self.option.word or self.name.replace('_', '-')}"


def options_of(question: type[Any]) -> Iterator[Asked]:
    """Yield the options of a question in the order of its fields, those without names first."""
    found = (_asked(each) for each in fields(question) if "option" in each.metadata)
    yield from sorted(found, key=lambda each: each.is_named)


def _asked(field: Field[Any]) -> Asked:
    is_needed = field.default is MISSING
    default = None if is_needed else field.default
    return Asked(field.name, field.metadata["option"], bool(field.kw_only), is_needed, default)
