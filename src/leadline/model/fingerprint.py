"""The fingerprint of a model: a hash of everything that can change a number, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from leadline.model.document import Model, Part
from leadline.model.durations import Duration
from leadline.model.expressions import Call, Expression, Literal, Name, Node

_SAYS_NOTHING = frozenset(
    "model description owner known pinned provenance calibration task examples".split()
)
"""Keys that change no number."""
_ORDERED = frozenset(["overrides"])
"""Mappings whose order decides."""


def fingerprint(model: Model) -> str:
    """Return 16 hexadecimal digits that change where a number could change.

    Comments, key order, spelling of conditions, descriptions and owners do not change it.
    """
    text = json.dumps(_canonical(model), ensure_ascii=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()[:16]


def _canonical(value: Any, name: str = "") -> Any:
    if isinstance(value, Part):
        fields = {key: getattr(value, key) for key in sorted(type(value).model_fields)}
        defaults = {
            key: each.get_default(call_default_factory=True)
            for key, each in type(value).model_fields.items()
        }
        return [
            [key, _canonical(each, key)]
            for key, each in fields.items()
            if key not in _SAYS_NOTHING and each != defaults[key]
        ]
    if isinstance(value, Expression):
        return ["expression", _tree(value.tree)]
    if isinstance(value, Duration):
        return ["microseconds", value.microseconds]
    if isinstance(value, Mapping):
        items = [[_key(key), _canonical(each)] for key, each in value.items()]
        return items if name in _ORDERED else sorted(items, key=lambda item: str(item[0]))
    if isinstance(value, list | tuple):
        return [_canonical(each) for each in value]
    return _scalar(value)


def _key(key: object) -> list[str]:
    return [str(part) for part in _scalar(key)]


def _scalar(value: object) -> list[object]:
    if isinstance(value, bool) or value is None:
        return ["constant", str(value)]
    if isinstance(value, int | float):
        return ["number", repr(float(value))]
    return ["text", str(value)]


def _tree(node: Node) -> Any:
    if isinstance(node, Literal):
        return _scalar(node.value)
    if isinstance(node, Name):
        return ["name", *node.parts]
    assert isinstance(node, Call)  # noqa: S101 - the third and last kind of node
    return [node.operation, *(_tree(each) for each in node.arguments)]
