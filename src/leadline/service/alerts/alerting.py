"""Writes alerts into the outbox, in the transaction in which something happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

import msgspec

from leadline.model.given import read_model
from leadline.model.labels import Labels
from leadline.service import clock
from leadline.service.alerts import links, message
from leadline.service.alerts.declared import DIGEST, FORGOTTEN, NEWS, Alert
from leadline.service.alerts.digest import digest, due
from leadline.service.alerts.message import Action, Message
from leadline.service.alerts.noticing import Noticed, Seen, notice
from leadline.service.delivery.destinations import Destination
from leadline.service.delivery.telling import News
from leadline.service.handover.assigning import Candidate
from leadline.service.handover.team import NOBODY, Seller, Team
from leadline.store import facts as stored
from leadline.store import handover as kept
from leadline.store import outbox
from leadline.store.facts import LeadRow
from leadline.store.handover import OwnershipRow
from leadline.store.outbox import NewDelivery
from leadline.store.rows import present
from leadline.store.scores import TransitionRow, last_change
from leadline.store.session import Session

HOUR = 3_600_000_000
LOOKED_AT = 5000
"""So many of the last deliveries tell how often somebody was alerted within the hour."""
ACTIONS: Mapping[str, str] = {
    "accepted": "Accept", "rejected": "Reject", "snoozed": "Later", "claimed": "Take it",
}  # fmt: skip


@dataclass
class Happened:
    """Something that alerts may tell of.

    Attributes:
        number: Tells it from others of its kind.
        on: What it is.
        row: The change of band; of news the last one of the lead.
        lead: The lead; None where it is of an account.
        facts: What is told beside, each with its name.
    """

    number: str
    on: str
    row: TransitionRow | None
    lead: LeadRow | None
    facts: Sequence[tuple[str, str]] = ()


@dataclass
class Alerting:
    """All alerts of a workspace.

    Attributes:
        alerts: What is told.
        destinations: Where it goes, by name.
        team: Who has leads, and when they work.
        url: Address of the service; links begin with it.
    """

    alerts: Sequence[Alert] = ()
    destinations: Mapping[str, Destination] = field(default_factory=dict)
    team: Team = NOBODY
    url: str = ""
    _labels: dict[int, Labels] = field(default_factory=dict)
    _empty: set[str] = field(default_factory=set)

    def moved(
        self, session: Session, numbers: Sequence[int], rows: Sequence[TransitionRow], at: int
    ) -> None:
        """Write alerts of changes of band."""
        found = [
            (number, row, alert)
            for number, row in zip(numbers, rows, strict=True)
            if not row.quiet and row.from_band != row.to_band
            for alert in self.alerts
            if alert.fires(row.ladder, row.from_band, row.to_band)
        ]
        if not found:
            return
        numbers_ = {row.lead_no for _, row, _ in found if row.lead_no}
        leads = {row.lead_no: row for row in stored.leads(session, numbers_)}
        for number, row, alert in found:
            lead = leads.get(row.lead_no or 0)
            self._write(session, alert, Happened(str(number), alert.on, row, lead), at)

    def news(self, session: Session, news: Sequence[News], at: int) -> None:
        """Write alerts of who has leads."""
        for each in news:
            for alert in self.alerts:
                if alert.on == each.event and alert.on in NEWS:
                    last = last_change(session, each.lead.lead_no)
                    happened = Happened(each.key, each.event, last, each.lead)
                    self._write(session, alert, happened, at, str(each.told["owner"]))

    def notice(self, given: Seen) -> list[Noticed]:
        """Return what is to be told of a pass beside changes of band."""
        return notice(given, self.alerts)

    def noticed(self, session: Session, found: Sequence[Noticed], at: int) -> None:
        """Write alerts of what a pass noticed."""
        numbers = {each.row.lead_no for each in found if each.row.lead_no}
        leads = {row.lead_no: row for row in stored.leads(session, numbers)} if numbers else {}
        for each in found:
            lead = leads.get(each.row.lead_no or 0)
            happened = Happened(each.number, each.alert.on, each.row, lead, each.facts)
            self._write(session, each.alert, happened, at)

    def forgotten(self, session: Session, at: int) -> list[tuple[Alert, OwnershipRow, int]]:
        """Return leads of which who has them said nothing for too long, and since when."""
        return [
            (alert, row, since)
            for alert in self.alerts
            if alert.on == FORGOTTEN
            for row, since in kept.forgotten(session, at, alert.after, f"alert:{alert.name}")
        ]

    def tell_forgotten(
        self, session: Session, found: Sequence[tuple[Alert, OwnershipRow, int]], at: int
    ) -> None:
        """Write alerts of leads that are forgotten; each once for a silence."""
        leads = {
            row.lead_no: row for row in stored.leads(session, [r.lead_no for _, r, _ in found])
        }
        for alert, row, since in found:
            last = last_change(session, row.lead_no)
            fact = ("Nothing said since", f"{clock.at(since):%Y-%m-%d}")
            number = f"{row.lead_no}-{since}"
            happened = Happened(number, alert.on, last, leads[row.lead_no], [fact])
            self._write(session, alert, happened, at, row.owner)

    def digests(self, session: Session, at: int) -> list[NewDelivery]:
        """Return the digests that are due and not written yet."""
        listed = [
            each
            for alert in self.alerts
            for name in (alert.to if alert.on == DIGEST else ())
            for each in due(alert, self.destinations[name], self.team, at)
            if each.key not in self._empty
        ]
        written = outbox.known(session, [each.key for each in listed])
        found = []
        for each in listed:
            if each.key not in written:
                made = digest(session, each, self.labels_in(session), self.url)
                if made is None:
                    self._empty.add(each.key)
                else:
                    found.append(made)
        return found

    def labels_in(self, session: Session) -> Mapping[int, Labels]:
        """Return what the parts of each version are called."""
        for (version,) in session.rows("select version from models where published_at is not null"):
            self._labels_of(session, version)
        return self._labels

    def _write(
        self, session: Session, alert: Alert, happened: Happened, at: int, owner: str = ""
    ) -> None:
        """Write an alert for each of its destinations, unless it was told a while ago."""
        lead, row = happened.lead, happened.row
        if lead is None and (row is None or row.account_id is None):
            return
        account_id = lead.account_id if lead else row.account_id if row else None
        if not self.fits(session, alert, lead, account_id) or _is_cooling(
            session, alert, happened, at
        ):
            return
        if lead is not None and not owner:
            owner = next((each.owner for each in kept.owned(session, [lead.lead_no])), "")
        made = [
            delivery
            for name in alert.to
            for delivery in self._for(session, alert, happened, name, owner, at)
        ]
        outbox.add(session, made, at)

    def _for(  # noqa: PLR0913, PLR0917 - what happened, and who is told of it
        self,
        session: Session,
        alert: Alert,
        happened: Happened,
        name: str,
        owner: str,
        at: int,
    ) -> Iterator[NewDelivery]:
        """Yield an alert for a destination; of one that has addresses one for each."""
        where = self.destinations[name]
        people = [*where.to, *([owner] if not where.to and "@" in owner else [])]
        for to in people if where.is_personal else [""]:
            told = self._message(session, happened, to, at)
            subject = f"alert:{to or name}"
            seller = self.team.seller_of(to)
            yield NewDelivery(
                f"alert-{alert.name}-{happened.number}-{name}{f'-{to}' if to else ''}",
                name,
                subject,
                _kind(alert, happened),
                happened.lead.lead_no if happened.lead else None,
                msgspec.json.encode(told).decode(),
                self._when(session, alert, where, subject, seller, at),
            )

    def _when(  # noqa: PLR0913, PLR0917 - what is told, to whom, and when
        self,
        session: Session,
        alert: Alert,
        where: Destination,
        subject: str,
        seller: Seller | None,
        at: int,
    ) -> int:
        """Return when an alert may go: in working hours, and so many an hour at the most."""
        hours = seller.hours if seller is not None else self.team.hours
        due = hours.opens(at) if alert.keeps_hours else at
        if where.most_an_hour is None:
            return due
        found = session.rows(
            "select due_at from deliveries where delivery_id > "
            "(select coalesce(max(delivery_id), 0) from deliveries) - ? and destination = ? "
            "and subject = ? and due_at > ? order by due_at desc limit ?",
            LOOKED_AT, where.name, subject, due - HOUR, where.most_an_hour,
        )  # fmt: skip
        full = len(found) == where.most_an_hour
        return max(due, int(found[-1][0]) + HOUR) if full else due

    @staticmethod
    def fits(
        session: Session, alert: Alert, lead: LeadRow | None, account_id: str | None
    ) -> bool:  # fmt: skip
        """Say whether fields are what an alert asks for."""
        if not alert.matches:
            return True
        accounts = stored.accounts(session, [account_id]) if account_id else []
        fields = {
            "lead": present(lead.fields) if lead else {},
            "account": present(accounts[0].fields) if accounts else {},
        }
        seen = Candidate("", "", account_id, fields)
        return all(seen.value(each) in each.values for each in alert.matches)

    def _message(self, session: Session, happened: Happened, to: str, at: int) -> Message:
        lead, row = happened.lead, happened.row
        labels = self._labels_of(session, row.version) if row else None
        account_id = lead.account_id if lead else row.account_id if row else None
        accounts = stored.accounts(session, [account_id]) if account_id else []
        company = present(accounts[0].fields) if accounts else {}
        own = present(lead.fields) if lead else company
        who = message.name_of(lead.lead_id if lead else account_id or "", own)
        facts = [("Company", str(company.get("name") or own.get("company") or account_id or ""))]
        facts += [("Title", str(own.get("title") or ""))] if lead else []
        band = before = ""
        ledger = None
        if row is not None and labels is not None:
            band = labels.band(row.to_band) if row.to_band else ""
            before = labels.band(row.from_band) if row.from_band else ""
            value = "" if row.value is None else f"{row.value:g}"
            facts += [("Band", band), ("Score", value)]
            ledger = row.ledger
        facts += happened.facts
        return Message(
            [to] if to else [],
            message.head(happened.on, who, before, band),
            [(name, message.clean(value)) for name, value in facts if value],
            message.reasons_in_words(ledger, labels) if labels else [],
            message.events_in_words(_events(session, lead), labels) if labels else [],
            message.missing_in_words(ledger, labels) if labels else [],
            f"{self.url}/lead?id={quote(lead.lead_id, safe='')}" if self.url and lead else "",
            self._actions(session, lead, to, at),
        )

    def _actions(
        self, session: Session, lead: LeadRow | None, to: str, at: int
    ) -> list[Action]:  # fmt: skip
        """Return answers for one person, each with a link that is theirs alone."""
        if not (self.url and to and lead):
            return []
        key = links.make_key(session)
        return [
            Action(
                says, f"{self.url}/act/{links.written(links.new(lead.lead_id, kind, to, at), key)}"
            )
            for kind, says in ACTIONS.items()
        ]

    def _labels_of(self, session: Session, version: int) -> Labels:
        """Return what the parts of a version are called."""
        if version not in self._labels:
            query = "select document from models where version = ?"
            [(document,)] = session.rows(query, version)
            self._labels[version] = Labels(read_model(document)[0])
        return self._labels[version]


def _kind(alert: Alert, happened: Happened) -> str:
    who = "" if happened.lead else f":{happened.row.account_id if happened.row else ''}"
    return f"alert:{alert.name}{who}"


def _is_cooling(session: Session, alert: Alert, happened: Happened, at: int) -> bool:
    """Say whether the same was told of the same lead or account a while ago."""
    if not alert.cool_down:
        return False
    kind, since = _kind(alert, happened), at - alert.cool_down
    if happened.lead is not None:
        query = "select 1 from deliveries where lead_no = ? and kind = ? and created_at > ? limit 1"
        return bool(session.rows(query, happened.lead.lead_no, kind, since))
    query = (
        "select 1 from deliveries where delivery_id > "
        "(select coalesce(max(delivery_id), 0) from deliveries) - ? and kind = ? "
        "and created_at > ? limit 1"
    )
    return bool(session.rows(query, LOOKED_AT, kind, since))


def _events(session: Session, lead: LeadRow | None) -> list[tuple[str, int]]:
    """Return the last events of a lead."""
    if lead is None:
        return []
    found = session.rows(
        "select type, occurred_at from events where lead_no = ? order by occurred_at desc limit ?",
        lead.lead_no,
        message.LAST_EVENTS,
    )
    return [(kind, at) for kind, at in found]
