"""A digest: which leads changed their bands since the last one, for each person as work begins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from leadline.model.labels import Labels
from leadline.service import clock
from leadline.service.alerts import message
from leadline.service.alerts.declared import DAY, EXCLUDED, Alert
from leadline.service.alerts.message import Message
from leadline.service.delivery.destinations import Destination
from leadline.service.handover.team import Team
from leadline.store import facts as stored
from leadline.store import handover as kept
from leadline.store.facts import LeadRow
from leadline.store.outbox import NewDelivery
from leadline.store.rows import present
from leadline.store.scores import TransitionRow, changes_between
from leadline.store.session import Session

MOST_LEADS = 20
WEEKLY = "week"


@dataclass(frozen=True)
class Due:
    """A digest that is to be written.

    Attributes:
        alert: The alert.
        name: The destination.
        to: The address; empty for a room.
        owner: Only leads of theirs; empty for all.
        since: Changes from this moment on.
        until: Changes before this one, at which it is due.
    """

    alert: Alert
    name: str
    to: str
    owner: str
    since: int
    until: int

    @property
    def key(self) -> str:
        """What tells it from all others."""
        to = f"-{self.to}" if self.to else ""
        return f"digest-{self.alert.name}-{self.name}{to}-{self.until}"


def due(alert: Alert, where: Destination, team: Team, at: int) -> Iterator[Due]:
    """Yield the digests of a destination that are due: one for each seller, address, or a room.

    One that is a day late is not written any more: the next one comes.
    """
    mine = where.is_personal and not where.to
    sellers = [each for each in team.sellers.values() if "@" in each.owner] if mine else []
    whom = [(each.owner, each.owner, each.hours) for each in sellers]
    if not mine:
        whom = [(to, "", team.hours) for to in where.to or [""]]
    for to, owner, hours in whom:
        began = hours.began(at, weekly=alert.every == WEEKLY)
        if began is not None and at < began[1] + DAY:
            yield Due(alert, where.name, to, owner, *began)


def digest(
    session: Session, given: Due, labels: Mapping[int, Labels], url: str
) -> NewDelivery | None:
    """Return a digest; None where nothing changed."""
    last: dict[int, TransitionRow] = {}
    first: dict[int, str | None] = {}
    for row in changes_between(session, given.since, given.until):
        if row.lead_no:
            first.setdefault(row.lead_no, row.from_band)
            last[row.lead_no] = row
    if given.owner:
        owned = {row.lead_no for row in kept.owned(session, last) if row.owner == given.owner}
    else:
        owned = set(last)
    rows = [row for number, row in last.items() if number in owned]
    rows = [r for r in rows if _concerns(given.alert, r, first[r.lead_no or 0])]
    if not rows:
        return None
    rows.sort(key=lambda row: (-(row.value or 0.0), row.lead_no))
    leads = {row.lead_no: row for row in stored.leads(session, [r.lead_no or 0 for r in rows])}
    lines = [
        _line(leads[row.lead_no or 0], first[row.lead_no or 0], row, labels[row.version])
        for row in rows[:MOST_LEADS]
        if row.lead_no in leads
    ]
    told = _message(given, len(rows), lines, url)
    body = msgspec.json.encode(told).decode()
    subject = f"alert:{given.to or given.name}"
    kind = f"alert:{given.alert.name}"
    return NewDelivery(given.key, given.name, subject, kind, None, body, given.until)


def _concerns(alert: Alert, row: TransitionRow, was: str | None) -> bool:
    """Say whether a lead is elsewhere than before, in bands that the alert names."""
    if row.to_band in {was, EXCLUDED} or alert.ladder not in {"", row.ladder}:
        return False
    return not alert.bands or bool(alert.bands & {was, row.to_band})


def _line(lead: LeadRow, was: str | None, row: TransitionRow, labels: Labels) -> str:
    fields = present(lead.fields)
    company = str(fields.get("company") or lead.account_id or "")
    who = message.name_of(lead.lead_id, fields)
    bands = [labels.band(each) if each else "-" for each in (was, row.to_band)]
    value = "" if row.value is None else f" ({row.value:g})"
    of = f", {company}" if company else ""
    return message.clean(f"{who}{of}: from {bands[0]} to {bands[1]}{value}")


def _message(given: Due, count: int, lines: Sequence[str], url: str) -> Message:
    more = [f"and {count - len(lines)} more"] if count > len(lines) else []
    whose = "your leads" if given.owner else "leads"
    since = f"{clock.at(given.since):%Y-%m-%d %H:%M} UTC"
    return Message(
        [given.to] if given.to else [],
        f"{count} of {whose} changed" if given.owner else f"{count} {whose} changed",
        [("Since", since)],
        [],
        [],
        [],
        f"{url}/queue" if url else "",
        leads=[*lines, *more],
    )
