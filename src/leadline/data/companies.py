"""Names of companies without their legal form, so that two spellings of one name are equal."""

from __future__ import annotations

import re
import unicodedata

AFTER = (
    # English, and what others took from it
    "inc", "incorporated", "corp", "corporation", "co", "company", "ltd", "limited", "llc", "llp",
    "lp", "plc", "pllc", "pte", "pty", "pvt", "private", "lc", "pc", "l l c",
    # German, Austrian, Swiss
    "gmbh", "mbh", "ag", "kg", "ohg", "gbr", "ug", "ek", "e k", "e kfm", "eg", "ev", "e v", "se",
    "kgaa", "ggmbh", "gesmbh", "haftungsbeschrankt", "und", "partg", "stiftung co",
    # French, Belgian, Italian, Spanish, Portuguese
    "sa", "s a", "sas", "s a s", "sasu", "sarl", "s a r l", "eurl", "snc", "sci", "scop", "sc",
    "spa", "s p a", "srl", "s r l", "srls", "sl", "s l", "slu", "s l u", "sau", "s a u", "slne",
    "scp", "s c", "sa de cv", "s a de c v", "de cv", "de c v", "sapi", "s de rl", "lda", "ltda",
    "sprl", "bvba", "bv", "b v", "nv", "n v", "vof", "cv", "eireli",
    # Polish, Czech, Slovak, Hungarian, Romanian, Baltic
    "sp z o o", "spolka z o o", "sp zoo", "spzoo", "sp k", "spk", "sp j", "spj", "s k a",
    "spolka akcyjna", "spolka komandytowa", "spolka jawna", "spolka cywilna", "sp p", "psa",
    "spolka z ograniczona odpowiedzialnoscia", "sro", "s r o", "spol s r o", "a s", "as", "kft",
    "zrt", "nyrt", "bt", "uab", "sia", "ou", "oü", "ooo", "oao", "zao", "pao", "tov", "doo", "d o o",
    # Nordic, Turkish
    "ab", "aps", "a s", "oy", "oyj", "asa", "ans", "hf", "ehf", "as", "ltd sti", "a s",
    # Russian, Ukrainian, Bulgarian
    "ооо", "оао", "зао", "пао", "ао", "ип", "тов", "тоо", "чп", "фгуп", "муп", "нко", "ано",
    "еоод", "оод", "ад",
)  # fmt: skip
BEFORE = (
    "ооо", "оао", "зао", "пао", "ао", "ип", "тов", "тоо", "чп", "фгуп", "муп", "ано", "пт", "pt",
    "firma", "фирма", "компания", "ooo", "oao", "zao", "pao", "the", "ets", "sarl", "s a r l",
    "общество с ограниченной ответственностью", "акционерное общество",
    "публичное акционерное общество", "закрытое акционерное общество",
)  # fmt: skip
CHINESE = (
    "股份有限公司", "有限责任公司", "有限責任公司", "集团有限公司", "集團有限公司", "有限公司",
    "股份公司", "集团公司", "公司", "株式会社", "（集团）", "(集团)",
)  # fmt: skip
ACCENTS = {
    "a": "[aäáą]", "c": "[cć]", "e": "[eéę]", "i": "[ií]", "l": "[lł]", "n": "[nńñ]",
    "o": "[oóöő]", "s": "[sś]", "u": "[uúü]", "z": "[zżź]",
}  # fmt: skip
SHORT = 6
"""Shorter legal forms are written without accents."""


def read_company(name: str) -> str | None:
    """Return the name of a company in small letters without its legal form, None if none is left.

    >>> read_company("North Pumps GmbH & Co. KG"), read_company("ООО «Север»")
    ('north pumps', 'север')
    >>> read_company("Północ Sp. z o.o."), read_company("北方科技有限公司")
    ('północ', '北方科技')
    """
    words = _words(name)
    if not words:
        return None
    stripped = AFTER_PATTERN.sub("", BEFORE_PATTERN.sub("", CHINESE_PATTERN.sub("", words)))
    return stripped.strip() or words


def _words(name: str) -> str:
    """Return the words of a name in small letters; accents stay, signs go."""
    text = unicodedata.normalize("NFKC", name).casefold()
    return " ".join(re.sub(r"[^\w&+]+|_", " ", text).split())


def _either(phrases: tuple[str, ...]) -> str:
    ordered = sorted({_pattern(each) for each in phrases}, key=lambda each: (-len(each), each))
    return "|".join(ordered)


def _pattern(phrase: str) -> str:
    """Return a phrase as its words are written, with or without accents."""
    if len(phrase) < SHORT or not phrase.isascii():
        return phrase
    return "".join(ACCENTS.get(letter, letter) for letter in phrase)


AFTER_PATTERN = re.compile(rf"(?<=\w)(?:[ &+]+(?:{_either(AFTER)}))+$")
BEFORE_PATTERN = re.compile(rf"^(?:(?:{_either(BEFORE)})\s+(?=\w))+")
CHINESE_PATTERN = re.compile(rf"(?<=\w)(?:{_either(CHINESE)})+$")
