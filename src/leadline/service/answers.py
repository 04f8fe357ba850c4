"""What is asked of the store: scores as they are, and what changed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from leadline.service.live import Batch, Live, Touched
from leadline.store import facts as stored
from leadline.store.facts import AccountRow, EventRow, LeadRow
from leadline.store.session import Session
from leadline.store.values import compact


class Changed(NamedTuple):
    """A band that changed."""

    transition_id: int
    lead_id: str | None
    account_id: str | None
    ladder: str
    at: int
    from_band: str | None
    to_band: str | None
    value: float | None
    override: str | None
    model: str
    cause: str


def lead(session: Session, live: Live, lead_id: str) -> tuple[LeadRow, int, dict[str, Any]] | None:
    """Return a lead, when it was scored and its scores; None where it has none.

    One that went into another is found as that one.
    """
    found = stored.leads_by_id(session, [lead_id])
    if not found:
        return None
    end = found[0].lead_no
    into = {each.from_no: each.into_no for each in stored.merges(session, [end])}
    seen = {end}
    while (further := into.get(end)) is not None and further not in seen:
        seen.add(further)
        end = further
    [row] = stored.leads(session, [end])
    scores = session.rows(
        "select as_of, scores from current_scores where version = ? and lead_no = ?",
        live.row.version,
        end,
    )
    if not scores:
        return None
    return row, scores[0][0], json.loads(scores[0][1])


def account(session: Session, live: Live, account_id: str) -> tuple[AccountRow, Any, int] | None:
    """Return an account, its scores with their moment, and how many leads it has."""
    found = stored.accounts(session, [account_id])
    [(leads,)] = session.rows("select count(*) from leads where account_id = ?", account_id)
    if not found and not leads:
        return None
    scores = session.rows(
        "select as_of, scores from current_account_scores where version = ? and account_id = ?",
        live.row.version,
        account_id,
    )
    row = found[0] if found else AccountRow(account_id, None, None, 0, "{}")
    return row, (scores[0] if scores else None), leads


def unstored(live: Live, who: Unstored, at: int) -> dict[str, Any]:
    """Return the scores that a lead would have that the store does not know."""
    account_id = "asked" if who.account else None
    batch = Batch(Touched({1}, {account_id} if account_id else set()))
    batch.leads = {1: LeadRow(1, "asked", account_id, True, at, at, at, _valid(who.lead, at))}
    if account_id:
        batch.accounts = {account_id: AccountRow(account_id, at, at, at, _valid(who.account, at))}
    batch.events = [
        EventRow(
            1, min(when, at), f"asked-{n}", account_id, kind, at, at, None, "", compact(said), None
        )
        for n, (kind, when, said) in enumerate(who.events)
    ]
    found = live.score(batch, at, "asked", quiet=True)  # nobody is told, so no ledger is made
    return json.loads(found.scores[0].scores)  # type: ignore[no-any-return]


class Unstored(NamedTuple):
    """A lead as somebody tells it: fields, and events with their times and properties."""

    lead: Mapping[str, Any]
    account: Mapping[str, Any]
    events: Sequence[tuple[str, int, Mapping[str, Any]]]


def _valid(fields: Mapping[str, Any], at: int) -> str:
    return compact({name: (value, at) for name, value in fields.items()})


def changes(session: Session, since: int, most: int) -> list[Changed]:
    """Return bands that changed after one that is known by its number, in their order."""
    found = session.rows(
        "select t.transition_id, l.lead_id, t.account_id, t.ladder, t.at, t.from_band, t.to_band, "
        "t.value, t.override, t.model, t.cause from transitions as t "
        "left join leads as l on l.lead_no = t.lead_no "
        "where t.transition_id > ? and coalesce(t.from_band, '') <> coalesce(t.to_band, '') "
        "order by t.transition_id limit ?",
        since,
        most,
    )
    return [Changed(*row) for row in found]


def last_change(session: Session) -> int:
    """Return the number of the last change of a band; 0 where there is none."""
    [(last,)] = session.rows("select coalesce(max(transition_id), 0) from transitions")
    return int(last)


class Entered(NamedTuple):
    """A lead that came into a band."""

    lead_id: str
    at: int
    from_band: str | None
    to_band: str
    value: float | None


def entered(session: Session, version: int, ladder: str, band: str, since: int) -> list[Entered]:
    """Return who entered a band and is in it, with no answer and no outcome since, latest first.

    A change that a publish or a sweep made counts as any other.
    """
    found = session.rows(
        "select l.lead_id, t.at, t.from_band, t.to_band, b.value from transitions as t "
        "join leads as l on l.lead_no = t.lead_no "
        "join current_bands as b on b.lead_no = t.lead_no and b.version = ? "
        "and b.ladder = t.ladder and b.band = t.to_band "
        "where t.ladder = ? and t.to_band = ? and t.at >= ? "
        "and coalesce(t.from_band, '') <> t.to_band and not exists "
        "(select 1 from outcomes as o where o.lead_no = t.lead_no and o.taken_at >= t.at) "
        "and not exists (select 1 from answers as a where a.lead_no = t.lead_no "
        "and a.taken_at >= t.at and a.undone_at is null and a.refused is null) "
        "order by t.transition_id desc",
        version,
        ladder,
        band,
        since,
    )
    latest = {row[0]: row for row in reversed(found)}
    return sorted((Entered(*row) for row in latest.values()), key=lambda each: -each.at)
