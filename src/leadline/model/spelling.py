"""Names that say the same in another spelling: by their words, never by letters alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_WORDS = re.compile(r"[^\W\d_]+|\d+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ENDING = re.compile(r"(ssion|tted|ing|ed|es|s|e)$")
_SHORT_PLURAL = re.compile(r"^(\w\w)s$")
_DOUBLED = re.compile(r"(.)\1")
_IRREGULAR = {"sent": "send", "held": "hold", "bought": "buy", "paid": "pay"}
_STEM_FROM = 4
"""Shorter words have no endings to be left out."""
_SLIP_FROM = 5
"""In a shorter word, another letter makes another word."""


def respelled(name: str, known: Iterable[str]) -> str:
    """Return the known name that says the same in other words' forms, or an empty text.

    One letter may be a slip; a word that is another word is no spelling of it.

    >>> respelled("page_viewed", ["Email sent", "Page view"])
    'Page view'
    >>> respelled("demo_requsted", ["demo_requested"]), respelled("email_bounced", ["Email opened"])
    ('demo_requested', '')
    """
    wanted = _stems(name)
    others = {each: _stems(each) for each in known}
    for is_alike in (_is_same, _is_slip):
        for each, words in others.items():
            if len(words) == len(wanted) and all(map(is_alike, wanted, words)):
                return each
    return ""


def _stems(name: str) -> list[str]:
    return [_stem(word.lower()) for word in _WORDS.findall(_HUMP.sub(" ", name))]


def _stem(word: str) -> str:
    word = _IRREGULAR.get(word, word)
    return _ENDING.sub("", word) if len(word) >= _STEM_FROM else _SHORT_PLURAL.sub(r"\1", word)


def _is_same(one: str, other: str) -> bool:
    return one == other


def _is_slip(one: str, other: str) -> bool:
    """Say whether two words are one, but for a letter too many, too few, wrong, or out of turn."""
    if _DOUBLED.sub(r"\1", one) == _DOUBLED.sub(r"\1", other):
        return True
    if min(len(one), len(other)) < _SLIP_FROM or one[0] != other[0]:
        return False
    return one in _slips(other) or other in _slips(one) or _differ_by_one(one, other)


def _slips(word: str) -> Iterator[str]:
    """Yield a word without one letter, and with two out of turn."""
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]
        yield word[:at] + word[at : at + 2][::-1] + word[at + 2 :]


def _differ_by_one(one: str, other: str) -> bool:
    pairs = zip(one, other, strict=False)
    return len(one) == len(other) and sum(a != b for a, b in pairs) == 1
