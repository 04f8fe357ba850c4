"""A change of a starter by form is a change of the lines that say it, and of no other."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import unified_diff
from random import Random
from typing import Any

import pytest

from leadline.errors import ModelError
from leadline.model.fingerprint import canonical
from leadline.model.reading.reader import read
from leadline.model.reading.removal import remove
from leadline.model.reading.source import Path, load_text
from leadline.model.reading.writer import edit
from leadline.model.starters import STARTERS, starter

EDITS = 8
"""Of each starter: each edit reads the document twice, to see that it still is one."""


@pytest.mark.parametrize("name", STARTERS)
def test_a_number_that_is_set_changes_its_line_alone(name: str) -> None:
    """Comments, order and every other value stay, one change after the other."""
    text, draw = starter(name), Random(name)
    for path in draw.sample(list(_numbers(text)), EDITS):
        value = draw.choice([1, 2, 3, 7, 12])
        try:
            changed = edit(text, path, value)
        except ModelError:  # such as a range that would begin above its end
            continue
        gone, new = _differ(text, changed)
        assert len(gone) == len(new) <= 1, (path, gone, new)
        assert _comments(changed) == _comments(text)
        assert _at(load_text(changed, "m").values, path) == value
        assert _without(changed, path) == _without(text, path)
        text = changed


@pytest.mark.parametrize("name", STARTERS)
def test_a_rule_that_is_removed_takes_its_lines_alone(name: str) -> None:
    """Where nothing else reads it."""
    text = starter(name)
    model = read(text)
    for score, rule, _ in Random(name).sample(list(model.rules()), EDITS // 2):
        path: Path = ("scores", score, "rules", rule)
        changed = remove(text, path)
        gone, new = _differ(text, changed)
        assert gone
        assert all(each.strip() in {"", "rules: {}"} for each in new), (path, new)
        others = {name for of, name, _ in read(changed).rules() if of == score}
        assert others == set(model.scores[score].rules or {}) - {rule}


def _numbers(text: str) -> Iterator[Path]:
    """Yield the paths of all numbers of a document."""
    yield from _below(load_text(text, "m").values, ())


def _below(value: Any, path: Path) -> Iterator[Path]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _below(each, (*path, key))
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from _below(each, (*path, place))
    elif isinstance(value, int | float) and not isinstance(value, bool) and len(path) > 1:
        yield path


def _differ(before: str, after: str) -> tuple[list[str], list[str]]:
    lines = list(unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0))[2:]
    return [each[1:] for each in lines if each[0] == "-"], [
        each[1:] for each in lines if each[0] == "+"
    ]


def _comments(text: str) -> list[str]:
    return [line.partition("#")[2] for line in text.splitlines() if "#" in line]


def _at(values: Any, path: Path) -> Any:
    for step in path:
        values = values[step]
    return values


def _without(text: str, path: Path) -> Any:
    """Return all that a document says, but what stands at a path."""
    values = load_text(text, "m").values
    *above, last = path
    _at(values, tuple(above))[last] = None
    return canonical(values)
