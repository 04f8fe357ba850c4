"""The application: every route of the service, on one ASGI server."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadline.service.providers import Provider
from leadline.service.service import Service
from leadline.web import (
    accounts,
    answering,
    delivering,
    health,
    hooks,
    ingest,
    leads,
    measuring,
    previewing,
    reading,
    snippet,
    stream,
)
from leadline.web.endpoint import document, json
from leadline.web.entrance.drawn import refusal
from leadline.web.entrance.routes import Entrance
from leadline.web.front import Front
from leadline.web.headers import guarded
from leadline.web.pages import assets, news, site
from leadline.web.signing import Signing

if TYPE_CHECKING:
    from leadline.mcp.http import Agents

ENDPOINTS = (
    *reading.ENDPOINTS,
    *leads.ENDPOINTS,
    *accounts.ENDPOINTS,
    *answering.ENDPOINTS,
    *delivering.ENDPOINTS,
    *previewing.ENDPOINTS,
)


def described() -> dict[str, Any]:
    """Return the OpenAPI document of every address that has a meaning of its own."""
    beside = {
        **ingest.described(),
        **hooks.described(),
        **stream.described(),
        **health.described(),
        **measuring.described(),
    }
    return document(ENDPOINTS, beside)


def application(  # noqa: PLR0913 - who is let in, and to what
    service: Service,
    front: Front | None = None,
    *,
    open_metrics: bool = False,
    territory: str = "",
    named: Sequence[Provider] = (),
    second_factor: Collection[str] = (),
) -> Starlette:
    """Return the application of a service that was started.

    Args:
        service: The service.
        front: How it is seen from outside.
        open_metrics: Whether anybody may read its figures.
        territory: Field that says in whose territory a lead is.
        named: Providers by which people may sign in.
        second_factor: Roles that must have one.
    """
    api = described()
    signing = Signing(service, front or Front(), refusal, territory, frozenset(second_factor))

    async def openapi(_: Request) -> Response:
        return json(api, 200)

    agents = _agents(service)
    routes = [
        Route("/openapi.json", openapi),
        *health.routes(service),
        *measuring.routes(service, signing, is_open=open_metrics),
        *snippet.routes(),
        *Entrance(signing, named).routes(),
        *assets.routes(),
        *site.routes(signing),
        *ingest.routes(service),
        *hooks.routes(service),
        *(each.route(service, signing) for each in ENDPOINTS),
        *([] if agents is None else [agents.route()]),
    ]
    # these last as long as their reader wants
    followed = [*stream.routes(service, signing), *news.routes(signing)]
    timed = [measuring.timed(service, each) for each in routes]
    return Starlette(
        routes=[*timed, *followed],
        middleware=[Middleware(guarded)],
        lifespan=None if agents is None else agents.running,
    )


def _agents(service: Service) -> Agents | None:
    """Return what answers agents; None where the extra is not installed."""
    if find_spec("mcp") is None:
        return None
    from leadline.mcp.http import Agents  # noqa: PLC0415 - an extra

    return Agents(service)
