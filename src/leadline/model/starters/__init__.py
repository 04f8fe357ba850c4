"""Models to start from: commented documents that are meant to be changed."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML

from leadline.errors import Fault, InputError, nearest
from leadline.model.reading.writer import edit

STARTERS = {
    "general": "general B2B: who they are and what they did",
    "product_led": "product-led: the use of a trial says who is ready",
    "account_based": "account-based: the company first, then who moves in it",
    "webinars_events": "webinars and events: who comes, who stays, who talks",
}
"""Name of each starter, and whom it is for."""


def starter(name: str) -> str:
    """Return the text of a starter.

    Raises:
        InputError: There is no such starter.

    >>> starter("general").splitlines()[0]
    '# General B2B: who they are, and what they did.'
    """
    if name not in STARTERS:
        hint = nearest(name, STARTERS) or f"Known: {', '.join(STARTERS)}."
        raise InputError(Fault("", "starter", "must name a starter", name, hint))
    return files(__name__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")


def with_columns(text: str, proposed: Mapping[str, Any]) -> str:
    """Return a starter that reads an export: with ``columns`` and ``files`` put among its own.

    Args:
        text: The starter.
        proposed: What ``leadline inspect`` proposes, as values.

    Raises:
        ModelError: What is proposed cannot stand in a model.
    """
    written = YAML(typ="safe", pure=True).load(text)["columns"]
    if proposed.get("files"):
        text = edit(text, ("files",), dict(proposed["files"]))
    for table, columns in (proposed.get("columns") or {}).items():
        if table not in written:
            text = edit(text, ("columns", table), dict(columns or {}))
            continue
        for name, keys in (columns or {}).items():
            at = ("columns", table, name)
            if name not in written[table]:
                text = edit(text, at, dict(keys))
                continue
            for key, value in keys.items():
                text = edit(text, (*at, key), value)
    return text
