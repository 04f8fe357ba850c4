"""What follows the page of a lead, as it takes longer: its course, its events, what moves it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadline.explain.ahead import ahead, falls
from leadline.explain.timeline import timeline
from leadline.explain.words import words as in_words
from leadline.service import clock
from leadline.store import facts as stored
from leadline.store.facts import LeadRow
from leadline.store.session import Session
from leadline.web.pages.course import chart
from leadline.web.pages.frame import Address, Shown, Visit
from leadline.web.pages.lead import asked_of
from leadline.web.pages.telling import Teller, capital


def moves(visit: Visit) -> Shown:
    """Return what would move a lead, and what is said of it in words."""
    with visit.service.reading() as (session, live):
        found = asked_of(visit, session, live)
        with visit.service.run_of(session, live, found.row, found.as_of) as run:
            from leadline.explain.explain import explain  # noqa: PLC0415 - loads the engine

            told = explain(run, found.row.lead_id, clock.at(found.as_of))
    tell = found.tell
    steps = []
    for each in told.moves[:8]:
        by = each.step.rule
        name = tell.labels.rule(*by) if by else _field_step(tell, each.step.field)
        steps.append(
            {
                "name": capital(name),
                "change": tell.words.points(each.change),
                "after": tell.whole(each.after),
                "band": tell.band(each.band) if each.band else "",
                "place": tell.place(each.band),
            }
        )
    language = visit.words.phrases.locale.language
    said = in_words(told, language)
    return Shown("lead_moves.html", {"steps": steps, "said": said, "tell": tell})


def _field_step(tell: Teller, field: tuple[str, str, Any] | None) -> str:
    if field is None:
        return ""
    return tell.words.t("field_is", field=" ".join(field[1].split("_")), value=tell.value(field[2]))


def course(visit: Visit) -> Shown:
    """Return the score of a lead over time on its bands, and what comes if nothing happens."""
    now = clock.micros(visit.now)
    with visit.service.reading() as (session, live):
        found = asked_of(visit, session, live)
        history = visit.service.past(session, found.row, now)
        with visit.service.run_of(session, live, found.row, now) as run:
            coming = ahead(run, found.row.lead_id, visit.now)
    tell, fall = found.tell, falls(coming)
    says = ""
    if fall is not None and fall.band is not None:
        says = visit.words.t(
            "falls", band=tell.band(fall.band), day=visit.words.day(fall.at, visit.now)
        )
    picture = chart(visit, tell, history, coming)
    return Shown("lead_course.html", {"picture": picture, "says": says}, then="moves-next")


def deeds(visit: Visit) -> Shown:
    """Return what a lead did, with what each event gave then and gives now."""
    with visit.service.reading() as (session, live):
        found = asked_of(visit, session, live)
        now = clock.micros(visit.now)
        with visit.service.run_of(session, live, found.row, now, "recorded") as run:
            events = timeline(run, found.row.lead_id, visit.now)
        said = _said(session, found.row, [each.event_id for each in events])
    tell, words = found.tell, visit.words
    rows = [
        {
            "id": each.event_id,
            "when": words.when(each.at, visit.now),
            "moment": words.moment(each.at),
            "name": capital(tell.labels.event(each.type)),
            "note": said.get(each.event_id, ""),
            "then": words.points(each.then),
            "now": words.points(each.now),
            "fell": each.now < 0,
            "why": words.t(f"why_{each.why}") if each.why else "",
            "mark": each.mark,
        }
        for each in events
    ]
    return Shown("lead_deeds.html", {"rows": rows, "id": found.row.lead_id}, then="course-next")


def _said(session: Session, row: LeadRow, ids: list[str]) -> dict[str, str]:
    """Return what is most telling of the properties of some events."""
    wanted = set(ids)
    found = {}
    for each in stored.events(session, [row.lead_no]):
        if each.event_id in wanted:
            properties = present_of(each.properties)
            found[each.event_id] = next(
                (str(properties[name])[:120] for name in _TELLING if properties.get(name)), ""
            )
    return found


_TELLING = ("path", "name", "title", "asset_id", "webinar_id", "form", "email_id", "topic", "url")


def present_of(properties: str) -> Mapping[str, Any]:
    """Return the properties of an event."""
    import msgspec  # noqa: PLC0415 - of this alone

    found: Mapping[str, Any] = msgspec.json.decode(properties)
    return found


ADDRESSES = (
    Address("/lead-moves", moves, within=True, lead="id"),
    Address("/lead-course", course, within=True, lead="id"),
    Address("/lead-events", deeds, within=True, lead="id"),
)
"""Parts of a lead that follow."""
