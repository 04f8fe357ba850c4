"""The application: every route of the service, on one ASGI server."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadline.service.service import Service
from leadline.web import accounts, health, ingest, leads, reading, snippet, stream
from leadline.web.endpoint import document, json

ENDPOINTS = (*reading.ENDPOINTS, *leads.ENDPOINTS, *accounts.ENDPOINTS)


def described() -> dict[str, Any]:
    """Return the OpenAPI document of every address that has a meaning of its own."""
    return document(ENDPOINTS, {**ingest.described(), **stream.described(), **health.described()})


def application(service: Service) -> Starlette:
    """Return the application of a service that was started."""
    api = described()

    async def openapi(_: Request) -> Response:
        return json(api, 200)

    return Starlette(
        routes=[
            Route("/openapi.json", openapi),
            *health.routes(service),
            *snippet.routes(),
            *stream.routes(service),
            *ingest.routes(service),
            *(each.route(service) for each in ENDPOINTS),
        ]
    )
