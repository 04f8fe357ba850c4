"""Types of events that belong to the outcome: they come with the end of a lead, or after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from leadline.history.judged import Judged
from leadline.history.outcomes import KNOWN_AT, other_rules
from leadline.review.audit.after import FEWEST
from leadline.review.audit.clustering import Around, Window, around, clustering, window
from leadline.review.audit.evidence import FieldEvidence, Suspicion, percent
from leadline.sql.text import Sql, name, sql_text

_CERTAIN = 0.99
_NO_LUCK = float(-np.log(0.001))
"""A type of so few leads that they could all end alike by luck settles nothing."""


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
        around: How they stand to the end; None where no lead that has any ended.
        evidence: Why it is suspected, if it is.
    """

    name: str
    count: int
    leads: int
    wins: int
    ended: int
    late: int
    around: Around | None = None
    evidence: tuple[FieldEvidence, ...] = ()


def event_types(of: Judged) -> tuple[EventType, ...]:
    """Return every type of events, with evidence that it closes leads."""
    if "events" not in of.run.loaded.schema:
        return ()
    _make(of)
    end = window(of, _lives(of))
    first = _counted(of, end)
    closing = {each.name: tuple(_closes(of, each, len(first))) for each in first}
    _end_by(of, [each for each, evidence in closing.items() if evidence])
    found = _counted(of, end)
    return tuple(
        replace(each, evidence=(*closing[each.name], *_comes(of, each, len(found))))
        for each in found
    )


def ends_table(of: Judged) -> Sql:
    """Return the table of all events, each beside the life of its lead.

    It is ``who, type, happened_at, wins, started_at, won_at, ended_at``.
    """
    return name(f"{of.table}_closing")


def _lives(of: Judged) -> Sql:
    """Return the relation ``who, started_at, ended_at, until`` of all that have events."""
    return sql_text(
        "(select who, any_value(started_at) as started_at, any_value(ended_at) as ended_at, "
        "(select max(greatest(happened_at, ended_at)) from {t}) as until from {t} group by who)",
        t=ends_table(of),
    )


def _make(of: Judged) -> None:
    """Lay every event beside the end of its lead: as the task says, else its last event."""
    who, end = Sql("t.lead_id"), Sql("coalesce(e.closed_at, e.won_at)")
    if of.task.task.outcome_from == "account":
        who = Sql("coalesce(t.account_id, l.account_id)")
    if not _knows_losses(of):
        end = sql_text("coalesce({end}, max(t.happened_at) over (partition by t.who))", end=end)
    of.run.engine.run(
        sql_text(
            "create or replace temp table {t} as with t as (select {who} as who, t.type, "
            "l.created_at, {known} as happened_at "
            "from events as t left join leads as l on l.lead_id = t.lead_id "
            "where {who} is not null and t.type is not null) "
            "select t.who, t.type, t.happened_at, coalesce(e.wins, false) as wins, "
            "min(least(t.created_at, t.happened_at)) over (partition by t.who) as started_at, "
            "e.won_at, {end} as ended_at from t left join {ends} as e on e.who = t.who",
            t=ends_table(of),
            who=who,
            known=KNOWN_AT,
            end=end,
            ends=name(f"{of.table}_ends"),
        )
    )


def _knows_losses(of: Judged) -> bool:
    return of.task.task.closed is not None or bool(other_rules(of.run))


def _counted(of: Judged, end: Window) -> list[EventType]:
    query = sql_text(
        "select type, count(*), count(distinct who), count(distinct who) filter (where wins), "
        "count(ended_at), count(*) filter (where happened_at >= ended_at) "
        "from {t} group by type order by type",
        t=ends_table(of),
    )
    stands = around(of, ends_table(of), _lives(of), end)
    return [
        EventType(kind, count, leads, wins, ended, late, stands.get(kind))
        for kind, count, leads, wins, ended, late in of.run.engine.rows(query)
    ]


def _end_by(of: Judged, closing: list[str]) -> None:
    """Let leads end by the first event that closes, where that is earlier than what is known."""
    known = Sql("t.ended_at" if _knows_losses(of) else "t.won_at")
    of.run.engine.run(
        sql_text(
            "create or replace temp table {t} as with closed as (select who, "
            "min(happened_at) as closed_at from {t} where type in ({types}) group by who) "
            "select t.* replace (least({known}, c.closed_at) as ended_at) "
            "from {t} as t left join closed as c on c.who = t.who",
            t=ends_table(of),
            types=closing or [""],
            known=known,
        )
    )


def _named(of: Judged) -> set[str]:
    parts = (of.task.task.outcome, of.task.task.closed)
    return {kind for each in parts if each is not None for kind in each.event or ()}


def _closes(of: Judged, found: EventType, tried: int) -> Iterator[FieldEvidence]:
    """Yield evidence that a type ends leads."""
    if found.name in _named(of):
        yield _said("named by the task", "The task names it as what ends a lead.")
        return
    if found.leads < FEWEST or found.around is None:
        return
    rate = found.wins / found.leads
    if max(rate, 1 - rate) < _CERTAIN or _is_luck(of, found):
        return
    if any(each.is_alarm for each in clustering(found.around, tried, noun="events")):
        who, share = ("won", percent(rate)) if rate >= _CERTAIN else ("lost", percent(1 - rate))
        says = f"{share} of the {found.leads:,} that have it {who}."
        yield _said("settles the outcome", says)


def _is_luck(of: Judged, found: EventType) -> bool:
    """Return whether leads with a type could all end alike by luck."""
    query = "select avg(wins::int) from (select who, bool_or(wins) as wins from {t} group by who)"
    [(rate,)] = of.run.engine.rows(sql_text(query, t=ends_table(of)))
    usual = rate if found.wins > found.leads / 2 else 1 - rate
    return bool(found.leads * -np.log(np.clip(usual, 1e-9, 1)) < _NO_LUCK)


def _comes(of: Judged, found: EventType, tried: int) -> Iterator[FieldEvidence]:
    """Yield evidence that a type comes with the end of leads, or only after it."""
    if found.around is not None and found.name not in _named(of):
        yield from clustering(found.around, tried, noun="events")


def _said(kind: str, says: str) -> FieldEvidence:
    return FieldEvidence(Suspicion.AFTER, kind, says)
