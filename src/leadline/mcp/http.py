"""The protocol by HTTP: one address of the service, for tokens that may read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import urlsplit

from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from leadline.mcp.server import DRAFT, READ, server
from leadline.mcp.stored import Stored
from leadline.service.rights import key_may
from leadline.service.service import Service
from leadline.store.keys import Key
from leadline.web.endpoint import Error, json, key_of

PATH = "/mcp"
MOST_BODY = 1024 * 1024


class Agents:
    """Answers agents from a service: a server for who may read, and one for who may draft too.

    Nothing is remembered between two requests, and no stream is held open.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        desk = Stored(service, service.ask)
        self._servers = {
            scopes: server(desk, scopes) for scopes in (frozenset({READ}), frozenset({READ, DRAFT}))
        }
        self._apps: dict[frozenset[str], ASGIApp] = {
            scopes: each.streamable_http_app(
                streamable_http_path=PATH,
                json_response=True,
                stateless_http=True,
                max_request_body_size=MOST_BODY,
                # who asks is told by a token, which no page of somebody else has
                transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
            )
            for scopes, each in self._servers.items()
        }

    @asynccontextmanager
    async def running(self, _: Starlette) -> AsyncIterator[None]:
        """Answer for as long as the application runs."""
        async with AsyncExitStack() as stack:
            for each in self._servers.values():
                await stack.enter_async_context(each.session_manager.run())
            yield

    def route(self) -> Route:
        """Return the address."""
        made = Route(PATH, self._refused_method, methods=["POST"], name="agents")
        made.app = self._answer
        return made

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        refused, key = await self._refusal(request)
        if refused is not None or key is None:
            await (refused or Response(status_code=401))(scope, receive, send)
            return
        scopes = frozenset({READ, DRAFT}) if key_may(key, "draft") else frozenset({READ})
        await self._apps[scopes](scope, receive, send)

    async def _refusal(self, request: Request) -> tuple[Response | None, Key | None]:
        """Return why a request is refused, else the token that it came with."""
        if request.method != "POST":
            return await self._refused_method(request), None
        origin = request.headers.get("origin")
        if origin and urlsplit(origin).netloc != request.headers.get("host"):
            return json(Error("a page of another address must not ask"), 403), None
        key = await key_of(self._service, request)
        if key is None:
            says = "a known token must be given as Authorization: Bearer TOKEN"
            return json(Error(says), 401, {"WWW-Authenticate": "Bearer"}), None
        if not key_may(key, "read"):
            return json(Error(f"the token must have the scope {READ}"), 403), None
        return None, key

    async def _refused_method(self, _: Request) -> Response:
        """Refuse streams, which nothing would ever come through."""
        return json(Error("must be asked by POST"), 405, {"Allow": "POST"})
