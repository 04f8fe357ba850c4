"""Leads whose time is over: when they came, and what had come of each when its horizon ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from leadline.errors import Fault, InputError
from leadline.history.asked import ask
from leadline.history.ends import Ends, ends_of
from leadline.history.moments_due import known_since, latest
from leadline.history.outcomes import KNOWN_AT, Rules, known_until
from leadline.model.task import TaskDocument
from leadline.model.types import Type
from leadline.review.watch.sales import ACCEPTED, DECIDED
from leadline.scoring import Run
from leadline.sql.text import Sql, name, sql_text

LOOKS = 13
"""So often, at most, a lead's band is looked at before its horizon ends."""
PASSIVE = ("email_sent", "email_delivered", "email_bounced")
"""Types of events that are no touches where a model does not say which."""
_WEEK = 7 * 86_400_000_000
_ONCE: Mapping[str, Any] = {"points": 0, "count": "once", "pick": "first"}


@dataclass(frozen=True)
class Cohort:
    """Leads whose time is over.

    ``table`` has a row a lead: ``lead_id, came_at, ended_at`` (until when its touches count: its
    win, else the end of its horizon), ``won, decided, accepted`` (0 or 1), ``deals, revenue,
    days`` (from coming to the win; null without one), ``band`` (the highest it was seen in; null
    without bands) and ``pool`` (a number that leads of one account share).

    Attributes:
        run: Any run over the tables.
        table: The table.
        end: Until when things are known; None where the outcome has no time.
        ripe_until: Leads that came later are too young; None where the outcome has no time.
        leads: How many leads there are.
        young: How many more came too late for their horizon to be over.
        bands: The bands of the model, the lowest first; () without any.
        has_decisions: Whether it is known what sales accepted.
        has_amounts: Whether outcomes have amounts.
        uncounted: Deals, and their amounts, that are of none of these leads in their time.
        ours: Types of events that we did ourselves: no touches of theirs.
    """

    run: Run
    table: str
    end: datetime | None
    ripe_until: datetime | None
    leads: int
    young: int
    bands: tuple[str, ...]
    has_decisions: bool
    has_amounts: bool
    uncounted: tuple[float, float]
    ours: tuple[str, ...]


def cohort(run: Run, task: TaskDocument, end: datetime | None) -> Cohort:
    """Return the leads whose horizon is over, and what came of them. Raises InputError."""
    refuse_currencies(run)
    run = run.without("previous", "previous_accounts")
    ends = ends_of(run, task)
    until = _until(run, task, end)
    came = _came(run, task, until)
    asked = name(run.workspace.name("became"))
    is_shared = task.task.outcome_from == "account"
    rules = {**ends.rules, **_deals(run, task), **_decisions(run)}
    pairs = sql_text("select lead_id, as_of from {c} where is_ripe", c=name(came))
    ask(run, asked, pairs, rules, of_account=is_shared)
    bands = _bands(run)
    band = _reached(run, came, bands) if bands else None
    made = _Made(run, ends, rules, is_shared=is_shared)
    table = made.table(came, asked, band)
    counts = "select count(*), (select count(*) from {came} where not is_ripe) from {t}"
    [(leads, young)] = run.engine.rows(sql_text(counts, came=name(came), t=name(table)))
    return Cohort(
        run,
        table,
        until,
        _ripe_until(task, until),
        leads,
        young,
        bands,
        "decided" in rules,
        made.amount != "null",
        _uncounted(run, task, table, until),
        _ours(run, task),
    )


def _ours(run: Run, task: TaskDocument) -> tuple[str, ...]:
    """Return the types of events that are ours: mails that were sent, and what sales did."""
    worked = task.task.worked
    return (*(run.model.passive or PASSIVE), *((worked.event if worked else None) or ()))


def refuse_currencies(run: Run) -> None:
    """Refuse amounts that cannot be added. Raises InputError."""
    if "currency" not in run.loaded.schema.get("outcomes", {}):
        return
    query = "select distinct currency::varchar from outcomes where amount is not null order by 1"
    found = [f"{each or 'none'}" for (each,) in run.engine.rows(query)]
    if len(found) > 1:
        remedy = "Write amounts in one currency."
        expected = "must have one currency, as amounts are added"
        raise InputError(Fault("outcomes", "currency", expected, ", ".join(found[:8]), remedy))


