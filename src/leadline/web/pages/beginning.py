"""The first start, step by step: invented data, files, events and a starter model."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from leadline.model.starters import STARTERS
from leadline.service import clock
from leadline.service.beginning import Beginning
from leadline.service.first_start import MOST_FILE_BYTES, FirstStart
from leadline.store import audit_log, keys
from leadline.store.audit_log import Entry
from leadline.store.keys import Key
from leadline.web.pages import start
from leadline.web.pages.frame import Address, Shown, Visit, drawn, visit_of
from leadline.web.signing import Signing
from leadline.web.signing import Visit as Signed

OVER = {"HX-Redirect": "queue"}
"""What has a page that waits go to the queue."""
LATEST = (
    "select e.type, e.occurred_at, l.lead_id from events as e join leads as l "
    "on l.lead_no = e.lead_no order by e.taken_at desc limit 5"
)


def progress(visit: Visit) -> Shown | Response:
    """Return how far the start is; once it is over the page goes to the queue."""
    parts = start.parts(visit.service)
    if parts["beginning"] is None or not start.is_first(visit.service):
        return Response(headers=OVER)
    return Shown("start_progress.html", parts)


def events(visit: Visit) -> Shown:
    """Return the events that came last."""
    with visit.service.store.reading() as session:
        rows = session.rows(LATEST)
    found = [(kind, visit.words.when(clock.at(at), visit.now), lead) for kind, at, lead in rows]
    return Shown("start_events.html", {"events": found})


def _begun(visit: Visit, make: Callable[[FirstStart, str], Beginning | None]) -> Response:
    """Have the store begin with what is made, where it has no model yet."""
    service = visit.service
    service.may_begin()
    if start.is_first(service):
        beginning = make(service.first_start, visit.signed.person.email)
        if beginning is not None:
            service.begin(beginning)
    return RedirectResponse("queue", 303)


def _nobody(_: str) -> None:
    """Tell nobody: the page says it."""


def with_demo(visit: Visit) -> Response:
    """Begin with invented data."""
    return _begun(visit, lambda first, by: first.invented(by, _nobody))


def with_files(visit: Visit) -> Response:
    """Begin with the files that were looked into."""
    return _begun(visit, lambda first, by: first.of_files(by, _nobody))


def with_starter(visit: Visit) -> Response:
    """Begin with a starter model over what has arrived."""
    name = visit.form("starter")
    if name not in STARTERS:
        return RedirectResponse("queue", 303)
    return _begun(visit, lambda first, by: first.starter(name, by, _nobody))


def look(visit: Visit) -> Response:
    """Look into the files."""
    if start.is_first(visit.service) and visit.service.first_start.files:
        visit.service.first_start.look()
    return RedirectResponse("queue", 303)


def clear(visit: Visit) -> Response:
    """Forget the files."""
    visit.service.first_start.clear()
    return RedirectResponse("queue", 303)


def make_key(visit: Visit) -> Shown | Response:
    """Make a key to send with; the page shows it once."""
    if not start.is_first(visit.service):
        return RedirectResponse("queue", 303)
    name, at = f"first-{secrets.token_hex(3)}", clock.micros(visit.now)
    with visit.service.store.writing() as session:
        key = keys.make(session, Key(name, "write"), at)
        entry = Entry(visit.signed.person.email, "key.made", name)
        audit_log.write(session, [entry], at)
    return Shown("start.html", {**start.parts(visit.service), "key": key}, here="queue")


# --- files


class _Refused(Exception):  # noqa: N818 - an answer of ours
    """A file is not taken, for the reason of that name."""


async def _kept(request: Request, first: FirstStart) -> None:
    """Write what a request sends to the folder, bounded while it comes. Raises _Refused."""
    path = first.place(unquote(request.query_params.get("name", "")))
    if path is None:
        raise _Refused("upload_kind")
    size = 0
    with path.open("wb") as out:
        async for part in request.stream():
            size += len(part)
            if size > MOST_FILE_BYTES:
                break
            out.write(part)
    if size > MOST_FILE_BYTES or not size:
        path.unlink()
        raise _Refused("upload_large" if size else "upload_empty")
    first.add(path)


def _upload(signing: Signing) -> Route:
    """Return the address that takes a file: its bytes are the body, its name is in the address."""
    service = signing.service

    async def answer(request: Request, signed: Signed) -> Response:
        visit = visit_of(service, request, signed)
        if not await asyncio.to_thread(start.is_first, service):
            return Response(status_code=409)
        refused = ""
        try:
            await _kept(request, service.first_start)
        except _Refused as reason:
            refused = str(reason)
        parts: dict[str, Any] = {**start.parts(service), "refused": refused}
        return drawn(visit, Shown("start_files.html", parts, 422 if refused else 200))

    page = signing.page("administer", answer)
    return Route("/start-upload", page, methods=["POST"])


def routes(signing: Signing) -> list[Route]:
    """Return the addresses that are no pages."""
    return [_upload(signing)]


ADDRESSES = (
    Address("/start-progress", progress, within=True),
    Address("/start-events", events, needs="administer"),
    Address("/start-demo", with_demo, ("POST",), needs="administer"),
    Address("/start-look", look, ("POST",), needs="administer"),
    Address("/start-clear", clear, ("POST",), needs="administer"),
    Address("/start-files", with_files, ("POST",), needs="administer"),
    Address("/start-key", make_key, ("POST",), needs="administer"),
    Address("/start-model", with_starter, ("POST",), needs="administer"),
)
"""The first start."""
