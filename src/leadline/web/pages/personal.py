"""What somebody sets for themselves: language, time zone, single keys."""

from __future__ import annotations

from zoneinfo import available_timezones

from starlette.responses import RedirectResponse, Response

from leadline.model.languages import LANGUAGES
from leadline.store import people
from leadline.web.pages.frame import KEYS_COOKIE, Address, Shown, Visit

NAMES = {"en": "English", "zh": "中文", "ru": "Русский", "pl": "Polski"}
_YEAR_SECONDS = 365 * 86_400


def page(visit: Visit) -> Shown:
    """Return the settings of who looks."""
    zones = sorted(each for each in available_timezones() if "/" in each or each == "UTC")
    parts = {
        "languages": [(each, NAMES[each]) for each in LANGUAGES],
        "zones": zones,
        "is_saved": visit.given("saved") == "1",
    }
    return Shown("settings.html", parts, here="settings")


def save(visit: Visit) -> Response:
    """Keep the settings; what is none of those that can be chosen stays as it was."""
    person = visit.signed.person
    language, zone = visit.form("language"), visit.form("time_zone")
    with visit.service.store.writing() as session:
        people.choose(
            session,
            person,
            (language or None) if language in {"", *LANGUAGES} else person.language,
            (zone or None) if zone in {"", *available_timezones()} else person.time_zone,
        )
    response = RedirectResponse("settings?saved=1", 303)
    keys = "off" if visit.form("keys") == "off" else "on"
    response.set_cookie(
        KEYS_COOKIE, keys, max_age=_YEAR_SECONDS, httponly=True, samesite="lax",
        secure=visit.request.url.scheme == "https",
    )  # fmt: skip
    return response


ADDRESSES = (
    Address("/settings", page, within=True),
    Address("/settings", save, ("POST",), within=True),
)
"""Settings of a person."""
