"""Connections to addresses that anybody may reach: a name is checked where it is connected to.

A destination is written by people who may not know what a name resolves to, and a name may resolve
to another address a moment later. So the address that was checked is the one that is connected to,
and what is private is refused unless the settings allow it.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from threading import local
from time import monotonic
from typing import Any, TypeAlias

import httpcore2
from httpcore2 import NetworkBackend, NetworkStream

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network
Resolve: TypeAlias = Callable[[str, int], Iterable[str]]
_NAT64 = ip_network("64:ff9b::/96")
_OF_SITES = tuple(map(ip_network, ("fec0::/10", "64:ff9b:1::/48", "192.0.0.0/24")))
"""Private networks that not every Python calls so."""
_COMPATIBLE = ip_network("::/96")


class ForbiddenError(Exception):
    """An address must not be connected to; says which, and why."""


def networks(given: Sequence[str]) -> tuple[Network, ...]:
    """Return networks by their names, such as ``10.0.0.0/8``. Raises ValueError."""
    return tuple(ip_network(each, strict=False) for each in given)


def is_public(address: Address) -> bool:
    """Say whether an address is one that anybody may reach, also what it stands for.

    >>> is_public(ip_address("93.184.215.14")), is_public(ip_address("::ffff:10.0.0.1"))
    (True, False)
    """
    if any(not is_public(each) for each in _inside(address)):
        return False
    if any(address in each for each in _OF_SITES):
        return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified
    )


def _inside(address: Address) -> Iterator[Address]:
    """Yield the addresses of version 4 that one of version 6 leads to."""
    if isinstance(address, IPv4Address):
        return
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo
    if address in _NAT64 or address in _COMPATIBLE:
        yield IPv4Address(int(address) & 0xFFFFFFFF)


def resolved(host: str, port: int) -> list[str]:
    """Return the addresses of a name. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


class Guard(NetworkBackend):
    """Connects to addresses that may be connected to, and ends in time whatever comes back."""

    def __init__(self, allowed: Sequence[Network] = (), resolve: Resolve = resolved) -> None:
        """Make a guard.

        Args:
            allowed: Networks that are private, and may be connected to all the same.
            resolve: Finds the addresses of a name.
        """
        self._allowed = allowed
        self._resolve = resolve
        self._inner = httpcore2.SyncBackend()
        self._of_thread = local()

    def within(self, seconds: float) -> None:
        """Have everything that this thread does from now on end within a time."""
        self._of_thread.until = monotonic() + seconds

    def left(self, timeout: float | None) -> float:
        """Return how long something may take. Raises TimeoutError where the time is over."""
        left = float(self._of_thread.until - monotonic())
        if left <= 0:
            raise TimeoutError("it took too long")
        return left if timeout is None else min(timeout, left)

    def may(self, address: str) -> bool:
        """Say whether an address may be connected to."""
        found = ip_address(address.partition("%")[0])
        return is_public(found) or self.is_allowed(found)

    def is_allowed(self, address: Address) -> bool:
        """Say whether the settings allow a private address."""
        return any(address in network for network in self._allowed)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> NetworkStream:
        """Connect to a checked address of a name. Raises ForbiddenError, OSError and others."""
        addresses = list(self._resolve(host, port))
        if wrong := [each for each in addresses if not self.may(each)]:
            raise ForbiddenError(
                f"{host} is {wrong[0]}, which is no public address; allow_private of the "
                "destination would allow its network"
            )
        error: Exception = OSError(f"{host} has no address")
        for address in addresses:
            try:
                return _InTime(
                    self,
                    self._inner.connect_tcp(
                        address, port, self.left(timeout), local_address, socket_options
                    ),
                )
            except httpcore2.ConnectError as found:
                error = found
        raise error

    def connect_unix_socket(self, path: str, *_: object, **__: object) -> NetworkStream:
        """Refuse: a destination is no file of this machine."""
        raise ForbiddenError(f"{path} is no address")


class _InTime(NetworkStream):
    """A connection whose every step ends in the time of who uses it."""

    def __init__(self, guard: Guard, inner: NetworkStream) -> None:
        self._guard = guard
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._guard.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._guard.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> NetworkStream:
        left = self._guard.left(timeout)
        return _InTime(self._guard, self._inner.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
