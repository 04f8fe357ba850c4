"""Leads by the highest band that they entered in a stretch of time, and what came of them since.

Every lead is scored at each day of the stretch, as for ``thresholds``; one that was in the band
when it began did not enter it. On the day that it entered, it is scored again at all that it did,
so that the moment is known to which a first call is compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from leadline.history.asked import ask
from leadline.history.ends import ends_of
from leadline.history.outcomes import KNOWN_AT, kinds_known
from leadline.history.replay import replayed
from leadline.model.task import TaskDocument
from leadline.model.types import Type
from leadline.review.quarter.period import Period
from leadline.review.sources.cohort import plain
from leadline.review.sources.ways import after_merges, unmarked
from leadline.review.watch.sales import ACCEPTED, DECIDED
from leadline.scoring import Run
from leadline.sql.text import Sql, joined, name, sql_text
from leadline.statistics.lasting import Lasting, lasting
from leadline.statistics.measures import Floats, Measured
from leadline.statistics.shares import wilson

CALLED_HOURS: tuple[tuple[str, float], ...] = (
    ("under 1 h", 1.0),
    ("1 to 4 h", 4.0),
    ("4 to 24 h", 24.0),
    ("1 to 7 days", 168.0),
    ("later", np.inf),
)
NOT_CALLED = "not called"
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Part:
    """Leads of one band, or of one time to the first call.

    Attributes:
        name: The band, or the time.
        leads: How many there are.
        decided: How many sales decided on since.
        accepted: The share of these that it accepted.
        wins: How many have won so far.
        lasting: The share that has won, by days.
    """

    name: str
    leads: int
    decided: int
    accepted: Measured
    wins: int
    lasting: Lasting


@dataclass(frozen=True)
class Entered:
    """Leads that entered a band.

    Attributes:
        bands: By the highest band that they entered, the highest first.
        calls: Those of the highest band by time to the first call; () where nothing says it.
        first_call_hours: Hours to the first call, the middle of those that were called.
        horizon_days: For how long leads are followed.
        leads: How many leads were scored at each day.
        of: Of how many.
    """

    bands: tuple[Part, ...]
    calls: tuple[Part, ...]
    first_call_hours: float | None
    horizon_days: float
    leads: int
    of: int


def entered(run: Run, task: TaskDocument, ladder: str, period: Period) -> Entered:
    """Return the leads that entered bands of a ladder, and what came of them. Raises InputError."""
    own = run.without("previous", "previous_accounts")
    bands = list(own.model.lead_bands[ladder].edges or {})
    replay = replayed(own, period.moments)
    days = _days(own, replay.run.table("scores"), ladder, period)
    table = _became(own, task, _exact(own, days, ladder), period)
    rows = own.engine.rows(
        sql_text("select band, accepted, decided, days, followed, hours from {t}", t=name(table))
    )
    found = np.array([tuple(map(_number, row[1:])) for row in rows], float).reshape(-1, 5)
    in_band = np.array([row[0] for row in rows], object)
    top = found[in_band == bands[-1]]
    horizon = task.task.horizon.microseconds / 86_400e6 if task.task.horizon else np.inf
    parts = [_part(each, found[in_band == each]) for each in reversed(bands)]
    called = top[:, 4][~np.isnan(top[:, 4])]
    return Entered(
        tuple(parts),
        _calls(top) if _calling(task) is not None else (),
        float(np.median(called)) if len(called) else None,
        float(horizon),
        replay.leads,
        replay.of,
    )


def _number(value: object) -> float:
    return np.nan if value is None else float(str(value))


def _part(name_: str, rows: Floats) -> Part:
    """Return what became of rows ``accepted, decided, days, followed, hours``."""
    decided = int(rows[:, 1].sum())
    accepted = Measured(None)
    if decided:
        low, high = wilson(np.array([rows[:, 0].sum()]), np.array([float(decided)]))
        accepted = Measured(float(rows[:, 0].sum()) / decided, float(low[0]), float(high[0]))
    wins = int((~np.isnan(rows[:, 2])).sum())
    return Part(name_, len(rows), decided, accepted, wins, lasting(rows[:, 2], rows[:, 3]))


def _calls(rows: Floats) -> tuple[Part, ...]:
    """Return the rows by time to the first call."""
    hours, before, found = rows[:, 4], 0.0, []
    for label, until in CALLED_HOURS:
        found.append(_part(label, rows[(hours >= before) & (hours < until)]))
        before = until
    return (*found, _part(NOT_CALLED, rows[np.isnan(hours)]))


def _days(run: Run, scores: str, ladder: str, period: Period) -> Sql:
    """Return ``lead_id, as_of, band``: the first day in the highest band that a lead entered."""
    table = run.workspace.name("entered_days")
    run.engine.run(
        sql_text(
            "create temp table {t} as with steps as (select lead_id, as_of, {band} as band, "
            "lag({band}) over (partition by lead_id order by as_of) as before from {scores}) "
            "select lead_id, as_of, band from steps where band is distinct from before "
            "and as_of > timestamp {first} and band in ({bands}) "
            "qualify row_number() over (partition by lead_id order by {rank} desc, as_of) = 1",
            t=name(table),
            band=name(run.model.column(ladder)),
            scores=name(scores),
            first=plain(period.moments[0]),
            bands=[*(run.model.lead_bands[ladder].edges or {})],
            rank=_rank(run, ladder),
        )
    )
    return name(table)


def _rank(run: Run, ladder: str) -> Sql:
    edges = run.model.lead_bands[ladder].edges or {}
    ranks = [sql_text("when {b} then {n}", b=band, n=n) for n, band in enumerate(edges)]
    return sql_text("case band {r} end", r=Sql(" ".join(ranks)))


def _exact(run: Run, days: Sql, ladder: str) -> Sql:
    """Return ``lead_id, band, entered_at``: the first moment of that day in the band."""
    day = sql_text("d.as_of - to_microseconds({d})", d=_DAY // timedelta(microseconds=1))
    dated = {"leads": Sql("t.created_at"), "events": KNOWN_AT}
    moments = [
        sql_text(
            "select d.lead_id, {at} from {d} as d join {t} as t on t.lead_id = d.lead_id "
            "where {at} > {day} and {at} < d.as_of",
            at=at,
            d=days,
            t=name(table),
            day=day,
        )
        for table, at in dated.items()
        if table in run.loaded.schema
        and (table == "events" or run.loaded.schema["leads"].get("created_at") is Type.TIME)
    ]
    spine = joined(" union ", [sql_text("select lead_id, as_of from {d}", d=days), *moments])
    scores = run.over_query(spine).table("scores")
    return sql_text(
        "select d.lead_id, d.band, coalesce(min(s.as_of), any_value(d.as_of)) as entered_at "
        "from {d} as d left join {scores} as s on s.lead_id = d.lead_id and s.{band} = d.band "
        "group by all",
        d=days,
        scores=name(scores),
        band=name(run.model.column(ladder)),
    )


def _became(run: Run, task: TaskDocument, leads: Sql, period: Period) -> str:
    """Return the table ``band, accepted, decided, days, followed, hours``: a row a lead.

    Leads that had won or were merged away before are not in it.
    """
    ends = ends_of(run, task)
    made, asked, table = (run.workspace.name(each) for each in ("entries", "since", "became_since"))
    run.engine.run(sql_text("create temp table {m} as {leads}", m=name(made), leads=leads))
    pairs = sql_text(
        "select lead_id, timestamp {end} as as_of from {m}", end=plain(period.known), m=name(made)
    )
    is_shared = task.task.outcome_from == "account"
    ask(run, name(asked), pairs, {**ends.rules, **_decisions(run)}, of_account=is_shared)
    run.engine.run(
        sql_text(
            "create temp table {t} as select e.band, {accepted} as accepted, {decided} as decided, "
            "if(coalesce(a.outcome, false), {since_won}, null) as days, {followed} as followed, "
            "{hours} as hours from {made} as e left join {asked} as a on a.lead_id = e.lead_id "
            "left join ({calls}) as h on h.lead_id = e.lead_id "
            "where not coalesce(a.merged, false) "
            "and not coalesce(a.outcome and {won_at} < e.entered_at, false)",
            t=name(table),
            accepted=_since(run, "accepted"),
            decided=_since(run, "decided"),
            won_at=ends.won_at,
            since_won=_length(ends.won_at, 86_400e6),
            followed=_length(sql_text("timestamp {e}", e=plain(period.known)), 86_400e6),
            hours=_length(Sql("h.called_at"), 3600e6),
            calls=_first_calls(run, task, made, period),
            made=name(made),
            asked=name(asked),
        )
    )
    return table


def _length(until: Sql, unit: float) -> Sql:
    return sql_text("(epoch_us({u}) - epoch_us(e.entered_at)) / {unit}", u=until, unit=unit)


def _decisions(run: Run) -> dict[str, dict[str, object]]:
    """Return the rules that ask what sales decided last."""
    known = kinds_known(run, "outcome")
    kinds = {"decided": [each for each in DECIDED if each in known], "accepted": [ACCEPTED]}
    return {
        rule: {"outcome": each, "points": 0, "count": "once"}
        for rule, each in kinds.items()
        if ACCEPTED in known
    }


def _since(run: Run, rule: str) -> Sql:
    """Return whether sales decided since the lead entered, as 0 or 1."""
    if rule not in _decisions(run):
        return Sql("0")
    return sql_text(
        "coalesce(a.{r} and a.{at} >= e.entered_at, false)::int",
        r=name(rule),
        at=name(f"{rule}_at"),
    )


def _calling(task: TaskDocument) -> tuple[str, str, tuple[str, ...]] | None:
    """Return the table, the column and the kinds that show that sales tried; None for none."""
    worked = task.task.worked
    if worked is None or worked.field is not None:
        return None
    table, column = ("outcomes", "outcome") if worked.outcome else ("events", "type")
    return (table, column, (*(worked.outcome or worked.event or ()),))


def _first_calls(run: Run, task: TaskDocument, made: str, period: Period) -> Sql:
    """Return ``lead_id, called_at`` of the leads that sales tried since they entered."""
    calling = _calling(task)
    if calling is None or calling[0] not in run.loaded.schema:
        return Sql("select null::varchar as lead_id, null::timestamp as called_at where false")
    table, column, kinds = calling
    return sql_text(
        "select e.lead_id, min(t.occurred_at) as called_at from {made} as e "
        "join ({now}) as m on m.into_id = e.lead_id join {t} as t on t.lead_id = m.lead_id "
        "where t.{c} in ({kinds}) and t.occurred_at >= e.entered_at "
        "and {at} <= timestamp {end} and {unmarked} group by 1",
        made=name(made),
        now=after_merges(run),
        t=name(table),
        c=name(column),
        kinds=[*kinds],
        at=KNOWN_AT,
        end=plain(period.known),
        unmarked=unmarked(run) if table == "events" else Sql("true"),
    )
