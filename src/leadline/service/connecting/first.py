"""The first load of a connection: years of facts at once, which are news to nobody."""

from __future__ import annotations

FIRST = "first load of "
"""Begins the source of what is read before a person has looked at a connection."""


def is_first_load(source: str) -> bool:
    """Say whether a request alerts nobody.

    >>> is_first_load("first load of crm"), is_first_load("crm")
    (True, False)
    """
    return source.startswith(FIRST)
