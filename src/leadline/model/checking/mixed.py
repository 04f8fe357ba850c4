"""Comparisons of text with numbers: they are allowed, never equal, and hardly meant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from leadline.model.checking.findings import Finding
from leadline.model.expressions import Call, Literal, Name, Node
from leadline.model.names import Names, described
from leadline.model.types import Type
from leadline.model.uses import Use, uses

if TYPE_CHECKING:
    from leadline.model.checking.findings import Findings

_EQUAL = ("=", "<>", "in")


def mixed(names: Names) -> Findings:
    """Yield a warning of each comparison of a text with a number, over the columns at hand.

    What type a column has may depend on the rows that are given, unless it is declared.
    """
    for use in uses(names.model):
        for call in _calls(use.tree):
            if call.operation in _EQUAL:
                yield from _compared(names, call, use)


def _calls(node: Node) -> Iterator[Call]:
    if isinstance(node, Call):
        yield node
        for each in node.arguments:
            yield from _calls(each)


def _compared(names: Names, call: Call, use: Use) -> Findings:
    left, *others = call.arguments
    for other in others:
        pair = (left, other)
        one, two = (names.typed(each, use.place, []) for each in pair)
        if {one, two} == {Type.TEXT, Type.NUMBER}:
            expected = "compares text with a number, which are never equal"
            found = " and ".join(map(described, pair, (one, two)))
            yield Finding(use.path, expected, found, _advice(pair, (one, two)))


def _advice(pair: tuple[Node, Node], types: tuple[Type, Type]) -> str:
    """Return what to do: mostly, to say that a column of digits is text."""
    for node, other, kind in zip(pair, reversed(pair), types, strict=True):
        if isinstance(node, Name) and kind is Type.NUMBER:
            declare = f"eclare {node} as type: text if its digits are no number."
            if isinstance(other, Literal) and _is_number(str(other.value)):
                return f"Write {other.value}, or d{declare}"
            return f"D{declare}"
    return ""


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()
