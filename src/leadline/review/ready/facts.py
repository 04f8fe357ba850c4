"""What tables say of whether scoring is worth it: volume, outcomes, time, how full fields are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from leadline.history.moments_due import latest
from leadline.history.outcomes import KNOWN_AT
from leadline.model.task import TaskDocument, field_of
from leadline.model.types import Type
from leadline.review.sources.cohort import PASSIVE, Cohort, cohort, dated
from leadline.scoring import Run
from leadline.sql.text import Sql, name, sql_text
from leadline.statistics.measures import Measured
from leadline.statistics.shares import shares_of

RECENT_WEEKS = 13
_KEYS = {"lead_id", "account_id", "created_at", "recorded_at", "email", "domain"}


@dataclass(frozen=True)
class Facts:
    """What tables say.

    Attributes:
        leads: How many leads there are.
        weeks: Weeks from the first to the last that is known of.
        a_week: Leads a week in the latest quarter; None where nothing says when they came.
        companies: Share of leads that name a company.
        filled: Share of the cells of fields that are filled.
        fields: How many fields there are.
        active: Share of leads that did anything; None without events.
        ripe: Leads whose horizon is over; 0 without a task, or where there are none.
        wins: How many of them won.
        won: The share that won.
        decided: How many sales decided on.
        days: From coming to the win, the middle and the slowest tenth; None without times.
        lost: Shares of events and outcomes whose lead is in no table, by table.
    """

    leads: int
    weeks: float
    a_week: float | None
    companies: float
    filled: float
    fields: int
    active: float | None
    ripe: int
    wins: int
    won: Measured
    decided: int
    days: tuple[float, float] | None
    lost: Mapping[str, float]


def facts(run: Run, task: TaskDocument | None, end: datetime | None) -> Facts:
    """Return what the tables of a run say. Raises InputError."""
    [(leads,)] = run.engine.rows("select count(*) from leads")
    weeks, a_week = _volume(run)
    ripe = _cohort(run, task, end)
    filled, fields = _filled(run, task)
    ended = _ended(ripe) if ripe else (0, 0, Measured(None), 0, None)
    return Facts(
        leads, weeks, a_week, _companies(run), filled, fields, _active(run), *ended, lost=_lost(run)
    )


def _cohort(run: Run, task: TaskDocument | None, end: datetime | None) -> Cohort | None:
    """Return the leads whose horizon is over; None where there are none."""
    if task is None:
        return None
    found = cohort(run, task, end)
    return found if found.leads else None


def _ended(of: Cohort) -> tuple[int, int, Measured, int, tuple[float, float] | None]:
    """Return leads, wins, the share that won, decisions, and days to win."""
    query = sql_text(
        "with pools as (select pool, count(*) as n, sum(won) as w from {t} group by 1) "
        "select sum(w), sum(n), count(*), sum(n * n), sum(n * w), sum(w * w) from pools",
        t=name(of.table),
    )
    [sums] = of.run.engine.rows(query)
    [won] = shares_of(*(np.array([float(each)]) for each in sums))
    rest = sql_text(
        "select sum(decided), median(days), quantile_cont(days, 0.9) from {t}", t=name(of.table)
    )
    [(decided, middle, slow)] = of.run.engine.rows(rest)
    days = (middle, slow) if middle is not None else None
    return of.leads, int(sums[0]), won, int(decided), days


def _volume(run: Run) -> tuple[float, float | None]:
    """Return how many weeks are known, and leads a week in the quarter before the newest lead."""
    query = sql_text(
        "select min(since), max(since), count(*) filter (where since > newest - to_days({days})) "
        "from (select since, max(since) over () as newest from ({known}))",
        days=7 * RECENT_WEEKS,
        known=dated(run),
    )
    [(first, newest, recent)] = run.engine.rows(query)
    if first is None:
        return 0.0, None
    weeks = (newest - first) / timedelta(weeks=1)
    return (latest(run) - first) / timedelta(weeks=1), recent / max(min(weeks, RECENT_WEEKS), 1.0)


def _companies(run: Run) -> float:
    """Return the share of leads that name a company: an account, or a field that is named so."""
    schema = run.loaded.schema["leads"]
    titles = [each for each in ("account_id", "company", "company_name") if each in schema]
    if not titles:
        return 0.0
    known = Sql(" or ".join(f"{name(each)} is not null" for each in titles))
    [(share,)] = run.engine.rows(sql_text("select avg(({k})::int) from leads", k=known))
    return float(share or 0)


def _filled(run: Run, task: TaskDocument | None) -> tuple[float, int]:
    """Return the share of cells that are filled, and how many fields there are."""
    left_out = set(map(field_of, task.task.leave_out)) if task else set()
    hits = cells = fields = 0
    for entity, table in (("lead", "leads"), ("account", "accounts")):
        titles = [
            each
            for each, kind in run.loaded.schema.get(table, {}).items()
            if each not in _KEYS and (entity, each) not in left_out and kind is not Type.ANY
        ]
        if not titles:
            continue
        counts = [sql_text("count({c})", c=name(each)) for each in titles]
        query = sql_text("select count(*), {c} from {t}", c=counts, t=name(table))
        [(rows, *found)] = run.engine.rows(query)
        hits, cells, fields = hits + sum(found), cells + rows * len(titles), fields + len(titles)
    return (hits / cells if cells else 0.0), fields


def _active(run: Run) -> float | None:
    """Return the share of leads that did anything themselves."""
    if "events" not in run.loaded.schema:
        return None
    query = sql_text(
        "select avg((lead_id in (select lead_id from events where lead_id is not null "
        "and type not in ({ours})))::int) from leads",
        ours=[*(run.model.passive or PASSIVE)],
    )
    [(share,)] = run.engine.rows(query)
    return float(share or 0)


def _lost(run: Run) -> dict[str, float]:
    """Return the shares of rows whose lead is in no table."""
    found: dict[str, float] = {}
    for table in ("events", "outcomes"):
        if table in run.loaded.schema:
            query = sql_text(
                "select avg((t.lead_id not in (select lead_id from leads))::int) from {t} as t "
                "where t.lead_id is not null and {at} is not null",
                t=name(table),
                at=KNOWN_AT,
            )
            [(share,)] = run.engine.rows(query)
            found[table] = float(share or 0)
    return found
