"""What administrators look after: people, keys, what was parked, versions of the model."""

from __future__ import annotations

from typing import Any

from starlette.responses import RedirectResponse, Response

from leadline.service import clock
from leadline.store import inbox, keys, people
from leadline.store import scores as kept
from leadline.web.pages.frame import Address, Shown, Visit

MOST_PARKED = 50
MOST_BODY = 400


def page(visit: Visit) -> Shown:
    """Return what there is to look after."""
    with visit.service.store.reading() as session:
        who, teams = people.listed(session), people.teams(session)
        known = [_key(visit, *row) for row in keys.listed(session)]
        parked = inbox.parked_rows(session, None, MOST_PARKED)
        versions = kept.versions(session)
    parts = {
        "people": who,
        "teams": teams,
        "keys": known,
        "parked": [
            {
                "source": each.source,
                "reason": " ".join(each.reason.split("_")),
                "detail": each.detail,
                "came": visit.words.when(clock.at(each.received_at), visit.now),
                "body": each.body[:MOST_BODY].decode("utf-8", "replace"),
            }
            for each in parked
        ],
        "versions": [
            {
                "version": each.version,
                "name": each.name,
                "state": visit.words.t(f"state_{each.state}"),
                "since": ""
                if each.published_at is None
                else visit.words.moment(clock.at(each.published_at)),
            }
            for each in reversed(versions)
        ],
        "is_sent": visit.given("sent") == "1",
    }
    return Shown("admin.html", parts, here="admin")


def _key(  # noqa: PLR0913, PLR0917 - a row of keys
    visit: Visit, name: str, kind: str, may: Any, made: int, ends: int | None, revoked: int | None
) -> dict[str, Any]:
    day = visit.words.day
    return {
        "name": name,
        "kind": kind,
        "may": ", ".join([*may["scopes"], *may["fields"]]),
        "made": day(clock.at(made), visit.now),
        "ends": "" if ends is None else day(clock.at(ends), visit.now),
        "is_revoked": revoked is not None,
    }


def revoke(visit: Visit) -> Response:
    """Have a key open nothing from now on."""
    with visit.service.store.writing() as session:
        keys.revoke(session, visit.form("name"), clock.micros(visit.now))
    return RedirectResponse("admin", 303)


def send_again(visit: Visit) -> Response:
    """Send what is parked through the inbox again; nothing counts twice by it."""
    at = clock.micros(visit.now)
    with visit.service.store.reading() as session:
        found = inbox.parked_rows(session, None, MOST_PARKED)
    with visit.service.store.writing() as session:
        inbox.replay(session, [each.parked_id for each in found], at)
    return RedirectResponse("admin?sent=1", 303)


ADDRESSES = (
    Address("/admin", page, needs="administer"),
    Address("/revoke", revoke, ("POST",), needs="administer"),
    Address("/send-again", send_again, ("POST",), needs="administer"),
)
"""Administration."""
