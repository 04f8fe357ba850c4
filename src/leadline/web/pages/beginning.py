"""The first start, step by step: how far it is."""

from __future__ import annotations

from starlette.responses import Response

from leadline.web.pages import start
from leadline.web.pages.frame import Address, Shown, Visit

OVER = {"HX-Redirect": "queue"}
"""What has a page that waits go to the queue."""


def progress(visit: Visit) -> Shown | Response:
    """Return how far the start is; once it is over the page goes to the queue."""
    parts = start.parts(visit.service)
    if parts["beginning"] is None or not start.is_first(visit.service):
        return Response(headers=OVER)
    return Shown("start_progress.html", parts)


ADDRESSES = (Address("/start-progress", progress, within=True),)
"""The first start."""
