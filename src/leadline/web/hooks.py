"""What other systems send of themselves: its signature is checked, then it is kept as it came."""

from __future__ import annotations

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from leadline.errors import LeadlineError
from leadline.service.hooks.hook import Hook
from leadline.service.hooks.signing import Sent
from leadline.service.service import Service
from leadline.store.inbox import Received
from leadline.web.endpoint import MOST_BODY, WAITS, Error, Refused, body, json, refusal
from leadline.web.examples import BODIES

PATH = "/v1/hooks/{name}"
RETRY_SECONDS = "5"


def described() -> dict[str, dict[str, object]]:
    """Return the address as a path of the OpenAPI document."""
    responses: dict[str, object] = {
        str(status): refusal(status) for status in (400, 401, 404, 413, 429)
    }
    kept = {"schema": {"type": "string"}, "example": ""}
    responses["200"] = {
        "description": "It is on the disk; or the answer to a system that asks whether we listen.",
        "content": {"text/plain": kept},
    }
    content = {"schema": {"type": "object"}, "example": BODIES["hooks"]}
    name = {
        "name": "name", "in": "path", "required": True, "schema": {"type": "string"},
        "description": "The webhook, as the settings name it.",
    }  # fmt: skip
    operation = {
        "operationId": "send_hook",
        "summary": "What another system sends of itself, signed by its own rule.",
        "security": [],
        "parameters": [name],
        "requestBody": {"required": True, "content": {"application/json": content}},
        "responses": responses,
    }
    return {PATH: {"post": operation}}


def routes(service: Service) -> list[Route]:
    """Return the address of webhooks; some are asked for once, to see whether we listen."""

    async def take(request: Request) -> Response:
        try:
            return await _take(service, request)
        except Refused as refused:
            retry = {"Retry-After": RETRY_SECONDS} if refused.status in WAITS else {}
            return json(Error(refused.says), refused.status, retry)
        except ClientDisconnect:
            return Response(status_code=400)

    return [Route(PATH, take, methods=["GET", "POST"])]


async def _take(service: Service, request: Request) -> Response:
    """Keep a request that is signed; an empty one, and one that asks, is answered alone."""
    hook = service.hooks.get(request.path_params["name"])
    if hook is None:
        raise Refused(404, "no webhook of this name is set")
    if reason := service.refuses():
        raise Refused(429, reason)
    sent = _sent(hook, request, await body(request, MOST_BODY))
    at = service.now()
    if not hook.is_signed(sent, at):
        raise Refused(401, "the signature is wrong")
    if (answer := hook.answer(sent)) is not None:
        return Response(answer[0], 200, media_type=answer[1])
    if sent.body:
        try:
            await service.accept(Received(hook.source, hook.kind, at, sent.body))
        except LeadlineError as error:
            raise Refused(429, str(error)) from None
    return Response("", 200, media_type="text/plain")


def _sent(hook: Hook, request: Request, whole: bytes) -> Sent:
    return Sent(
        method=request.method,
        url=hook.url or str(request.url),
        headers=dict(request.headers),
        query=dict(request.query_params),
        body=whole,
        form=hook.mapping.body,
    )
