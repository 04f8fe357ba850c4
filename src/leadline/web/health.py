"""Whether the service lives, and whether it takes what is sent."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from leadline.service.service import Service


def routes(service: Service) -> list[Route]:
    """Return the addresses that need no key, and tell nothing of anybody."""

    async def health(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(_: Request) -> Response:
        reason = service.refuses()
        if reason:
            return JSONResponse({"status": "busy", "reason": reason}, 503)
        return JSONResponse({"status": "ready"})

    return [Route("/health", health), Route("/ready", ready)]
