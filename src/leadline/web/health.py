"""Whether the service lives, and whether it takes what is sent."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from leadline.service.service import Service


def described() -> dict[str, dict[str, object]]:
    """Return the addresses as paths of the OpenAPI document."""
    return {
        "/health": _operation(
            "health", "Whether the service lives.", {"200": "ok", "503": "stuck"}
        ),
        "/ready": _operation(
            "ready",
            "Whether it takes what is sent, and has begun with what waited before.",
            {"200": "ready", "503": "busy"},
        ),
    }


def _operation(name: str, says: str, statuses: Mapping[str, str]) -> dict[str, object]:
    schema = {
        "type": "object",
        "properties": {
            "status": {"type": "string"},
            "reason": {"type": "string"},
            "inbox_seconds": {"type": "number"},
            "loop_seconds": {"type": "number"},
            "free_bytes": {"type": ["integer", "null"]},
        },
        "required": ["status"],
    }
    responses = {
        status: {
            "description": f"It is {word}.",
            "content": {"application/json": {"schema": schema, "example": {"status": word}}},
        }
        for status, word in statuses.items()
    }
    operation = {"operationId": name, "summary": says, "security": [], "responses": responses}
    return {"get": operation}


def routes(service: Service) -> list[Route]:
    """Return the addresses that need no key, and tell nothing of anybody."""

    async def health(_: Request) -> Response:
        if service.stands_still:
            return JSONResponse({"status": "stuck", "reason": "the loop stands still"}, 503)
        return JSONResponse({"status": "ok"})

    async def ready(_: Request) -> Response:
        reason = service.refuses() or ("what waited comes first" if service.begins else "")
        found = {
            "inbox_seconds": round(service.load.inbox_seconds, 3),
            "loop_seconds": round(service.loop_seconds, 3),
            "free_bytes": service.load.free_bytes,
        }
        if reason:
            return JSONResponse({"status": "busy", "reason": reason, **found}, 503)
        return JSONResponse({"status": "ready", **found})

    return [Route("/health", health), Route("/ready", ready)]
