"""Names of countries in many languages to their two-letter codes."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LANGUAGES = (
    "en", "de", "fr", "es", "pl", "ru", "zh", "zh_Hant", "it", "pt", "nl", "cs", "sv", "da", "nb",
    "fi", "tr", "uk", "ja", "ko", "ro", "hu",
)  # fmt: skip
NOT_COUNTRIES = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})
ALIASES = {
    "america": "US",
    "united states of america": "US",
    "the united states": "US",
    "estados unidos de america": "US",
    "etats unis d amerique": "US",
    "u s": "US",
    "u s a": "US",
    "сша": "US",
    "great britain": "GB",
    "britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "northern ireland": "GB",
    "uk": "GB",
    "u k": "GB",
    "grossbritannien": "GB",
    "wielka brytania": "GB",
    "великобритания": "GB",
    "англия": "GB",
    "grande bretagne": "GB",
    "gran bretana": "GB",
    "inglaterra": "GB",
    "brd": "DE",
    "bundesrepublik deutschland": "DE",
    "federal republic of germany": "DE",
    "holland": "NL",
    "the netherlands": "NL",
    "pays bas": "NL",
    "czech republic": "CZ",
    "tschechische republik": "CZ",
    "republika czeska": "CZ",
    "republique tcheque": "CZ",
    "republica checa": "CZ",
    "чешская республика": "CZ",
    "russian federation": "RU",
    "российская федерация": "RU",
    "рф": "RU",
    "south korea": "KR",
    "korea": "KR",
    "republic of korea": "KR",
    "prc": "CN",
    "people s republic of china": "CN",
    "中华人民共和国": "CN",
    "中国大陆": "CN",
    "turkey": "TR",
    "slovak republic": "SK",
    "viet nam": "VN",
    "uae": "AE",
    "u a e": "AE",
    "ivory coast": "CI",
    "macedonia": "MK",
    "brasil": "BR",
    "schweiz": "CH",
    "белоруссия": "BY",
    "iran": "IR",
    "hong kong": "HK",
    "taiwan": "TW",
}
"""What people write beside the names of the Unicode CLDR."""


def read_country(text: str) -> str | None:
    """Return the ISO 3166 code of a country, None where the name is not known.

    >>> read_country("Deutschland"), read_country("usa"), read_country("Россия"), read_country("zz")
    ('DE', 'US', 'RU', None)
    """
    return _codes().get(folded(text))


def folded(text: str) -> str:
    """Return a name in small letters, without accents and signs."""
    text = unicodedata.normalize("NFD", text.casefold())
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[\W_]+", " ", text).split())


@cache
def _codes() -> Mapping[str, str]:
    from babel import Locale  # noqa: PLC0415 - only where it is needed

    found: dict[str, str] = {}
    for language in reversed(LANGUAGES):
        names = Locale.parse(language).territories
        found |= {folded(name): code for code, name in names.items() if _is_country(code)}
    codes = {code.lower(): code for code in found.values()}
    return {**_three_letters(), **found, **codes, **ALIASES}


def _three_letters() -> dict[str, str]:
    from babel import Locale  # noqa: PLC0415 - only where it is needed
    from babel.core import get_global  # noqa: PLC0415

    names = Locale.parse("en").territories
    return {
        alias.lower(): codes[0]
        for alias, codes in get_global("territory_aliases").items()
        if len(alias) == 3 and alias.isalpha() and _is_country(codes[0]) and codes[0] in names  # noqa: PLR2004
    }


def _is_country(code: str) -> bool:
    return len(code) == 2 and code.isalpha() and code not in NOT_COUNTRIES  # noqa: PLR2004
