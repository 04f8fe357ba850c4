"""What a variant of a model does to all leads: distribution, bands, and who moves and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from leadline.model.diff import difference
from leadline.model.document import Model
from leadline.review.diff.impact import Cell, merged
from leadline.review.diff.reasons import Names, names_of
from leadline.review.preview.moves import Moves, named
from leadline.scoring import Run
from leadline.scoring.arrays.weights import Floats
from leadline.scoring.kept.kept import Given, KeptLeads

NAMED = 10
"""Leads of each ladder and direction that are named."""

BINS = 40
"""Parts of equal width that the values of a ladder are counted in."""


@dataclass(frozen=True)
class Spread:
    """How many leads have a value in each part of equal width.

    Attributes:
        low: Where the first part begins.
        high: Where the last part ends, itself included.
        before: Leads of each part by the model as it is.
        after: Leads of each part by the variant.
    """

    low: float
    high: float
    before: tuple[int, ...]
    after: tuple[int, ...]


@dataclass(frozen=True)
class LadderPreview:
    """What happens on one ladder of leads.

    Attributes:
        ladder: Its name.
        bands: In rising order, those beside the edges last.
        cells: Counts of leads by both bands; old bands by what they are called in the variant.
        up: Leads that rise.
        down: Leads that fall.
        changed: Leads that change band, to or from a band outside the edges included.
        spread: Of the score that the ladder goes by; None for a ladder of cells.
        moves: Those of the leads that change whose value changes most, with reasons.
    """

    ladder: str
    bands: tuple[str, ...]
    cells: tuple[Cell, ...]
    up: int
    down: int
    changed: int
    spread: Spread | None
    moves: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Previewed:
    """What a variant does to all leads at the moment.

    Attributes:
        as_of: The moment.
        leads: How many leads there are.
        ladders: Of each ladder of leads that both have.
        changes: What differs between the documents, in words.
        notes: What a person should know, one sentence each.
    """

    as_of: datetime
    leads: int
    ladders: tuple[LadderPreview, ...]
    changes: tuple[str, ...]
    notes: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {**asdict(self), "as_of": self.as_of.isoformat().replace("+00:00", "Z")}


@dataclass(frozen=True, eq=False)
class Preview:
    """All leads at one moment, and what the model as it is gives them.

    Attributes:
        leads: Tell what a variant gives them.
        before: What the model as it is gives them.
    """

    leads: KeptLeads
    before: Given

    @classmethod
    def open(cls, run: Run) -> Self:
        """Return the preview of a run of one moment, without a spine, on the embedded engine.

        Raises InputError.
        """
        leads = KeptLeads.open(run)
        return cls(leads, leads.of(run.model))

    def of(self, model: Model, named_leads: int = NAMED) -> Previewed:
        """Return what a variant does.

        Raises ModelError where it has faults, and InputError where it reads the tables otherwise.
        """
        after = self.leads.of(model)
        found = difference(self.before.model, model)
        names = names_of(self.before.model, model, found)
        one = self.leads.run.moments.one
        assert one is not None  # noqa: S101 - see ``KeptLeads.open``
        moves = Moves(self.leads, self.before, after, names)
        return Previewed(
            one,
            len(self.leads.known),
            tuple(
                _ladder(moves, ladder, named_leads)
                for ladder in names.ladders
                if ladder in model.lead_bands
            ),
            tuple(str(each.sentence) for each in found.changes),
            tuple(_notes(self.before.model, model)),
        )


def _ladder(moves: Moves, ladder: str, most: int) -> LadderPreview:
    bands, edges = _bands(moves, ladder)
    old, new = (
        _ranks(bands, given, ladder, names)
        for given, names in ((moves.before, moves.names), (moves.after, None))
    )
    known = moves.leads.known
    changed = known[_of(old != new, known)]
    is_ranked = (np.minimum(old, new)[changed] > 0) & (np.maximum(old, new)[changed] <= edges)
    step = np.where(is_ranked, np.sign(new[changed] - old[changed]), 0)
    return LadderPreview(
        ladder,
        bands,
        tuple(_cells(bands, _of(old, known), _of(new, known))),
        int((step > 0).sum()),
        int((step < 0).sum()),
        len(changed),
        _spread(*_values(moves, ladder), known),
        tuple(named(moves, ladder, _listed(moves, ladder, changed, step, most))),
    )


def _of(values: npt.NDArray[Any], known: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    """Return the values of known leads."""
    return values if len(known) == len(values) else values[known]


def _bands(moves: Moves, ladder: str) -> tuple[tuple[str, ...], int]:
    """Return the bands of both sides, and how many of them are by edges."""
    old, new = moves.before.model.bands[ladder], moves.after.model.bands[ladder]
    renamed = [moves.names.bands.get((ladder, each), each) for each in old.edges or {}]
    ranked = merged(renamed, list(new.edges or {}))
    beside = [
        *moves.after.places[ladder],
        *(moves.names.bands.get((ladder, each), each) for each in moves.before.places[ladder]),
    ]
    return tuple(dict.fromkeys([*ranked, *beside])), len(ranked)


def _ranks(
    bands: Sequence[str], given: Given, ladder: str, names: Names | None
) -> npt.NDArray[np.int8]:
    """Return the place of the band of each lead, from 1; 0 for none."""
    called = names.bands if names is not None else {}
    places = [bands.index(called.get((ladder, each), each)) + 1 for each in given.places[ladder]]
    return np.array([0, *places], np.int8).take(given.bands[ladder])


def _cells(
    bands: Sequence[str], old: npt.NDArray[np.int8], new: npt.NDArray[np.int8]
) -> Iterator[Cell]:
    size = len(bands) + 1
    counts = np.bincount(old.astype(np.int16) * size + new, minlength=size * size)
    for place in np.flatnonzero(counts):
        was, now = divmod(int(place), size)
        yield Cell(
            bands[was - 1] if was else None, bands[now - 1] if now else None, int(counts[place])
        )


def _values(moves: Moves, ladder: str) -> tuple[Floats | None, Floats | None]:
    """Return the values of the score that a ladder goes by, on both sides."""
    old, new = moves.before.model.bands[ladder].by, moves.after.model.bands[ladder].by
    if not isinstance(old, str) or not isinstance(new, str):
        return None, None
    return moves.before.scores[old], moves.after.scores[new]


def _spread(old: Floats | None, new: Floats | None, known: npt.NDArray[np.int64]) -> Spread | None:
    if old is None or new is None:
        return None
    before = _valued(old, known)
    after = before if old is new else _valued(new, known)
    if not len(before) or not len(after):
        return None
    low = float(min(before.min(), after.min()))
    high = float(max(before.max(), after.max()))
    counted = _counts(before, low, high)
    return Spread(low, high, counted, counted if old is new else _counts(after, low, high))


def _valued(values: Floats, known: npt.NDArray[np.int64]) -> Floats:
    """Return the values that known leads have."""
    some = values if len(known) == len(values) else values[known]
    return some[~np.isnan(some)] if np.isnan(some).any() else some


def _counts(values: Floats, low: float, high: float) -> tuple[int, ...]:
    """Return how many values are in each part."""
    part = (values - low) * (BINS / max(high - low, 1e-9))
    places = np.minimum(part.astype(np.int64), BINS - 1)
    return tuple(np.bincount(places, minlength=BINS).tolist())


def _listed(
    moves: Moves, ladder: str, changed: npt.NDArray[np.int64], step: npt.NDArray[Any], most: int
) -> list[int]:
    """Return the leads of each direction whose value changes most, by number where it is equal."""
    if not most:
        return []
    old, new = _values(moves, ladder)
    size = np.zeros(len(changed))
    if old is not None and new is not None:
        size = np.nan_to_num(np.abs(new[changed] - old[changed]))
    found: list[int] = []
    for way in (1, -1, 0):
        some = np.flatnonzero(step == way)
        if len(some) > most:
            least = np.partition(size[some], len(some) - most)[len(some) - most]
            some = some[size[some] >= least]
            some = some[np.argsort(-size[some], kind="stable")][:most]
        found += changed[some].tolist()
    return found


def _notes(before: Model, after: Model) -> Iterator[str]:
    for one, other, which in ((before, after, "as it is"), (after, before, "changed")):
        for ladder in one.lead_bands:
            if ladder not in other.lead_bands:
                yield f"ladder {ladder} is only in the model {which}, and is not compared"
    for ladder in after.account_bands:
        yield f"ladder {ladder} is one of accounts; `leadline diff` compares it"
