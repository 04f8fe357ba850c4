"""The application: every route of the service, on one ASGI server."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

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
    reading,
    snippet,
    stream,
)
from leadline.web.endpoint import document, json
from leadline.web.entrance.drawn import refusal
from leadline.web.entrance.routes import Entrance
from leadline.web.front import Front
from leadline.web.headers import guarded
from leadline.web.signing import Signing

ENDPOINTS = (
    *reading.ENDPOINTS,
    *leads.ENDPOINTS,
    *accounts.ENDPOINTS,
    *answering.ENDPOINTS,
    *delivering.ENDPOINTS,
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


def application(
    service: Service, front: Front | None = None, *, open_metrics: bool = False
) -> Starlette:
    """Return the application of a service that was started, as it is seen from outside."""
    api = described()
    signing = Signing(service, front or Front(), refusal)

    async def openapi(_: Request) -> Response:
        return json(api, 200)

    routes = [
        Route("/openapi.json", openapi),
        *health.routes(service),
        *measuring.routes(service, signing, is_open=open_metrics),
        *snippet.routes(),
        *Entrance(signing).routes(),
        *ingest.routes(service),
        *hooks.routes(service),
        *(each.route(service, signing) for each in ENDPOINTS),
    ]
    followed = stream.routes(service, signing)  # it lasts as long as its reader wants
    timed = [measuring.timed(service, each) for each in routes]
    return Starlette(routes=[*timed, *followed], middleware=[Middleware(guarded)])
