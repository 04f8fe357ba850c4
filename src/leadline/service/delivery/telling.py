"""What is written into the outbox as bands change: for each destination that wants to know."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from leadline.service import clock
from leadline.service.delivery.destinations import Destination
from leadline.store import facts as stored
from leadline.store import outbox
from leadline.store.facts import LeadRow
from leadline.store.outbox import NewDelivery
from leadline.store.rows import present
from leadline.store.scores import TransitionRow
from leadline.store.session import Session
from leadline.store.values import compact

if TYPE_CHECKING:
    from leadline.service.alerts.declared import Alert
    from leadline.service.alerts.noticing import Noticed, Seen
    from leadline.store.handover import OwnershipRow

STRONGEST = 5
"""So many reasons stand in what is sent."""


def nobody() -> None:
    """Wake nobody."""


@dataclass(frozen=True)
class News:
    """Something that happened to who has a lead.

    Attributes:
        event: One of ``destinations.EVENTS``.
        key: Tells a repeat.
        lead: The lead.
        told: What is told beside it.
    """

    event: str
    key: str
    lead: LeadRow
    told: Mapping[str, Any]


class Tells(Protocol):
    """What writes alerts beside: ``alerts.alerting`` is it."""

    def moved(
        self, session: Session, numbers: Sequence[int], rows: Sequence[TransitionRow], at: int
    ) -> None:
        """Write alerts of changes of band."""

    def news(self, session: Session, news: Sequence[News], at: int) -> None:
        """Write alerts of who has leads."""

    def notice(self, given: Seen) -> list[Noticed]:
        """Return what is to be told of a pass beside changes of band."""

    def noticed(self, session: Session, found: Sequence[Noticed], at: int) -> None:
        """Write alerts of what a pass noticed."""

    def forgotten(self, session: Session, at: int) -> list[tuple[Alert, OwnershipRow, int]]:
        """Return leads of which who has them said nothing for too long, and since when."""

    def digests(self, session: Session, at: int) -> list[NewDelivery]:
        """Return the digests that are due."""

    def tell_forgotten(
        self, session: Session, found: Sequence[tuple[Alert, OwnershipRow, int]], at: int
    ) -> None:
        """Write alerts of leads that are forgotten."""


class Outbox:
    """Writes what is to be delivered, in the transaction in which bands change."""

    def __init__(
        self,
        destinations: Sequence[Destination] = (),
        wake: Callable[[], None] = nobody,
        alerting: Tells | None = None,
    ) -> None:
        """Make one; ``wake`` is called when something was written and committed."""
        self._destinations = destinations
        self.wake = wake
        self.alerting = alerting

    def write(
        self, session: Session, numbers: Sequence[int], rows: Sequence[TransitionRow], at: int
    ) -> int:
        """Write what is to be told of changes of band; return how much that is."""
        moved = [
            (number, row)
            for number, row in zip(numbers, rows, strict=True)
            if not row.quiet and row.from_band != row.to_band
        ]
        if not (moved and self._destinations):
            return 0
        leads = {row.lead_no for _, row in moved if row.lead_no}
        known = {row.lead_no: row for row in stored.leads(session, leads)}
        made = [
            delivery
            for number, row in moved
            for delivery in self._of(number, row, known.get(row.lead_no or 0), at)
        ]
        return len(outbox.add(session, made, at))

    def news(self, session: Session, news: Sequence[News], at: int) -> int:
        """Write what is to be told of who has leads; return how much that is."""
        made = [
            NewDelivery(
                f"{each.key}-{where.name}", where.name, f"lead:{each.lead.lead_id}",
                f"lead.{each.event}", each.lead.lead_no,
                compact(
                    {
                        "type": f"lead.{each.event}",
                        "timestamp": clock.text(at),
                        "data": {
                            "lead_id": each.lead.lead_id,
                            "account_id": each.lead.account_id,
                            **each.told,
                            "fields": _fields(each.lead, where.fields),
                        },
                    }
                ),
                at,
            )
            for each in news
            for where in self._destinations
            if each.event in where.events
        ]  # fmt: skip
        if self.alerting is not None:
            self.alerting.news(session, news, at)
        return len(outbox.add(session, made, at))

    def _of(
        self, number: int, row: TransitionRow, lead: LeadRow | None, at: int
    ) -> Iterator[NewDelivery]:
        """Yield what is told of a change, for whom."""
        subject = f"account:{row.account_id}" if lead is None else f"lead:{lead.lead_id}"
        kind = "account.band_changed" if lead is None else "lead.band_changed"
        for each in self._destinations:
            if each.takes(row.ladder, row.from_band, row.to_band):
                told = {
                    "type": kind,
                    "timestamp": clock.text(row.at),
                    "data": told_of(number, row, lead, each.fields),
                }
                yield NewDelivery(
                    f"change-{number}-{each.name}", each.name, subject, kind, row.lead_no,
                    compact(told), at, each.newest,
                )  # fmt: skip


def told_of(
    number: int, row: TransitionRow, lead: LeadRow | None, fields: Sequence[str]
) -> dict[str, Any]:
    """Return what is told of a change; ``seq`` rises from change to change."""
    return {
        "seq": number,
        "lead_id": None if lead is None else lead.lead_id,
        "account_id": row.account_id if lead is None else lead.account_id,
        "ladder": row.ladder,
        "from_band": row.from_band,
        "to_band": row.to_band,
        "value": row.value,
        "override": row.override,
        "cause": row.cause,
        "model": row.model,
        "reasons": reasons(row.ledger),
        "fields": {} if lead is None else _fields(lead, fields),
    }


def _fields(lead: LeadRow, names: Sequence[str]) -> dict[str, Any]:
    """Return fields of a lead; those that it has not are null."""
    values = present(lead.fields)
    return {name: values.get(name) for name in names}


def reasons(ledger: str | None, most: int = STRONGEST) -> list[Mapping[str, Any]]:
    """Return the rules of a ledger that weigh most, the strongest first."""
    rows = [each for each in json.loads(ledger or "[]") if each["points"]]
    rows.sort(key=lambda each: (-abs(each["points"]), each["score"], each["rule"]))
    return [
        {name: each[name] for name in ("score", "rule", "points", "count", "last_at")}
        for each in rows[:most]
    ]
