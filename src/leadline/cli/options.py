"""The options of a command, made from those of its question."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer

from leadline.questions.option import Asked, Kind, Option, options_of
from leadline.questions.question import Question

TYPES: Mapping[Kind, type] = {"whole": int, "number": float, "flag": bool}
"""What a value becomes; all others stay texts."""

REPORT = Option("Write a page to print.", "file", "F.html", group="outputs")
JSON = Option("Write the same for machines; - is the standard output.", "text", "F", "outputs")
VERBOSE = Option("Say too how each column is read.", "flag", group="outputs")
OF_ALL = (
    Asked("report", REPORT, is_named=True, is_needed=False, default=None),
    Asked("json", JSON, is_named=True, is_needed=False, default=None),
    Asked("verbose", VERBOSE, is_named=True, is_needed=False, default=False),
)
"""What every command has beside its question's options."""


def asked_for(question: type[Question[Any]]) -> Iterator[Asked]:
    """Yield the options of a command: those of its question, and those of every command."""
    own = [each for each in options_of(question) if each.option.kind != "object"]
    yield from own
    taken = {each.name for each in own}
    for each in OF_ALL:
        is_without = each.name == "report" and not question.has_report
        if each.name not in taken and not is_without:
            yield each


def parameters(question: type[Question[Any]]) -> list[inspect.Parameter]:
    """Return the options of a command as Typer reads them.

    None is needed here: what is not given may be known otherwise.
    """
    return [_parameter(each) for each in asked_for(question)]


def _parameter(each: Asked) -> inspect.Parameter:
    kind = TYPES.get(each.option.kind, str)
    if each.is_named:
        info = typer.Option(each.word, metavar=each.option.unit or None, help=each.option.help)
    else:
        info = typer.Argument(metavar=each.option.unit, help=each.option.help)
    annotation = list[kind] | None if each.option.is_list else kind | None  # type: ignore[valid-type]
    default = False if kind is bool else None
    return inspect.Parameter(
        each.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=default,
        annotation=Annotated[annotation if kind is not bool else bool, info],
    )
