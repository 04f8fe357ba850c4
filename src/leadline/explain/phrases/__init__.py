"""Sentences about a lead in the languages that leadline speaks, one file a language."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from babel import Locale
from babel.dates import format_date, format_timedelta
from babel.lists import format_list
from babel.numbers import format_decimal

from leadline.errors import Fault, InputError, nearest
from leadline.model.languages import LANGUAGES

_UNSIGNED, _SIGNED = "#,##0.##", "+#,##0.##;-#,##0.##"
_RECENT_DAYS = 30
_ALWAYS_DAYS = 1e9
"""Ages are said in days alone: no month or year is as many days as another."""


@dataclass(frozen=True)
class Phrases:
    """The sentences of one language."""

    locale: Locale
    texts: dict[str, Any]

    def say(self, name: str, **parts: str) -> str:
        """Return a sentence with its parts."""
        text: str = self.texts[name]
        return text.format(**parts)

    def number(self, value: float, *, sign: bool = False) -> str:
        """Return a number in two decimals at most."""
        return str(format_decimal(_two(value), _SIGNED if sign else _UNSIGNED, locale=self.locale))

    def counted(self, noun: str, value: float) -> str:
        """Return a number with its noun in the form that the number asks for."""
        forms = self.texts[noun]
        form = self.locale.plural_form(_two(value))
        return str(forms.get(form, forms["other"])).format(n=self.number(value))

    def ago(self, on: date, days: int) -> str:
        """Return when something was: by days where it is recent, else by its date."""
        near = {0: "today", 1: "yesterday"}.get(days)
        if near is not None:
            return self.say(near)
        if days > _RECENT_DAYS:
            return self.date(on)
        return str(
            format_timedelta(
                -days * 86_400,
                granularity="day",
                threshold=_ALWAYS_DAYS,
                add_direction=True,
                locale=self.locale,
            )
        )

    def date(self, on: date) -> str:
        """Return a date."""
        return str(format_date(on, "long", locale=self.locale))

    def listed(self, words: list[str]) -> str:
        """Return words as a list in a sentence."""
        return str(format_list(words, locale=self.locale))


def _two(value: float) -> Decimal:
    """Return a number in two decimals, without those that say nothing."""
    return Decimal(f"{value:.2f}".rstrip("0").rstrip("."))


@cache
def phrases(language: str) -> Phrases:
    """Return the sentences of a language. Raises InputError."""
    if language not in LANGUAGES:
        expected = f"must be one of {', '.join(LANGUAGES)}"
        raise InputError(Fault("", "language", expected, language, nearest(language, LANGUAGES)))
    text = files(__name__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return Phrases(Locale.parse(language), tomllib.loads(text))
