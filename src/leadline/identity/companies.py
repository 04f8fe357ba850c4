"""Names of companies without their legal form, so that two spellings of one name are equal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from leadline.identity.word_lists import words

ACCENTS = {
    "a": "[aäáą]", "c": "[cć]", "e": "[eéę]", "i": "[ií]", "l": "[lł]", "n": "[nńñ]",
    "o": "[oóöő]", "s": "[sś]", "u": "[uúü]", "z": "[zżź]",
}  # fmt: skip
SHORT = 6
"""Shorter legal forms are written without accents."""


def read_company(name: str) -> str | None:
    """Return the name of a company in small letters without its legal form, None if none is left.

    >>> read_company("North Pumps GmbH & Co. KG"), read_company("the north pumps, Inc.")
    ('north pumps', 'north pumps')
    >>> read_company("Północ Sp. z o.o."), read_company("北方科技有限公司")
    ('północ', '北方科技')
    """
    own = _words(name)
    if not own:
        return None
    stripped = AFTER_PATTERN.sub("", BEFORE_PATTERN.sub("", CHINESE_PATTERN.sub("", own)))
    return stripped.strip() or own


def _words(name: str) -> str:
    """Return the words of a name in small letters; accents stay, signs go."""
    text = unicodedata.normalize("NFKC", name).casefold()
    return " ".join(re.sub(r"[^\w&+]+|_", " ", text).split())


def _either(phrases: Iterable[str]) -> str:
    ordered = sorted({_pattern(each) for each in phrases}, key=lambda each: (-len(each), each))
    return "|".join(ordered)


def _pattern(phrase: str) -> str:
    """Return a phrase as its words are written, with or without accents."""
    if len(phrase) < SHORT or not phrase.isascii():
        return phrase
    return "".join(ACCENTS.get(letter, letter) for letter in phrase)


AFTER_PATTERN = re.compile(rf"(?<=\w)(?:[ &+]+(?:{_either(words('legal_form_after'))}))+$")
BEFORE_PATTERN = re.compile(rf"^(?:(?:{_either(words('legal_form_before'))})\s+(?=\w))+")
CHINESE_PATTERN = re.compile(rf"(?<=\w)(?:{_either(words('legal_form_chinese'))})+$")
