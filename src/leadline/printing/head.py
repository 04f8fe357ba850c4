"""The comments above a printed statement: of what model, over which tables, and what to heed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap

from leadline.model.document import Model
from leadline.model.fingerprint import fingerprint
from leadline.printing.dialects import Dialect
from leadline.printing.request import Request
from leadline.tables.places.warehouse import Source

WIDTH = 100


def head(
    model: Model,
    dialect: Dialect,
    sources: Sequence[Source],
    tables: Mapping[str, str],
    request: Request,
) -> Iterator[str]:
    """Yield the comments, a line each."""
    if not dialect.proved:
        yield (
            f"-- NOT PROVED: leadline has never executed this on {dialect.title}. "
            "Compare its rows with those of leadline score."
        )
    yield f"-- {request.output} of model {model.model} for {dialect.title}, by leadline sql"
    yield f"-- fingerprint {fingerprint(model)}"
    for each in sources:
        columns = ", ".join(f"{name} {kind.value}" for name, kind in each.columns.items())
        lines = wrap(f"{tables[each.table]}: {columns}", WIDTH - 6)
        yield from (f"--   {line}" for line in lines)
        yield from (f"--   {note}" for note in each.notes)
    if request.columns is None:
        yield "-- Types are those that the model implies; nobody has looked at the tables."
    yield "-- Keys of leads and accounts must be unique. The session's time zone must be UTC."
