"""Models to start from: commented documents that are meant to be changed."""

from __future__ import annotations

from importlib.resources import files

from leadline.errors import Fault, InputError, nearest

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
