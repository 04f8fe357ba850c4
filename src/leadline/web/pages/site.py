"""All pages for people who are signed in."""

from __future__ import annotations

from starlette.routing import Route

from leadline.web.pages import lead, queue
from leadline.web.signing import Signing

ADDRESSES = (*queue.ADDRESSES, *lead.ADDRESSES)


def routes(signing: Signing) -> list[Route]:
    """Return the addresses of the pages."""
    return [each.route(signing) for each in ADDRESSES]
