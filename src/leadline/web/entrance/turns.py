"""Whose password is checked when: each check takes memory and a core, so few run at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from leadline.service.passwords import AT_ONCE
from leadline.service.signing_in import TooOften

MOST_WAITING = 20
Found = TypeVar("Found")


class Turns:
    """Lets few go at once, some wait, and sends others away; who waits holds no thread."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def take(self, work: Callable[[], Found]) -> Found:
        """Return what work in a thread gives, when its turn comes. Raises TooOften."""
        if self._waiting >= MOST_WAITING:
            raise TooOften
        self._waiting += 1
        try:
            async with self._free:
                return await asyncio.to_thread(work)
        finally:
            self._waiting -= 1
