"""What the pages of the entrance share: where a request comes from, where to go, how to refuse."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from leadline.errors import LeadlineError
from leadline.service.service import Service
from leadline.service.signing_in import Caller


def caller_of(service: Service, request: Request) -> Caller:
    """Return where a request comes from, and when."""
    address = request.client.host if request.client else ""
    return Caller(service.now(), address, request.headers.get("user-agent", ""))


def go(request: Request, path: str) -> Response:
    """Send a browser to a path of this service."""
    root = request.scope.get("root_path", "")
    return RedirectResponse(path if root and path.startswith(root) else f"{root}{path}", 303)


def sentence(error: LeadlineError) -> str:
    """Return why something was refused, as a sentence of a page.

    >>> sentence(LeadlineError("the link must be new. Ask for one."))
    'The link must be new. Ask for one.'
    """
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}"
