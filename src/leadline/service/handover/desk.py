"""Where answers land: what each does to who has a lead, to its band, and to what came before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from leadline.service.arriving.facts import Answer
from leadline.service.handover.kinds import KINDS
from leadline.store import handover as kept
from leadline.store.handover import AnswerRow, HoldRow, OwnershipRow
from leadline.store.session import Session

Key = tuple[int, str]
"""A lead, and a ladder."""


@dataclass
class Desk:
    """Who has leads and what was answered, as a pass finds it; what it changes.

    Attributes:
        open: Who has a lead now.
        answers: Answers that are there, and those that the pass adds.
        owned: Who ever had a lead.
        since: When the band of a lead last changed.
        held: Bands that are held now.
        new_answers: Answers to keep, by their ids.
        ownerships: Who has or had a lead, to keep.
        holds: Bands to hold; None where one ends.
        gone: Outcomes that were said in error.
    """

    open: dict[int, OwnershipRow] = field(default_factory=dict)
    answers: dict[str, AnswerRow] = field(default_factory=dict)
    owned: dict[int, list[OwnershipRow]] = field(default_factory=dict)
    since: dict[int, int] = field(default_factory=dict)
    held: dict[Key, HoldRow] = field(default_factory=dict)
    new_answers: dict[str, AnswerRow] = field(default_factory=dict)
    ownerships: dict[tuple[int, int], OwnershipRow] = field(default_factory=dict)
    holds: dict[Key, HoldRow | None] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, session: Session, said: Iterable[Answer], leads: Iterable[int]) -> Desk:
        """Return what must be known to take answers."""
        given = list(said)
        if not given:
            return cls()
        numbers = sorted(leads)
        named = {each.answer_id for each in given} | {each.undoes for each in given if each.undoes}
        before = kept.answers_by_id(session, named)
        owned: dict[int, list[OwnershipRow]] = {}
        for row in kept.ownerships_of(session, numbers):
            owned.setdefault(row.lead_no, []).append(row)
        since: dict[int, int] = {}
        for (number, _), at in kept.last_changes(session, numbers).items():
            since[number] = max(at, since.get(number, 0))
        return cls(
            {row.lead_no: row for rows in owned.values() for row in rows if row.ended_at is None},
            {row.answer_id: row for row in before},
            owned,
            since,
            {(row.lead_no, row.ladder): row for row in kept.holds(session, numbers)},
        )

    def take(self, said: Answer, lead: int, source: str, at: int) -> AnswerRow | None:
        """Take an answer, and return it as it is kept; None where it is there already."""
        if said.answer_id in self.answers:
            return None
        kind = KINDS[said.kind]
        has = self.open.get(lead)
        asked_at = has.began_at if has else self.since.get(lead)
        row = AnswerRow(
            said.answer_id, lead, said.kind, said.who, said.occurred_at, at, source,
            said.reason, said.note, said.amount, said.until, said.ladder, said.band,
            said.to or None, said.undoes or None,
            f"answer:{said.answer_id}" if kind.is_outcome else None, asked_at,
            refused=self._refusal(said, has, lead),
        )  # fmt: skip
        if row.refused is None:
            self._do(row)
        else:
            row = row._replace(outcome_id=None)
        self.answers[row.answer_id] = self.new_answers[row.answer_id] = row
        return row

    def _refusal(self, said: Answer, has: OwnershipRow | None, lead: int) -> str | None:
        """Return why an answer does not count; None where it does."""
        owner = has.owner if has else ""
        if owner not in {"", said.who} and KINDS[said.kind].is_contested:
            return f"{owner} has taken it meanwhile"
        if said.owner is not None and said.owner != owner:
            return f"{owner} has it meanwhile" if owner else "nobody has it any more"
        if said.kind != "undone":
            return None
        before = self.answers.get(said.undoes)
        if before is None or before.lead_no != lead or before.refused or before.kind == "undone":
            return "there is no such answer to take back"
        return "it was taken back already" if before.undone_at else None

    def _do(self, row: AnswerRow) -> None:
        """Do what an answer says."""
        kind = KINDS[row.kind]
        if kind.has == "takes" and row.lead_no not in self.open:
            self._begin(row, row.who)
        elif kind.has == "hands_over" and row.to_who:
            self._hand_over(row, row.to_who)
        elif kind.has == "gives_back":
            self._answered(row)
            self._end(row)
        if row.kind == "undone":
            self._undo(row)
        else:
            self._answered(row)
        if row.kind == "override":
            self._hold(row)

    def _begin(self, row: AnswerRow, owner: str) -> None:
        made = OwnershipRow(row.lead_no, row.taken_at, owner, row.kind, began_by=row.answer_id)
        self._keep(made)

    def _hand_over(self, row: AnswerRow, owner: str) -> None:
        has = self.open.get(row.lead_no)
        if has is None or has.owner != owner:
            self._end(row)
            self._begin(row, owner)

    def _end(self, row: AnswerRow) -> None:
        has = self.open.get(row.lead_no)
        if has is not None:
            self._keep(has._replace(ended_at=row.taken_at, ended_by=row.answer_id))

    def _keep(self, row: OwnershipRow) -> None:
        rows = self.owned.setdefault(row.lead_no, [])
        rows[:] = [*(each for each in rows if each.began_at != row.began_at), row]
        self.ownerships[row.lead_no, row.began_at] = row
        if row.ended_at is None:
            self.open[row.lead_no] = row
        else:
            self.open.pop(row.lead_no, None)

    def _answered(self, row: AnswerRow) -> None:
        """Note that who has the lead answered, and until when it rests."""
        has = self.open.get(row.lead_no)
        if has is None or row.kind in {"handed_over", "override"}:
            return
        self._keep(
            has._replace(
                answered_at=has.answered_at or row.taken_at,
                snoozed_until=row.until if row.kind == "snoozed" else None,
            )
        )

    def _hold(self, row: AnswerRow) -> None:
        ladder = row.ladder or ""
        hold = HoldRow(
            row.lead_no, ladder, row.band or "", "person", row.who, row.reason, row.taken_at,
            row.until, row.answer_id,
        )  # fmt: skip
        self.held[row.lead_no, ladder] = hold
        self.holds[row.lead_no, ladder] = hold

    def _undo(self, row: AnswerRow) -> None:
        """Take an answer back: its outcome, its hold, and who it gave the lead to."""
        before = self.answers[row.undoes or ""]
        undone = before._replace(undone_at=row.taken_at)
        self.answers[before.answer_id] = self.new_answers[before.answer_id] = undone
        if before.outcome_id:
            self.gone.add(before.outcome_id)
        for key, hold in list(self.held.items()):
            if hold.answer_id == before.answer_id:
                del self.held[key]
                self.holds[key] = None
        self._undo_owner(row, before)
        has = self.open.get(row.lead_no)
        if before.kind == "snoozed" and has is not None:
            self._keep(has._replace(snoozed_until=None))

    def _undo_owner(self, row: AnswerRow, before: AnswerRow) -> None:
        """Give the lead back to who had it before, unless it went on to somebody else since."""
        has = self.open.get(row.lead_no)
        if has is not None and has.began_by != before.answer_id:
            return
        earlier = [r for r in self.owned.get(row.lead_no, ()) if r.ended_by == before.answer_id]
        self._end(row)
        if earlier:
            had = earlier[-1]
            was_answered = had.answered_at if had.answered_at != had.ended_at else None
            self._keep(
                had._replace(
                    began_at=row.taken_at,
                    cause=row.kind,
                    began_by=row.answer_id,
                    ended_by=None,
                    ended_at=None,
                    answered_at=was_answered,
                )
            )
