"""What people write into the cells of a table of points: numbers, times, how often, decay."""

from __future__ import annotations

import re
from dataclasses import dataclass

DAYS = {"hour": None, "day": 1, "week": 7, "month": 30, "quarter": 90, "year": 365}
"""Days of a unit; an hour is written as it is."""

_UNIT = r"(?P<unit>hour|day|week|month|quarter|year)s?"
_SPAN = rf"(?:(?P<number>\d{{1,4}}|an?|one)\s*)?{_UNIT}"
_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)([.,]\d+)?")
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-", "\u00a0": " "})


class NotCarried(Exception):  # noqa: N818 - what it says is no error of the program
    """A row that has no counterpart, or that is not understood; its text is the reason."""


def number(text: str) -> float | None:
    """Return a number as people write points, None where there is none.

    >>> number("+5"), number("-10 points"), number("1,000"), number("ten")
    (5.0, -10.0, 1000.0, None)
    """
    bare = re.sub(r"\s*(points?|pts?)\.?$", "", text.translate(_MINUS).strip(), flags=re.IGNORECASE)
    bare = re.sub(r"^([+-])\s+", r"\1", bare)
    if not _NUMBER.fullmatch(bare):
        return None
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", bare):
        bare = bare.replace(",", "")
    return float(bare.replace(",", "."))


def points_of(text: str) -> float:
    """Return the points of a cell; NotCarried where it holds none that leadline can give."""
    if not text:
        raise NotCarried("it has no points")
    if text.startswith("{{"):
        raise NotCarried(f"its points are the token {text}, whose value is not in the table")
    if text.startswith("="):
        raise NotCarried(f"it sets the score with {text}; leadline only adds")
    found = number(text)
    if found is None or abs(found) >= 1e8:  # noqa: PLR2004 - an order below what models allow
        raise NotCarried(f"its points are not a number: {text}")
    return found


def limit_of(text: str) -> float | None:
    """Return a limit, None for none; NotCarried where it is no number.

    >>> limit_of("unlimited"), limit_of("15")
    (None, 15.0)
    """
    if not text or text.lower() in ("none", "unlimited", "no limit", "no", "no maximum"):
        return None
    found = number(text)
    if found is None or abs(found) >= 1e8:  # noqa: PLR2004 - as above
        raise NotCarried(f"its limit is not a number: {text}")
    return abs(found)


@dataclass(frozen=True)
class Span:
    """A length of time; ``is_rounded`` where months are taken for 30 days, and longer alike."""

    text: str
    is_rounded: bool = False


def span(text: str) -> Span | None:
    """Return the length of time that a whole text names, None where it names none.

    >>> span("in the last 2 weeks"), span("1 month"), span("soon")
    (Span(text='14d', is_rounded=False), Span(text='30d', is_rounded=True), None)
    """
    lead = r"(?:with)?in\s+(?:the\s+)?|(?:the\s+)?|for\s+(?:the\s+)?|over\s+(?:the\s+)?"
    pattern = rf"(?:{lead})?(?:last|past|previous)?\s*{_SPAN}(?:\s+ago)?"
    found = re.fullmatch(pattern, text.strip().lower())
    return _span(found) if found else None


def _span(found: re.Match[str]) -> Span | None:
    count = found["number"] or "1"
    whole = int(count) if count.isdecimal() else 1
    if whole == 0:
        return None
    days = DAYS[found["unit"]]
    if days is None:
        return Span(f"{whole}h")
    return Span(f"{whole * days}d", days >= 30)  # noqa: PLR2004 - months differ in length


def within_of(text: str) -> Span | None:
    """Return the window of a cell, None for ever; NotCarried where it is not understood."""
    if not text or text.lower() in ("all time", "any time", "anytime", "ever", "none", "always"):
        return None
    found = span(text)
    if found is None:
        raise NotCarried(f"its time is not understood: {text}")
    return found


@dataclass(frozen=True)
class Often:
    """How many events it takes, or how often it counts.

    Attributes:
        least: So many at least, and then once.
        exactly: So many and no more, and then once.
        most: So many at most, but one.
        count: ``each``, ``once``, ``daily`` or ``per email_id``.
        every: Counts once in this time.
    """

    least: int | None = None
    exactly: int | None = None
    most: int | None = None
    count: str = "each"
    every: Span | None = None


