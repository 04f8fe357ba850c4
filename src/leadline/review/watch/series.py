"""What is watched: series of counts by week, and how active the whole was in each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from leadline.review.watch.weeks import Weeks
from leadline.statistics.evidence import Kind
from leadline.statistics.measures import Floats

Topic = Literal[
    "empty", "values", "events", "repeats", "marks", "lost", "accepted", "won", "promise", "band",
    "score",
]  # fmt: skip
TOPICS: tuple[Topic, ...] = get_args(Topic)
"""What may be a cause stands before what follows from it."""
FEWEST_ROWS = 50.0
"""A series with fewer rows in all weeks before says nothing of what is usual."""
FEWEST_HITS = 5.0
"""A number that is less a week on average is too small to say how active a week was."""
_FEWEST_TO_COMPARE = 3
QUIET, BUSY = 0.8, 1.25
"""A week less or more active than this, against the weeks before it, is a holiday or its end: what
it is made of is not judged."""
_LATEST = 8
_AFTERWARDS = 2
"""Weeks after it are told by who came in it, and are not judged either."""


@dataclass(frozen=True)
class Series:
    """One thing that is watched, in one part or several that are watched together.

    Attributes:
        topic: What kind of thing it is.
        name: What it is, such as a field or a type of event.
        parts: Its parts, such as the values of a field.
        kind: Whether shares or numbers are counted.
        hits: What is counted by part and week; shape (parts, weeks).
        size: Of how many, or what was to be expected; likewise.
        among: The rows that alone are counted, such as ``source website``; "" for all.
        given: Whether the level is given: what was promised, and not how it was.
    """

    topic: Topic
    name: str
    parts: tuple[str, ...]
    kind: Kind
    hits: Floats
    size: Floats
    among: str = ""
    given: bool = False

    def is_enough(self, weeks: Weeks) -> bool:
        """Say whether the weeks before tell what is usual."""
        before = self.size[:, : weeks.before]
        return bool(before.max(0).sum() >= FEWEST_ROWS)


Counted = tuple[str, str, int, float, float]
"""Name, part, week, hits, size."""


def gathered(
    topic: Topic, kind: Kind, weeks: Weeks, rows: Iterable[Counted], among: str = ""
) -> Iterator[Series]:
    """Yield the series of counted rows, in the order of their names and parts."""
    found: dict[str, dict[str, list[tuple[int, float, float]]]] = {}
    for name, part, week, hits, size in rows:
        if 0 <= week < weeks.count:
            found.setdefault(name, {}).setdefault(part, []).append((week, hits, size))
    for name, parts in found.items():
        counts = np.zeros((2, len(parts), weeks.count))
        for place, cells in enumerate(parts.values()):
            for week, *both in cells:
                counts[:, place, week] = both
        yield Series(topic, name, tuple(parts), kind, counts[0], counts[1], among)


def compared(topic: Topic, weeks: Weeks, names: Sequence[str], numbers: Floats) -> list[Series]:
    """Return numbers against what the others of their kind would let expect; shape (names, weeks).

    How active a week was is the middle of what each number is against its own mean before: so one
    that doubles changes nothing of what is expected of the others, and growth nothing of any.
    """
    mean = numbers[:, : weeks.before].mean(1)
    size = mean[:, None] * active(weeks, numbers)[None, :]
    return [
        Series(topic, name, ("",), "count", hits[None], expected[None])
        for name, hits, expected in zip(names, numbers, size, strict=True)
        if expected.any()
    ]


def only(series: Series, weeks: npt.NDArray[np.bool_]) -> Series:
    """Return a series of which some weeks alone are judged."""
    return replace(series, hits=series.hits * weeks, size=series.size * weeks)


def even(activity: Floats) -> npt.NDArray[np.bool_]:
    """Return whether each week is about as active as those before it, and follows such weeks."""
    found = np.ones(len(activity), dtype=bool)
    for week in range(1, len(activity)):
        latest = np.median(activity[max(week - _LATEST, 0) : week])
        if not QUIET * latest <= activity[week] <= BUSY * latest:
            found[week : week + 1 + _AFTERWARDS] = False
    return found


def active(weeks: Weeks, numbers: Floats) -> Floats:
    """Return how active each week was, about 1 before, from numbers; shape (weeks,)."""
    mean = numbers[:, : weeks.before].mean(1)
    chosen = numbers[mean >= FEWEST_HITS]
    if len(chosen) < _FEWEST_TO_COMPARE:
        whole = numbers.sum(0)
        return np.asarray(whole / max(whole[: weeks.before].mean(), 1e-9))
    ratios = chosen / chosen[:, : weeks.before].mean(1, keepdims=True)
    return np.asarray(np.median(ratios, axis=0))
