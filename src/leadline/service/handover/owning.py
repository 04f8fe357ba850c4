"""Who has a lead as its band changes, and what becomes of leads that are not answered in time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from leadline.service import clock
from leadline.service.delivery.telling import News, Outbox
from leadline.service.handover.assigning import (
    Assigned,
    Candidate,
    Load,
    assign,
    covers,
    fitting,
)
from leadline.service.handover.hours import Hours
from leadline.service.handover.team import HOUR, Team
from leadline.store import facts as stored
from leadline.store import handover as kept
from leadline.store import people, scores
from leadline.store.facts import AccountRow, LeadRow, MergeRow
from leadline.store.handover import OwnershipRow
from leadline.store.rows import present
from leadline.store.scores import TransitionRow
from leadline.store.session import Session

MOST_LATE = 500
FELL, MOVED, LATE, MERGED = "fell", "moved", "late", "merged"
"""Why somebody has a lead no longer, where no answer says so."""
ASSIGNED, HANDED_OVER = "assigned", "handed_over"


class Owning:
    """Gives leads to sellers, in the transaction in which their bands change."""

    def __init__(self, team: Team, outbox: Outbox) -> None:
        """Begin with the team of the workspace."""
        self.team = team
        self._outbox = outbox

    def moved(
        self, session: Session, numbers: Sequence[int], rows: Sequence[TransitionRow], at: int
    ) -> None:
        """Give leads that enter a band to somebody, and take those back that fell unanswered."""
        if not self.team.rules:
            return
        moved = [
            (number, row)
            for number, row in zip(numbers, rows, strict=True)
            if row.lead_no and not row.quiet and row.from_band != row.to_band
        ]
        if not moved:
            return
        leads = [row.lead_no for _, row in moved if row.lead_no]
        known = Candidates(session, leads)
        owned = {row.lead_no: row for row in kept.owned(session, leads)}
        self._take_back(session, [row for _, row in moved], known, owned, at)
        free = [
            (number, row)
            for number, row in moved
            if row.lead_no not in owned and covers(self.team, row.ladder, row.to_band)
        ]
        if free:
            self._give(session, free, known, at)

    def _take_back(
        self,
        session: Session,
        moved: Sequence[TransitionRow],
        known: Candidates,
        owned: dict[int, OwnershipRow],
        at: int,
    ) -> None:
        """End what nobody answered and fell below all rules, or what another rule fits now."""
        over = []
        for row in moved:
            has = owned.get(row.lead_no or 0)
            if has is not None and (why := self._why_over(row, known, has)):
                over.append(owned.pop(has.lead_no)._replace(ended_at=at, ended_by=why))
        kept.put_ownerships(session, over)

    def _why_over(self, row: TransitionRow, known: Candidates, has: OwnershipRow) -> str | None:
        """Return why somebody has a lead no longer as it moves; None where they still do.

        Whom a colleague handed it to keeps it as it rises: no rule chose them.
        """
        if has.answered_at is not None:
            return None
        if not covers(self.team, row.ladder, row.to_band):  # other ladders give leads to nobody
            return FELL if covers(self.team, row.ladder, row.from_band) else None
        if has.rule is None:
            return None
        rule = fitting(self.team, known.of(row))
        return None if rule is None or rule.name == has.rule else MOVED

    def _give(
        self,
        session: Session,
        moved: Sequence[tuple[int, TransitionRow]],
        known: Candidates,
        at: int,
    ) -> None:
        load = load_of(session)
        rows: dict[int, OwnershipRow] = {}
        news = []
        for number, row in moved:
            lead = known.leads[row.lead_no or 0]
            if lead.lead_no in rows:
                continue
            found = assign(self.team, known.of(row), load, at)
            if found is not None:
                rows[lead.lead_no] = made = self._owned(row, found, at)
                news.append(News("assigned", f"assigned-{number}", lead, told(made, row.to_band)))
        kept.put_ownerships(session, rows.values())
        kept.put_turns(session, load.turns)
        self._outbox.news(session, news, at)

    def _owned(self, row: TransitionRow, found: Assigned, at: int) -> OwnershipRow:
        """Return that somebody has a lead, with when they are to answer."""
        made = OwnershipRow(
            row.lead_no or 0, at, found.seller.owner, ASSIGNED, rule=found.rule.name
        )
        within = found.rule.within or self._within(row)
        return _clocked(made, found.seller.hours, within)

    def _within(self, row: TransitionRow | None) -> int:
        """Return the working time in which a lead is to be answered, where no rule says another."""
        is_raised = row is not None and self._is_raised(row)
        return self.team.raised_within if is_raised else self.team.within

    def handed_over(self, session: Session, owned: Iterable[OwnershipRow], at: int) -> None:
        """Have the clock run for whom colleagues handed leads to, and tell them of these."""
        new = [row for row in owned if row.cause == HANDED_OVER and row.ended_at is None]
        if not new or not self.team.rules:
            return
        leads = {row.lead_no: row for row in stored.leads(session, [r.lead_no for r in new])}
        changed, news = [], []
        for row in new:
            last = scores.last_change(session, row.lead_no)
            seller = self.team.seller_of(row.owner)
            hours = seller.hours if seller is not None else self.team.hours
            changed.append(_clocked(row, hours, self._within(last)))
            band = last.to_band if last is not None else None
            key, lead = f"handed-{row.began_by}", leads[row.lead_no]
            news.append(News("assigned", key, lead, told(changed[-1], band)))
        kept.put_ownerships(session, changed)
        self._outbox.news(session, news, at)

    def _is_raised(self, row: TransitionRow) -> bool:
        """Say whether the lead raised a hand within the hour, as the ledger tells."""
        since = clock.at(row.at - HOUR).isoformat()
        return any(
            each["rule"] in self.team.raised and (each["last_at"] or "") >= since
            for each in json.loads(row.ledger or "[]")
            if each["state"] == "fired"
        )

    @staticmethod
    def merged(session: Session, merges: Sequence[MergeRow]) -> None:
        """Have who had a lead have the one that it went into, unless somebody has that."""
        went = [row for row in merges if row.into_no != row.from_no]
        if not went:
            return
        leads = {n for row in went for n in (row.from_no, row.into_no) if n}
        owned = {row.lead_no: row for row in kept.owned(session, leads)}
        for row in sorted(went, key=lambda each: each.taken_at):
            has = owned.pop(row.from_no, None)
            if has is None:
                continue
            at = row.taken_at
            changed = [has._replace(ended_at=at, ended_by=MERGED)]
            if row.into_no and row.into_no not in owned:
                owned[row.into_no] = has._replace(lead_no=row.into_no, began_at=at)
                changed.append(owned[row.into_no])
            kept.put_ownerships(session, changed)

    # --- what is not answered in time

    def late(self, session: Session, at: int) -> list[OwnershipRow]:
        """Return who is to be reminded, or did not answer in time."""
        return kept.late(session, at, MOST_LATE) if self.team.rules else []

    def remind(self, session: Session, late: Sequence[OwnershipRow], at: int) -> None:
        """Remind, tell who is above, and give back to all what was not answered in twice the time.

        Of several that are due at once the last one is told.
        """
        leads = {row.lead_no: row for row in stored.leads(session, [r.lead_no for r in late])}
        changed, news = [], []
        for row in late:
            event, now = _due(row, at)
            changed.append(now)
            lead = leads.get(row.lead_no)
            if lead is not None:
                key = f"{event}-{row.lead_no}-{row.began_at}"
                boss = self.team.escalate_to
                above = {"escalated_to": boss.owner} if boss and event != "reminder" else {}
                news.append(News(event, key, lead, {**told(now), **above}))
        kept.put_ownerships(session, changed)
        self._outbox.news(session, news, at)


def _clocked(row: OwnershipRow, hours: Hours, within: int) -> OwnershipRow:
    """Return that somebody has a lead, with when they are to answer."""
    return row._replace(
        due_at=hours.after(row.began_at, within),
        remind_at=hours.after(row.began_at, within // 2),
        return_at=hours.after(row.began_at, 2 * within),
    )


def _due(row: OwnershipRow, at: int) -> tuple[str, OwnershipRow]:
    """Return what is due of a lead that was not answered, and who has it then."""
    if row.return_at is not None and row.return_at <= at:
        return "returned", row._replace(
            reminded_at=row.reminded_at or at,
            escalated_at=row.escalated_at or at,
            ended_at=at,
            ended_by=LATE,
        )
    if row.due_at is not None and row.due_at <= at:
        return "overdue", row._replace(reminded_at=row.reminded_at or at, escalated_at=at)
    return "reminder", row._replace(reminded_at=at)


def told(row: OwnershipRow, band: str | None = None) -> Mapping[str, Any]:
    """Return what is told of who has a lead."""
    return {
        "owner": row.owner,
        "rule": row.rule,
        "band": band,
        "since": clock.text(row.began_at),
        "due_at": None if row.due_at is None else clock.text(row.due_at),
    }


def load_of(session: Session) -> Load:
    """Return how much everybody has now, and whose turn it is."""
    gone = {each.email for each in people.listed(session) if each.ended_at is not None}
    return Load(kept.open_counts(session), kept.turns_of(session), gone)


class Candidates:
    """Leads with their fields and those of their accounts, as rules ask for them."""

    def __init__(self, session: Session, numbers: Sequence[int]) -> None:
        """Read leads and their accounts."""
        self.leads: dict[int, LeadRow] = {r.lead_no: r for r in stored.leads(session, numbers)}
        ids = {row.account_id for row in self.leads.values() if row.account_id}
        rows = stored.accounts(session, ids) if ids else []
        self._accounts: dict[str, AccountRow] = {row.account_id: row for row in rows}

    def of(self, row: TransitionRow) -> Candidate:
        """Return a lead that enters a band."""
        lead = self.leads[row.lead_no or 0]
        account = self._accounts.get(lead.account_id or "")
        fields = {
            "lead": present(lead.fields),
            "account": {} if account is None else present(account.fields),
        }
        return Candidate(row.ladder, row.to_band or "", lead.account_id, fields)
