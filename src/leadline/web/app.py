"""The application: every route of the service, on one ASGI server."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadline.service.service import Service
from leadline.web import accounts, health, ingest, leads, measuring, reading, snippet, stream
from leadline.web.endpoint import document, json

if TYPE_CHECKING:
    from leadline.mcp.http import Agents

ENDPOINTS = (*reading.ENDPOINTS, *leads.ENDPOINTS, *accounts.ENDPOINTS)


def described() -> dict[str, Any]:
    """Return the OpenAPI document of every address that has a meaning of its own."""
    beside = {
        **ingest.described(),
        **stream.described(),
        **health.described(),
        **measuring.described(),
    }
    return document(ENDPOINTS, beside)


def application(service: Service, *, open_metrics: bool = False) -> Starlette:
    """Return the application of a service that was started."""
    api = described()

    async def openapi(_: Request) -> Response:
        return json(api, 200)

    agents = _agents(service)
    routes = [
        Route("/openapi.json", openapi),
        *health.routes(service),
        *measuring.routes(service, is_open=open_metrics),
        *snippet.routes(),
        *ingest.routes(service),
        *(each.route(service) for each in ENDPOINTS),
        *([] if agents is None else [agents.route()]),
    ]
    followed = stream.routes(service)  # it lasts as long as its reader wants
    return Starlette(
        routes=[*(measuring.timed(service, each) for each in routes), *followed],
        lifespan=None if agents is None else agents.running,
    )


def _agents(service: Service) -> Agents | None:
    """Return what answers agents; None where the extra is not installed."""
    if find_spec("mcp") is None:
        return None
    from leadline.mcp.http import Agents  # noqa: PLC0415 - an extra

    return Agents(service)
