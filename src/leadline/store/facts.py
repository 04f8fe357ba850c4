"""Facts in and out: named statements, each written once for every store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from leadline.store.schema import settings
from leadline.store.session import Session, columns_of, rows_of

Numbers = Iterable[int]
NOBODY = 0
"""The number of no lead: events of an account alone have it."""
LAST_TAKEN = "last_taken_at"


WEEK = 7 * 86_400_000_000


class LeadRow(NamedTuple):
    """A lead as it is kept; ``fields`` is JSON."""

    lead_no: int
    lead_id: str
    account_id: str | None
    is_known: bool
    created_at: int | None
    recorded_at: int | None
    taken_at: int
    fields: str


class AccountRow(NamedTuple):
    """An account as it is kept; ``fields`` is JSON."""

    account_id: str
    created_at: int | None
    recorded_at: int | None
    taken_at: int
    fields: str


class EventRow(NamedTuple):
    """An event as it is kept; ``properties`` and ``origin`` are JSON."""

    lead_no: int
    occurred_at: int
    event_id: str
    account_id: str | None
    type: str
    recorded_at: int
    taken_at: int
    given_at: int | None
    source: str
    properties: str
    origin: str | None


class OutcomeRow(NamedTuple):
    """An outcome as it is kept."""

    outcome_id: str
    lead_no: int | None
    account_id: str | None
    outcome: str
    occurred_at: int
    recorded_at: int
    taken_at: int
    amount: float | None
    reason: str | None
    source: str


class MergeRow(NamedTuple):
    """A lead that went into another, ended, or was taken out again."""

    from_no: int
    taken_at: int
    into_no: int | None
    recorded_at: int
    source: str


class HistoryRow(NamedTuple):
    """A value that a field of a lead or account took."""

    entity: str
    id: str
    field: str
    taken_at: int
    value: str | None
    valid_from: int
    recorded_at: int
    source: str


class MarkRow(NamedTuple):
    """A mark of an event, or that it was taken back."""

    event_id: str
    taken_at: int
    lead_no: int
    mark: str | None
    recorded_at: int
    source: str


# --- the clock of the store


def last_taken(session: Session) -> int:
    """Return the last ``taken_at`` that was given; 0 in a new store."""
    found = session.rows("select value from settings where name = ?", LAST_TAKEN)
    return int(found[0][0]) if found else 0


def set_last_taken(session: Session, at: int) -> None:
    """Keep the last ``taken_at`` that was given."""
    session.insert(settings, [(LAST_TAKEN, str(at))], "replace")


# --- who


def identities(session: Session, kind: str, values: Sequence[str]) -> list[tuple[str, int, int]]:
    """Return ``value, taken_at, lead_no`` of ids of a kind."""
    found = session.rows(
        "select value, taken_at, lead_no from identities where kind = ? and value in ??",
        kind,
        list(values),
    )
    return [(value, at, lead) for value, at, lead in found]


def users(session: Session, numbers: Numbers) -> list[tuple[int, str]]:
    """Return ``lead_no, user id`` of the latest rows of leads."""
    found = session.rows(
        "select i.lead_no, i.value from identities as i where i.kind = 'user' and i.lead_no in ?? "
        "and not exists (select 1 from identities as l where l.kind = i.kind "
        "and l.value = i.value and l.taken_at > i.taken_at)",
        list(numbers),
    )
    return [(lead, value) for lead, value in found]


def merges(session: Session, numbers: Numbers) -> list[MergeRow]:
    """Return the merges of all who are tied to some leads, from the earliest to the latest."""
    known: dict[tuple[int, int], MergeRow] = {}
    asked: set[int] = set()
    waiting = set(numbers)
    while waiting:
        asked |= waiting
        listed = list(waiting)
        where = f"from_no in ?? union select {columns_of(MergeRow)} from lead_merges "
        rows = rows_of(
            session, MergeRow, "lead_merges", f"{where}where into_no in ??", listed, listed
        )
        known.update({(row.from_no, row.taken_at): row for row in rows})
        tied = {number for row in rows for number in (row.from_no, row.into_no) if number}
        waiting = tied - asked
    return sorted(known.values(), key=lambda row: row.taken_at)


# --- rows of leads


def leads(session: Session, numbers: Numbers) -> list[LeadRow]:
    """Return leads by their numbers."""
    return rows_of(session, LeadRow, "leads", "lead_no in ??", list(numbers))


def leads_by_id(session: Session, ids: Iterable[str]) -> list[LeadRow]:
    """Return leads by their ids."""
    return rows_of(session, LeadRow, "leads", "lead_id in ??", list(ids))


def leads_of_accounts(session: Session, ids: Iterable[str], most: int) -> list[tuple[int, str]]:
    """Return ``lead_no, account_id`` of the leads of accounts, up to a number."""
    found = session.rows(
        "select lead_no, account_id from leads where account_id in ?? limit ?", list(ids), most
    )
    return [(number, account) for number, account in found]


def accounts(session: Session, ids: Iterable[str]) -> list[AccountRow]:
    """Return accounts by their ids."""
    return rows_of(session, AccountRow, "accounts", "account_id in ??", list(ids))


def events(session: Session, numbers: Numbers) -> list[EventRow]:
    """Return the events of leads."""
    return rows_of(session, EventRow, "events", "lead_no in ??", list(numbers))


def events_of_accounts(session: Session, ids: Iterable[str]) -> list[EventRow]:
    """Return the events that carry an account."""
    where = "account_id is not null and account_id in ??"
    return rows_of(session, EventRow, "events", where, list(ids))


def events_between(session: Session, numbers: Numbers, since: int, until: int) -> list[EventRow]:
    """Return the events of leads in a time."""
    where = "lead_no in ?? and occurred_at between ? and ?"
    return rows_of(session, EventRow, "events", where, list(numbers), since, until)


def events_of_types(session: Session, numbers: Numbers, types: Sequence[str]) -> list[EventRow]:
    """Return the events of leads of some types."""
    where = "lead_no in ?? and type in ??"
    return rows_of(session, EventRow, "events", where, list(numbers), list(types))


def known_events(session: Session, digests: Sequence[bytes]) -> set[bytes]:
    """Return which events are there already, by their digests."""
    found = session.rows("select digest from event_ids where digest in ??", list(digests))
    return {bytes(row[0]) for row in found}


def leads_of_events(session: Session, digests: Sequence[bytes]) -> dict[bytes, int]:
    """Return the leads of events by the digests of their ids."""
    found = session.rows("select digest, lead_no from event_ids where digest in ??", list(digests))
    return {bytes(digest): lead for digest, lead in found}


def outcomes(session: Session, numbers: Numbers) -> list[OutcomeRow]:
    """Return the outcomes of leads."""
    return rows_of(session, OutcomeRow, "outcomes", "lead_no in ??", list(numbers))


def marks(session: Session, numbers: Numbers) -> list[MarkRow]:
    """Return the marks of the events of leads."""
    return rows_of(session, MarkRow, "event_marks", "lead_no in ??", list(numbers))


def marks_of_events(session: Session, ids: Iterable[str]) -> list[MarkRow]:
    """Return the marks of events by the ids of those."""
    return rows_of(session, MarkRow, "event_marks", "event_id in ??", list(ids))


def accounts_of_events(session: Session, leads: Numbers, ids: Iterable[str]) -> dict[str, str]:
    """Return the accounts that events carry themselves, by the ids of the events."""
    found = session.rows(
        "select event_id, account_id from events "
        "where lead_no in ?? and event_id in ?? and account_id is not null",
        list(leads),
        list(ids),
    )
    return dict(found)


def waiting_marks(session: Session, ids: Sequence[str]) -> set[str]:
    """Return which events have a mark that came before them."""
    found = session.rows(
        "select event_id from event_marks where lead_no = ? and event_id in ??", NOBODY, list(ids)
    )
    return {row[0] for row in found}


def outcomes_of_accounts(session: Session, ids: Iterable[str]) -> list[OutcomeRow]:
    """Return the outcomes that carry an account."""
    return rows_of(session, OutcomeRow, "outcomes", "account_id in ??", list(ids))


def history(session: Session, entity: str, ids: Iterable[str]) -> list[HistoryRow]:
    """Return the values that fields of leads or accounts took."""
    where = "entity = ? and id in ??"
    return rows_of(session, HistoryRow, "field_history", where, entity, list(ids))


def told(session: Session, entity: str, ids: Iterable[str]) -> set[tuple[str, str, str]]:
    """Return ``entity, id, field`` of the values that the history has of leads or accounts."""
    found = session.rows(
        "select distinct id, field from field_history where entity = ? and id in ??",
        entity,
        list(ids),
    )
    return {(entity, id_, field) for id_, field in found}


def leads_ever_of(session: Session, accounts: Iterable[str]) -> list[int]:
    """Return the leads that ever belonged to accounts."""
    listed = list(accounts)
    found = session.rows(
        "select lead_no from leads where account_id in ?? union "
        "select l.lead_no from field_history as h join leads as l on l.lead_id = h.id "
        "where h.entity = 'lead' and h.field = 'account_id' and h.value in ??",
        listed,
        listed,
    )
    return [number for (number,) in found]


def known_fields(session: Session, entity: str) -> list[str]:
    """Return the names of the fields that any lead or account ever had."""
    found = session.rows("select field from known_fields where entity = ? order by field", entity)
    return [row[0] for row in found]


def events_of_lead(session: Session, number: int, most: int) -> list[tuple[str, int]]:
    """Return type and time of the latest events of a lead, the last first."""
    rows = session.rows(
        "select type, occurred_at from events where lead_no = ? "
        "order by occurred_at desc, event_id desc limit ?",
        number,
        most,
    )
    return [(kind, at) for kind, at in rows]


def latest_of_account(session: Session, account: str, most: int) -> list[tuple[int, str, int]]:
    """Return lead, type and time of the latest events of an account, the last first.

    They are those that belong to it, and those of its leads that belong to none. Lead 0 is nobody.
    """
    rows = session.rows(
        "select lead_no, type, occurred_at from ("
        "select * from (select lead_no, type, occurred_at, event_id from events "
        "where account_id = ? order by occurred_at desc limit ?) as own union all "
        "select * from (select e.lead_no, e.type, e.occurred_at, e.event_id from leads as l "
        "join events as e on e.lead_no = l.lead_no and e.account_id is null "
        "where l.account_id = ? order by e.occurred_at desc limit ?) as theirs) as both "
        "order by occurred_at desc, event_id desc limit ?",
        account,
        most,
        account,
        most,
        most,
    )
    return [(number, kind, at) for number, kind, at in rows]


def weeks_of_account(session: Session, account: str, now: int, weeks: int) -> list[int]:
    """Return how many events an account had in each of the last weeks, the earliest first."""
    begin = now - weeks * WEEK
    rows = session.rows(
        "select week, count(*) from ("
        "select (occurred_at - ?) / ? as week from events where account_id = ? "
        "and occurred_at >= ? and occurred_at < ? union all "
        "select (e.occurred_at - ?) / ? as week from leads as l join events as e "
        "on e.lead_no = l.lead_no and e.account_id is null where l.account_id = ? "
        "and e.occurred_at >= ? and e.occurred_at < ?) as happened group by week",
        *(begin, WEEK, account, begin, now) * 2,
    )
    counts = {int(week): int(count) for week, count in rows}
    return [counts.get(week, 0) for week in range(weeks)]
