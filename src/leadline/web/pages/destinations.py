"""Where news goes and how that is, and every setting with where it came from."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from starlette.responses import RedirectResponse, Response

from leadline.errors import LeadlineError
from leadline.service import clock, config
from leadline.service.delivery.testing import write_test
from leadline.service.workspace import workspace
from leadline.store import outbox
from leadline.store.outbox import DeliveryRow, Health
from leadline.store.session import Session
from leadline.web.delivering import again, standings
from leadline.web.pages.frame import Address, Shown, Visit, to

MOST_LAST = 5
MOST_PARKED = 50
MOST_AGAIN = 1000
DONE = {"test": "destination_tested", "again": "delivered_again"}
"""What is said once a button was pressed."""


def page(visit: Visit) -> Shown:
    """Return how every destination is, and the settings."""
    return _page(visit)


def _page(visit: Visit, fault: str = "", status: int = 200) -> Shown:
    with visit.service.store.reading() as session:
        found = [_place(visit, session, *row) for row in standings(visit.service, session)]
    parts = {"places": found, **_settings(), "fault": fault, "done": _done(visit, found)}
    return Shown("destinations.html", parts, status, here="admin")


def _done(visit: Visit, places: list[dict[str, Any]]) -> str:
    """Return what was just done, where the address names a destination that there is."""
    name, did = visit.given("name"), visit.given("did")
    is_known = did in DONE and any(each["name"] == name for each in places)
    return visit.words.t(DONE[did], name=name) if is_known else ""


def _place(visit: Visit, session: Session, kind: str | None, each: Health) -> dict[str, Any]:
    parked = outbox.listed(session, "parked", each.destination, MOST_PARKED)
    last = outbox.last(session, each.destination, MOST_LAST)
    return {
        "name": each.destination,
        "kind": kind,
        "waiting": each.waiting,
        "oldest": _when(visit, each.oldest_at),
        "parked": each.parked,
        "arrived": _when(visit, each.last_done_at),
        "rows": [_delivery(visit, row) for row in last],
        "parked_rows": [_delivery(visit, row) for row in parked],
    }


def _delivery(visit: Visit, row: DeliveryRow) -> dict[str, Any]:
    said = row.detail or ("" if row.status is None else str(row.status))
    return {
        "when": _when(visit, row.ended_at or row.created_at),
        "kind": row.kind,
        "state": visit.words.t(f"delivery_{row.state}"),
        "tries": row.tries,
        "said": said,
    }


def _when(visit: Visit, at: int | None) -> str:
    return "" if at is None else visit.words.when(clock.at(at), visit.now)


def _settings() -> dict[str, Any]:
    """Return the settings as they are now; a file with a fault says what that is."""
    try:
        found = workspace(Path.cwd(), os.environ)
    except LeadlineError as error:
        return {"settings": [], "settings_fault": str(error)}
    return {"settings": list(config.shown(found)), "settings_fault": ""}


def send_test(visit: Visit) -> Shown | Response:
    """Write a test that tells of nobody; it is delivered as everything else."""
    service, name = visit.service, visit.form("name")
    try:
        write_test(service.store, service.destinations, name, service.now())
    except LeadlineError as error:
        return _page(visit, str(error), 400)
    return RedirectResponse(to("destinations", did="test", name=name), 303)


def deliver_again(visit: Visit) -> Response:
    """Have what is parked of a destination go again, all its tries anew."""
    name, by, at = visit.form("name"), visit.signed.person.email, visit.service.now()
    with visit.service.store.writing() as session:
        rows = outbox.listed(session, "parked", name, MOST_AGAIN)
        again(session, [each.delivery_id for each in rows], by, at, name)
    return RedirectResponse(to("destinations", did="again", name=name), 303)


ADDRESSES = (
    Address("/destinations", page, needs="administer"),
    Address("/test-destination", send_test, ("POST",), needs="administer"),
    Address("/deliver-again", deliver_again, ("POST",), needs="administer"),
)
"""Destinations and settings."""
