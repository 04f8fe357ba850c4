"""What happens in a service, told to whoever counts it or writes it down; never of whom.

Nothing here can hold what was sent: names of keys, words for reasons, numbers. So a log and a
figure made of it cannot either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from types import TracebackType
from typing import TypeAlias

from leadline.service.arriving.facts import Event
from leadline.service.live import Scores
from leadline.service.taking import Arrived, Taken
from leadline.store.inbox import Parked, Received

OWN = "/leadline/"
MOST_FRAMES = 6


@dataclass(frozen=True)
class Kept:
    """Requests are on the disk; ``requests`` says how many by source."""

    requests: Mapping[str, int]


@dataclass(frozen=True)
class Passed:
    """A pass was written.

    Attributes:
        seconds: How long it took.
        facts: How many it took, by source.
        repeated: Events that were there already, by source.
        parked: Parts that could not be used, by source and reason.
        scored: Leads and accounts that it scored.
        transitions: Bands that changed.
    """

    seconds: float
    facts: Mapping[str, int] = field(default_factory=dict)
    repeated: Mapping[str, int] = field(default_factory=dict)
    parked: Mapping[tuple[str, str], int] = field(default_factory=dict)
    scored: int = 0
    transitions: int = 0


@dataclass(frozen=True)
class Scored:
    """A part of what is scored beside the passes was written."""

    cause: str
    scored: int
    transitions: int


@dataclass(frozen=True)
class Ended:
    """A command of the loop ended: ``state`` is done or failed."""

    kind: str
    state: str


@dataclass(frozen=True)
class Failed:
    """Something failed and will be tried again.

    Attributes:
        what: What it was.
        error: Name of the exception.
        place: Where it was raised; its words may be those that were sent, and are left out.
    """

    what: str
    error: str
    place: str


@dataclass(frozen=True)
class Delivered:
    """Something was sent to a destination: ``state`` is done, failed or parked.

    Attributes:
        destination: Its name.
        state: What became of it.
        seconds: Since it was written.
    """

    destination: str
    state: str
    seconds: float


@dataclass(frozen=True)
class Refuses:
    """From now on requests are refused for a reason; none where they are taken again."""

    reason: str


@dataclass(frozen=True)
class Began:
    """This process runs the loop now."""


@dataclass(frozen=True)
class Served:
    """The service answers."""

    version: str
    store: str


@dataclass(frozen=True)
class Stopped:
    """The service ended: what was accepted is in the store."""


Happening: TypeAlias = (
    Kept | Passed | Scored | Ended | Failed | Delivered | Refuses | Began | Served | Stopped
)
Tell: TypeAlias = Callable[[Happening], None]


def nobody(_: Happening) -> None:
    """Tell nobody."""


def kept(requests: Sequence[Received]) -> Kept:
    """Return that requests were kept."""
    return Kept(Counter(source_of(each.source) for each in requests))


def passed(
    began: float,
    arrived: Sequence[Arrived],
    taken: Taken,
    parked: Sequence[Parked],
    scores: Scores,
) -> Passed:
    """Return that a pass was written that began at a moment of the clock of seconds."""
    events = Counter(source_of(each.source) for each in arrived if isinstance(each.fact, Event))
    return Passed(
        monotonic() - began,
        Counter(source_of(each.source) for each in arrived),
        events - Counter(source_of(each.source) for each in taken.events),
        Counter((source_of(each.source), each.reason) for each in parked),
        _scored(scores),
        len(scores.transitions),
    )


def scored(cause: str, scores: Scores) -> Scored:
    """Return that scores were written beside the passes."""
    return Scored(cause, _scored(scores), len(scores.transitions))


def _scored(scores: Scores) -> int:
    return len(scores.scores) + len(scores.account_scores)


def failed(what: str, error: BaseException) -> Failed:
    """Return that something failed, without the words of the exception."""
    return Failed(what, type(error).__name__, place_of(error.__traceback__))


def place_of(traceback: TracebackType | None) -> str:
    """Return where an exception was raised: the last of our own lines, the innermost first."""
    frames = []
    while traceback is not None:
        name = traceback.tb_frame.f_code.co_filename
        if OWN in name:
            frames.append(f"{name.rpartition(OWN)[2]}:{traceback.tb_lineno}")
        traceback = traceback.tb_next
    return " < ".join(frames[: -MOST_FRAMES - 1 : -1])


def source_of(name: str) -> str:
    """Return the source of a request as it is counted: all files of the folder are one.

    >>> source_of("file events-monday.jsonl"), source_of("website")
    ('file', 'website')
    """
    return "file" if name.startswith("file ") else name
