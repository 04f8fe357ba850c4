"""Where the time goes: steps are timed while somebody listens, and cost nothing else.

>>> with listening() as timings:
...     with step("read"):
...         with step("keys"):
...             pass
>>> [(each.name, each.depth) for each in timings.steps]
[('read', 0), ('keys', 1)]
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass
class Step:
    """What a step took.

    Attributes:
        name: What was done.
        depth: Within how many others.
        seconds: On the clock.
        processor_seconds: Of all cores of this process.
    """

    name: str
    depth: int = 0
    seconds: float = 0.0
    processor_seconds: float = 0.0


@dataclass
class Timings:
    """Steps in the order in which they began."""

    steps: list[Step] = field(default_factory=list)
    depth: int = 0

    def lines(self, whole: Step) -> list[str]:
        """Return a table of the steps, of what was between them, and of the whole."""
        outer = [each for each in self.steps if each.depth == 0]
        rest = Step(
            "everything else",
            0,
            whole.seconds - sum(each.seconds for each in outer),
            whole.processor_seconds - sum(each.processor_seconds for each in outer),
        )
        head = f"{'where the time goes':<36} {'seconds':>9} {'of the processor':>17}"
        return [head, *map(_line, [*self.steps, rest, whole])]


def _line(of: Step) -> str:
    name = f"{'  ' * of.depth}{of.name}"
    return f"{name:<36} {of.seconds:>9.2f} {of.processor_seconds:>17.2f}"


_LISTENING: ContextVar[Timings | None] = ContextVar("_LISTENING", default=None)


@contextmanager
def listening() -> Iterator[Timings]:
    """Yield the timings of the steps that are done meanwhile in this thread."""
    found = Timings()
    token = _LISTENING.set(found)
    try:
        yield found
    finally:
        _LISTENING.reset(token)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Time what is done inside, where somebody listens."""
    timings = _LISTENING.get()
    if timings is None:
        yield
        return
    made = Step(name, timings.depth)
    timings.steps.append(made)
    timings.depth += 1
    started, before = time.perf_counter(), time.process_time()
    try:
        yield
    finally:
        made.seconds = time.perf_counter() - started
        made.processor_seconds = time.process_time() - before
        timings.depth -= 1
