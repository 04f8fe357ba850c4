"""A network between a client and a server on this machine, which can be cut and mended."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class Proxy:
    """Listens on a port and hands on what it gets to a socket of this machine.

    Attributes:
        port: Where it listens.
        is_cut: Whether connections are ended and refused.
    """

    def __init__(self, target: Path) -> None:
        self._target = str(target)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.is_cut = False
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def cut(self) -> None:
        """End all connections, and refuse new ones."""
        self.is_cut = True
        for pair in self._pairs:
            _end(pair)
        self._pairs.clear()

    def mend(self) -> None:
        """Let connections through again."""
        self.is_cut = False

    def close(self) -> None:
        """Listen no more."""
        self.cut()
        self._listener.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                if self.is_cut:
                    near.close()
                    continue
                far = socket.socket(socket.AF_UNIX)
                far.connect(self._target)
                pair = (near, far)
                self._pairs.append(pair)
                for one, other in (pair, pair[::-1]):
                    threading.Thread(target=_hand_on, args=(one, other), daemon=True).start()


def _hand_on(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while found := one.recv(65536):
            other.sendall(found)
    _end((one, other))


def _end(pair: tuple[socket.socket, socket.socket]) -> None:
    for each in pair:
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()


@contextmanager
def proxied(target: Path) -> Iterator[Proxy]:
    """Yield a proxy before a socket of this machine."""
    made = Proxy(target)
    try:
        yield made
    finally:
        made.close()