_TIMES = r"(?: times?)?"
_OFTEN = (
    (rf"(?:more than|over|>)\s*(\d{{1,6}}){_TIMES}", "more"),
    (rf"(?:at least|>=|minimum)\s*(\d{{1,6}}){_TIMES}", "least"),
    (rf"(\d{{1,6}})(?:\+|\+?{_TIMES} or more){_TIMES}", "least"),
    (rf"exactly\s*(\d{{1,6}}){_TIMES}", "exactly"),
    (rf"(?:at most|<=|up to|maximum)\s*(\d{{1,6}}){_TIMES}", "most"),
    (rf"(?:less than|fewer than|<)\s*(\d{{1,6}}){_TIMES}", "less"),
)
_COUNTS = {
    "once": "once", "only once": "once", "one time": "once", "first time": "once",
    "first time only": "once", "first only": "once",
    "every time": "each", "each time": "each", "each": "each", "any": "each", "always": "each",
    "any number of times": "each", "cumulative": "each", "unlimited": "each", "every": "each",
    "once per email": "per email_id", "first open of each email": "per email_id",
    "first open only": "per email_id", "once per form": "per form", "once per page": "per path",
    "daily": "daily",
}  # fmt: skip


def often(text: str) -> Often | None:
    """Return how often a whole text says, None where it is not understood.

    >>> often("more than 3 times"), often("only once").count, often("now and then")
    (Often(least=4, exactly=None, most=None, count='each', every=None), 'once', None)
    """
    said = " ".join(text.lower().split()).rstrip(".")
    if said in _COUNTS:
        return Often(count=_COUNTS[said])
    if found := re.fullmatch(rf"once (?:every|per|an?)\s*{_SPAN}", said):
        return Often(every=_span(found))
    for pattern, kind in _OFTEN:
        if found := re.fullmatch(pattern, said):
            return _counted(kind, int(found[1]))
    return None


def _counted(kind: str, many: int) -> Often | None:
    table = {
        "more": Often(least=many + 1),
        "least": Often(least=max(many, 1)),
        "exactly": Often(exactly=many) if many else None,
        "most": Often(most=many) if many else None,
        "less": Often(most=many - 1) if many > 1 else None,
    }
    return table[kind]


def often_of(text: str) -> Often:
    """Return how often a cell says; NotCarried where it is not understood."""
    found = often(text) if text else Often()
    if found is None:
        raise NotCarried(f"how often it counts is not understood: {text}")
    return found


@dataclass(frozen=True)
class Fading:
    """How points fall: by a share of the first points at each step, or a share of what is left."""

    share: float
    every: Span
    compound: bool = False


_PERIODS = {"monthly": "1 month", "weekly": "1 week", "daily": "1 day", "yearly": "1 year"}


def fading_of(text: str) -> Fading | None:
    """Return the decay of a cell, None for none; NotCarried where it is not understood.

    >>> fading_of("25% every 3 months")
    Fading(share=0.25, every=Span(text='90d', is_rounded=True), compound=False)
    """
    said = " ".join(text.lower().translate(_MINUS).split())
    if said in ("", "none", "no", "off", "no decay", "never", "0%"):
        return None
    for word, unit in _PERIODS.items():
        said = re.sub(rf"\b{word}$", f"every {unit}", said)
    pattern = (
        r"(?P<keep>keeps?\s+)?-?(?P<share>\d{1,3}(?:\.\d+)?)\s*%\s*(?:every|each|per|/|after|a)\s*"
    )
    found = re.fullmatch(rf"{pattern}(?P<span>.+?)(?P<compound>,? compound(?:ed)?)?", said)
    every = span(found["span"]) if found else None
    share = float(found["share"]) / 100 if found else 0
    if found is None or every is None or not 0 < share <= 1:
        raise NotCarried(f"its decay is not understood: {text}")
    share = 1 - share if found["keep"] else share
    return Fading(share, every, bool(found["keep"] or found["compound"]))
