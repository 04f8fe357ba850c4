"""What templates draw with: icons, and the strips of the reports' own drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from leadline.reports.svg import strips
from leadline.reports.svg.draw import draw_all
from leadline.reports.svg.room import ROOMS
from leadline.service.faces import initials
from leadline.web.pages.telling import Teller, capital

_ICONS: Mapping[str, str] = {
    "queue": "M3 13h5l2 3h4l2-3h5M5 5h14l2 8v6H3v-6z",
    "leads": "M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM2 21v-2a5 5 0 0 1 5-5h4a5 5 0 0 1 5 5v2"
    "M17 3.5a4 4 0 0 1 0 7M22 21v-2a5 5 0 0 0-3.5-4.8",
    "accounts": "M6 21V4h12v17M3 21h18M10 8h4M10 12h4M10 21v-5h4v5",
    "settings": "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5",
    "admin": "M12 3l8 3v6c0 5-3.5 7.5-8 9-4.5-1.5-8-4-8-9V6z",
    "search": "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM20.5 20.5 16 16",
    "keys": "M3 7h18v10H3zM7 11h.01M11 11h.01M15 11h.01M8 14h8",
    "clock": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7.5V12l3 2",
    "hand": "M7 12V6.5a1.5 1.5 0 0 1 3 0V11m0-5.5a1.5 1.5 0 0 1 3 0V11m0-4a1.5 1.5 0 0 1 3 0v5"
    "m0-3a1.5 1.5 0 0 1 3 0V15a6 6 0 0 1-6 6h-1a6 6 0 0 1-5-2.6L4 14.5a1.6 1.6 0 0 1 2.6-1.8L7 13",
    "over": "M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM2 21v-2a5 5 0 0 1 5-5h3M16 19h6M19 16l3 3-3 3",
    "filter": "M3 6h18M7 12h10M10.5 18h3",
    "export": "M12 4v11M7.5 11 12 15.5 16.5 11M4 20h16",
    "close": "M6 6l12 12M18 6 6 18",
    "next": "M9 5l7 7-7 7",
    "check": "M5 12.5 10 17.5 19.5 7",
    "warn": "M12 4 2.5 20h19zM12 10v4.5M12 17.5h.01",
    "more": "M5 12h.01M12 12h.01M19 12h.01",
    "out": "M10 4H5v16h5M15 8l4 4-4 4M19 12h-9",
}
"""Name of an icon to its strokes on a square of 24."""


def icon(name: str) -> Markup:
    """Return an icon; words beside it say the same."""
    return Markup(  # noqa: S704 - drawn here
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">'
        f'<path d="{_ICONS[name]}"/></svg>'
    )


def logo() -> Markup:
    """Return the sign of the product: a sounding line with two marks and its lead."""
    return Markup(
        '<svg class="logo" viewBox="0 0 20 20" aria-hidden="true" focusable="false">'
        '<path class="rope" d="M10 1v12M6.5 4h7M7.5 8h5"/><path class="lead" d="M6 12.5h8l-4 7z"/>'
        "</svg>"
    )


def bars(place: int, of: int) -> Markup:
    """Return the bars of a band: as many of three as it is high on its ladder."""
    on = 0 if place < 0 or of < 1 else -(-3 * place // max(of - 1, 1))
    drawn = "".join(
        f'<rect x="{5 * number}" y="{8 - 4 * number}" width="3.4" height="{4 + 4 * number}" '
        f'rx=".8" class="{"on" if number < on else "off"}"/>'
        for number in range(3)
    )
    return Markup(f'<svg class="bars" viewBox="0 0 14 12" aria-hidden="true">{drawn}</svg>')  # noqa: S704 - drawn here


def strip(  # noqa: PLR0913, PLR0917 - as of the drawing
    rungs: Sequence[strips.Rung],
    span: strips.Span,
    value: float | None,
    before: float | None,
    band: str | None,
    says: str,
) -> Markup:
    """Return a score on its bands."""
    return Markup(strips.line(rungs, span, value, before, band, says))  # noqa: S704 - an XML writer's


def edges_of(tell: Teller, span: strips.Span) -> Markup:
    """Return the names of bands below the strip of a score."""
    marks = [
        (each.edge, f"{tell.band(each.name)} {tell.words.number(each.edge)}")
        for each in tell.rungs[1:]
    ]
    drawn = "".join(strips.scale(span, marks, room) for room in ROOMS)
    return Markup(drawn)  # noqa: S704 - an XML writer's


def short(text: str) -> str:
    """Return a text of a field no longer than a card can hold."""
    return text if len(text) <= MOST_TEXT else f"{text[: MOST_TEXT - 1]}…"


MOST_TEXT = 300
FILTERS = {"initials": initials, "capital": capital, "short": short}
GLOBALS = {
    "edges_of": edges_of,
    "icon": icon,
    "logo": logo,
    "bars": bars,
    "strip": strip,
    "draw_all": draw_all,
}
