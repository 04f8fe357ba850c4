"""Figures of the service for Prometheus, and how long each request takes."""

from __future__ import annotations

import asyncio
from time import perf_counter

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leadline.service.measures import CONTENT_TYPE
from leadline.service.service import Service
from leadline.web.endpoint import Error, Refused, json, refusal, who_asks
from leadline.web.signing import Signing

PATH = "/metrics"


def described() -> dict[str, dict[str, object]]:
    """Return the address as a path of the OpenAPI document."""
    example = 'leadline_requests_kept_total{source="website"} 17.0\n'
    answer = {"schema": {"type": "string"}, "example": example}
    operation = {
        "operationId": "metrics",
        "summary": "Figures of the service for Prometheus; a token needs the scope metrics.",
        "responses": {
            "200": {"description": "Figures.", "content": {"text/plain": answer}},
            **{str(status): refusal(status) for status in (401, 403)},
        },
    }
    return {PATH: {"get": operation}}


def routes(service: Service, signing: Signing, *, is_open: bool) -> list[Route]:
    """Return the address of the figures, which are for everybody where it is open."""

    async def measure(request: Request) -> Response:
        if not is_open:
            try:
                await who_asks(service, signing, request, "metrics")
            except Refused as refused:
                return json(Error(refused.says), refused.status)
        found = await asyncio.to_thread(service.measures.text)
        return Response(found, headers={"Content-Type": CONTENT_TYPE})

    vars(measure)["right"] = "metrics"
    return [Route(PATH, measure)]


def timed(service: Service, route: Route) -> Route:
    """Have the service count how long a route takes, and return the route."""
    inner: ASGIApp = route.app

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        began, status = perf_counter(), 500

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await inner(scope, receive, note)
        finally:
            seconds = perf_counter() - began
            service.measures.answered(scope["method"], route.path, status, seconds)

    route.app = app
    return route
