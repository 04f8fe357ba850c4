"""Search, as somebody types and as a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup, escape

from leadline.service import finding, queue
from leadline.service.finding import Found
from leadline.store import naming
from leadline.web.pages.frame import Address, Shown, Visit
from leadline.web.pages.telling import Teller

MOST_TYPED, MOST_SHOWN = 8, 40
MOST_LETTERS = 100


def found(visit: Visit) -> Shown:
    """Return what is found while somebody types; nothing for nothing."""
    return Shown("found.html", _found(visit, MOST_TYPED))


def page(visit: Visit) -> Shown:
    """Return what is found as a page."""
    return Shown("search.html", _found(visit, MOST_SHOWN), here="search")


def _found(visit: Visit, most: int) -> dict[str, Any]:
    text = visit.given("q")[:MOST_LETTERS]
    with visit.service.reading() as (session, live):
        ladder = queue.ladder_of(live.model)
        rows = finding.find(session, live, ladder, text, most, visit.signed.sight)
    tell = Teller(live.model, ladder, visit.words)
    words = naming.words_in(text)
    return {"q": text, "tell": tell, "hits": [_hit(tell, each, words) for each in rows]}


def _hit(tell: Teller, each: Found, words: Sequence[str]) -> dict[str, Any]:
    return {
        "entity": each.entity,
        "key": each.key,
        "name": _marked(each.name, words),
        "beside": each.beside,
        "band": tell.band(each.band) if each.band else "",
        "place": tell.place(each.band),
        "score": "" if each.value is None else tell.whole(each.value),
    }


def _marked(name: str, words: Sequence[str]) -> Markup:
    """Return a name with the beginnings that were typed marked.

    >>> _marked("Ewa <b>", ["ew"])
    Markup('<mark>Ew</mark>a &lt;b&gt;')
    """
    parts = [Markup()]
    for number, part in enumerate(name.split(" ")):
        own = naming.words_in(part)
        size = max((len(w) for w in words if own and own[0].startswith(w)), default=0)
        if number:
            parts.append(escape(" "))
        if size and part[:size].isalnum():
            parts += [Markup("<mark>"), escape(part[:size]), Markup("</mark>"), escape(part[size:])]
        else:
            parts.append(escape(part))
    return Markup().join(parts)


ADDRESSES = (Address("/found", found, within=True), Address("/search", page, within=True))
"""Search."""
