"""The application: every route of the service, on one ASGI server."""

from __future__ import annotations

from starlette.applications import Starlette

from leadline.service.service import Service
from leadline.web import health, ingest


def application(service: Service) -> Starlette:
    """Return the application of a service that was started."""
    return Starlette(routes=[*health.routes(service), *ingest.routes(service)])
