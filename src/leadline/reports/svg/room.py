"""How much room a picture has; letters are of one size in every room."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Room:
    """A width that pictures are drawn for, in pixels.

    Attributes:
        name: The name of its style: the page shows the picture of one room.
        width: Width of the picture.
        height: Height of what stands between the axes, and of the labels below.
        label: Most width of a label before a bar.
        is_narrow: Labels that need more stand above their bar, and are not shortened.
        side: Width of the labels beside a flow.
        ticks: So many round values on a scale are enough.
    """

    name: str
    width: int
    height: int
    label: int
    side: int
    ticks: int
    is_narrow: bool = False


WIDE = Room("for-wide", width=680, height=260, label=280, side=150, ticks=5)
NARROW = Room("for-narrow", width=358, height=230, label=120, side=112, ticks=4, is_narrow=True)
ROOMS = (WIDE, NARROW)
