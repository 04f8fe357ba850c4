"""Rules of assignment tried on leads of the past; and how many leads everybody has now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from leadline.service.handover.assigning import Load, assign, covers, fitting
from leadline.service.handover.owning import Candidates
from leadline.service.handover.team import Team
from leadline.store.scores import TransitionRow
from leadline.store.session import Session, columns_of

DAY = 86_400_000_000
POOL = "(nobody)"
"""Who has a lead that no rule gives to anybody who is there and has room."""


@dataclass
class Share:
    """How many leads somebody has, or would have had.

    Attributes:
        owner: Who; ``(nobody)`` for leads that stay with all.
        leads: How many.
        open: Of these, those that they would have at the end; None where it is of now.
        rules: Rule to how many.
        late: Not answered in time; None where it is of the past.
    """

    owner: str
    leads: int = 0
    open: int | None = None
    rules: dict[str, int] = field(default_factory=dict)
    late: int | None = None

    def plain(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return vars(self)

    def line(self) -> str:
        """Return it as a line."""
        rules = ", ".join(f"{name} {count:,}" for name, count in self.rules.items())
        late = f"  {self.late:,} late" if self.late else ""
        return f"{self.owner:32}  {self.leads:>7,} leads{late}  {rules}".rstrip()


def now_owned(session: Session, at: int) -> list[Share]:
    """Return who has how many leads now, and how many of them were not answered in time."""
    found = session.rows(
        "select owner, count(*), sum(case when answered_at is null and due_at <= ? then 1 else 0 "
        "end) from ownerships where ended_at is null group by owner order by 2 desc, owner",
        at,
    )
    return [Share(owner, int(leads), late=int(late or 0)) for owner, leads, late in found]


def tried(session: Session, team: Team, at: int, days: int) -> list[Share]:
    """Return who would have had how many of the leads that changed band in the last days.

    Fields are those of now; a lead is had until it falls out of all rules, as nobody answers.
    """
    rows = _changes(session, at - days * DAY)
    known = Candidates(session, sorted({row.lead_no or 0 for row in rows}))
    shares = {each.owner: Share(each.owner, open=0) for each in team.sellers.values()}
    load, has = Load(), dict[int, tuple[str, str]]()
    for row in rows:
        number = row.lead_no or 0
        if number not in known.leads:
            continue
        lead = known.of(row)
        rule = fitting(team, lead)
        before = has.get(number)
        if before is not None and (rule is None or rule.name != before[1]):
            del has[number]
            load.open[before[0]] -= 1
        if number in has or not covers(team, row.ladder, row.to_band):
            continue
        found = assign(team, lead, load, row.at)
        owner, name = (found.seller.owner, found.rule.name) if found else (POOL, "-")
        if found:
            has[number] = (owner, name)
        share = shares.setdefault(owner, Share(owner, open=0))
        share.leads += 1
        share.rules[name] = share.rules.get(name, 0) + 1
    for owner, _ in has.values():
        shares[owner].open = (shares[owner].open or 0) + 1
    return sorted(shares.values(), key=lambda each: (-each.leads, each.owner))


def _changes(session: Session, since: int) -> Sequence[TransitionRow]:
    """Return changes of bands that people saw, in their order; those of a publish are none."""
    found = session.rows(
        f"select {columns_of(TransitionRow)} from transitions where at >= ? "
        "and lead_no is not null and to_band is not null and coalesce(from_band, '') <> to_band "
        "and cause <> 'publish' "
        "order by transition_id",
        since,
    )
    return [TransitionRow(*row) for row in found]
