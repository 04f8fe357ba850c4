"""The service as it is seen from outside: under which hosts, and whether somebody can listen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import SplitResult, urlsplit

from starlette.requests import Request

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
"""Names by which a browser reaches its own machine: nobody listens on the way, and no other page
can take on such a name."""
EVERYWHERE = ("", "0.0.0.0", "::")  # noqa: S104 - told apart, not listened on
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]{1,5})?")
_SAME = ("same-origin", "none")
"""What a browser says of a request that its own page made, or a person who typed the address."""


@dataclass(frozen=True)
class Front:
    """Where people reach the service.

    Attributes:
        url: Such as ``https://leads.example.com``; empty where only this machine does.
        proxies: Addresses whose word is taken for who asked, and whether by https.
    """

    url: str = ""
    proxies: tuple[str, ...] = ("127.0.0.1", "::1")

    @cached_property
    def _parts(self) -> SplitResult:
        return urlsplit(self.url.lower())

    def knows(self, request: Request) -> bool:
        """Say whether a request names a host that is this service.

        Pages answer under those alone: else another site could have its name lead here, and read
        what its own page asked for.
        """
        host = host_of(request)
        return host in LOOPBACK or (bool(self.url) and host == _host(self._parts.netloc))

    def is_private(self, request: Request) -> bool:
        """Say whether nobody on the way can read what is typed."""
        return request.url.scheme == "https" or host_of(request) in LOOPBACK

    def is_own(self, request: Request) -> bool:
        """Say whether a page of this service made a request, by what the browser says of it."""
        said = request.headers.get("sec-fetch-site")
        if said is not None:
            return said in _SAME
        origin = request.headers.get("origin", "").lower()
        own = {f"{request.url.scheme}://{request.headers.get('host', '').lower()}"}
        if self.url:
            own.add(f"{self._parts.scheme}://{self._parts.netloc}")
        return origin in own

    def link(self, path: str, host: str = "127.0.0.1", port: int = 0) -> str:
        """Return a link to a path, which is under the address from outside where there is one."""
        host = "127.0.0.1" if host in EVERYWHERE else host
        return f"{(self.url or f'http://{host}:{port}').rstrip('/')}{path}"


def host_of(request: Request) -> str:
    """Return the host that a request names, without its port; empty where it is no host."""
    return _host(request.headers.get("host", "").lower())


def _host(text: str) -> str:
    found = _HOST.fullmatch(text)
    return found[1] if found else ""
