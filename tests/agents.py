"""An agent for the tests: the client of the protocol's own library."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import TextResourceContents


@dataclass
class Agent:
    """A client that is connected."""

    client: Client
    portal: BlockingPortal

    def tools(self) -> dict[str, Any]:
        """Return the tools that are offered, by name."""
        listed = self.portal.call(self.client.list_tools)
        return {each.name: each for each in listed.tools}

    def call(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        """Return what a tool answers. Raises AssertionError where it refuses."""
        found = self.portal.call(self.client.call_tool, name, arguments)
        assert not found.is_error, found.content[0].text
        answer: dict[str, Any] = found.structured_content
        return answer

    def refused(self, name: str, /, **arguments: Any) -> str:
        """Return why a tool refuses."""
        found = self.portal.call(self.client.call_tool, name, arguments)
        assert found.is_error, found.structured_content
        text: str = found.content[0].text
        return text

    def text(self, name: str, /, **arguments: Any) -> str:
        """Return what a tool answers as a text, for clients that read no structure."""
        found = self.portal.call(self.client.call_tool, name, arguments)
        text: str = found.content[0].text
        return text

    def read(self, uri: str) -> str:
        """Return the text of a resource."""
        [found] = self.portal.call(self.client.read_resource, uri).contents
        assert isinstance(found, TextResourceContents)
        return found.text


@contextmanager
def agent(server: Any) -> Iterator[Agent]:
    """Yield an agent of a server: an object, or a command."""
    with _connected(Client(server)) as found:
        yield found


@contextmanager
def agent_of(url: str, token: str) -> Iterator[Agent]:
    """Yield an agent that asks an address with a token."""
    with _connected(_asking(url, token)) as found:
        yield found


@contextmanager
def _connected(client: AbstractAsyncContextManager[Client]) -> Iterator[Agent]:
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(client) as it:
        yield Agent(it, portal)


@asynccontextmanager
async def _asking(url: str, token: str) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=60) as http,
        Client(streamable_http_client(url, http_client=http)) as client,
    ):
        yield client
