"""The options of a command, made from those of its question."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from leadline.questions.option import Asked, Option, options_of
from leadline.questions.question import Question

REPORT = Option("Write a page to print.", "file", "F.html", group="outputs")
JSON = Option("Write the same for machines; - is the standard output.", "text", "F", "outputs")
VERBOSE = Option("Say too how each column is read.", "flag", group="outputs")
TIMINGS = Option("Print where the time goes.", "flag", group="outputs")
OF_ALL = (
    Asked("report", REPORT, is_named=True, is_needed=False, default=None),
    Asked("json", JSON, is_named=True, is_needed=False, default=None),
    Asked("verbose", VERBOSE, is_named=True, is_needed=False, default=False),
    Asked("timings", TIMINGS, is_named=True, is_needed=False, default=False),
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
    is_flag = each.option.kind == "flag"
    help_text = each.option.help
    if each.is_named:
        info = typer.Option(each.word, metavar=each.option.unit or None, help=help_text)
    else:
        info = typer.Argument(metavar=each.option.unit, help=help_text)
    annotation: Any = list[str] if each.option.is_list else str
    return inspect.Parameter(
        each.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=False if is_flag else None,
        annotation=Annotated[bool if is_flag else annotation | None, info],
    )
