"""Whether what was learned is more than luck: chance gets as many tries as the search had."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from leadline.learn.sheet import Flags, Floats, Whole, members

FLIPS = 1999
_SEED = 20_26


def luck(  # noqa: PLR0913 - what was said, of which rows, and how they hang together
    said: Sequence[Floats],
    outcome: Flags,
    parts: Whole,
    shares: Floats,
    groups: Any,
    *,
    ordered: bool,
) -> float:
    """Return how often the best of several rankings without sense is as good as the best here.

    The outcomes of each group, less their rate, are turned round by lot: so what is drawn keeps
    the rows of a group together, and the rate of each part. It is Westfall and Young's max-T: the
    best of all rankings is compared with the best of all in each draw.

    Without an order, each row is judged by what the others taught and teaches what judges them, so
    luck reaches farther than draws with the rankings as they stand: by Nadeau and Bengio's factor.

    Args:
        said: Rankings of the judged rows, one a setting that was tried.
        outcome: Of each row.
        parts: Which fold judged each row; rows are ranked within.
        shares: What a row of each part counts.
        groups: Rows that belong together; None where each stands alone.
        ordered: Whether all rows were judged by what earlier ones taught.
    """
    of_groups = members(groups, len(outcome))
    gains = np.stack([_gains(each, outcome, parts, shares, of_groups) for each in said])
    signs = np.random.default_rng(_SEED).integers(0, 2, (FLIPS, gains.shape[1]), np.int8) * 2 - 1
    drawn = np.concatenate([(gains @ some.T).max(0) for some in np.array_split(signs, 20)])
    if not ordered:
        drawn *= np.sqrt(1 + len(shares) / (len(shares) - 1))
    beyond = np.count_nonzero(drawn >= gains.sum(1).max() * (1 - 1e-9))
    return (1 + int(beyond)) / (1 + FLIPS)


def _gains(said: Floats, outcome: Flags, parts: Whole, shares: Floats, of_groups: Whole) -> Floats:
    """Return what each group adds to the area under the curve, beyond one half."""
    found = np.zeros(len(said))
    for part, share in enumerate(shares):
        here = np.flatnonzero(parts == part)
        wins = int(outcome[here].sum())
        if 0 < wins < len(here):
            moved = (outcome[here] - wins / len(here)) * (_ranks(said[here]) - (len(here) - 1) / 2)
            found[here] = share * len(here) * moved / (wins * (len(here) - wins))
    return np.bincount(of_groups, found).astype(float)


def _ranks(said: Floats) -> Floats:
    """Return the place of each row, from 0; rows that tie share the middle one."""
    _, places, counts = np.unique(said, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts + 1) / 2)[places])
