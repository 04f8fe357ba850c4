"""Make a faulty part of a document harmless, so that the rest of it can still be checked.

What is put in a part's place keeps its name and kind known, so that nothing else becomes faulty.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from leadline.model.values import KIND, REMOVED, key_text

Keys = tuple[Any, ...]
"""The keys and positions that lead to a part, as they stand in the mappings and lists."""

_NEUTRAL: tuple[tuple[str, Any], ...] = (
    ("leadline", 1),
    ("model", "unnamed"),
    ("scores", {}),
    ("*", REMOVED),
    ("scores.*", {"rules": {}}),
    ("scores.*.of", "account"),
    ("scores.*.formula", "0"),
    ("scores.*.rollup", "lost"),
    ("scores.*.by", "sum"),
    ("scores.*.rules", {}),
    ("scores.*.*", REMOVED),
    ("scores.*.limits.*", REMOVED),
    ("scores.*.rules.*", {"when": "true", "points": 1}),
    ("scores.*.rules.*.when", "true"),
    ("scores.*.rules.*.of", "null"),
    ("scores.*.rules.*.event", "?"),
    ("scores.*.rules.*.outcome", "?"),
    ("scores.*.rules.*.silent_for", "1d"),
    ("scores.*.rules.*.points", 1),
    ("scores.*.rules.*.values", {"?": 0}),
    ("scores.*.rules.*.bins", {0: 0}),
    ("scores.*.rules.*.by", "?"),
    ("scores.*.rules.*.limit_each", 0),
    ("scores.*.rules.*.*", REMOVED),
    ("scores.*.rules.*.values.*", 0),
    ("scores.*.rules.*.bins.*", 0),
    ("grades.*", {"by": "lost", "edges": {"?": 0}}),
    ("grades.*.by", "lost"),
    ("grades.*.edges", {"?": 0}),
    ("grades.*.*", REMOVED),
    ("bands.*", {"by": "lost", "edges": {"?": 0}}),
    ("bands.*.by", "lost"),
    ("bands.*.edges", {"?": 0}),
    ("bands.*.cells", {}),
    ("bands.*.default", "?"),
    ("bands.*.*", REMOVED),
    ("bands.*.leave.*", REMOVED),
    ("bands.*.require.*", REMOVED),
    ("overrides.*", {"when": "false", "band": "?"}),
    ("overrides.*.when", "false"),
    ("overrides.*.band", "?"),
    ("overrides.*.*", REMOVED),
    ("examples.*", {}),
    ("examples.*.*", REMOVED),
    ("columns.*", REMOVED),
    ("columns.*.*", REMOVED),
    ("columns.*.*.*", REMOVED),
    ("files.*", REMOVED),
    ("files.*.*", REMOVED),
    ("expect.*", REMOVED),
    ("expect.transitions.share", 1),
    ("expect.*.*", REMOVED),
)
"""Part to what stands for it; of several lines that fit, the first of the longest counts."""


def repair(values: dict[str, Any], keys: Keys) -> None:
    """Replace or remove the smallest part around a fault that can be replaced or removed."""
    slot, neutral = _slot(keys)
    parent = _at(values, slot[:-1])
    if slot[0] == "bands" and slot[-1] == "by" and isinstance(parent, dict) and "cells" in parent:
        neutral = ["lost"]
    if isinstance(parent, list):
        parent[slot[-1]] = deepcopy(neutral)
    else:
        change(values, slot[:-1], {slot[-1]: neutral})


def repair_key(values: dict[str, Any], keys: Keys) -> None:
    """Take away a key that cannot be one."""
    slot, _ = _slot(keys)
    if slot == keys and keys[-2:-1] != ("bins",):
        change(values, keys[:-1], {keys[-1]: REMOVED})
    else:
        repair(values, keys[:-1])


def change(values: dict[str, Any], keys: Keys, changes: Mapping[Any, Any]) -> None:
    """Give keys of a part new values; ``REMOVED`` takes a key away."""
    part = _at(values, keys)
    for key, value in changes.items() if isinstance(part, dict) else ():
        if value is REMOVED:
            part.pop(key, None)
        else:
            part[key] = deepcopy(value)


def rename(values: dict[str, Any], keys: Keys, name: str) -> bool:
    """Give the last key another name, unless that stands there already; say whether it was done."""
    part = _at(values, keys[:-1])
    if not isinstance(part, dict) or name in part:
        return False
    renamed = {name if key == keys[-1] else key: value for key, value in part.items()}
    part.clear()
    part.update(renamed)
    return True


def locate(values: Any, location: tuple[str | int, ...]) -> tuple[Keys, tuple[str | int, ...]]:
    """Return the keys of a fault's location, and the path that people read.

    The location has marks of kinds and keys, such as ``kind: TableRule`` and ``[key]``.
    """
    keys: list[Any] = []
    path: list[str | int] = []
    for step in location:
        if isinstance(step, str) and (step == "[key]" or step.startswith(KIND)):
            continue
        in_list = isinstance(values, list | tuple)
        keys.append(step if in_list else _key(values, step))
        path.append(step if in_list else key_text(keys[-1]))
        values = _at(values, (keys[-1],))
    return tuple(keys), tuple(path)


def _slot(keys: Keys) -> tuple[Keys, Any]:
    for depth in range(len(keys), 0, -1):
        for pattern, neutral in _NEUTRAL:
            steps = pattern.split(".")
            if len(steps) == depth and all(
                a in ("*", b) for a, b in zip(steps, keys, strict=False)
            ):
                return keys[:depth], neutral
    raise AssertionError(f"a part of one step always fits: {keys}")


def _key(part: Any, step: str | int) -> Any:
    """Return the key that a location names; it shows keys that are no text as text."""
    if not isinstance(part, Mapping) or step in part:
        return step
    return next((key for key in part if str(key) == str(step)), step)


def _at(values: Any, keys: Keys) -> Any:
    for key in keys:
        if isinstance(values, Mapping):
            values = values.get(key)
        elif isinstance(values, list) and isinstance(key, int) and key < len(values):
            values = values[key]
        else:
            return None
    return values
