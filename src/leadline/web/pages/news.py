"""What happens while a page is open: it is told of, and nothing moves under a hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from time import monotonic

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from leadline.errors import LeadlineError
from leadline.service import answers, queue
from leadline.service.service import Service
from leadline.store import facts as stored
from leadline.store.session import Session
from leadline.web.pages import lead
from leadline.web.pages.frame import Lacking, Shown, Visit, keep_to_sight, text_of, visit_of
from leadline.web.signing import Signing
from leadline.web.signing import Visit as Signed

POLL_SECONDS = 0.25
MOST_DIGITS = 18
SILENT_SECONDS = 15.0
TOLD_SECONDS = 10.0
"""News of a list are told no more often: who has a page read out is not talked over."""
HELD_SECONDS = 600.0
"""After so long a connection ends, and its browser makes another: its session is looked at anew."""
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
Poll = Callable[[], str]
"""Returns what is to be shown; nothing where nothing happened."""


def routes(signing: Signing) -> list[Route]:
    """Return the addresses that last as long as a page is open."""
    service = signing.service

    async def of_queue(request: Request, signed: Signed) -> Response:
        visit = visit_of(service, request, signed)
        return _stream(service, request, _Arrivals(visit).poll, TOLD_SECONDS)

    async def of_lead(request: Request, signed: Signed) -> Response:
        visit = visit_of(service, request, signed)
        try:
            await asyncio.to_thread(keep_to_sight, visit, "id")
        except Lacking:
            return Response(status_code=404)
        return _stream(service, request, _Rescored(visit).poll, 0.0)

    return [
        Route("/news", signing.page("read", of_queue, within=True)),
        Route("/lead-news", signing.page("read", of_lead, within=True)),
    ]


def _stream(service: Service, request: Request, poll: Poll, apart: float) -> Response:
    return StreamingResponse(
        _events(service, request, poll, apart), media_type="text/event-stream", headers=_HEADERS
    )


async def _events(
    service: Service, request: Request, poll: Poll, apart: float
) -> AsyncIterator[bytes]:
    yield b"retry: 2000\n\n"
    began = spoke = monotonic()
    told = began - apart
    while not service.is_ending and not await request.is_disconnected():
        now = monotonic()
        if now - began > HELD_SECONDS:
            return
        text = ""
        if now - told >= apart:
            try:
                text = await asyncio.to_thread(poll)
            except LeadlineError:  # the store is away for a while; the connection stays
                text = ""
        if text:
            told = spoke = now
            lines = "".join(f"data: {line}\n" for line in text.splitlines())
            yield f"{lines}\n".encode()
        elif now - spoke >= SILENT_SECONDS:
            spoke = now
            yield b": nothing new\n\n"
        await asyncio.sleep(POLL_SECONDS)


class _Arrivals:
    """Leads that came into the bands of the queue since a change."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        given = visit.given("since", "0")
        self._since = int(given) if given.isdecimal() and len(given) <= MOST_DIGITS else 0
        self._seen: set[str] = set()

    def poll(self) -> str:
        """Return how many came, where more did than before."""
        with self._visit.service.reading() as (session, live):
            found = answers.changes(session, self._since, 500)
            if not found:
                return ""
            ladder = queue.ladder_of(live.model)
            bands = queue.bands_of(live.model, ladder) if ladder else []
            came = {
                each.lead_id
                for each in found
                if each.lead_id and each.ladder == ladder and each.to_band in bands[:1]
            }
            new = self._seen_of(session, came)
        self._since = found[-1].transition_id
        if new <= self._seen:
            return ""
        self._seen |= new
        return text_of(self._visit, Shown("news.html", {"count": len(self._seen)}))

    def _seen_of(self, session: Session, ids: set[str]) -> set[str]:
        """Return those of some leads that the visitor sees."""
        sight = self._visit.signed.sight
        if sight is None:
            return ids
        rows = {row.lead_no: row.lead_id for row in stored.leads_by_id(session, sorted(ids))}
        return {rows[number] for number in sight.leads(session, rows)}


class _Rescored:
    """A lead that gets another score."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._as_of: int | None = None

    def poll(self) -> str:
        """Return the lead as it is now, where that is new."""
        service, lead_id = self._visit.service, self._visit.given("id")
        with service.reading() as (session, live):
            found = answers.lead(session, live, lead_id)
        if found is None or found[1] == self._as_of:
            return ""
        is_first, self._as_of = self._as_of is None, found[1]
        if is_first and self._visit.given("as_of") == str(found[1]):
            return ""
        visit = visit_of(service, self._visit.request, self._visit.signed)
        with service.reading() as (session, live):
            known = lead.found_of(visit, session, live)
        self._as_of = known.as_of
        parts = {**lead.parts_of_page(visit, known), "is_news": True}
        return text_of(visit, Shown("lead_now.html", parts))
