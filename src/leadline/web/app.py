"""The application: every route of the service, on one ASGI server."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadline.service.service import Service
from leadline.web import health, ingest, reading, stream
from leadline.web.endpoint import document, json


def application(service: Service) -> Starlette:
    """Return the application of a service that was started."""
    described = document(reading.ENDPOINTS, ingest.described())

    async def openapi(_: Request) -> Response:
        return json(described, 200)

    return Starlette(
        routes=[
            Route("/openapi.json", openapi),
            *health.routes(service),
            *stream.routes(service),
            *ingest.routes(service),
            *(each.route(service) for each in reading.ENDPOINTS),
        ]
    )
