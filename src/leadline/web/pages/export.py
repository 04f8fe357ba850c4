"""Lists as files: written while they are read, a page after the other."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from starlette.responses import Response, StreamingResponse

from leadline.service import clock, queue, standings
from leadline.service.standings import Standing
from leadline.store import audit_log
from leadline.store import facts as stored
from leadline.store.audit_log import Entry
from leadline.web.pages import lists
from leadline.web.pages import queue as queue_page
from leadline.web.pages.frame import Address, Lacking, Visit
from leadline.web.pages.telling import Teller

PAGE = 200
_LEADING = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula where a text begins so."""


def of_leads(visit: Visit) -> Response:
    """Return the leads that a list asks for, all of them."""
    with visit.service.reading() as (session, live):
        fields = stored.known_fields(session, "lead")
        ladder = queue.ladder_of(live.model, visit.given("ladder"))
        wanted = lists.wanted_of(visit, live.model, ladder, fields)
        scores = [name for name, score in live.model.scores.items() if not score.is_account]
    _noted(visit, "leads.csv")
    head = ["lead_id", "account_id", "band", "effective_band", "owner", "as_of", *scores, *fields]
    return _file("leads.csv", head, _leads(visit, wanted, scores, fields))


def _leads(
    visit: Visit, wanted: standings.Wanted, scores: Sequence[str], fields: Sequence[str]
) -> Iterator[list[Any]]:
    """Yield a row a lead; each page is read by itself, so none is held open meanwhile."""
    wanted = replace(wanted, after="", most=PAGE)
    while True:
        with visit.service.reading() as (session, live):
            found, on = standings.listed(session, visit.service.store.kind, live, wanted)
        for each in found:
            yield _row(each, scores, fields)
        if not on:
            return
        wanted = replace(wanted, after=on)


def _row(each: Standing, scores: Sequence[str], fields: Sequence[str]) -> list[Any]:
    return [
        each.lead_id,
        each.account_id,
        each.band,
        each.effective_band,
        each.owner,
        clock.text(each.as_of),
        *(each.scores.get(name) for name in scores),
        *(each.fields.get(name) for name in fields),
    ]


def of_queue(visit: Visit) -> Response:
    """Return the part of the queue that the address asks for, in its order."""
    now = clock.micros(visit.now)
    with visit.service.reading() as (session, live):
        wanted = queue_page.wanted_of(visit, live.model, stored.known_fields(session, "lead"))
        if not wanted.ladder:
            raise Lacking("no_ladder")
        wanted = replace(wanted, start=0, most=queue.MOST_WAITING)
        found = queue.queue(session, live, visit.service.glances(live), wanted, now)
    _noted(visit, "queue.csv")
    tell = Teller(live.model, wanted.ladder, visit.words)
    head = ["lead_id", "name", "title", "company", "band", "score", "owner", "due", "reasons"]
    rows = (
        [
            each.face.key,
            each.face.name,
            each.face.title,
            each.face.company,
            each.place.band,
            each.place.value,
            each.owner,
            "" if each.due is None else clock.text(each.due),
            "; ".join(f"{said.text} {said.points}" for said in tell.reasons(each.glance.reasons))
            if each.glance
            else "",
        ]
        for each in found.shown
    )
    return _file("queue.csv", head, rows)


def _noted(visit: Visit, name: str) -> None:
    """Have the audit log say that somebody takes a list away."""
    at = clock.micros(visit.now)
    entry = Entry(visit.signed.person.email, "list.exported", name, None, _asked(visit))
    with visit.service.store.writing() as session:
        audit_log.write(session, [entry], at)


def _asked(visit: Visit) -> dict[str, str]:
    return {name: value[:200] for name, value in visit.request.query_params.items()}


def _file(name: str, head: Sequence[str], rows: Iterator[list[Any]]) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(
        _lines(head, rows), headers=headers, media_type="text/csv; charset=utf-8"
    )


def _lines(head: Sequence[str], rows: Iterator[list[Any]]) -> Iterator[bytes]:
    yield "\ufeff".encode()  # so that spreadsheets read letters of all alphabets
    yield _line(head)
    for row in rows:
        yield _line(row)


def _line(row: Sequence[Any]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow([harmless(each) for each in row])
    return out.getvalue().encode()


def harmless(value: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula.

    >>> harmless("=1+1"), harmless(-5.5), harmless("Ada")
    ("'=1+1", -5.5, 'Ada')
    """
    is_formula = isinstance(value, str) and value.startswith(_LEADING)
    return f"'{value}" if is_formula else value


ADDRESSES = (
    Address("/queue.csv", of_queue, needs="export", within=True),
    Address("/leads.csv", of_leads, needs="export", within=True),
)
"""Files."""
