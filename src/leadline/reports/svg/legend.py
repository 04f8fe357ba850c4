"""What the colours of a picture mean, in as many lines on top as its width needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from leadline.reports.svg.canvas import Canvas
from leadline.reports.svg.letters import shortened, width_of

_LINE, _SQUARE, _APART, _BELOW = 19, 11, 16, 8
_WIDEST = 180


@dataclass(frozen=True)
class Legend:
    """Names and their colours, each at its place.

    Attributes:
        keys: Place from the left, line, name, style.
    """

    keys: tuple[tuple[float, int, str, str], ...]

    @classmethod
    def of(cls, names: Sequence[str], colours: Sequence[str], width: float) -> Legend:
        """Return the names of several series; one series needs none."""
        return cls(tuple(_placed(names, colours, width)) if len(names) > 1 else ())

    @property
    def height(self) -> int:
        """How much of the picture it takes."""
        return _LINE * (1 + max(line for _, line, *_ in self.keys)) + _BELOW if self.keys else 0

    def draw(self, canvas: Canvas) -> None:
        """Draw a square and a name for each."""
        for x, line, name, colour in self.keys:
            y = _LINE * line + 4
            canvas.rect(x, y, _SQUARE, _SQUARE, colour)
            canvas.text(x + _SQUARE + 5, y + 10, name)


def _placed(
    names: Sequence[str], colours: Sequence[str], width: float
) -> Iterator[tuple[float, int, str, str]]:
    at, line = 0.0, 0
    for name, colour in zip(names, colours, strict=True):
        shown = shortened(name, _WIDEST)
        wide = _SQUARE + 5 + width_of(shown)
        if at and at + wide > width:
            at, line = 0.0, line + 1
        yield at, line, shown, colour
        at += wide + _APART
