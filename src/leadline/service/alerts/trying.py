"""Alerts tried on what the store remembers: how many a week, to whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from leadline.service.alerts.alerting import Alerting
from leadline.service.alerts.declared import DIGEST, FORGOTTEN, MOVES, Alert
from leadline.service.alerts.digest import digest, due
from leadline.service.alerts.noticing import WEEKS, is_surge
from leadline.store import facts as stored
from leadline.store import handover as kept
from leadline.store.handover import OwnershipRow
from leadline.store.scores import TransitionRow, changes_between
from leadline.store.session import Session

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
    """Return who would have been told how often in the last days.

    Alerts of news of who has a lead are not among these, as nobody had any by the rules of now, nor
    are jumps, as scores of every moment are not kept.
    """
    since = at - days * DAY
    past = [*_moved(alerting.alerts, changes_between(session, since, at + 1))]
    for alert in alerting.alerts:
        past += PAST[alert.on](session, alert, since, at) if alert.on in PAST else ()
    past.sort(key=lambda each: each.at)
    numbers = {each.lead for each in past if each.lead}
    leads = {row.lead_no: row for row in stored.leads(session, numbers)}
    owned: dict[int, list[OwnershipRow]] = {}
    for row in kept.ownerships_of(session, numbers):
        owned.setdefault(row.lead_no, []).append(row)
    found: dict[tuple[str, str, str], Told] = {}
    last: dict[tuple[str, object], int] = {}
    for each in past:
        alert, lead = each.alert, leads.get(each.lead)
        if not alerting.fits(session, alert, lead, lead.account_id if lead else each.account_id):
            continue
        who = (alert.name, each.lead or each.account_id)
        is_cooling = who in last and each.at < last[who] + alert.cool_down
        last[who] = last[who] if is_cooling else each.at
        for where, to in _whom(alerting, alert, each.at, owned.get(each.lead, ())):
            told = found.setdefault((alert.name, where, to), Told(alert.name, where, to))
            told.cooled += is_cooling
            told.alerts += not is_cooling
    told_of = [*found.values(), *_digests(session, alerting, since, at)]
    return sorted(told_of, key=lambda each: (each.alert, -each.alerts, each.to))


def _digests(session: Session, alerting: Alerting, since: int, until: int) -> list[Told]:
    """Return how many digests there would have been, by who has leads now."""
    found: dict[tuple[str, str, str], Told] = {}
    labels, seen = alerting.labels_in(session), set[str]()
    for alert in alerting.alerts:
        for name in alert.to if alert.on == DIGEST else ():
            for at in range(since, until, DAY):
                for each in due(alert, alerting.destinations[name], alerting.team, at):
                    if each.key in seen or each.until < since:
                        continue
                    seen.add(each.key)
                    told = found.setdefault(
                        (alert.name, name, each.to), Told(alert.name, name, each.to)
                    )
                    told.alerts += digest(session, each, labels, "") is not None
    return list(found.values())


@dataclass(frozen=True)
class Past:
    """Something that an alert would have told of.

    Attributes:
        alert: The alert.
        at: When.
        lead: The lead; 0 where it is of an account.
        account_id: The account.
    """

    alert: Alert
    at: int
    lead: int = 0
    account_id: str | None = None


def _responses(session: Session, alert: Alert, since: int, _: int) -> Iterator[Past]:
    """Yield events of the kinds that an alert names, as they came."""
    query = (
        "select taken_at, lead_no from events where taken_at >= ? and occurred_at > taken_at - ? "
        "and type in ?? and lead_no <> 0"
    )
    for at, lead in session.rows(query, since, DAY, sorted(alert.events)):
        yield Past(alert, at, lead)


def _surges(session: Session, alert: Alert, since: int, until: int) -> Iterator[Past]:
    """Yield accounts that were far more active than usual, looked at once a day."""
    begin = since - WEEKS * 7 * DAY
    query = (
        "select account, day, count(*) from (select coalesce(e.account_id, l.account_id) as "
        "account, (e.occurred_at - ?) / ? as day from events as e left join leads as l "
        "on l.lead_no = e.lead_no where e.occurred_at >= ? and e.occurred_at < ?) as happened "
        "where account is not null group by account, day"
    )
    days: dict[str, Counter[int]] = {}
    for account, day, count in session.rows(query, begin, DAY, begin, until):
        days.setdefault(account, Counter())[int(day)] = int(count)
    for account, counts in sorted(days.items()):
        for last in range(WEEKS * 7, (until - begin) // DAY + 1):
            if counts[last - 1]:
                first = last - WEEKS * 7
                weeks = [
                    sum(counts[first + 7 * week + day] for day in range(7)) for week in range(WEEKS)
                ]
                if is_surge(weeks, alert.at_least):
                    yield Past(alert, begin + last * DAY, account_id=account)


def _forgotten(session: Session, alert: Alert, since: int, until: int) -> Iterator[Past]:
    """Yield silences of those who had leads, each when it had lasted too long."""
    query = (
        "select lead_no, began_at, coalesce(ended_at, ?) from ownerships "
        "where coalesce(ended_at, ?) >= ?"
    )
    owned = session.rows(query, until, until, since)
    said: dict[int, list[tuple[int, int]]] = {}
    for row in kept.answers_of(session, {lead for lead, _, _ in owned}):
        rests = (row.until or 0) if row.kind == "snoozed" else 0
        said.setdefault(row.lead_no, []).append((row.taken_at, max(row.taken_at, rests)))
    for lead, began, ended in owned:
        within = sorted(each for each in said.get(lead, ()) if began <= each[0] < ended)
        for (_, one), (other, _) in pairwise([(began, began), *within, (ended, ended)]):
            if one + alert.after >= since and other - one > alert.after:
                yield Past(alert, one + alert.after, lead)


PAST = {"response": _responses, "surge": _surges, FORGOTTEN: _forgotten}
"""What the store remembers beside changes of band, by what an alert tells of."""


def _moved(alerts: Sequence[Alert], rows: Sequence[TransitionRow]) -> Iterator[Past]:
    """Yield changes of band that alerts tell of."""
    for row in rows:
        for alert in alerts:
            if alert.fires(row.ladder, row.from_band, row.to_band):
                yield Past(alert, row.at, row.lead_no or 0, row.account_id)


def unheard(alerting: Alerting) -> list[str]:
    """Return the alerts that the past says nothing of."""
    return [each.name for each in alerting.alerts if each.on not in {*MOVES, *PAST, DIGEST}]


def _whom(
    alerting: Alerting, alert: Alert, at: int, owned: Sequence[OwnershipRow]
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
            if each.began_at <= at and (each.ended_at is None or each.ended_at > at)
        ]
        for to in where.to or had[-1:] or [NOBODY]:
            yield name, to
