"""Write the reference of the command line to standard output; it is docs/reference/cli.md."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import typer

from leadline.cli.main import app

HEAD = """\
# Command line

This page is made from the program by `docs/generate_cli.py`.

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
    for name, command in typer.main.get_group(app).commands.items():
        shown = [_shown(each) for each in command.params]
        arguments = [each for each, _ in shown if not each.startswith("-")]
        yield f"## `leadline {' '.join([name, *arguments])}`\n\n{command.help}\n"
        if shown:
            rows = "\n".join(f"| `{each}` | {text} |" for each, text in shown)
            yield f"| argument or option | meaning |\n| --- | --- |\n{rows}\n"


def _shown(parameter: Any) -> tuple[str, str]:
    """Return how a parameter is written, and what it means."""
    help_text = str(parameter.help)
    if not parameter.opts[0].startswith("-"):
        return str(parameter.metavar), help_text
    value = "" if parameter.is_flag else f" {parameter.metavar}"
    return f"{parameter.opts[0]}{value}", help_text + (" Needed." if parameter.required else "")


if __name__ == "__main__":
    main()
