"""How numbers and times are written as texts: one meaning for files, tables and every engine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

NUMBER = "[+-]?((0|[1-9][0-9]*)([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,3})?"

YEAR = "(000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})"
DATE = f"{YEAR}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
CLOCK = "[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?"
OFFSET = "(Z| UTC| GMT|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)"
SPACED_OFFSET = " [+-](0[0-9]|1[0-5])(:?[0-5][0-9])?"
TIME = f"{DATE}({CLOCK}({OFFSET}|{SPACED_OFFSET}))?"
"""A time with its zone, or a date, which is its midnight in UTC."""

TRUE = ("true", "yes", "1", "y", "t", "ja", "j", "oui", "vrai", "si", "sí", "tak", "prawda",
        "да", "истина", "是", "真", "wahr", "vero", "verdadero", "on")  # fmt: skip
FALSE = ("false", "no", "0", "n", "f", "nein", "non", "faux", "nie", "fałsz", "нет", "ложь",
         "否", "假", "falsch", "falso", "off")  # fmt: skip


def _is_one_of(words: Sequence[str]) -> str:
    """Return the condition that a text is one of some words in any capitals.

    Engines do not all fold other letters than those of ASCII: these are listed in both forms.
    """
    plain = [each for each in words if each.isascii()]
    others = [each for each in words if not each.isascii()]
    forms = dict.fromkeys(
        form for word in others for form in (word, word.capitalize(), word.upper())
    )
    return f"lower(:a) in ({_quoted(plain)}) or :a in ({_quoted(forms)})"


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(f"'{each}'" for each in words)


BOOLEAN = f"case when {_is_one_of(TRUE)} then true when {_is_one_of(FALSE)} then false end"
"""What a text says as true or false, in the words of several languages."""


def whole(pattern: str) -> str:
    """Return a pattern that must fit the whole of a text.

    >>> whole("a|b")
    '^(a|b)$'
    """
    return f"^({pattern})$"
