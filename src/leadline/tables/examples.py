"""Faults of a model over tables, with the values of the data that are behind them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from leadline.errors import Fault
from leadline.model.types import Type
from leadline.tables.read import Loaded

_SCOPES = {"account.": "accounts", "lead.": "leads", "": "events"}
"""What stands before the name of a column in a condition, to its table."""


def with_examples(faults: Iterable[Fault], loaded: Loaded) -> list[Fault]:
    """Show where text stands in a column that a fault calls text."""
    return [_with_example(fault, loaded) for fault in faults]


def _with_example(fault: Fault, loaded: Loaded) -> Fault:
    for scope, table in _SCOPES.items():
        for name, kind in loaded.schema.get(table, {}).items():
            called = rf"(?<![\w.]){re.escape(scope + name)} \(text\)"
            if kind is Type.TEXT and re.search(called, fault.found):
                return _shown(fault, loaded, table, name)
    return fault


def _shown(fault: Fault, loaded: Loaded, table: str, name: str) -> Fault:
    shown = [f"{value!r} in row {row}" for row, value in loaded.examples(table, name)]
    wanted = _wanted(fault)
    declared = f"columns: {{{table}: {{{name}: {{type: {wanted}}}}}}}"
    effect = "to read them as empty"
    if wanted is Type.BOOLEAN:
        effect = "to read words for yes and no, and others as empty"
    remedy = (
        f"{table}.{name} is text, with {', '.join(shown)}. Correct these, or declare "
        f"{declared} {effect}."
    )
    return replace(fault, remedy=remedy) if shown else fault


_WANTED = {Type.BOOLEAN: ("true or false", "conditions"), Type.TIME: ("a time", "times")}
"""A type to what a fault says where it is wanted; elsewhere it is a number."""


def _wanted(fault: Fault) -> Type:
    """Return the type that the text would have to be of."""
    found = (kind for kind, words in _WANTED.items() if fault.expected.endswith(words))
    return next(found, Type.NUMBER)
