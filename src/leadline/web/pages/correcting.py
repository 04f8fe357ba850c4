"""What somebody corrects on the page of a lead: marks of events and merges, and undo of either."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

from starlette.responses import RedirectResponse, Response

from leadline.service.faces import face
from leadline.store import facts as stored
from leadline.store.facts import LeadRow
from leadline.store.inbox import Received
from leadline.store.session import Session
from leadline.web.pages.frame import Address, Lacking, Shown, Visit, drawn, to

BY_HAND = "by hand"
"""The mark of an event that a person says no person made."""
WAIT_SECONDS = 5.0
POLL_SECONDS = 0.02
IDS = 512


def mark(visit: Visit) -> Response:
    """Mark an event of a lead as made by a program, or take its mark back."""
    lead, event = visit.form("id"), visit.form("event")
    wanted = None if visit.form("undo") else BY_HAND
    with visit.service.store.reading() as session:
        numbers = _tied(session, lead)
        if not _is_event(session, numbers, event):
            raise Lacking("no_such_event")
    row = {"event_id": event, "mark": wanted}
    return _taken(visit, "event_marks", row, lambda session: _mark_of(session, event) == wanted)


def merge(visit: Visit) -> Response:
    """Have a lead go into another, or take it out again."""
    lead, other = visit.form("id"), visit.form("other")[:IDS].strip()
    with visit.service.store.reading() as session:
        own, into = _one(session, lead), _other(visit, session, other)
        if own.lead_no == into.lead_no:
            return drawn(visit, Shown("failed.html", {"says": visit.words.t("same_lead")}, 400))
    is_undo = bool(visit.form("undo"))
    target = into if is_undo else own
    row = {"from_id": into.lead_id, "into_id": target.lead_id}
    number = into.lead_no

    def is_taken(session: Session) -> bool:
        return _into(session, number) == (None if is_undo else target.lead_no)

    return _taken(visit, "lead_merges", row, is_taken)


def merged_into(session: Session, row: LeadRow) -> list[dict[str, str]]:
    """Return the leads that went into one and stayed there."""
    latest = {each.from_no: each.into_no for each in stored.merges(session, [row.lead_no])}
    numbers = [
        number for number, into in latest.items() if into == row.lead_no and number != row.lead_no
    ]
    return [
        {"id": each.lead_id, "name": face(each).name} for each in stored.leads(session, numbers)
    ]


def _taken(
    visit: Visit, table: str, row: dict[str, Any], is_taken: Callable[[Session], bool]
) -> Response:
    """Keep a row, wait until the loop has taken it, and go back to the lead."""
    source = f"page {visit.signed.person.email}"
    body = json.dumps([row]).encode()
    service = visit.service
    service.keep([Received(source, f"rows:{table}", service.now(), body)])
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        with service.store.reading() as session:
            if is_taken(session):
                break
        time.sleep(POLL_SECONDS)
    return RedirectResponse(to("lead", id=visit.form("id")), 303)


def _one(session: Session, lead_id: str) -> LeadRow:
    rows = stored.leads_by_id(session, [lead_id])
    if not rows:
        raise Lacking("no_such_lead")
    return rows[0]


def _other(visit: Visit, session: Session, lead_id: str) -> LeadRow:
    """Return the lead that a form names beside its own, where its sender sees it."""
    sight = visit.signed.sight
    if sight is not None and not sight.sees_lead(session, lead_id):
        raise Lacking("no_such_lead")
    return _one(session, lead_id)


def _tied(session: Session, lead_id: str) -> list[int]:
    """Return the number of a lead, and those of the leads that went into it."""
    row = _one(session, lead_id)
    return [row.lead_no, *(n.lead_no for n in _inside(session, row))]


def _inside(session: Session, row: LeadRow) -> Sequence[LeadRow]:
    ids = [each["id"] for each in merged_into(session, row)]
    return stored.leads_by_id(session, ids)


def _is_event(session: Session, numbers: Sequence[int], event: str) -> bool:
    query = "select 1 from events where lead_no in ?? and event_id = ? limit 1"
    return bool(session.rows(query, list(numbers), event))


def _mark_of(session: Session, event: str) -> str | None:
    rows = sorted(stored.marks_of_events(session, [event]), key=lambda each: each.taken_at)
    return rows[-1].mark if rows else None


def _into(session: Session, number: int) -> int | None:
    rows = [each for each in stored.merges(session, [number]) if each.from_no == number]
    last = rows[-1].into_no if rows else None
    return None if last == number else last


ADDRESSES = (
    Address("/mark", mark, ("POST",), needs="correct", within=True, lead="id"),
    Address("/merge", merge, ("POST",), needs="correct", within=True, lead="id"),
)
"""Corrections."""
