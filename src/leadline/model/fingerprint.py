"""The fingerprint of a model: a hash of everything that can change a number, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from leadline.model.document import Model, Part
from leadline.model.durations import Duration
from leadline.model.expressions import Expression, Literal, Name, Node
from leadline.model.values import key_text

SAYS_NOTHING = (
    "model",
    "description",
    "label",
    "labels",
    "show",
    "expect",
    "owner",
    "known",
    "pinned",
    "provenance",
    "calibration",
    "task",
    "examples",
)
"""Keys that change no number."""
ORDERED = ("overrides",)
"""Mappings whose order decides."""
_SETS = ("event", "outcome", "passive", "reset_on", "cells", "ladders", "missing")
"""Lists whose order does not decide."""
DECLARES = ("columns", "columns of a table", "files")
"""Mappings whose entries say nothing where they are empty."""
INNER = {"columns": "columns of a table", "cells": "cells"}
"""Mapping to what its values are called here."""


def fingerprint(model: Model) -> str:
    """Return 16 hexadecimal digits that change where a number could change.

    Comments, key order, spelling of conditions, descriptions and owners do not change it.
    """
    text = json.dumps(canonical(model), separators=(",", ":"))
    return sha256(text.encode()).hexdigest()[:16]


def canonical(value: Any, name: str = "") -> Any:
    """Return what a part of a document says, equal for all ways to say it.

    ``name`` is the key under which it stands; the result is made of lists and text alone.
    """
    if isinstance(value, Part):
        return _part(value)
    if isinstance(value, Expression):
        return _tree(value.tree)
    if isinstance(value, Duration):
        return ["microseconds", value.microseconds]
    if isinstance(value, Mapping):
        return _mapping(value, name)
    if isinstance(value, list | tuple):
        found = [canonical(each) for each in value]
        return sorted(found) if name in _SETS else found
    return _scalar(value)


def _part(part: Part) -> list[Any]:
    """Return the keys that say something: defaults that are written out do not."""
    fields = type(part).model_fields
    said = {
        key: getattr(part, key)
        for key in sorted(set(fields) - set(SAYS_NOTHING))
        if getattr(part, key) != fields[key].get_default(call_default_factory=True)
    }
    pairs = [[key, canonical(value, key)] for key, value in said.items()]
    return [[key, value] for key, value in pairs if value != []]


def _mapping(mapping: Mapping[Any, Any], name: str) -> list[Any]:
    inner = INNER.get(name, "")
    pairs = [[key_of(key, name), canonical(value, inner)] for key, value in mapping.items()]
    if name in ORDERED:
        return pairs
    said = [pair for pair in pairs if name not in DECLARES or pair[1] != []]
    return sorted(said, key=lambda pair: json.dumps(pair[0]))


def key_of(key: object, name: str) -> list[object]:
    """Return a key; one of ``values`` is compared as text or number, so its type says nothing."""
    return ["text", key_text(key)] if name == "values" else _scalar(key)


def _scalar(value: object) -> list[object]:
    if isinstance(value, bool) or value is None:
        return ["constant", str(value)]
    if isinstance(value, int | float):
        return ["number", repr(float(value))]
    return ["text", str(value)]


def _tree(node: Node) -> list[Any]:
    if isinstance(node, Literal):
        return _scalar(node.value)
    if isinstance(node, Name):
        return ["name", *node.parts]
    return [node.operation, *map(_tree, node.arguments)]
