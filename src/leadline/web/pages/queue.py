"""The queue: who is to be called next, why, and how soon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from leadline.model.document import Model
from leadline.reports.svg.strips import Span
from leadline.service import answers, clock, queue, standings
from leadline.service.listing import Field
from leadline.service.queue import Queue, Waiting, Wanted
from leadline.store import facts as stored
from leadline.web.pages.frame import Address, Lacking, Shown, Visit
from leadline.web.pages.telling import Teller, in_name

SHOWN = 50
NOW_SECONDS = 300
"""What somebody did so long ago they do now."""
NEAR_POINTS = 10
MOST_FROM = queue.MOST_WAITING


@dataclass(frozen=True)
class View:
    """A part of the queue that has a name of its own.

    Attributes:
        name: Its text.
        asked: What the address asks for.
        count: How many leads it has.
        is_here: Whether it is the one that is shown.
    """

    name: str
    asked: dict[str, str]
    count: int
    is_here: bool


def page(visit: Visit) -> Shown:
    """Return the queue with the lead that is chosen beside it."""
    with visit.service.reading() as (session, live):
        wanted = wanted_of(visit, live.model, stored.known_fields(session, "lead"))
        if not wanted.ladder:
            raise Lacking("no_ladder")
        glances = visit.service.glances(live)
        found = queue.queue(session, live, glances, wanted, clock.micros(visit.now))
        news = answers.last_change(session)
        fields = stored.known_fields(session, "lead")
    tell = Teller(live.model, wanted.ladder, visit.words)
    chosen = _chosen(visit, found.shown)
    span = tell.span(
        value
        for each in found.shown
        for value in (each.place.value, each.glance.before if each.glance else None)
    )
    parts = {
        "queue": found,
        "tell": tell,
        "wanted": wanted,
        "rows": [row(each, tell, visit, span) for each in found.shown],
        "chosen": chosen,
        "views": _views(found, wanted, visit),
        "bands": [
            (each, tell.band(each)) for each in standings.bands_of(live.model, wanted.ladder)
        ],
        "fields": [(each, in_name(each)) for each in fields],
        "sorts": queue.SORTS,
        "news": news,
        "on": wanted.start + SHOWN if wanted.start + SHOWN < found.of else 0,
        "agreed": queue.Agreed(),
    }
    return Shown("queue.html", parts, here="queue")


def wanted_of(visit: Visit, model: Model, fields: Sequence[str]) -> Wanted:
    """Return what the address asks for; what it cannot mean is left out."""
    ladder = queue.ladder_of(model, visit.given("ladder"))
    known = standings.bands_of(model, ladder) if ladder else []
    asked = [each for each in visit.request.query_params.getlist("band") if each in known]
    name = visit.given("field")
    sort = visit.given("sort", "next")
    show = visit.given("show", "open")
    start = visit.given("from", "0")
    return Wanted(
        ladder,
        asked or (queue.bands_of(model, ladder) if ladder else []),
        visit.signed.person.email,
        show if show in queue.SHOWS else "open",
        sort if sort in queue.SORTS else "next",
        Field(name, visit.given("equals")) if name in fields else None,
        min(int(start), MOST_FROM) if start.isdecimal() and len(start) <= len("500") else 0,
        SHOWN,
        visit.signed.sight,
    )


def _views(found: Queue, wanted: Wanted, visit: Visit) -> list[View]:
    """Return the parts of the queue with how many leads each has."""
    is_plain = wanted.field is None and not visit.request.query_params.getlist("band")
    return [
        View(
            visit.words.t(f"view_{show}"),
            {} if show == "open" else {"show": show},
            found.counts[show],
            is_plain and wanted.show == show,
        )
        for show in queue.SHOWS
    ]


def _chosen(visit: Visit, shown: Sequence[Waiting]) -> Waiting | None:
    """Return the lead that the address chooses, else the first."""
    wanted = visit.given("lead")
    return next((each for each in shown if each.face.key == wanted), next(iter(shown), None))


def row(each: Waiting, tell: Teller, visit: Visit, span: Span) -> dict[str, Any]:
    """Return what the template shows of a lead of the queue."""
    words, now = visit.words, visit.now
    value, before = each.place.value, each.glance.before if each.glance else None
    due = None if each.due is None else clock.at(each.due)
    total = None
    if each.due is not None and each.since is not None:
        began = max(filter(None, (each.since, each.raised_at)))
        total = (each.due - began) / 1_000_000
    moved = tell.moved(value, before)
    return {
        "key": each.face.key,
        "face": each.face,
        "band": each.place.band,
        "band_says": tell.band(each.place.band),
        "place": tell.place(each.place.band),
        "score": tell.whole(value),
        "moved": moved,
        "fell": value is not None and before is not None and value < before,
        "is_new": before is None,
        "value": value,
        "before": before,
        "says": tell.strip_says(value, each.place.band, before),
        "span": span,
        "reasons": tell.reasons(each.glance.reasons) if each.glance else [],
        "short": _short(tell, each),
        "last": tell.labels.event(each.last.type) if each.last else "",
        "last_when": words.when(clock.at(each.last.at), now) if each.last else "",
        "is_now": each.last is not None
        and 0 <= (now - clock.at(each.last.at)).total_seconds() < NOW_SECONDS,
        "due": "" if due is None else words.left(due, now),
        "is_late": due is not None and due < now,
        "spent": 0 if due is None or not total else _spent(total, (due - now).total_seconds()),
        "of": "" if not total else words.t("of", span=words.span(total)),
        "is_hand": each.raised_at is not None,
        "owner": each.owner,
        "is_mine": each.owner == visit.signed.person.email,
        "rests": _rests(each, visit),
    }


def _rests(each: Waiting, visit: Visit) -> str:
    """Say until when a lead rests, where it does."""
    until = each.has.snoozed_until if each.has is not None else None
    if until is None or not each.rests(clock.micros(visit.now)):
        return ""
    return visit.words.t("until", when=visit.words.moment(clock.at(until)))


def _spent(total: float, left: float) -> int:
    """Return how much of an agreed time has gone by, in tenths."""
    return min(10, max(0, round(10 * (1 - left / total))))


def _short(tell: Teller, each: Waiting) -> str:
    """Say how far a lead is from the highest band, where that is near."""
    if each.due is not None or each.place.value is None or not tell.rungs:
        return ""
    top = tell.rungs[-1]
    lacks = top.edge - each.place.value
    if each.place.band == top.name or not 0 < lacks <= NEAR_POINTS:
        return ""
    return tell.words.t("short_of", n=tell.words.number(lacks, 1), band=tell.band(top.name))


ADDRESSES = (Address("/queue", page, within=True),)
"""The queue."""
