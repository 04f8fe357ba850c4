"""Who has a lead, what was answered, which bands are held: named statements for every store."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from leadline.store.schema import answers, band_holds, ownerships, turns
from leadline.store.session import Session, rows_of

Held = Literal["person", "cool_down"]


class AnswerRow(NamedTuple):
    """What somebody said of a lead, as it is kept."""

    answer_id: str
    lead_no: int
    kind: str
    who: str
    said_at: int
    taken_at: int
    source: str
    reason: str | None = None
    note: str | None = None
    amount: float | None = None
    until: int | None = None
    ladder: str | None = None
    band: str | None = None
    to_who: str | None = None
    undoes: str | None = None
    outcome_id: str | None = None
    asked_at: int | None = None
    undone_at: int | None = None
    refused: str | None = None


class OwnershipRow(NamedTuple):
    """That somebody has a lead; it is over where ``ended_at`` says so."""

    lead_no: int
    began_at: int
    owner: str
    cause: str
    began_by: str | None = None
    ended_by: str | None = None
    due_at: int | None = None
    reminded_at: int | None = None
    snoozed_until: int | None = None
    answered_at: int | None = None
    ended_at: int | None = None
    rule: str | None = None
    remind_at: int | None = None
    return_at: int | None = None
    escalated_at: int | None = None


class HoldRow(NamedTuple):
    """A band that holds in the place of the computed one."""

    lead_no: int
    ladder: str
    band: str
    kind: Held
    who: str | None
    reason: str | None
    since: int
    until: int | None
    answer_id: str | None = None


def answers_by_id(session: Session, ids: Collection[str]) -> list[AnswerRow]:
    """Return answers by their ids."""
    return rows_of(session, AnswerRow, "answers", "answer_id in ??", list(ids)) if ids else []


def answers_of(session: Session, leads: Iterable[int]) -> list[AnswerRow]:
    """Return what was said of leads, the earliest first."""
    return rows_of(
        session, AnswerRow, "answers", "lead_no in ?? order by taken_at, answer_id", list(leads)
    )


def owned(session: Session, leads: Iterable[int]) -> list[OwnershipRow]:
    """Return who has leads now."""
    where = "lead_no in ?? and ended_at is null"
    return rows_of(session, OwnershipRow, "ownerships", where, list(leads))


def ownerships_of(session: Session, leads: Iterable[int]) -> list[OwnershipRow]:
    """Return who had leads, the earliest first."""
    return rows_of(
        session, OwnershipRow, "ownerships", "lead_no in ?? order by lead_no, began_at", list(leads)
    )


def late(session: Session, at: int, most: int) -> list[OwnershipRow]:
    """Return who has not answered when they are to be reminded, or to answer, up to a number."""
    where = (
        "ended_at is null and answered_at is null and due_at is not null and ("
        "(remind_at <= ? and reminded_at is null) or (due_at <= ? and escalated_at is null) "
        "or return_at <= ?) order by due_at limit ?"
    )
    return rows_of(session, OwnershipRow, "ownerships", where, at, at, at, most)


def forgotten(
    session: Session, at: int, after: int, kind: str, most: int = 500
) -> list[tuple[OwnershipRow, int]]:
    """Return who has a lead and said nothing of it for so long, and since when that is.

    Args:
        session: The store.
        at: The moment.
        after: So many microseconds.
        kind: Of deliveries; who was told of since is left out.
        most: No more than so many.
    """
    columns = ", ".join(f"o.{name}" for name in OwnershipRow._fields)
    said = "(select max(a.taken_at) from answers as a where a.lead_no = o.lead_no)"
    since = f"coalesce({said}, o.began_at)"
    since = f"(case when {since} > o.began_at then {since} else o.began_at end)"
    rows = session.rows(
        f"select {columns}, {since} from ownerships as o where o.ended_at is null "
        f"and coalesce(o.snoozed_until, 0) <= ? and o.began_at <= ? and {since} <= ? "
        "and not exists (select 1 from deliveries as d where d.lead_no = o.lead_no "
        f"and d.kind = ? and d.created_at > {since}) limit ?",
        at - after, at - after, at - after, kind, most,
    )  # fmt: skip
    return [(OwnershipRow(*row[:-1]), int(row[-1])) for row in rows]


def open_counts(session: Session) -> dict[str, int]:
    """Return how many leads everybody has."""
    found = session.rows(
        "select owner, count(*) from ownerships where ended_at is null group by owner"
    )
    return {owner: int(count) for owner, count in found}


def turns_of(session: Session) -> dict[str, dict[str, int]]:
    """Return of each rule how much everybody is due."""
    found: dict[str, dict[str, int]] = {}
    for rule, owner, due in session.rows("select rule, owner, due from turns"):
        found.setdefault(rule, {})[owner] = int(due)
    return found


def put_turns(session: Session, given: Mapping[str, Mapping[str, int]]) -> None:
    """Keep of rules how much everybody is due."""
    rows = [(rule, owner, due) for rule, each in given.items() for owner, due in each.items()]
    session.insert(turns, rows, "replace")


def holds(session: Session, leads: Iterable[int]) -> list[HoldRow]:
    """Return the bands of leads that are held."""
    return rows_of(session, HoldRow, "band_holds", "lead_no in ??", list(leads))


def ended_holds(session: Session, at: int, most: int) -> list[HoldRow]:
    """Return holds whose end has come, up to a number."""
    where = "until <= ? order by until limit ?"
    return rows_of(session, HoldRow, "band_holds", where, at, most)


def last_changes(session: Session, leads: Collection[int]) -> dict[tuple[int, str], int]:
    """Return when the band of leads last changed, by lead and ladder; a first band is no change."""
    found = session.rows(
        "select lead_no, ladder, max(at) from transitions where lead_no in ?? "
        "and from_band is not null and to_band <> from_band group by lead_no, ladder",
        list(leads),
    )
    return {(number, ladder): at for number, ladder, at in found}


def put_answers(session: Session, rows: Sequence[AnswerRow]) -> None:
    """Keep answers in the place of those with their ids."""
    session.insert(answers, rows, "replace")


def put_ownerships(session: Session, rows: Iterable[OwnershipRow]) -> None:
    """Keep who has leads; who has one no longer goes first, as two never have it at a time."""
    listed = list(rows)
    for over in (True, False):
        some = [row for row in listed if (row.ended_at is not None) is over]
        if some:
            session.insert(ownerships, some, "replace")


def put_holds(
    session: Session, rows: Sequence[HoldRow], gone: Collection[tuple[int, str]] = ()
) -> None:
    """Keep holds of bands, and take others away."""
    for number, ladder in gone:
        session.run("delete from band_holds where lead_no = ? and ladder = ?", number, ladder)
    if rows:
        session.insert(band_holds, rows, "replace")


def forget_outcomes(session: Session, ids: Collection[str]) -> None:
    """Take outcomes away that were said in error; the answers tell of both."""
    if ids:
        session.run("delete from outcomes where outcome_id in ??", list(ids))
