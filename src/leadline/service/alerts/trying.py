"""Alerts tried on changes of band of the past: how many a week, to whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from leadline.service.alerts.alerting import Alerting, Happened
from leadline.service.alerts.declared import MOVES, Alert
from leadline.store import facts as stored
from leadline.store import handover as kept
from leadline.store.handover import OwnershipRow
from leadline.store.scores import TransitionRow
from leadline.store.session import Session, columns_of

DAY = 86_400_000_000
NOBODY = "(nobody: the lead had no owner)"


@dataclass
class Told:
    """How often somebody would have been told.

    Attributes:
        alert: Name of the alert.
        destination: Where.
        to: Whom; empty for a room.
        alerts: How many.
        cooled: Changes of which nothing would have been said, as it was a while before.
    """

    alert: str
    destination: str
    to: str
    alerts: int = 0
    cooled: int = 0


def tried(session: Session, alerting: Alerting, at: int, days: int) -> list[Told]:
    """Return who would have been told how often in the last days, of changes of band.

    Alerts of who has a lead are not among these: nobody had any by the rules of now.
    """
    rows = _changes(session, at - days * DAY)
    numbers = {row.lead_no for row in rows if row.lead_no}
    leads = {row.lead_no: row for row in stored.leads(session, numbers)}
    owned: dict[int, list[OwnershipRow]] = {}
    for each in kept.ownerships_of(session, numbers):
        owned.setdefault(each.lead_no, []).append(each)
    found: dict[tuple[str, str, str], Told] = {}
    last: dict[tuple[str, object], int] = {}
    for row in rows:
        for alert in alerting.alerts:
            if not alert.fires(row.ladder, row.from_band, row.to_band):
                continue
            happened = Happened("", alert.on, row, leads.get(row.lead_no or 0))
            if not alerting.fits(session, alert, happened):
                continue
            who = (alert.name, row.lead_no or row.account_id)
            is_cooling = who in last and row.at < last[who] + alert.cool_down
            last[who] = last[who] if is_cooling else row.at
            for where, to in _whom(alerting, alert, row, owned.get(row.lead_no or 0, ())):
                told = found.setdefault((alert.name, where, to), Told(alert.name, where, to))
                told.cooled += is_cooling
                told.alerts += not is_cooling
    return sorted(found.values(), key=lambda each: (each.alert, -each.alerts, each.to))


def unheard(alerting: Alerting) -> list[str]:
    """Return the alerts that the past says nothing of."""
    return [each.name for each in alerting.alerts if each.on not in MOVES]


def _whom(
    alerting: Alerting, alert: Alert, row: TransitionRow, owned: Sequence[OwnershipRow]
) -> Iterator[tuple[str, str]]:
    """Yield who is told of a change: a room, addresses, or who had the lead then."""
    for name in alert.to:
        where = alerting.destinations[name]
        if not where.is_personal:
            yield name, ""
            continue
        had = [
            each.owner
            for each in owned
            if each.began_at <= row.at and (each.ended_at is None or each.ended_at > row.at)
        ]
        for to in where.to or had[-1:] or [NOBODY]:
            yield name, to


def _changes(session: Session, since: int) -> list[TransitionRow]:
    """Return changes of bands that people saw, in their order; those of a publish are none."""
    found = session.rows(
        f"select {columns_of(TransitionRow)} from transitions where at >= ? "
        "and coalesce(from_band, '') <> coalesce(to_band, '') and cause <> 'publish' "
        "order by transition_id",
        since,
    )
    return [TransitionRow(*row) for row in found]
