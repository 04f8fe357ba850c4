"""A ``leadline.toml`` for people: every setting with what it means; comments where none is set."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import TypeAlias

from leadline.service.settings import ANY, SETTINGS, Setting

Given: TypeAlias = Mapping[str, str | Sequence[str]]
"""Name of a setting to its value."""

_HEAD = """\
# What leadline needs to know in this folder.
#
# Paths count from here. An option of a command beats this file, and so does an environment
# variable such as LEADLINE_MODEL. Secrets never stand here. "leadline config" shows what holds.
"""
_NAMED = {
    "kafka": "clicks", "keys": "web", "hooks": "mail", "destinations": "crm", "sellers": "eva",
    "assign": "rest",
}  # fmt: skip
"""What a user could call one of many."""
_EXAMPLES = {
    "flag": "true",
    "texts": '["name", "email"]',
    "whole": "1000",
    "duration": '"2d"',
    "share": '"5%"',
}


def settings_text(given: Given) -> str:
    """Return the text of a file in which some settings have a value."""
    lines = [_HEAD]
    for section, some in groupby(SETTINGS, lambda each: each.parts[:-1]):
        lines.append("\n".join(_section(section, list(some), given)) + "\n")
    return "\n".join(lines)


def _section(section: tuple[str, ...], settings: Sequence[Setting], given: Given) -> Iterator[str]:
    """Yield the lines of one table; its head is a comment where nothing in it has a value."""
    if section:
        named = [_NAMED.get(section[0], "name") if part == ANY else part for part in section]
        is_set = any(each.name in given for each in settings)
        yield f"{'' if is_set else '# '}[{'.'.join(named)}]"
    for each in settings:
        yield f"# {each.help}{_default(each)}"
        key = each.parts[-1]
        if each.name in given:
            yield f"{key} = {_written(given[each.name])}"
        else:
            yield f"# {key} = {_example(each)}"


def _default(setting: Setting) -> str:
    return "" if setting.default in (None, False) else f" By default {setting.default}."


def _example(setting: Setting) -> str:
    if setting.kind == "texts" and setting.example:
        return _written([setting.example])
    if setting.kind in _EXAMPLES:
        return _EXAMPLES[setting.kind]
    return _written(setting.example or str(setting.default or "..."))


def _written(value: str | Sequence[str]) -> str:
    """Return a value as TOML has it, whose texts are those of JSON."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return f"[{', '.join(map(_written, value))}]"
