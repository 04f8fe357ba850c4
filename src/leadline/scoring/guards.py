"""What must hold before scores are written: rows are there and fresh, and bands mostly stay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from leadline.errors import Fault
from leadline.model.contract import CONTRACT
from leadline.model.declared import NO_POINTS
from leadline.model.document import Expectations
from leadline.model.reading.reader import read
from leadline.model.types import Type
from leadline.model.uses import tables_read
from leadline.query.bands import PREVIOUS
from leadline.scoring.moments import literal, naive

if TYPE_CHECKING:
    from leadline.model.durations import Duration
    from leadline.query.context import Level
    from leadline.scoring.run import Run

MOST_CHANGES = 0.2
"""More than a fifth do not change band in a night without a reason to look at."""
LEAST_LEADS = 5
"""Fewer that change it are looked at one by one, and need no word."""

NOTHING = Expectations.model_validate({})

ALLOW = "Nothing was written; --allow goes on."


def expectations(given: Mapping[str, Any]) -> Expectations:
    """Return what is expected, as ``expect`` of a model says it. Raises ModelError."""
    return read({**NO_POINTS, "expect": given}).expect or NOTHING


def unexpected(run: Run, more: Expectations | None = None) -> list[Fault]:
    """Return what stands against writing what a run computes.

    Without a word of anybody, tables that the model reads must have rows, and at most a fifth of
    the leads, and of the accounts, may change band; ``more`` beats what the model says.
    """
    expected = (run.model.expect or NOTHING).under(more or NOTHING)
    declared = list(_of_tables(run, expected))
    said = {fault.where for fault in declared}
    faults = [*declared, *(each for each in _empty(run) if each.where not in said)]
    faults += _later_previous(run)
    return faults or list(_changes(run, expected))  # computed over tables that are as expected


def _of_tables(run: Run, expected: Expectations) -> Iterator[Fault]:
    for table, wanted in expected.of_tables():
        where = run.loaded.names.get(table, table)
        if table not in run.loaded.schema:
            yield Fault(where, "", "must be given, as expect says", "", ALLOW)
            continue
        [(rows,)] = run.rows(f"select count(*) from {run.tables.name(table)}")
        if wanted.rows is not None and rows < wanted.rows:
            expected_ = f"must have at least {wanted.rows:,} rows, as expect says"
            yield Fault(where, "", expected_, f"{rows:,}", ALLOW)
        if wanted.newest is not None:
            yield from _stale(run, table, where, wanted.newest)


def _stale(run: Run, table: str, where: str, longest: Duration) -> Iterator[Fault]:
    """Yield a fault where the newest row that was known by the moment is too old."""
    title, at = CONTRACT[table].dated, _moment(run)
    expected = f"must have a row no older than {longest}, as expect says"
    if run.loaded.schema[table].get(title) is not Type.TIME:
        yield Fault(where, title, expected, "no times", ALLOW)
        return
    query = f"select max({title}) from {run.tables.name(table)} where {title} <= {literal(at)}"
    [(newest,)] = run.rows(query)
    oldest = naive(at) - timedelta(microseconds=longest.microseconds)
    if newest is None or newest < oldest:
        found = "none" if newest is None else f"the newest of {newest:%Y-%m-%d %H:%M}"
        yield Fault(where, title, expected, found, ALLOW)


def _moment(run: Run) -> datetime:
    """Return the moment that is scored, of several the last."""
    if run.moments.one is not None:
        return run.moments.one
    [(last,)] = run.rows(f"select max(as_of) from {run.moments.table}")
    return datetime.max.replace(tzinfo=UTC) if last is None else last.replace(tzinfo=UTC)


def _empty(run: Run) -> Iterator[Fault]:
    """Yield a fault for each table that the model reads and that was given without rows."""
    for table in sorted({"leads", *tables_read(run.model)} & set(run.loaded.schema)):
        [(rows,)] = run.rows(f"select count(*) from (select 1 from {table} limit 1) as t")
        if not rows:
            where = run.loaded.names.get(table, table)
            expected = f"must have rows, as the model reads {table}"
            yield Fault(where, "", expected, "none", ALLOW)


def _later_previous(run: Run) -> Iterator[Fault]:
    """Yield a fault where the bands of the run before are of this moment, or of a later one."""
    at = _moment(run)
    for table in PREVIOUS.values():
        if run.loaded.schema.get(table, {}).get("as_of") is not Type.TIME:
            continue
        query = f"select count(*), max(as_of) from {table} where as_of >= {literal(at)}"
        [(rows, last)] = run.rows(query)
        if rows:
            where = run.loaded.names.get(table, table)
            expected = (
                f"must be of before {naive(at):%Y-%m-%dT%H:%M:%SZ}, the moment that is scored"
            )
            remedy = "Give the scores of the run before, or go on with --allow."
            yield Fault(where, "as_of", expected, f"{last:%Y-%m-%dT%H:%M:%SZ}", remedy)


_CHANGED = """
    select count(distinct p.{key}), count(distinct c.{key})
    from (select distinct b.{key} from {previous} as b join {scored} as s on s.{key} = b.{key})
        as p
    left join {changes} as c on c.{key} = p.{key}"""
_RESULTS: Mapping[Level, str] = {"lead": "transitions", "account": "account_transitions"}


def _changes(run: Run, expected: Expectations) -> Iterator[Fault]:
    """Yield a fault where more of the leads, or accounts, that had a band change it than may."""
    most = MOST_CHANGES if expected.transitions is None else expected.transitions.share
    for level, table in PREVIOUS.items():
        if table not in run.loaded.schema or _RESULTS[level] not in run.statement.outputs:
            continue
        before, changed = _changed(run, level)
        is_many = expected.transitions is not None or changed >= LEAST_LEADS
        if is_many and changed > most * before:
            where = run.loaded.names.get(table, table)
            limit = f"must change for at most {100 * most:g}% of its {level}s"
            found = f"{changed:,} of {before:,} ({changed / before:.0%})"
            yield Fault(where, "band", limit, found, ALLOW)


def _changed(run: Run, level: Level) -> tuple[int, int]:
    """Return how many of a level had a band in the run before, and how many change it."""
    scored = run.moments.table if level == "lead" else run.table("account_scores")
    query = _CHANGED.format(
        key=f"{level}_id",
        previous=PREVIOUS[level],
        scored=scored,
        changes=run.table(_RESULTS[level]),
    )
    [(before, changed)] = run.rows(query)
    return before, changed
