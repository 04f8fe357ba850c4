"""The protocol by HTTP: one address of the service, for tokens that may read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from leadline.mcp.desk import DRAFT, PATH, READ
from leadline.service.rights import key_may
from leadline.service.service import Service
from leadline.store.keys import Key
from leadline.web.endpoint import Error, json, key_of

if TYPE_CHECKING:
    from leadline.mcp.running import Running


class Agents:
    """Answers agents from a service.

    Nothing is remembered between two requests, and no stream is held open. What answers is made for
    the first who may ask: its library takes longer to import than all else that a service needs to
    begin, and a service that was killed should take events again before that.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._lock = asyncio.Lock()
        self._ends = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._apps: Mapping[frozenset[str], ASGIApp] = {}

    @asynccontextmanager
    async def running(self, _: Starlette) -> AsyncIterator[None]:
        """Answer for as long as the application runs."""
        try:
            yield
        finally:
            self._ends.set()
            if self._task is not None:
                await self._task

    async def _begun(self) -> Mapping[frozenset[str], ASGIApp]:
        """Return what answers, by the scopes that it answers to; it is made once."""
        async with self._lock:
            if not self._apps:
                made = await asyncio.to_thread(self._made)
                begins = asyncio.get_running_loop().create_future()
                self._task = asyncio.create_task(self._hold(made, begins))
                await asyncio.wait({begins, self._task}, return_when=asyncio.FIRST_COMPLETED)
                if self._task.done():
                    await self._task  # raises why it could not begin
                self._apps = made.apps
            return self._apps

    def _made(self) -> Running:
        from leadline.mcp.running import Running  # noqa: PLC0415 - see the class
        from leadline.mcp.stored import Stored  # noqa: PLC0415

        return Running(Stored(self._service, self._service.ask))

    async def _hold(self, made: Running, begins: asyncio.Future[None]) -> None:
        """Have the servers run until the application ends: they end in the task they began in."""
        async with made.begun():
            begins.set_result(None)
            await self._ends.wait()

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
        await (await self._begun())[scopes](scope, receive, send)

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