def _until(run: Run, task: TaskDocument, end: datetime | None) -> datetime | None:
    """Return until when things are known; None where the outcome has no time."""
    if not task.task.outcome.has_time:
        return None
    known = end or known_until(run, task) or latest(run)
    return known.replace(tzinfo=UTC) if known.tzinfo is None else known.astimezone(UTC)


def _ripe_until(task: TaskDocument, until: datetime | None) -> datetime | None:
    """Return when the latest leads came whose horizon is over."""
    if until is None or task.task.horizon is None:
        return None
    return until - timedelta(microseconds=task.task.horizon.microseconds)


def _came(run: Run, task: TaskDocument, until: datetime | None) -> str:
    """Return the table ``lead_id, came_at, as_of, is_ripe`` of the leads that came by then."""
    table = run.workspace.name("came")
    if until is None or task.task.horizon is None:
        query = sql_text(
            "select l.lead_id, k.since as came_at, timestamp {now} as as_of, true as is_ripe "
            "from leads as l left join ({known}) as k on k.lead_id = l.lead_id",
            now=plain(latest(run)),
            known=dated(run),
        )
    else:
        query = sql_text(
            "select *, as_of <= timestamp {end} as is_ripe from (select l.lead_id, {at} as came_at,"
            " {at} + to_microseconds({d}) as as_of from leads as l join ({known}) as k "
            "on k.lead_id = l.lead_id where {at} <= timestamp {end})",
            at=Sql("greatest(k.since, coalesce(l.recorded_at, k.since))"),
            d=task.task.horizon.microseconds,
            known=known_since(run),
            end=plain(until),
        )
    run.engine.run(sql_text("create temp table {t} as {q}", t=name(table), q=query))
    return table


def dated(run: Run) -> Sql:
    """Return since when leads are known, also where the table does not say."""
    has_any = "events" in run.loaded.schema or (
        run.loaded.schema["leads"].get("created_at") is Type.TIME
    )
    nobody = Sql("select null::varchar as lead_id, null::timestamp as since where false")
    return known_since(run) if has_any else nobody


def _deals(run: Run, task: TaskDocument) -> Rules:
    """Return the rules that count each deal and add up its amount."""
    happening = task.task.outcome
    if happening.field is not None:
        return {}
    kind = "outcome" if happening.outcome else "event"
    kinds = [*(happening.outcome or happening.event or ())]
    rules = {"deals": {kind: kinds, "points": 1}}
    if kind == "outcome" and run.loaded.schema["outcomes"].get("amount") is Type.NUMBER:
        rules["revenue"] = {kind: kinds, "where": "amount is not null", "points": "amount"}
    return rules


def _decisions(run: Run) -> Rules:
    """Return the rules that ask what sales decided; none where it never accepted anything."""
    if "outcomes" not in run.loaded.schema:
        return {}
    found = run.engine.rows(
        sql_text("select count(*) from outcomes where outcome = {a}", a=ACCEPTED)
    )
    if not found[0][0]:
        return {}
    return {
        "decided": {"outcome": [*DECIDED], **_ONCE},
        "accepted": {"outcome": [ACCEPTED], **_ONCE},
    }


def _bands(run: Run) -> tuple[str, ...]:
    """Return the bands of the first ladder of leads that has edges, the lowest first."""
    ladders = (each.edges for each in run.model.lead_bands.values() if each.edges)
    return tuple(next(ladders, ()))


def _reached(run: Run, came: str, bands: tuple[str, ...]) -> Sql:
    """Return ``lead_id, band``: the highest of its looks, a week or more apart."""
    [ladder] = [key for key, each in run.model.lead_bands.items() if each.edges][:1]
    step = Sql(f"greatest({_WEEK}, (epoch_us(as_of) - epoch_us(came_at)) // {LOOKS})")
    spine = sql_text(
        "select lead_id, least(came_at + to_microseconds(n * step), as_of) as as_of from ("
        "select *, {step} as step from {c} where is_ripe and came_at is not null) as c, "
        "unnest(range(1, {looks} + 1)) as g(n) where came_at + to_microseconds(n * step) <= as_of "
        "or n = 1",
        step=step,
        c=name(came),
        looks=LOOKS,
    )
    scores = run.over_query(sql_text("select distinct lead_id, as_of from ({s})", s=spine))
    ranks = [sql_text("when {b} then {n}", b=band, n=n) for n, band in enumerate(bands, 1)]
    return sql_text(
        "select lead_id, [{bands}][max(case {column} {ranks} end)] as band from {s} group by 1",
        bands=list(bands),
        column=name(run.model.column(ladder)),
        ranks=Sql(" ".join(ranks)),
        s=name(scores.table("scores")),
    )


