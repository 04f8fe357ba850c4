"""Plain sums beside the engine: its hits into arrays, and their sums back as a table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadline.model.document import UnitRule
from leadline.model.expressions import Expression
from leadline.query import plain
from leadline.query.context import Context, NumberedRule
from leadline.query.moments import microseconds_of
from leadline.scoring.arrays.at_moments import Hits, sums
from leadline.scoring.arrays.columns import array_of, column_of
from leadline.scoring.arrays.rules import PlainRule, Sums
from leadline.scoring.arrays.tally import Tally

if TYPE_CHECKING:
    from leadline.engines.duckdb.engine import DuckDB
    from leadline.engines.workspace import Workspace

HITS_AT_ONCE = 30_000_000
"""Of many moments so many hits are held in arrays, in 700 MB; of more, those of some leads."""

ROWS_AT_ONCE = 1_000_000
"""So many sums go back to the engine at a time."""

_EMPTY = """
    select cast(null as integer) as lead, cast(null as integer) as place,
        cast(null as integer) as rule, cast(null as double) as points where false
"""


def keep_sums(workspace: Workspace, engine: DuckDB, context: Context, hits: str, leads: str) -> str:
    """Sum the hits of plain rules, and return the name of the table that has the sums.

    Args:
        workspace: Has the tables.
        engine: Its session.
        context: The model at its moments.
        hits: The query of the hits, see ``leadline.query.plain``.
        leads: The table that gives leads their numbers.
    """
    rules = _Rules(context)
    find = _at_one_moment if context.profile.one_moment else _at_moments
    made = workspace.keep(plain.GIVEN, _EMPTY)
    for rows in _together(map(_rows, find(workspace, engine, rules, hits, leads))):
        part = workspace.register("part", rows)
        engine.run(f"insert into {made} select * from {part}")
        engine.drop(part)
    return made


class _Rules:
    """The plain rules of a model, and the place of each by its number."""

    def __init__(self, context: Context) -> None:
        found = plain.rules(context)
        self.moments: tuple[datetime, ...] = context.profile.moments
        self.rules = [_plain(numbered, target) for numbered, target in found]
        numbers = [numbered.number for numbered, _ in found]
        self._place = np.zeros(max(numbers) + 1, np.int16)
        self._place[numbers] = np.arange(len(numbers))

    def places(self, rows: pa.Table | pa.RecordBatch) -> npt.NDArray[np.int16]:
        """Return the places of the rules of hits."""
        found: npt.NDArray[np.int16] = self._place[array_of(rows["rule"])]
        return found


def _plain(numbered: NumberedRule, target: int) -> PlainRule:
    rule = numbered.rule
    assert isinstance(rule, UnitRule)  # noqa: S101 - only unit rules are plain
    assert not isinstance(rule.points, Expression)  # noqa: S101 - and none with a formula
    within = None if rule.within is None else rule.within.microseconds
    return PlainRule(rule.points, rule.limit, within, numbered.decay, target)


def _at_one_moment(
    _: Workspace, engine: DuckDB, rules: _Rules, hits: str, leads: str
) -> Iterator[Sums]:
    """Yield the sums of hits, which are counted as they come."""
    [(count,)] = engine.rows(f"select count(*) from {leads}")
    tally = Tally(rules.rules, count + 1)
    for rows in engine.batches(hits):
        tally.add(array_of(rows["lead"]), rules.places(rows), array_of(rows["weight"]))
    yield from tally.sums()


def _at_moments(
    workspace: Workspace, engine: DuckDB, rules: _Rules, hits: str, leads: str
) -> Iterator[Sums]:
    """Yield the sums of hits at each moment."""
    at = [microseconds_of(each) for each in rules.moments]
    for rows in _by_leads(workspace, engine, hits, leads):
        lead, occurred_at, seen_at = map(array_of, rows.select(_DATED).columns)
        yield from sums(Hits(lead, rules.places(rows), occurred_at, seen_at), rules.rules, at)


_DATED = ["lead", "occurred_at", "seen_at"]


def _by_leads(workspace: Workspace, engine: DuckDB, hits: str, leads: str) -> Iterator[pa.Table]:
    """Yield the hits: all at once, or where they are many those of some leads at a time."""
    kept = workspace.keep(plain.HITS, hits)
    [(count,)] = engine.rows(f"select count(*) from {kept}")
    [(most,)] = engine.rows(f"select count(*) from {leads}")
    step = most // (count // HITS_AT_ONCE + 1) + 1
    for first in range(0, most + 1, step):
        some = f"lead >= {first} and lead < {first + step}"
        yield engine.arrow(f"select * from {kept} where {some}")
    engine.drop(kept)


def _rows(found: Sums) -> pa.Table:
    """Return the sums that are not 0 as rows."""
    place, column = np.nonzero(found.points)
    return pa.table(
        {
            "lead": column_of(pa.int32(), found.lead[column]),
            "place": column_of(pa.int32(), place),
            "rule": column_of(pa.int32(), found.target[column]),
            "points": column_of(pa.float64(), found.points[place, column]),
        }
    )


def _together(tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Yield the rows of small tables in larger ones."""
    waiting: list[pa.Table] = []
    for each in tables:
        waiting.append(each)
        if sum(map(len, waiting)) >= ROWS_AT_ONCE:
            yield pa.concat_tables(waiting)
            waiting = []
    if waiting:
        yield pa.concat_tables(waiting)
