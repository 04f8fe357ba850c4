"""The pages of ``--help``: what a question is for, its options by group, an example."""

from __future__ import annotations

import inspect
import shutil
from collections.abc import Iterable, Iterator, Mapping
from textwrap import wrap
from typing import Any

from leadline.cli.options import asked_for
from leadline.questions.option import Asked, Group
from leadline.questions.question import Question, Topic

WIDTH = 80
_COLUMN = 24
"""Where what an option means begins."""

TOPICS: Mapping[Topic, str] = {
    "begin": "Begin",
    "score": "Score",
    "judge": "Judge a model on history",
    "learn": "Make a model",
    "data": "Data",
    "serve": "Serve",
}
GROUPS: Mapping[Group, str] = {
    "options": "Options",
    "tables": "Tables (.csv, .tsv, .parquet, .json lines; .gz and patterns too)",
    "outputs": "Outputs",
    "computing": "Computing",
}


def width() -> int:
    """Return how wide a page may be: as the terminal is, but no more than can be read."""
    return min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns)


def overview(commands: Mapping[str, type[Question[Any]]]) -> str:
    """Return the page that lists all commands."""
    lines = [
        "Usage: leadline COMMAND [OPTIONS]",
        "",
        "  Score B2B leads and accounts, and say why to the last point.",
    ]
    for topic, title in TOPICS.items():
        listed = [(name, summary(each)) for name, each in commands.items() if each.topic == topic]
        if listed:
            lines += ["", f"{title}:", *_listed(listed, 16)]
    general = [
        ("--version", "Print the version."),
        ("--install-completion", "Let the shell complete commands and options."),
        ("--help", "Print this page; after a command, what it does."),
    ]
    lines += ["", "Options:", *_listed(general, _COLUMN)]
    lines += ["", "Begin with:  leadline init shop --demo", ""]
    return "\n".join(lines)


def page(question: type[Question[Any]]) -> str:
    """Return the page of one command."""
    options = list(asked_for(question))
    places = " ".join(each.option.unit for each in options if not each.is_named)
    usage = " ".join(filter(None, ("Usage: leadline", question.name, places, "[OPTIONS]")))
    lines = [usage, "", *_paragraphs(inspect.cleandoc(question.__doc__ or ""))]
    arguments = [each for each in options if not each.is_named]
    if arguments:
        lines += ["", "Arguments:", *_listed(map(_row, arguments), _COLUMN)]
    for group, title in GROUPS.items():
        rows = [_row(each) for each in options if each.is_named and each.option.group == group]
        if rows:
            lines += ["", f"{title}:", *_listed(rows, _COLUMN)]
    lines += ["", "Example:", _example(question.example), ""]
    return "\n".join(lines)


def summary(question: type[Question[Any]]) -> str:
    """Return the first sentence of what a question is for."""
    return inspect.cleandoc(question.__doc__ or "").partition("\n")[0]


def written(each: Asked) -> str:
    """Return how an option is written, such as ``--capacity N``."""
    if not each.is_named or each.option.kind == "flag":
        return each.word
    return f"{each.word} {each.option.unit or each.option.kind.upper()}"


def meaning(each: Asked) -> str:
    """Return what an option means, with what stands for it where it is not given."""
    option = each.option
    default = option.otherwise or ("" if each.default in {None, False, ()} else str(each.default))
    said = f" [default: {default}]" if default and "by default" not in option.help else ""
    return f"{option.help}{said}"


def _row(each: Asked) -> tuple[str, str]:
    return written(each), meaning(each)


def _listed(rows: Iterable[tuple[str, str]], column: int) -> Iterator[str]:
    """Yield lines of names and what they mean, which goes on below where it is long."""
    for name, text in rows:
        lines = wrap(text, width() - column - 2) or [""]
        if len(name) > column - 2:
            yield f"  {name}"
        else:
            yield f"  {name:{column}}{lines.pop(0)}".rstrip()
        yield from (f"  {'':{column}}{each}" for each in lines)


def _paragraphs(text: str) -> Iterator[str]:
    for number, each in enumerate(text.split("\n\n")):
        if number:
            yield ""
        yield from wrap(each, width(), initial_indent="  ", subsequent_indent="  ")


def _example(command: str) -> str:
    """Return a command in lines that can be pasted."""
    first, *rest = wrap(command, width() - 6, break_long_words=False, break_on_hyphens=False)
    return f"  {first}" + "".join(f" \\\n    {each}" for each in rest)
