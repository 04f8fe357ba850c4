"""What somebody says of a lead on a page: answered at once, taken back with one key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from starlette.responses import RedirectResponse, Response

from leadline.errors import InputError
from leadline.service import clock, queue, standings
from leadline.service.arriving.facts import Answer, Ids
from leadline.service.faces import face
from leadline.service.handover import saying
from leadline.service.handover.saying import OwnedError, UnknownLeadError, Verdict
from leadline.service.rights import Right
from leadline.store import people
from leadline.store.session import Session
from leadline.web.pages.frame import Address, Lacking, Shown, Visit, drawn
from leadline.web.pages.telling import Teller
from leadline.web.signing import local

MORNING = time(9)
_DAYS = {"tomorrow": 1, "days": 3, "week": 7}
"""For how many days a lead is put off."""


@dataclass(frozen=True)
class Ask:
    """What is asked before an answer is given.

    Attributes:
        kind: The answer.
        name: The field that is asked for.
    """

    kind: str
    name: str


ASKS: Mapping[str, Ask] = {
    "rejected": Ask("rejected", "reason"),
    "snoozed": Ask("snoozed", "until"),
    "handed_over": Ask("handed_over", "to"),
    "override": Ask("override", "band"),
}
NEEDS: Mapping[str, Right] = {"override": "override"}
"""Answers that need another right than to answer."""


def ask(visit: Visit) -> Shown:
    """Return what is asked before an answer."""
    wanted = ASKS.get(visit.given("kind"))
    if wanted is None:
        raise Lacking("no_such_answer")
    with visit.service.reading() as (session, live):
        row = _lead(session, visit.given("lead"))
        ladder = queue.ladder_of(live.model)
        tell = Teller(live.model, ladder, visit.words)
        bands = standings.bands_of(live.model, ladder) if ladder else []
        colleagues = [each for each in people.listed(session) if each.ended_at is None]
    today = visit.now.astimezone(visit.words.zone).date()
    parts = {
        "kind": wanted.kind,
        "face": face(row),
        "reasons": visit.service.handing.reasons,
        "spans": [(name, visit.words.t(f"until_{name}")) for name in _DAYS],
        "colleagues": [each for each in colleagues if each.number != visit.signed.person.number],
        "bands": [(each, tell.band(each)) for each in bands],
        "owner": visit.given("owner"),
        "soonest": (today + timedelta(days=1)).isoformat(),
        "usual": (today + timedelta(days=30)).isoformat(),
    }
    return Shown("ask.html", parts)


def answer(visit: Visit) -> Shown | Response:
    """Take an answer, and return what is said of it with how to take it back."""
    kind = visit.form("kind")
    if not visit.signed.may(NEEDS.get(kind, "answer")):
        return _refused(visit, 403, visit.words.t("not_allowed"))
    try:
        verdict = saying.say(visit.service, _said(visit, kind))
    except OwnedError as error:
        return _refused(visit, 409, visit.words.t("owned", says=str(error)))
    except UnknownLeadError:
        return _refused(visit, 404, visit.words.t("no_such_lead"))
    except InputError as error:
        return _refused(visit, 400, str(error))
    if "hx-request" not in visit.request.headers:
        target = local(visit.form("back"), "") if visit.form("back") else "queue"
        return RedirectResponse(target, 303)
    return _taken(visit, kind, verdict)


def _taken(visit: Visit, kind: str, verdict: Verdict) -> Shown:
    with visit.service.store.reading() as session:
        name = face(_lead(session, visit.form("lead"))).name
    says = visit.words.t(f"said_{kind}", name=name)
    return Shown(
        "said.html",
        {
            "says": says if verdict.state == "taken" else visit.words.t("waits", says=says),
            "undoes": "" if kind == "undone" else verdict.answer_id,
            "lead": visit.form("lead"),
        },
    )


def _refused(visit: Visit, status: int, says: str) -> Response:
    """Return why an answer was not taken; nothing was changed."""
    return drawn(visit, Shown("said.html", {"says": says, "undoes": "", "lead": ""}, status))


def _said(visit: Visit, kind: str) -> Answer:
    """Return what a form says. Raises InputError."""
    owner = visit.signed.form.get("owner")
    return Answer(
        visit.form("answer_id"),
        kind,
        Ids(lead=visit.form("lead")),
        visit.signed.person.email,
        clock.micros(visit.now),
        reason=visit.form("reason") or None,
        note=visit.form("note") or None,
        until=_until(visit),
        ladder=visit.form("ladder") or None,
        band=visit.form("band") or None,
        to=visit.form("to"),
        undoes=visit.form("undoes"),
        owner=owner,
    )


def _until(visit: Visit) -> int | None:
    """Return until when: the morning of a day, where the reader is."""
    given = visit.form("until")
    if not given:
        return None
    today = visit.now.astimezone(visit.words.zone).date()
    try:
        on = today + timedelta(days=_DAYS[given]) if given in _DAYS else _day(given)
        return clock.micros(datetime.combine(on, MORNING, visit.words.zone))
    except (ValueError, OverflowError):
        return 0


def _day(text: str) -> Any:
    return datetime.fromisoformat(text).date()


def _lead(session: Session, lead_id: str) -> Any:
    try:
        return saying.lead_of(session, lead_id)
    except UnknownLeadError:
        raise Lacking("no_such_lead") from None


ADDRESSES = (
    Address("/ask", ask, needs="answer", within=True, lead="lead"),
    Address("/answer", answer, ("POST",), needs="answer", within=True, lead="lead"),
)
"""Answers."""