@dataclass(frozen=True)
class _Made:
    """Makes the table of a cohort of what was asked."""

    run: Run
    ends: Ends
    rules: Rules
    is_shared: bool

    @property
    def amount(self) -> Sql:
        """The amounts of all deals of a lead; ``null`` where none are known."""
        if "revenue" in self.rules:
            return Sql("a.revenue_points")
        return self.ends.amount if self.ends.amount != "null::double" else Sql("null")

    def table(self, came: str, asked: Sql, band: Sql | None) -> str:
        """Return the table; a deal of a whole account is its first lead's."""
        table = self.run.workspace.name("cohort")
        self.run.engine.run(
            sql_text(
                "create temp table {t} as select c.lead_id, c.came_at, "
                "coalesce(if(w.won, {won_at}, null), c.as_of) as ended_at, w.won::int as won, "
                "{decided} as decided, {accepted} as accepted, "
                "if(w.won, {deals}, 0)::double as deals, "
                "if(w.won, coalesce({amount}, 0), 0)::double as revenue, "
                "if(w.won, greatest((epoch_us({won_at}) - epoch_us(c.came_at)) / 86400e6, 0), null)"
                " as days, {band} as band, "
                "dense_rank() over (order by coalesce('a' || l.account_id, 'l' || l.lead_id)) as "
                "pool from {came} as c join {asked} as a on a.lead_id = c.lead_id and a.as_of = "
                "c.as_of join leads as l on l.lead_id = c.lead_id {bands}, "
                "lateral (select a.outcome and {first} as won) as w "
                "where not a.merged",
                t=name(table),
                won_at=self.ends.won_at,
                decided=self._decided("decided"),
                accepted=self._decided("accepted"),
                deals=Sql("a.deals_points" if "deals" in self.rules else "1"),
                amount=self.amount,
                band=Sql("b.band" if band else "null::varchar"),
                bands=sql_text("left join ({b}) as b on b.lead_id = c.lead_id", b=band)
                if band
                else Sql(""),
                came=name(came),
                asked=asked,
                first=self._is_first(came),
            )
        )
        return table

    def _decided(self, rule: str) -> Sql:
        return Sql(f"a.{rule}::int" if rule in self.rules else "0")

    def _is_first(self, came: str) -> Sql:
        """Return whether the deals of an account are this lead's to count."""
        if not self.is_shared:
            return Sql("true")
        return sql_text(
            "c.lead_id in (select arg_min(f.lead_id, (f.came_at, f.lead_id)) from {came} as f "
            "join leads as o on o.lead_id = f.lead_id "
            "group by coalesce('a' || o.account_id, 'l' || o.lead_id))",
            came=name(came),
        )


def _uncounted(
    run: Run, task: TaskDocument, table: str, until: datetime | None
) -> tuple[float, float]:
    """Return deals and amounts that are known and counted for no lead."""
    kinds = task.task.outcome.outcome
    if not kinds or until is None:
        return 0.0, 0.0
    has_amount = run.loaded.schema["outcomes"].get("amount") is Type.NUMBER
    query = sql_text(
        "select (select count(*) from outcomes as t where {of}) - sum(deals), "
        "(select coalesce(sum({amount}), 0) from outcomes as t where {of}) - sum(revenue) from {t}",
        of=sql_text(
            "t.outcome in ({k}) and {at} <= timestamp {e}",
            k=[*kinds],
            at=KNOWN_AT,
            e=plain(until),
        ),
        amount=Sql("t.amount" if has_amount else "0"),
        t=name(table),
    )
    [(deals, amount)] = run.engine.rows(query)
    return float(deals or 0), float(amount or 0)


def plain(at: datetime) -> str:
    """Return a moment in UTC as the engine reads it."""
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return at.replace(tzinfo=None).isoformat(sep=" ")
