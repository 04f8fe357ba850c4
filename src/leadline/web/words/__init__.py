"""What pages say in the languages that leadline speaks, one file a language."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_decimal

from leadline.explain.phrases import Phrases, phrases
from leadline.model.languages import LANGUAGES

PSEUDO = "qps"
"""A language of the tests: English, a third longer and in brackets."""
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_NEAR_DAYS = 6
MINUS = "\N{MINUS SIGN}"
_LETTERS = str.maketrans("aeiouAEIOU", "áéíóúÁÉÍÓÚ")


@dataclass(frozen=True)
class Words:
    """What pages say in one language, with its numbers, dates and plurals.

    Attributes:
        language: The language.
        zone: Where the reader is.
        phrases: Its sentences about leads; numbers and plural forms are theirs.
        texts: Its texts for pages.
    """

    language: str
    zone: tzinfo
    phrases: Phrases
    texts: Mapping[str, Any]

    def t(self, name: str, /, **parts: object) -> str:
        """Return a text with its parts."""
        text: str = self.texts[name]
        return text.format(**parts) if parts else text

    def n(self, name: str, count: float, /, **parts: object) -> str:
        """Return a text in the form that its number asks for."""
        forms: Mapping[str, str] = self.texts[name]
        form = self.phrases.locale.plural_form(count)
        return forms.get(form, forms["other"]).format(n=self.number(count), **parts)

    def number(self, value: float, digits: int = 2) -> str:
        """Return a number in so many decimals at most."""
        pattern = "#,##0" + (f".{'#' * digits}" if digits else "")
        return _minus(format_decimal(round(value, digits), pattern, locale=self.phrases.locale))

    def exact(self, value: float) -> str:
        """Return a number in two decimals, so that figures below each other line up."""
        return _minus(format_decimal(round(value, 2), "#,##0.00", locale=self.phrases.locale))

    def points(self, value: float, digits: int = 2) -> str:
        """Return points with their sign; those that digits do not show are no points."""
        value = round(value, digits)
        if not value:
            return "0"
        pattern = "#,##0" + (f".{'0' * digits}" if digits else "")
        said = format_decimal(abs(value), pattern, locale=self.phrases.locale)
        return f"{'+' if value > 0 else MINUS}{said}"

    def day(self, at: datetime, now: datetime | None = None) -> str:
        """Return a day; the year is said where it is another than now."""
        own = at.astimezone(self.zone)
        if now is not None and own.year == now.astimezone(self.zone).year:
            return str(format_date(own, self.texts["day"], locale=self.phrases.locale))
        return str(format_date(own, "medium", locale=self.phrases.locale))

    def moment(self, at: datetime) -> str:
        """Return a day with its time."""
        own = at.astimezone(self.zone)
        return str(format_datetime(own, "medium", tzinfo=self.zone, locale=self.phrases.locale))

    def when(self, at: datetime, now: datetime) -> str:
        """Return when something was, shortly: minutes, a time of today, a day."""
        seconds = (now - at).total_seconds()
        if 0 <= seconds < _HOUR:
            return self.t("ago", span=self.span(seconds))
        own, today = at.astimezone(self.zone), now.astimezone(self.zone).date()
        time = format_time(own, "short", locale=self.phrases.locale)
        days = (today - own.date()).days
        if days in {0, 1}:
            return self.t(("today_at", "yesterday_at")[days], time=time)
        if 1 < days <= _NEAR_DAYS:
            return self.n("days_ago", days)
        return self.day(at, now)

    def span(self, seconds: float) -> str:
        """Return a length of time in the two units that matter."""
        seconds = max(0, int(seconds))
        if seconds < _HOUR:
            return self.t("minutes", n=max(1, seconds // _MINUTE))
        if seconds < _DAY:
            hours, minutes = seconds // _HOUR, seconds % _HOUR // _MINUTE
            return self.t("hours_minutes" if minutes else "hours", n=hours, m=f"{minutes:02}")
        return self.n("days", seconds // _DAY)

    def left(self, due: datetime, now: datetime) -> str:
        """Return how much time is left until a moment, or how late it is."""
        name = "late" if due < now else "left"
        return self.t(name, span=self.span(abs((due - now).total_seconds())))


def _minus(number: Any) -> str:
    return str(number).replace("-", MINUS)


@cache
def words(language: str, zone: str = "UTC") -> Words:
    """Return what pages say in a language; English where it is none of ours."""
    if language == PSEUDO:
        return Words(language, _zone(zone), phrases("en"), _longer(_texts("en")))
    known = language if language in LANGUAGES else LANGUAGES[0]
    return Words(known, _zone(zone), phrases(known), _texts(known))


def asked_for(header: str) -> str:
    """Return the language of ours that a browser likes most, by its ``Accept-Language``.

    >>> asked_for("de-DE,pl;q=0.8,en;q=0.5"), asked_for("zh-CN"), asked_for("")
    ('pl', 'zh', 'en')
    """
    liked: list[tuple[float, str]] = []
    for part in header.split(",")[:20]:
        tag, _, weight = part.partition(";q=")
        try:
            liked.append((-float(weight or 1), tag.strip().lower().split("-")[0]))
        except ValueError:
            continue
    known = (*LANGUAGES, PSEUDO)
    return next((each for _, each in sorted(liked) if each in known), LANGUAGES[0])


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError):
        return UTC


@cache
def _texts(language: str) -> Mapping[str, Any]:
    text = files(__name__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _longer(texts: Mapping[str, Any]) -> dict[str, Any]:
    """Return texts with accents and a third longer; dates keep their form."""
    return {
        name: text
        if name == "day"
        else _longer(text)
        if isinstance(text, Mapping)
        else _stretched(text)
        for name, text in texts.items()
    }


def _stretched(text: str) -> str:
    """Return a text a third longer.

    >>> _stretched("{n} late")
    '[{n} láté ··]'
    """
    parts = re.split(r"(\{[^}]*\})", text)
    own = "".join(each if each.startswith("{") else each.translate(_LETTERS) for each in parts)
    return f"[{own} {'·' * max(1, len(text) // 4)}]"
