"""What can be wrong with bands, overrides and examples."""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import TYPE_CHECKING

from leadline.model.checking.findings import Finding, Findings, known, known_part, typed
from leadline.model.names import Names, place_of_formula
from leadline.model.types import Type

if TYPE_CHECKING:
    from leadline.model.document import Example, Ladder, Override
    from leadline.model.reading.source import Path


def check_ladder(names: Names, ladder: Ladder, path: Path) -> Findings:
    """Yield the faults of one ladder of bands."""
    if isinstance(ladder.by, str):
        yield from known_part(names, (*path, "by"), ladder.by, "scores")
        yield from _switches(names, ladder, path)
    else:
        yield from _cells(names, ladder, path)
    if ladder.is_account:
        yield from _of_accounts(names, ladder, (*path, "by"))
    own = [*(ladder.edges or ladder.cells or {})]
    named = [*own, ladder.default, *(each.band for each in names.model.overrides.values())]
    for band in ladder.labels:
        choices = [each for each in named if each is not None]
        yield from known((*path, "labels", band), band, "band of this ladder", choices)
    for band, condition in ladder.require.items():
        here = (*path, "require", band)
        yield from _known_band(names, path, here, own)
        place = place_of_formula(account=ladder.is_account)
        yield from typed(names, condition, place, here, Type.BOOLEAN)


def _of_accounts(names: Names, ladder: Ladder, path: Path) -> Findings:
    """Yield a fault for each score or grade of leads by which accounts would stand."""
    scores, grades = names.model.scores, names.model.grades
    for each in [ladder.by] if isinstance(ladder.by, str) else ladder.by:
        score = each if isinstance(ladder.by, str) else grades[each].by if each in grades else ""
        if score in scores and not scores[score].is_account:
            noun = "a score" if isinstance(ladder.by, str) else "grades of scores"
            yield Finding(path, f"must be {noun} of accounts, as the ladder is", each)


def _known_band(names: Names, ladder: Path, path: Path, own: list[str]) -> Findings:
    """Yield a fault for a band that a ladder lacks, unless its bands were lost in reading."""
    if not any(names.source.has_lost_below((*ladder, key)) for key in ("edges", "cells")):
        yield from known(path, str(path[-1]), "band of this ladder", own)


def _switches(names: Names, ladder: Ladder, path: Path) -> Findings:
    edges = ladder.edges or {}
    for band, value in ladder.leave.items():
        here = (*path, "leave", band)
        yield from _known_band(names, path, here, list(edges))
        if value > edges.get(band, value):
            yield Finding(here, f"must not be above the edge {edges[band]} of {band}", str(value))


def _cells(names: Names, ladder: Ladder, path: Path) -> Findings:
    grades = names.model.grades
    for name in ladder.by:
        yield from known_part(names, (*path, "by"), name, "grades")
    lost = any(names.source.has_lost_below(("grades", name)) for name in ladder.by)
    if lost or any(name not in grades for name in ladder.by):
        return
    readings = Counter(map("".join, product(*(grades[name].edges for name in ladder.by))))
    seen: set[str] = set()
    for band, cells in (ladder.cells or {}).items():
        here = (*path, "cells", band)
        for cell in cells:
            yield from known(here, cell, f"cell of {' and '.join(ladder.by)}", readings)
            if readings[cell] > 1:
                yield Finding(here, "must have cells that can be read in one way", cell)
            if cell in seen:
                yield Finding(here, "must not name a cell that already has a band", cell)
            seen.add(cell)


def check_override(names: Names, override: Override, path: Path) -> Findings:
    """Yield the faults of one override."""
    ladders = names.model.bands
    decided = override.ladders or ladders
    account = any(each in ladders and ladders[each].is_account for each in decided)
    place = place_of_formula(account=account)
    yield from typed(names, override.when, place, (*path, "when"), Type.BOOLEAN)
    if not names.model.bands and not names.source.has_lost_below(("bands",)):
        yield Finding(path, "must have a band to decide, and the model has no bands")
    for ladder in override.ladders or ():
        yield from known_part(names, (*path, "in"), ladder, "bands")


def check_example(names: Names, example: Example, path: Path) -> Findings:
    """Yield the faults of one example."""
    for key in ("scores", "grades", "bands"):
        for name in getattr(example, key):
            yield from known_part(names, (*path, key, name), name, key)
    if example.band is not None and not names.source.has_lost_below(("bands",)):
        yield from _one_band(len(names.model.bands), example.band, (*path, "band"))
    expects = {"band", "bands", "scores", "grades", "override"} & example.model_fields_set
    if not expects and not names.source.has_lost_below(path):
        yield Finding(path, "must expect something: a band, scores, grades or an override")
    for key, needed in (("events", ("type", "days_ago")), ("outcomes", ("outcome", "days_ago"))):
        for at, each in enumerate(getattr(example, key)):
            for name in needed:
                if name not in each:
                    yield Finding((*path, key, at, name), "is missing")


def _one_band(ladders: int, band: str, path: Path) -> Findings:
    if ladders == 0:
        yield Finding(path, "must not stand in a model without bands", band)
    if ladders > 1:
        remedy = "Write bands: {LADDER: BAND}."
        yield Finding(path, "must not stand in a model with several ladders", band, remedy)
