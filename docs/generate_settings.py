"""Write the reference of settings to standard output; it is docs/reference/settings.md."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import groupby

from leadline.service.settings import SETTINGS, Kind, Setting

HEAD = """\
# Settings

This page is made from the settings by `docs/generate_settings.py`.

They stand in `leadline.toml`, the file that makes a folder a [workspace](../how-to/workspace.md).
Paths count from the folder of the file. A setting is beaten by its variable in the environment, and
both by an option of a command. `leadline config` shows what holds, and who said so.
Keys that are no setting are faults, and so are secrets: the file names variables or files that hold
them.

`LEADLINE_WORKSPACE` names the folder of the workspace for commands that run elsewhere. An empty
variable sets nothing. Paths in variables count from the current folder.
"""
KINDS: dict[Kind, str] = {
    "text": "text",
    "document": "path",
    "table": "path, pattern, list of these, or `table:NAME` of the engine",
    "moment": "time with a zone, date, or `now`",
    "address": "address, without a password",
    "variable": "name of a variable",
    "file": "path",
    "flag": "`true` or `false`",
    "texts": "list of texts",
    "whole": "whole number",
    "duration": "duration, such as `2d`",
    "share": "share, such as `5%`",
}


def main() -> None:
    """Write the page to standard output."""
    sys.stdout.write("\n".join([HEAD, *_sections()]))


def _sections() -> Iterator[str]:
    for section, some in groupby(SETTINGS, lambda each: ".".join(each.parts[:-1])):
        yield f"## `[{section.replace('*', 'NAME')}]`\n" if section else "## At the top\n"
        rows = "\n".join(map(_row, some))
        yield f"| setting | value | meaning | variable |\n| --- | --- | --- | --- |\n{rows}\n"


def _row(setting: Setting) -> str:
    value = ", ".join(f"`{each}`" for each in setting.choices) or KINDS[setting.kind]
    default = setting.default if setting.default not in (None, False) else None
    meaning = setting.help + ("" if default is None else f" By default `{default}`.")
    variable = "" if "*" in setting.parts else f"`{setting.variable}`"
    return f"| `{setting.parts[-1]}` | {value} | {meaning} | {variable} |"


if __name__ == "__main__":
    main()
