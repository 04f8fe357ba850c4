"""What the loop tells the audit log, in the transaction of what it did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from leadline.service.arriving.facts import Mark, Merge
from leadline.service.erasing import Person
from leadline.service.handover.desk import Desk
from leadline.service.publishing import Sweep
from leadline.service.taking import Arrived
from leadline.store import audit_log
from leadline.store import facts as stored
from leadline.store import scores as kept
from leadline.store.audit_log import ERASED, Entry
from leadline.store.handover import AnswerRow
from leadline.store.scores import ModelRow
from leadline.store.session import Session

MOST_NAMED = 20
"""Of merges and marks that came together so many are named, and all are counted."""
_SAID = ("reason", "amount", "until", "ladder", "band", "to_who", "undoes", "refused")


def switched(session: Session, sweep: Sweep, at: int) -> None:
    """Note that another version of the model is live now."""
    before = next((r for r in kept.versions(session) if r.version == sweep.before), None)
    row = sweep.live.row
    entry = Entry(sweep.by, "model.published", row.name, _version(before), _version(row))
    audit_log.write(session, [entry], at)


def _version(row: ModelRow | None) -> dict[str, Any] | None:
    return None if row is None else {"version": row.version, "fingerprint": row.fingerprint}


def erased(session: Session, found: Person, by: str, at: int) -> None:
    """Take a person out of the log too, and note that somebody was erased, but not who."""
    ids = {value for _, value in found.ever} | {row.lead_id for row in found.leads} | found.events
    emptied = audit_log.empty(session, ids)
    after = {"leads": len(found.leads), "emptied": emptied}
    audit_log.write(session, [Entry(by, ERASED, after=after)], at)


def passed(session: Session, arrived: Sequence[Arrived], desk: Desk, at: int) -> None:
    """Note what people said in a pass, and merges and marks that were asked for."""
    moments = {each.taken_at for each in arrived}
    new = [row for row in desk.new_answers.values() if row.taken_at in moments]
    said = list(_answers(session, desk, new)) if new else []
    audit_log.write(session, [*said, *_asked(arrived)], at)


def _answers(session: Session, desk: Desk, rows: Sequence[AnswerRow]) -> Iterator[Entry]:
    leads = {row.lead_no: row.lead_id for row in stored.leads(session, [r.lead_no for r in rows])}
    for row in rows:
        before = _before(desk, row)
        after = {name: getattr(row, name) for name in _SAID if getattr(row, name) is not None}
        who = _owners(desk, row)
        yield Entry(
            row.who, f"lead.{row.kind}", leads.get(row.lead_no, ""), before | who[0], after | who[1]
        )


def _before(desk: Desk, row: AnswerRow) -> dict[str, Any]:
    """Return what an answer takes the place of: the answer that it takes back, the band held."""
    undone = desk.answers.get(row.undoes or "")
    if undone is not None:
        said = {name: getattr(undone, name) for name in _SAID if getattr(undone, name) is not None}
        return {"kind": undone.kind, "who": undone.who, **said}
    held = desk.held.get((row.lead_no, row.ladder or ""))
    is_before = held is not None and held.answer_id != row.answer_id
    return {"band": held.band, "held_by": held.who} if held is not None and is_before else {}


def _owners(desk: Desk, row: AnswerRow) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return who had a lead before an answer and who has it after, where that changed."""
    ended = [each.owner for each in desk.ownerships.values() if each.ended_by == row.answer_id]
    began = [each.owner for each in desk.ownerships.values() if each.began_by == row.answer_id]
    if not ended and not began:
        return {}, {}
    return {"owner": next(iter(ended), None)}, {"owner": next(iter(began), None)}


def _actor(source: str) -> str:
    """Return who sent something: a person by a page, else a source.

    >>> _actor("page ada@north.example"), _actor("crm")
    ('ada@north.example', 'source crm')
    """
    page, _, person = source.partition(" ")
    return person if page == "page" and "@" in person else f"source {source}"


def _asked(arrived: Iterable[Arrived]) -> Iterator[Entry]:
    """Yield an entry for the merges, and one for the marks, of each source."""
    together: dict[tuple[str, str], list[tuple[str, str | None]]] = {}
    for each in arrived:
        if isinstance(each.fact, Merge):
            said = (each.fact.from_id, each.fact.into_id)
            together.setdefault((each.source, "leads.merged"), []).append(said)
        elif isinstance(each.fact, Mark):
            mark = (each.fact.event_id, each.fact.mark)
            together.setdefault((each.source, "events.marked"), []).append(mark)
    for (source, action), pairs in together.items():
        after = {"count": len(pairs), "first": [list(each) for each in pairs[:MOST_NAMED]]}
        yield Entry(_actor(source), action, pairs[0][0] if len(pairs) == 1 else "", None, after)
