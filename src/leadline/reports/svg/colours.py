"""Which colour a series has: the name of a style, which the page's tokens fill."""

from __future__ import annotations

from collections.abc import Sequence

_SHADES = 6
NO_BAND = ("none", "-", "excluded")
"""Series that stand outside an order of bands, and are grey."""


def colours(names: Sequence[str], *, ordered: bool) -> list[str]:
    """Return the style of each series; an order spreads over all shades.

    >>> colours(["champion", "challenger"], ordered=False)
    ['s0', 's1']
    >>> colours(["none", "nurture", "follow_up", "sales"], ordered=True)
    ['none', 'o0', 'o2', 'o5']
    """
    if not ordered:
        return [f"s{number % _SHADES}" for number in range(len(names))]
    inside = [each for each in names if each not in NO_BAND]
    last = max(len(inside) - 1, 1)
    shade = {each: round(place * (_SHADES - 1) / last) for place, each in enumerate(inside)}
    return [f"o{shade[each]}" if each in shade else "none" for each in names]
