"""Changes as they come, for whoever keeps a connection open: server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from leadline.errors import LeadlineError
from leadline.service import answers
from leadline.service.service import Service
from leadline.service.sight import Sight
from leadline.web.endpoint import Error, Refused, json, refusal, who_asks
from leadline.web.examples import CHANGE
from leadline.web.reading import changes, seen_of
from leadline.web.signing import Signing

POLL_SECONDS = 0.25
SILENT_SECONDS = 15.0
"""After so long a comment is sent, so that proxies keep the connection."""
PAGE = 200
MOST_DIGITS = 18
PATH = "/v1/stream"


def described() -> dict[str, dict[str, object]]:
    """Return the address as a path of the OpenAPI document."""
    since = {
        "name": "since",
        "in": "query",
        "required": False,
        "schema": {"type": "string", "pattern": f"^[0-9]{{0,{MOST_DIGITS}}}$"},
        "description": "Number of the last change that is known; by default from now on.",
    }
    line = f"id: 17\nevent: transition\ndata: {msgspec.json.encode(CHANGE).decode()}\n\n"
    answer = {"schema": {"type": "string"}, "example": line}
    operation = {
        "operationId": "stream",
        "summary": "Bands that change, as server-sent events.",
        "parameters": [since],
        "responses": {
            "200": {"description": "Changes.", "content": {"text/event-stream": answer}},
            **{str(status): refusal(status) for status in (400, 401, 403)},
        },
    }
    return {PATH: {"get": operation}}


def routes(service: Service, signing: Signing) -> list[Route]:
    """Return the address of the stream."""

    async def follow(request: Request) -> Response:
        try:
            asked = await who_asks(service, signing, request, "read")
        except Refused as refused:
            return json(Error(refused.says), refused.status)
        given = request.headers.get("last-event-id") or request.query_params.get("since", "")
        if given and not (given.isascii() and given.isdigit() and len(given) <= MOST_DIGITS):
            return json(Error(f"since must be the number of a change; found {given[:80]}"), 400)
        since = int(given) if given else await asyncio.to_thread(_last, service)
        return StreamingResponse(
            _events(service, request, since, asked.sight),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    vars(follow)["right"] = "read"
    return [Route(PATH, follow)]


def _last(service: Service) -> int:
    with service.store.reading() as session:
        return answers.last_change(session)


async def _events(
    service: Service, request: Request, since: int, sight: Sight | None
) -> AsyncIterator[bytes]:
    """Yield every change after one, each with its number, by which a client goes on later."""
    yield b"retry: 2000\n\n"
    silent = 0.0
    while not service.is_ending and not await request.is_disconnected():
        try:
            found = await asyncio.to_thread(changes, service, since, PAGE)
            seen = await asyncio.to_thread(seen_of, service, found, sight)
        except LeadlineError:  # the store is away for a while; the connection stays
            found, seen = [], []
        since = found[-1].transition_id if found else since
        for change in seen:
            body = msgspec.json.encode(change).decode()
            yield f"id: {change.transition_id}\nevent: transition\ndata: {body}\n\n".encode()
        silent = 0.0 if found else silent + POLL_SECONDS
        if silent >= SILENT_SECONDS:
            silent = 0.0
            yield b": nothing new\n\n"
        if len(found) < PAGE:
            await asyncio.sleep(POLL_SECONDS)
