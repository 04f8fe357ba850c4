"""What every page has: who looks, in which language, the template, and what a browser may do.

Pages stand side by side under one path, and name each other by that path's last part. So they
work below whatever address a proxy gives them, and nothing has to be told where they are.
"""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadline.errors import InputError, LeadlineError
from leadline.reports.html import templates_of
from leadline.service import clock
from leadline.service.rights import Right
from leadline.service.service import Service
from leadline.web.pages import assets, marking, start
from leadline.web.signing import Signing
from leadline.web.signing import Visit as Signed
from leadline.web.words import Words
from leadline.web.words.reader import words_for

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Vary": "Cookie, Accept-Encoding",
}
_LEAST_PACKED = 1000
KEYS_COOKIE = "leadline_keys"


@dataclass(frozen=True)
class Visit:
    """A request of somebody who is signed in.

    Attributes:
        service: The service.
        request: The request.
        signed: Who asks, and what their forms carry.
        words: What pages say in their language.
        now: The present.
    """

    service: Service
    request: Request
    signed: Signed
    words: Words
    now: datetime

    def given(self, name: str, otherwise: str = "") -> str:
        """Return a parameter of the address."""
        return self.request.query_params.get(name, otherwise)

    @property
    def keys_off(self) -> bool:
        """Whether single keys do nothing in this browser."""
        return self.request.cookies.get(KEYS_COOKIE) == "off"

    def form(self, name: str, otherwise: str = "") -> str:
        """Return a field of the form that was sent."""
        return self.signed.form.get(name, otherwise)

    def address(self, page: str, **changed: str | None) -> str:
        """Return the address of a page with what this one was asked for, and some of it changed."""
        asked = [
            pair
            for pair in self.request.query_params.multi_items()
            if pair[0] not in changed and pair[1]
        ]
        asked += [(name, value) for name, value in changed.items() if value]
        return f"{page}?{urlencode(asked)}" if asked else page


@dataclass(frozen=True)
class Shown:
    """A page, or a part of one, to be drawn.

    Attributes:
        template: Its template.
        parts: What it shows.
        status: Its status.
        here: Which entry of the menu it is.
        then: The event that the page hears of once it is shown: a part that takes long follows
            another one, so that they do not take the time from each other.
    """

    template: str
    parts: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    here: str = ""
    then: str = ""


class Lacking(Exception):  # noqa: N818 - an answer, no error of ours
    """There is no such thing; ``name`` is the text that says so."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


View = Callable[[Visit], Shown | Response]


@dataclass(frozen=True)
class Address:
    """An address of a page.

    Attributes:
        path: Its address.
        view: Draws it, in a thread of its own.
        methods: How it is asked for.
        needs: What its visitors must be allowed.
        within: Whether it shows no more than its visitor sees; who sees some leads alone is
            refused other pages.
        lead: The parameter that names a lead, which its visitor must see.
        account: The parameter that names an account, likewise.
    """

    path: str
    view: View
    methods: Sequence[str] = ("GET",)
    needs: Right = "read"
    within: bool = False
    lead: str = ""
    account: str = ""

    def route(self, signing: Signing) -> Route:
        """Return its route."""

        async def answer(request: Request, signed: Signed) -> Response:
            return await asyncio.to_thread(self._drawn, signing.service, request, signed)

        page = signing.page(self.needs, answer, within=self.within)
        return Route(self.path, page, methods=list(self.methods))

    def _drawn(self, service: Service, request: Request, signed: Signed) -> Response:
        visit = visit_of(service, request, signed)
        try:
            keep_to_sight(visit, self.lead, self.account)
            found = self.view(visit)
        except Lacking as lacking:
            found = Shown("lacking.html", {"says": visit.words.t(lacking.name)}, 404)
        except InputError as error:
            if start.is_first(service):
                found = Shown("start.html", start.parts(service), here="queue")
            else:
                found = Shown("failed.html", {"says": str(error)}, 400)
        except LeadlineError as error:
            found = Shown("failed.html", {"says": str(error)}, 503)
        return found if isinstance(found, Response) else drawn(visit, found)


def keep_to_sight(visit: Visit, lead: str = "", account: str = "") -> None:
    """Refuse a lead or an account that its visitor does not see. Raises Lacking.

    Args:
        visit: The request.
        lead: The parameter that names a lead; empty where none does.
        account: The one that names an account.
    """
    sight = visit.signed.sight
    if sight is None or not (lead or account):
        return
    named = visit.given(lead or account) or visit.form(lead or account)
    with visit.service.store.reading() as session:
        is_seen = (sight.sees_lead if lead else sight.sees_account)(session, named)
    if not is_seen:
        raise Lacking("no_such_lead" if lead else "no_such_account")


def visit_of(service: Service, request: Request, signed: Signed) -> Visit:
    """Return a request with what pages say to who makes it."""
    said = words_for(request, signed.person)
    return Visit(service, request, signed, said, clock.at(service.now()))


def drawn(visit: Visit, shown: Shown) -> Response:
    """Return a page as it is sent."""
    response = packed(visit.request, text_of(visit, shown), shown.status)
    if shown.then:
        response.headers["HX-Trigger"] = shown.then
    return response


def text_of(visit: Visit, shown: Shown) -> str:
    """Return a page, or a part of one, as text."""
    said = visit.words
    parts = {
        "t": said.t,
        "n": said.n,
        "w": said,
        "visit": visit,
        "person": visit.signed.person,
        "token": visit.signed.form_token,
        "now": visit.now,
        "here": shown.here,
        "to": to,
        **shown.parts,
    }
    return _environment().get_template(shown.template).render(parts)


def packed(request: Request, text: str, status: int = 200) -> Response:
    """Return a text as a page, compressed where the browser takes it."""
    body, headers = text.encode(), dict(HEADERS)
    if len(body) >= _LEAST_PACKED and "gzip" in request.headers.get("accept-encoding", ""):
        body = gzip.compress(body, 5, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(body, status, headers, media_type="text/html; charset=utf-8")


def to(page: str, **asked: str) -> str:
    """Return the address of a page from another one.

    >>> to("lead", id="a/b"), to("queue")
    ('lead?id=a%2Fb', 'queue')
    """
    return f"{page}?{urlencode(asked)}" if asked else page


@cache
def _environment() -> Environment:
    environment = templates_of("leadline.web")
    environment.filters |= marking.FILTERS
    environment.globals |= {"asset": assets.address, **marking.GLOBALS}
    return environment
