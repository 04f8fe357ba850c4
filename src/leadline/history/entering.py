"""The days on which leads enter a band: moments at which sales would have been called."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from leadline.errors import InputError, nearest
from leadline.history.replay import replayed
from leadline.model.task import Moments, TaskDocument
from leadline.scoring import Run
from leadline.sql.text import Sql, name, sql_text

MOST_ROWS = 100_000_000
"""Leads times days; beyond this a daily replay of everybody is not worth its time."""
_DAY = timedelta(days=1)


def entering(
    run: Run, task: TaskDocument, when: Moments, start: datetime | None, end: datetime | None
) -> Sql:
    """Return ``lead_id, as_of`` of every day on which a lead was found to have entered the band.

    Every lead is scored at each midnight UTC on which it was known. On the first it enters
    nothing, as what came before is not known. Raises InputError.
    """
    column = _column(run, task, when)
    made = name(run.workspace.name("entries"))
    if start is None or end is None:
        return Sql("select lead_id, null::timestamp as as_of from leads where false")
    days = _days(start, end)
    _refuse_many(run, task, len(days))
    scores = replayed(run, days, sample=None).run.table("scores")
    run.engine.run(
        sql_text(
            "create temp table {made} as with steps as (select lead_id, as_of, {band} as band, "
            "lag({band}) over (partition by lead_id order by as_of) as before from {scores}) "
            "select lead_id, as_of from steps where band = {entered} "
            "and before is distinct from {entered} and as_of > timestamp {first}",
            made=made,
            band=name(column),
            scores=name(scores),
            entered=when.enter,
            first=days[0].replace(tzinfo=None).isoformat(sep=" "),
        )
    )
    return sql_text("select lead_id, as_of from {made}", made=made)


def _column(run: Run, task: TaskDocument, when: Moments) -> str:
    """Return the column of the ladder, which must have the band."""
    ladders = run.model.lead_bands
    if not ladders:
        raise InputError(task.fault(("moments", "enter"), "needs a model with bands"))
    chosen = when.ladder or next(iter(ladders))
    if chosen not in ladders:
        hint = nearest(chosen, ladders)
        raise InputError(task.fault(("moments", "ladder"), "must name a ladder", chosen, hint))
    ladder = ladders[chosen]
    known = [*(ladder.edges or ladder.cells or {}), *filter(None, [ladder.default])]
    known += [each.band for each in run.model.overrides.values()]
    if when.enter not in known:
        band = str(when.enter)
        hint = nearest(band, known)
        raise InputError(task.fault(("moments", "enter"), "must name a band", band, hint))
    return run.model.column(chosen)


def _days(start: datetime, end: datetime) -> list[datetime]:
    """Return the midnights from a moment to another."""
    first = datetime(start.year, start.month, start.day, tzinfo=UTC)
    return [first + _DAY * each for each in range((end.replace(tzinfo=UTC) - first).days + 1)]


def _refuse_many(run: Run, task: TaskDocument, days: int) -> None:
    [(leads,)] = run.engine.rows("select count(*) from leads")
    if leads * days > MOST_ROWS:
        found = f"{leads:,} leads on {days:,} days"
        expected = f"must be a replay of at most {MOST_ROWS:,} leads and days"
        remedy = "Give fewer leads, or judge by `every: 7d`."
        raise InputError(task.fault(("moments", "enter"), expected, found, remedy))
