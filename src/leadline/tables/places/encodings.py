"""Which encoding text may have that is neither Unicode nor western: a proposal, no decision."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping

NOT_CENTRAL = re.compile(r"[^\W\d_][^\w\s.,;:'\"()/&@+|<>-][^\W\d_]|[^\x00-\x7f]{4}")
"""A sign inside a word, or no plain letter for long."""
NOT_CYRILLIC = re.compile(
    r"[A-Za-z][\u0400-\u04ff]{1,2}[A-Za-z]|[^\W\d_][^\w\s.,;:'\"()/&@+№|<>«»-][^\W\d_]"
    r"|[\u0402\u0403\u0409-\u040f\u0452\u0453\u0459-\u045f]"
)
"""Cyrillic inside a Latin word, a sign inside a word, or letters of the Balkans alone."""
NOT_EASTERN = re.compile(r"[\uff61-\uff9f]|[\ue000-\uf8ff]")
"""Half-width signs and private ones, which other text becomes."""

PROPOSED: Mapping[str, re.Pattern[str]] = {
    "windows-1250": NOT_CENTRAL,
    "windows-1251": NOT_CYRILLIC,
    "shift_jis": NOT_EASTERN,
    "gb18030": NOT_EASTERN,
}
"""Encodings to what their text does not have; the first that fits is proposed."""

FOREIGN_WORDS = re.compile(r"\w*[^\W\x00-\x7f]\w*")
SHOWN = 3


def proposed(text: bytes) -> tuple[str, str]:
    """Return an encoding that some bytes may have, and words to see whether it is right.

    >>> proposed("Генеральный директор".encode("windows-1251"))
    ('windows-1251', 'Генеральный, директор')
    >>> proposed("Zakład, Źródło".encode("windows-1250"))
    ('windows-1250', 'Zakład, Źródło')
    """
    for encoding, foreign in PROPOSED.items():
        try:
            read = codecs.getincrementaldecoder(encoding)().decode(text)
        except UnicodeDecodeError:
            continue
        if not foreign.search(read):
            return encoding, ", ".join(list(dict.fromkeys(FOREIGN_WORDS.findall(read)))[:SHOWN])
    return "windows-1250", ""
