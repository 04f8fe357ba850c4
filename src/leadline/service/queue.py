"""Who is to be called next: leads in the upper bands, the raised hands by the time that is left."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from leadline.model.document import Ladder, Model
from leadline.model.durations import Duration
from leadline.model.expressions import names
from leadline.model.rules import EventRule
from leadline.service import standings
from leadline.service.faces import Face, face
from leadline.service.glance import Glance, Glances, Last, last_of
from leadline.service.listing import Field
from leadline.service.live import Live
from leadline.service.sight import Sight
from leadline.store import facts as stored
from leadline.store import handover
from leadline.store.facts import LeadRow
from leadline.store.handover import AnswerRow, OwnershipRow
from leadline.store.session import Session

MOST_WAITING = 500
"""So many leads, those of the highest scores, are put in order; who calls them sees the top."""
UPPER_BANDS = 2
_HOUR = 3_600_000_000
SORTS = ("next", "score", "due", "event")
SHOWS = ("open", "unclaimed", "mine", "resting")
ANSWERS = ("accepted", "rejected", "meeting", "opportunity", "won", "lost", "snoozed")
"""Kinds of answers after which a lead no longer waits for one."""


@dataclass(frozen=True)
class Agreed:
    """How soon a lead of the highest band is to be called.

    Attributes:
        raised: Where it raised a hand, in microseconds.
        other: Any other.
    """

    raised: int = _HOUR
    other: int = 4 * _HOUR


class Place(NamedTuple):
    """A row of bands: who stands where."""

    number: int
    band: str
    value: float | None


@dataclass(frozen=True)
class Waiting:
    """A lead of the queue.

    Attributes:
        place: Where it stands, by the band that people go by.
        face: What it is called.
        since: When it came into its band; None where it always was.
        raised_at: When it last raised a hand, where that still counts.
        due: When it is to be called; None where nothing is agreed, or it was answered.
        last: What it last did.
        has: Who has it; None where nobody does.
        answered: What was last answered since it came, or raised a hand; None where nothing was.
        as_of: Moment of its scores.
        scores: Its scores and grades.
        glance: Its reasons and a week's change; None where nobody looked yet.
    """

    place: Place
    face: Face
    since: int | None
    raised_at: int | None
    due: int | None
    last: Last | None
    has: OwnershipRow | None = None
    answered: AnswerRow | None = None
    as_of: int = 0
    scores: Mapping[str, Any] | None = None
    glance: Glance | None = None

    def rests(self, now: int) -> bool:
        """Say whether it was put off until later."""
        until = self.has.snoozed_until if self.has is not None else None
        return until is not None and until > now

    @property
    def owner(self) -> str:
        """Who has it; empty for nobody."""
        return self.has.owner if self.has is not None else ""


@dataclass(frozen=True)
class Wanted:
    """Which part of the queue.

    Attributes:
        ladder: The ladder.
        bands: Its bands that are listed.
        who: Who asks.
        show: Of ``SHOWS``: what waits for them, what nobody has, what they have, what rests.
        sort: Of ``SORTS``.
        field: What a field of the lead must be.
        start: So many are left out before the first.
        most: So many are shown.
        sight: Which leads are seen at all; None for all.
    """

    ladder: str
    bands: Sequence[str]
    who: str = ""
    show: str = "open"
    sort: str = "next"
    field: Field | None = None
    start: int = 0
    most: int = 50
    sight: Sight | None = None

    def shows(self, each: Waiting, now: int) -> bool:
        """Say whether a lead is in the part."""
        if self.show in {"mine", "resting"}:
            return each.owner == self.who and each.rests(now) is (self.show == "resting")
        mine = () if self.show == "unclaimed" else (self.who,)
        return each.owner in {"", *mine} and each.answered is None and not each.rests(now)


@dataclass(frozen=True)
class Queue:
    """A part of the queue.

    Attributes:
        shown: Its leads, in order.
        of: How many there are in the part.
        counts: How many leads each part of ``SHOWS`` has.
        to_call: How many have an agreed time.
        late: How many of them are late.
        is_cut: Whether bands have more leads than were put in order.
    """

    shown: Sequence[Waiting]
    of: int
    counts: Mapping[str, int]
    to_call: int
    late: int
    is_cut: bool


def bands_of(model: Model, ladder: str) -> list[str]:
    """Return the bands that a queue begins with: the upper ones, the highest first."""
    rungs = model.bands[ladder]
    if rungs.edges is None:
        return [each for each in standings.bands_of(model, ladder) if each != rungs.default]
    ordered = list(reversed(rungs.edges))
    return ordered[: UPPER_BANDS if len(ordered) > UPPER_BANDS else 1]


def queue(  # noqa: PLR0913, PLR0917 - of what, whom, when and by what agreement
    session: Session,
    live: Live,
    glances: Glances,
    wanted: Wanted,
    now: int,
    agreed: Agreed | None = None,
) -> Queue:
    """Return a part of the queue as it is now."""
    places = [*_places(session, live.row.version, wanted), *_own(session, live.row.version, wanted)]
    places = list({each.number: each for each in places}.values())
    is_cut = len(places) >= MOST_WAITING
    if wanted.sight is not None:
        seen = wanted.sight.leads(session, [each.number for each in places])
        places = [each for each in places if each.number in seen]
    known = list(_waiting(session, live, places, wanted, (now, agreed or Agreed())))
    parts = {show: _part(known, replace(wanted, show=show), now) for show in SHOWS}
    found = sorted(parts[wanted.show], key=_ORDERS[wanted.sort])
    part = found[wanted.start : wanted.start + wanted.most]
    return Queue(
        with_glances(session, live, glances, part, now),
        len(found),
        {show: len(each) for show, each in parts.items()},
        sum(each.due is not None for each in found),
        sum(each.due is not None and each.due < now for each in found),
        is_cut,
    )


def _part(known: Sequence[Waiting], wanted: Wanted, now: int) -> list[Waiting]:
    """Return the leads of a part; those that somebody has are theirs in whatever band."""
    is_own = wanted.show in {"mine", "resting"}
    return [
        each
        for each in known
        if wanted.shows(each, now) and (is_own or each.place.band in wanted.bands)
    ]


def one(  # noqa: PLR0913, PLR0917 - where, by which ladder, whom and when
    session: Session, live: Live, glances: Glances, row: LeadRow, ladder: str, now: int
) -> Waiting | None:
    """Return one lead as the queue shows it, in whatever band; None where it has no score."""
    rows = session.rows(
        "select b.lead_no, coalesce(h.band, b.band), b.value from current_bands as b "
        "left join band_holds as h on h.lead_no = b.lead_no and h.ladder = b.ladder "
        "where b.version = ? and b.ladder = ? and b.lead_no = ?",
        live.row.version,
        ladder,
        row.lead_no,
    )
    places = [Place(number, band or "", value) for number, band, value in rows]
    places = places or [Place(row.lead_no, "", None)]
    wanted = Wanted(ladder, bands_of(live.model, ladder) if ladder else ())
    found = list(_waiting(session, live, places, wanted, (now, Agreed())))
    return next(iter(with_glances(session, live, glances, found, now)), None)


def of_account(
    session: Session, live: Live, account_id: str, ladder: str, most: int
) -> list[Waiting]:
    """Return the leads of an account, those of the highest score first, without glances."""
    rows = session.rows(
        "select l.lead_no, coalesce(b.band, ''), b.value from leads as l "
        "join current_scores as s on s.lead_no = l.lead_no and s.version = ? "
        "left join current_bands as b on b.lead_no = l.lead_no and b.version = s.version "
        "and b.ladder = ? where l.account_id = ? "
        "order by case when b.value is null then 1 else 0 end, b.value desc, l.lead_no limit ?",
        live.row.version,
        ladder,
        account_id,
        most,
    )
    wanted = Wanted(ladder, ())
    places = [Place(*row) for row in rows]
    return list(_waiting(session, live, places, wanted, (2**62, Agreed())))


def with_glances(
    session: Session, live: Live, glances: Glances, waiting: Sequence[Waiting], now: int
) -> list[Waiting]:
    """Return leads with what a list shows of them; those that have no score are left out."""
    numbers = [each.place.number for each in waiting]
    scored = {
        number: (as_of, json.loads(values))
        for number, as_of, values in session.rows(
            "select lead_no, as_of, scores from current_scores where version = ? and lead_no in ??",
            live.row.version,
            numbers,
        )
    }
    found = glances.of(session, {number: as_of for number, (as_of, _) in scored.items()}, now)
    return [
        replace(
            each,
            as_of=scored[each.place.number][0],
            scores=scored[each.place.number][1],
            glance=found.get(each.place.number),
        )
        for each in waiting
        if each.place.number in scored
    ]


def _places(session: Session, version: int, wanted: Wanted) -> Iterator[Place]:
    """Yield who stands in the bands, the highest of each first, no more than are put in order."""
    left = MOST_WAITING
    for band in wanted.bands:
        rows = session.rows(
            "select b.lead_no, b.band, b.value from current_bands as b "
            "where b.version = ? and b.ladder = ? and b.band = ? and not exists (select 1 from "
            "band_holds as h where h.lead_no = b.lead_no and h.ladder = b.ladder) "
            "order by b.value desc, b.lead_no desc limit ?",
            version,
            wanted.ladder,
            band,
            left,
        )
        left -= len(rows)
        yield from (Place(*row) for row in rows)
    held = session.rows(
        "select b.lead_no, h.band, b.value from band_holds as h join current_bands as b "
        "on b.lead_no = h.lead_no and b.ladder = h.ladder and b.version = ? "
        "where h.ladder = ? and h.band in ?? limit ?",
        version,
        wanted.ladder,
        list(wanted.bands),
        MOST_WAITING,
    )
    yield from (Place(*row) for row in held)


def _own(session: Session, version: int, wanted: Wanted) -> Iterator[Place]:
    """Yield where the leads stand that somebody has."""
    rows = session.rows(
        "select b.lead_no, coalesce(h.band, b.band, ''), b.value from ownerships as o "
        "join current_bands as b on b.lead_no = o.lead_no and b.version = ? and b.ladder = ? "
        "left join band_holds as h on h.lead_no = b.lead_no and h.ladder = b.ladder "
        "where o.owner = ? and o.ended_at is null limit ?",
        version,
        wanted.ladder,
        wanted.who,
        MOST_WAITING,
    )
    yield from (Place(*row) for row in rows)


def _waiting(
    session: Session,
    live: Live,
    places: Sequence[Place],
    wanted: Wanted,
    when: tuple[int, Agreed],
) -> Iterator[Waiting]:
    numbers = [each.number for each in places]
    rows = {row.lead_no: row for row in stored.leads(session, numbers)}
    accounts = {row.account_id for row in rows.values() if row.account_id}
    companies = {row.account_id: row for row in stored.accounts(session, accounts)}
    ladder = live.model.bands.get(wanted.ladder)
    top = _top(ladder)
    since = _since(session, wanted.ladder, numbers)
    raised = _raised(session, live.model, ladder, numbers, when[0])
    last = last_of(session, numbers, live.model.passive)
    has = {each.lead_no: each for each in handover.owned(session, numbers)}
    answered = _answered(session, numbers)
    for place in places:
        row = rows[place.number]
        if wanted.field is not None and not wanted.field.holds(row.fields):
            continue
        came, hand = since.get((place.number, place.band)), raised.get(place.number)
        own = has.get(place.number)
        said = answered.get(place.number)
        if said is not None and said.taken_at < max(came or 0, hand or 0):
            said = None
        is_open = place.band == top and (said is None or said.kind == "snoozed")
        due = _due(came, hand, own, when[1]) if is_open else None
        called = face(row, companies.get(row.account_id or ""))
        yield Waiting(place, called, came, hand, due, last.get(place.number), own, _closing(said))


def _answered(session: Session, numbers: Sequence[int]) -> dict[int, AnswerRow]:
    """Return what was last answered of each lead, and counts."""
    return {
        row.lead_no: row
        for row in handover.answers_of(session, numbers)
        if row.kind in ANSWERS and row.refused is None and row.undone_at is None
    }


def _closing(said: AnswerRow | None) -> AnswerRow | None:
    """Return an answer after which a lead waits no more; one that put it off is none."""
    return None if said is None or said.kind == "snoozed" else said


def _top(ladder: Ladder | None) -> str:
    """Return the band that has an agreed time: the highest one."""
    return list(ladder.edges)[-1] if ladder is not None and ladder.edges else ""


def _due(
    since: int | None, raised: int | None, has: OwnershipRow | None, agreed: Agreed
) -> int | None:
    """Return when a lead is to be called: so long after the last that made it urgent.

    Who was given a lead has the time that was agreed for it; what was put off is due then.
    """
    if has is not None and (stated := has.snoozed_until or has.due_at) is not None:
        return stated
    began = [each for each in (since, raised) if each is not None]
    if since is None:
        return None
    return max(began) + (agreed.other if raised is None else agreed.raised)


def _since(session: Session, ladder: str, numbers: Sequence[int]) -> dict[tuple[int, str], int]:
    """Return when each lead last came into each band."""
    rows = session.rows(
        "select lead_no, to_band, max(at) from transitions where lead_no in ?? and ladder = ? "
        "and to_band is not null and coalesce(from_band, '') <> to_band group by lead_no, to_band",
        list(numbers),
        ladder,
    )
    return {(number, band): at for number, band, at in rows}


def hands(model: Model, ladder: Ladder | None) -> dict[str, Duration | None]:
    """Return the types of events that raise a hand, and for how long each counts.

    They are those that the highest band asks for: the event rules that its ``require`` reads.
    """
    asked = ladder.require.get(_top(ladder)) if ladder is not None else None
    read = (
        {each.parts[-1] for each in names(asked.tree) if each.parts[0] == "hits"} if asked else {}
    )
    found: dict[str, Duration | None] = {}
    for _, name, rule in model.rules():
        if name in read and isinstance(rule, EventRule):
            found |= dict.fromkeys(rule.event, rule.within)
    return found


def _raised(
    session: Session, model: Model, ladder: Ladder | None, numbers: Sequence[int], now: int
) -> dict[int, int]:
    """Return when each lead last raised a hand, where that still counts."""
    lasting = hands(model, ladder)
    if not lasting:
        return {}
    rows = session.rows(
        "select lead_no, type, max(occurred_at) from events where lead_no in ?? and type in ?? "
        "group by lead_no, type",
        list(numbers),
        list(lasting),
    )
    found: dict[int, int] = {}
    for number, kind, at in rows:
        within = lasting[kind]
        if within is None or now - at < within.seconds * 1_000_000:
            found[number] = max(at, found.get(number, 0))
    return found


_NEVER = 2**62


def _next(each: Waiting) -> tuple[object, ...]:
    """Raised hands by the time that is left, then the others by their score."""
    is_hand = each.due is not None and each.raised_at is not None
    return (not is_hand, each.due if is_hand else 0, *_by_score(each))


def _by_score(each: Waiting) -> tuple[object, ...]:
    value = each.place.value
    return (value is None, -(value or 0.0), each.place.number)


def _by_due(each: Waiting) -> tuple[object, ...]:
    return (_NEVER if each.due is None else each.due, *_by_score(each))


def _by_event(each: Waiting) -> tuple[object, ...]:
    return (0 if each.last is None else -each.last.at, *_by_score(each))


_ORDERS: Mapping[str, Callable[[Waiting], Any]] = dict(
    zip(SORTS, (_next, _by_score, _by_due, _by_event), strict=True)
)


def ladder_of(model: Model, given: str = "") -> str:
    """Return the ladder that leads are called by: the one that is named, or the first."""
    ladders: Iterable[str] = model.lead_bands
    return given if given in model.lead_bands else next(iter(ladders), "")
