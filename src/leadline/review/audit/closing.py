"""Types of events that belong to the outcome: they come with the end of a lead, or after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from leadline.history.judged import Judged
from leadline.history.outcomes import KNOWN_AT, other_rules
from leadline.review.audit.after import FEWEST
from leadline.review.audit.evidence import FieldEvidence, Suspicion, percent
from leadline.sql.text import Sql, name, sql_text

_CERTAIN = 0.99
_AT_THE_END = 0.9
_LATE = 1 / 3
_NEAR = 0.01
"""Nearer to the end than this part of the time that half of the leads take, is at the end."""
_NEAREST_MICROSECONDS = 60_000_000


@dataclass(frozen=True)
class EventType:
    """How events of one type stand to the end of leads.

    Attributes:
        name: The type.
        count: Events of leads.
        leads: Leads that have any, or accounts where the outcome is theirs.
        wins: How many of them had the outcome, ever.
        ended: Events of leads whose end is known.
        late: How many of these come with the end or after it.
        near: How many of these come with the end, after it or shortly before.
        evidence: Why it is suspected, if it is.
    """

    name: str
    count: int
    leads: int
    wins: int
    ended: int
    late: int
    near: int
    evidence: tuple[FieldEvidence, ...] = ()


def event_types(of: Judged) -> tuple[EventType, ...]:
    """Return every type of events, with evidence that it closes leads."""
    if "events" not in of.run.loaded.schema:
        return ()
    _make(of)
    near = _near(of)
    first = _counted(of, near)
    closing = [each.name for each in first if any(_closes(of, each))]
    _end_by(of, closing)
    return tuple(
        EventType(**{**vars(each), "evidence": tuple(_evidence(of, early, each))})
        for early, each in zip(first, _counted(of, near), strict=True)
    )


def ends_table(of: Judged) -> Sql:
    """Return the table ``who, type, happened_at, wins, ended_at`` of all events."""
    return name(f"{of.table}_closing")


def _make(of: Judged) -> None:
    """Lay every event beside the end of its lead: as the task says, else its last event."""
    join, who = Sql(""), Sql("t.lead_id")
    if of.task.task.outcome_from == "account":
        join = Sql("left join leads as l on l.lead_id = t.lead_id")
        who = Sql("coalesce(t.account_id, l.account_id)")
    end = Sql("coalesce(e.closed_at, e.won_at)")
    if not _knows_losses(of):
        end = sql_text("coalesce({end}, max(t.happened_at) over (partition by t.who))", end=end)
    of.run.engine.run(
        sql_text(
            "create or replace temp table {t} as with t as (select {who} as who, t.type, "
            "{known} as happened_at from events as t {join} "
            "where {who} is not null and t.type is not null) "
            "select t.who, t.type, t.happened_at, coalesce(e.wins, false) as wins, "
            "{end} as ended_at from t left join {ends} as e on e.who = t.who",
            t=ends_table(of),
            who=who,
            known=KNOWN_AT,
            join=join,
            end=end,
            ends=name(f"{of.table}_ends"),
        )
    )


def _knows_losses(of: Judged) -> bool:
    return of.task.task.closed is not None or bool(other_rules(of.run))


def _near(of: Judged) -> int:
    """Return how near to the end, in microseconds, is at the end."""
    query = sql_text(
        "select coalesce(median(life), 0) from (select epoch_us(max(ended_at)) "
        "- epoch_us(min(happened_at)) as life from {t} where ended_at is not null group by who)",
        t=ends_table(of),
    )
    [(life,)] = of.run.engine.rows(query)
    return max(_NEAREST_MICROSECONDS, int(_NEAR * life))


def _counted(of: Judged, near: int) -> list[EventType]:
    query = sql_text(
        "select type, count(*), count(distinct who), count(distinct who) filter (where wins), "
        "count(ended_at), count(*) filter (where happened_at >= ended_at), "
        "count(*) filter (where happened_at >= ended_at - to_microseconds({near})) "
        "from {t} group by type order by type",
        t=ends_table(of),
        near=near,
    )
    return [EventType(*row) for row in of.run.engine.rows(query)]


def _end_by(of: Judged, closing: list[str]) -> None:
    """Let leads end by the first event that closes, where that is earlier than what is known."""
    of.run.engine.run(
        sql_text(
            "create or replace temp table {t} as with closed as (select who, "
            "min(happened_at) as closed_at from {t} where type in ({types}) group by who) "
            "select t.who, t.type, t.happened_at, t.wins, {end} as ended_at "
            "from {t} as t left join closed as c on c.who = t.who",
            t=ends_table(of),
            types=closing or [""],
            end=Sql("least(t.ended_at, c.closed_at)" if _knows_losses(of) else "c.closed_at"),
        )
    )


def _named(of: Judged) -> set[str]:
    parts = (of.task.task.outcome, of.task.task.closed)
    return {kind for each in parts if each is not None for kind in each.event or ()}


def _closes(of: Judged, found: EventType) -> Iterator[FieldEvidence]:
    """Yield evidence that a type ends leads."""
    if found.name in _named(of):
        yield _said("named by the task", "The task names it as what ends a lead.")
        return
    if found.leads < FEWEST or found.near < _AT_THE_END * max(found.ended, FEWEST):
        return
    rate = found.wins / found.leads
    when = percent(found.near / found.ended)
    if rate >= _CERTAIN or rate <= 1 - _CERTAIN:
        who = "won" if rate >= _CERTAIN else "lost"
        share = percent(rate if rate >= _CERTAIN else 1 - rate)
        yield _said(
            "settles the outcome",
            f"{share} of the {found.leads:,} that have it {who}, and {when} of its events come "
            "with the end, after it or shortly before.",
        )


def _evidence(of: Judged, early: EventType, late: EventType) -> Iterator[FieldEvidence]:
    yield from _closes(of, early)
    if late.ended < FEWEST or late.name in _named(of):
        return
    if late.late >= _LATE * late.ended:
        share = percent(late.late / late.ended)
        says = f"{share} of its {late.ended:,} events come with the end of the lead or after it."
        yield _said("with the end", says)
    elif late.near >= _AT_THE_END * late.ended and _knows_losses(of):
        share = percent(late.near / late.ended)
        yield _said("just before the end", f"{share} of its events come just before the end.")


def _said(kind: str, says: str) -> FieldEvidence:
    return FieldEvidence(Suspicion.AFTER, kind, says)
