"""What administrators look after: people, keys, what was parked, versions, the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.responses import RedirectResponse, Response

from leadline.errors import InputError
from leadline.service import clock, staff
from leadline.store import audit_log, inbox, keys, people
from leadline.store import scores as kept
from leadline.store.audit_log import Entry
from leadline.store.people import ROLES, Person, Role
from leadline.store.session import Session
from leadline.web.pages.frame import Address, Shown, Visit

MOST_PARKED = 50
MOST_BODY = 400
MOST_ENTRIES = 50


def page(visit: Visit) -> Shown:
    """Return what there is to look after."""
    return _page(visit)


def _page(visit: Visit, fault: str = "", link: str = "", status: int = 200) -> Shown:
    with visit.service.store.reading() as session:
        parts = {
            "people": people.listed(session),
            "teams": people.teams(session),
            "keys": [_key(visit, *row) for row in keys.listed(session)],
            "parked": _parked(visit, session),
            "versions": _versions(visit, session),
            "entries": _entries(visit, audit_log.last(session, MOST_ENTRIES)),
        }
    told = {"roles": ROLES, "is_sent": visit.given("sent") == "1", "fault": fault, "link": link}
    return Shown("admin.html", {**parts, **told}, status, here="admin")


def _key(  # noqa: PLR0913, PLR0917 - a row of keys
    visit: Visit,
    name: str,
    kind: str,
    may: Any,
    made: int,
    ends: int | None,
    revoked: int | None,
    used: int | None,
) -> dict[str, Any]:
    day = visit.words.day
    return {
        "name": name,
        "kind": kind,
        "may": ", ".join([*may["scopes"], *may["fields"]]),
        "made": day(clock.at(made), visit.now),
        "ends": "" if ends is None else day(clock.at(ends), visit.now),
        "is_revoked": revoked is not None,
        "used": "" if used is None else day(clock.at(used), visit.now),
    }


def _parked(visit: Visit, session: Session) -> list[dict[str, str]]:
    return [
        {
            "source": each.source,
            "reason": " ".join(each.reason.split("_")),
            "detail": each.detail,
            "came": visit.words.when(clock.at(each.received_at), visit.now),
            "body": each.body[:MOST_BODY].decode("utf-8", "replace"),
        }
        for each in inbox.parked_rows(session, None, MOST_PARKED)
    ]


def _versions(visit: Visit, session: Session) -> list[dict[str, Any]]:
    return [
        {
            "version": each.version,
            "name": each.name,
            "state": visit.words.t(f"state_{each.state}"),
            "since": ""
            if each.published_at is None
            else visit.words.moment(clock.at(each.published_at)),
        }
        for each in reversed(kept.versions(session))
    ]


def _entries(visit: Visit, rows: Sequence[audit_log.Row]) -> list[dict[str, str]]:
    return [
        {
            "when": visit.words.when(clock.at(row.at), visit.now),
            "who": row.actor,
            "what": row.action,
            "of": row.subject or "",
        }
        for row in rows
    ]


def change_people(visit: Visit) -> Shown | Response:
    """Add somebody, end somebody, or make a link; it is shown once."""
    by, at, email = visit.signed.person.email, clock.micros(visit.now), visit.form("email")
    link = ""
    try:
        with visit.service.store.writing() as session:
            if visit.form("do") == "add":
                person = staff.add(session, _new(visit), by, at)
                link = staff.link(session, person, by, at)
            elif visit.form("do") == "end":
                staff.end(session, people.require(session, email), by, at)
            else:
                link = staff.link(session, people.require(session, email), by, at)
    except InputError as error:
        return _page(visit, str(error), status=400)
    if link:
        return _page(visit, link=f"{str(visit.request.base_url).rstrip('/')}{link}")
    return RedirectResponse("admin", 303)


def _new(visit: Visit) -> Person:
    given = visit.form("role")
    role: Role = next((each for each in ROLES if each == given), "viewer")
    return Person(0, visit.form("email"), visit.form("name"), role, visit.form("team") or None)


def revoke(visit: Visit) -> Response:
    """Have a key open nothing from now on."""
    name, at = visit.form("name"), clock.micros(visit.now)
    with visit.service.store.writing() as session:
        keys.revoke(session, name, at)
        entry = Entry(visit.signed.person.email, "key.revoked", name)
        audit_log.write(session, [entry], at)
    return RedirectResponse("admin", 303)


def send_again(visit: Visit) -> Response:
    """Send what is parked through the inbox again; nothing counts twice by it."""
    at = clock.micros(visit.now)
    with visit.service.store.writing() as session:
        found = inbox.parked_rows(session, None, MOST_PARKED)
        inbox.replay(session, [each.parked_id for each in found], at)
        after = {"parts": len(found)}
        entry = Entry(visit.signed.person.email, "parked.replayed", "", None, after)
        audit_log.write(session, [entry], at)
    return RedirectResponse("admin?sent=1", 303)


ADDRESSES = (
    Address("/admin", page, needs="administer"),
    Address("/people", change_people, ("POST",), needs="administer"),
    Address("/revoke", revoke, ("POST",), needs="administer"),
    Address("/send-again", send_again, ("POST",), needs="administer"),
)
"""Administration."""
