"""In which language, and of which time zone, a page speaks to whoever reads it."""

from __future__ import annotations

from starlette.requests import Request

from leadline.store.people import Person
from leadline.web.words import Words, asked_for, words


def words_for(request: Request, person: Person | None = None) -> Words:
    """Return what pages say to somebody: as they set it, otherwise as their browser asks."""
    language = person.language if person is not None else None
    zone = person.time_zone if person is not None else None
    return words(language or asked_for(request.headers.get("accept-language", "")), zone or "UTC")
