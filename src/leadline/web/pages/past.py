"""A lead as it was at the end of a day: its score, and the ledger that made it then."""

from __future__ import annotations

from datetime import date, datetime, time

from leadline.model.given import read_model
from leadline.reports.waterfall import waterfall
from leadline.service import clock, queue
from leadline.store import scores as kept
from leadline.web.pages.frame import Address, Lacking, Shown, Visit
from leadline.web.pages.lead import asked_of
from leadline.web.pages.ledger import drawn, head_of
from leadline.web.pages.telling import Teller


def page(visit: Visit) -> Shown:
    """Return a lead as it was, by the model of that day."""
    at = _end_of(visit, visit.given("day"))
    if at is None:
        raise Lacking("no_such_day")
    with visit.service.reading() as (session, live):
        asked = asked_of(visit, session, live)
        found = visit.service.as_it_was(session, asked.row, at, ledger=True, moves=False)
        if found is None or found.explanation is None:
            raise Lacking("no_score_then")
        version = next(each for each in kept.versions(session) if each.version == found.version)
    model, _ = read_model(version.document)
    tell = Teller(model, queue.ladder_of(model, asked.tell.ladder), visit.words)
    fall = waterfall(model, found.explanation)
    band = found.explanation["bands"].get(tell.ladder)
    parts = {
        "tell": tell,
        "exact": tell.exact(found.explanation["scores"][model.main_score]),
        "band": tell.band(band) if tell.ladder else "",
        "place": tell.place(band),
        "fall": drawn(tell, fall, {}),
        "head": head_of(tell, fall),
        "formula": fall.formula,
        "as_of": visit.words.moment(clock.at(at)),
    }
    return Shown("lead_past.html", parts)


def _end_of(visit: Visit, day: str) -> int | None:
    """Return the end of a day where the reader is, or now; None where it is none of the past."""
    try:
        on = date.fromisoformat(day)
    except ValueError:
        return None
    now, zone = clock.micros(visit.now), visit.words.zone
    begin, end = (
        clock.micros(datetime.combine(on, each, zone)) for each in (time(0), time(23, 59, 59))
    )
    return min(end, now) if 0 <= begin <= now else None


ADDRESSES = (Address("/lead-past", page, within=True, lead="id"),)
"""The past of a lead."""
