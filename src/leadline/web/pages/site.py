"""All pages for people who are signed in."""

from __future__ import annotations

from starlette.routing import Route

from leadline.web.pages import (
    account,
    administration,
    answering,
    beginning,
    correcting,
    destinations,
    drafting,
    export,
    following,
    lead,
    learning,
    lists,
    past,
    personal,
    queue,
    search,
)
from leadline.web.signing import Signing

ADDRESSES = (
    *beginning.ADDRESSES,
    *queue.ADDRESSES,
    *lead.ADDRESSES,
    *following.ADDRESSES,
    *past.ADDRESSES,
    *correcting.ADDRESSES,
    *lists.ADDRESSES,
    *account.ADDRESSES,
    *answering.ADDRESSES,
    *search.ADDRESSES,
    *export.ADDRESSES,
    *drafting.ADDRESSES,
    *learning.ADDRESSES,
    *personal.ADDRESSES,
    *administration.ADDRESSES,
    *destinations.ADDRESSES,
)


def routes(signing: Signing) -> list[Route]:
    """Return the addresses of the pages."""
    return [*(each.route(signing) for each in ADDRESSES), *beginning.routes(signing)]
