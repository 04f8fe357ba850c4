"""Write the reference of the command line to standard output; it is docs/reference/cli.md."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from typing import Any

from leadline.cli.commands import COMMANDS
from leadline.cli.help import TOPICS, meaning, written
from leadline.cli.options import asked_for
from leadline.questions import question
from leadline.questions.option import Asked
from leadline.questions.question import Question

HEAD = """\
# Command line

This page is made from the questions by `docs/generate_cli.py`.

`F` is a file: `.csv`, `.tsv`, `.parquet`, or `.json`, `.jsonl` and `.ndjson` with one object a
line; all but Parquet also with `.gz`. To be read, it may be a pattern in quotes, such as
`'events/*.parquet'`.
`T` is a time with a zone, such as `2026-11-01T12:00:00Z`, or a date, which is its midnight in UTC.

Results are written to standard output, everything else to standard error.
What the exit statuses mean stands in [tables](tables.md#exit-statuses).
"""


def main() -> None:
    """Write the page to standard output."""
    sys.stdout.write("\n".join([HEAD, *_commands()]))


def _commands() -> Iterator[str]:
    for topic, title in TOPICS.items():
        listed = [each for each in map(question, COMMANDS.values()) if each.topic == topic]
        yield f"## {title}\n"
        for each in listed:
            yield from _command(each)


def _command(each: type[Question[Any]]) -> Iterator[str]:
    options = list(asked_for(each))
    places = [option.word for option in options if not option.is_named]
    yield f"### `leadline {' '.join([each.name, *places])}`\n"
    yield f"{inspect.cleandoc(each.__doc__ or '')}\n"
    yield f"```sh\n{each.example}\n```\n"
    rows = "\n".join(f"| `{written(option)}` | {_meaning(option)} |" for option in options)
    yield f"| argument or option | meaning |\n| --- | --- |\n{rows}\n"


def _meaning(option: Asked) -> str:
    """Return what an option means, and whether it has to be given."""
    is_needed = option.is_needed and not option.option.otherwise
    return meaning(option) + (" Needed." if is_needed else "")


if __name__ == "__main__":
    main()
