"""A model checked against tables: its faults, and what it looks for and never finds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from leadline.engines.engine import Engine
from leadline.errors import Fault, InputError
from leadline.model.checking.check import check
from leadline.model.document import Model
from leadline.model.reading.reader import Source
from leadline.review.trial.names_seen import Unseen, unseen
from leadline.scoring.loading import load
from leadline.tables.examples import with_examples
from leadline.tables.places.inputs import Input
from leadline.tables.read import Loaded

SHOWN = 5
"""So many values that are never seen are listed of one rule."""


class Checked(NamedTuple):
    """What was found.

    Attributes:
        faults: What must be mended, columns and types included.
        warnings: What is allowed, and hardly meant.
        notes: What a person should know of the tables.
    """

    faults: list[Fault]
    warnings: list[Fault]
    notes: Sequence[str] = ()


def check_tables(
    engine: Engine, model: Model, source: Source, inputs: Mapping[str, Input]
) -> Checked:
    """Check a model against tables; tables that cannot be used are faults among the others."""
    try:
        loaded = load(engine, inputs, model)
    except InputError as error:
        faults = [each for each in error.faults if isinstance(each, Fault)]
        return Checked([*check(model, source), *faults], [])
    faults = with_examples(check(model, source, loaded.schema), loaded)
    warnings = [] if faults else list(_unseen(engine, model, source, loaded))
    return Checked(faults, warnings, loaded.notes)


def _unseen(engine: Engine, model: Model, source: Source, loaded: Loaded) -> Iterator[Fault]:
    """Yield a warning for each place that looks for values which a column never has."""
    found = unseen(engine, model, loaded.schema)
    for (place, column), some in groupby(found, lambda each: (each.place, each.column)):
        values = list(some)
        listed = ", ".join(f"'{each.value}'" for each in values[:SHOWN])
        more = f" and {len(values) - SHOWN} more" if len(values) > SHOWN else ""
        yield source.fault(
            _path(model, place),
            f"looks for {listed}{more}, which {column} never is",
            "",
            _remedy(values),
        )


def _remedy(values: Sequence[Unseen]) -> str:
    return values[0].remedy if len(values) == 1 else ""


def _path(model: Model, place: str) -> tuple[str, ...]:
    """Return where the document says what ``unseen`` calls a place."""
    first, _, second = place.partition(".")
    if not second:
        return (first,)
    inside = ("rules", second) if second in (model.scores[first].rules or {}) else (second,)
    return ("scores", first, *inside)
