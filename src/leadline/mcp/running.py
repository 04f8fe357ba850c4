"""Servers of the protocol that run: one for who may read, and one for who may draft too."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from mcp.server.transport_security import TransportSecuritySettings
from starlette.types import ASGIApp

from leadline.mcp.desk import DRAFT, PATH, READ, Desk
from leadline.mcp.server import server

MOST_BODY = 1024 * 1024


class Running:
    """A server for each set of scopes, and the application that answers for it."""

    def __init__(self, desk: Desk) -> None:
        self._servers = {
            scopes: server(desk, scopes) for scopes in (frozenset({READ}), frozenset({READ, DRAFT}))
        }
        self.apps: Mapping[frozenset[str], ASGIApp] = {
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
    async def begun(self) -> AsyncIterator[None]:
        """Answer while the block runs; it begins and ends in one task."""
        async with AsyncExitStack() as stack:
            for each in self._servers.values():
                await stack.enter_async_context(each.session_manager.run())
            yield
