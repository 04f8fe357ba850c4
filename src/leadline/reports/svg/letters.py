"""How wide a text is, by the widest of the fonts that pages are shown in."""

from __future__ import annotations

_SIZE = 12
_WIDTHS = {
    " .,:;!|'()[]ijlIt": 4.9,
    'fr-/\\"_': 6.2,
    "MWmw@%+=<>": 12.0,
}
_CAPITAL, _OTHER, _FULL = 9.3, 7.8, 12.5
_LATIN = 0x2E80
"""Letters from here on fill a square each."""
_KNOWN = {letter: width for letters, width in _WIDTHS.items() for letter in letters}


def width_of(text: str) -> float:
    """Return how many pixels a text takes at most, written in 12 pixels.

    >>> width_of("sales") < width_of("SALES") < 60
    True
    """
    return sum(map(_letter, text))


def shortened(text: str, most: float) -> str:
    """Return a text that takes no more than some pixels.

    >>> shortened("person.pricing_visit", 60), shortened("sales", 60)
    ('person…', 'sales')
    """
    if width_of(text) <= most:
        return text
    kept = text
    while kept and width_of(f"{kept}…") > most:
        kept = kept[:-1]
    return f"{kept.rstrip(' ._')}…"


def _letter(letter: str) -> float:
    if letter in _KNOWN:
        return _KNOWN[letter]
    if ord(letter) >= _LATIN:
        return _FULL
    return _CAPITAL if letter.isupper() else _OTHER
