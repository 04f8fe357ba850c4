"""What a model would do to the leads of the store, before it is published."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from leadline.engines.duckdb.engine import DuckDB
from leadline.model.given import read_model
from leadline.model.types import Schema, Type
from leadline.review.backtest.capacity import Capacity
from leadline.review.diff.impact import Impact, LadderImpact, Load, impact
from leadline.scoring import Run
from leadline.service import clock, commands
from leadline.service.live import columns_of
from leadline.store import copy
from leadline.store import facts as stored
from leadline.store import scores as kept
from leadline.store.session import Session

MOST_NAMED = 5
"""Leads that are named of those who enter or leave a band."""


def preview(session: Session, document: str, at: int, weeks: int) -> Impact | None:
    """Compare the model that is live with one that may take its place, on all leads of the store.

    Past weeks are seen as the company knew them. None where no model is live.
    """
    row = kept.published(session)
    if row is None:
        return None
    fields = stored.known_fields(session, "lead")
    before = read_model(row.document)[0]
    model = read_model(f"{document.rstrip()}\n")[0]
    after = read_model(commands.decided(document, model, fields))[0]
    read = _both(columns_of(before, fields), columns_of(after, fields))
    with TemporaryDirectory(prefix="leadline-") as folder, DuckDB() as engine:
        inputs = dict(copy.columns(session, Path(folder), read, "recorded", at))
        with Run.open(engine, before, inputs, as_of=clock.at(at), clean=True) as run:
            return impact(run, after, inputs, as_of=clock.at(at), weeks=weeks)


def _both(one: Schema, other: Schema) -> Schema:
    """Return the columns that either reads; as text where they read one in two ways."""
    made: dict[str, dict[str, Type]] = {}
    for table in one:
        first, second = one[table], other[table]
        both = {**first, **second}
        made[table] = {
            name: kind if first.get(name, kind) == second.get(name, kind) else Type.TEXT
            for name, kind in both.items()
        }
    return made


def told(found: Impact, capacity: Capacity | None = None) -> str:
    """Return a preview as text: a line a band, and who enters and leaves."""
    lines = [f"{found.leads:,} leads"]
    for ladder in found.ladders:
        lines += _ladder(ladder, capacity)
    lines += [f"note: {each}" for each in found.notes]
    return "\n".join(lines)


def _ladder(ladder: LadderImpact, capacity: Capacity | None) -> Iterator[str]:
    load = {each.band: each for each in ladder.load}
    for band in reversed(ladder.bands):
        then = sum(each.leads for each in ladder.cells if each.from_band == band)
        now = sum(each.leads for each in ladder.cells if each.to_band == band)
        week = _week(load.get(band))
        yield f"{ladder.ladder} {band:16} {then:>9,} -> {now:>9,} {ladder.unit}s{week}"
        yield from _moves(ladder, band)
    yield from _room(ladder, load, capacity)


def _week(load: Load | None) -> str:
    if load is None:
        return ""
    then, now = (0.0 if each is None else each.mean for each in (load.before, load.after))
    return f"; entered {then:.1f} -> {now:.1f} times a week"


def _moves(ladder: LadderImpact, band: str) -> Iterator[str]:
    for word, at, other in (("enter", "to_band", "from_band"), ("leave", "from_band", "to_band")):
        count = sum(
            each.leads
            for each in ladder.cells
            if getattr(each, at) == band and getattr(each, other) != band
        )
        named = [each[f"{ladder.unit}_id"] for each in ladder.listed if each[at] == band][
            :MOST_NAMED
        ]
        if count:
            more = f" and {count - len(named):,} more" if count > len(named) else ""
            yield f"  {count:,} {word}: {', '.join(named)}{more}"


def _room(ladder: LadderImpact, load: dict[str, Load], capacity: Capacity | None) -> Iterator[str]:
    """Yield what the highest band asks of a team, beside what it takes a week."""
    ranked = [each for each in ladder.bands if each in load and each not in ladder.beside]
    after = load[ranked[-1]].after if ranked else None
    if capacity is None or not capacity.per or after is None:
        return
    room = capacity.weekly
    fits = "fits" if after.mean <= room else "is more than"
    yield f"{ranked[-1]}: {after.mean:.1f} a week {fits} the capacity of {room:.1f} a week"
