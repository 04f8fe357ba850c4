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
from leadline.store import facts as stored
from leadline.store.facts import LeadRow
from leadline.store.session import Session

MOST_WAITING = 500
"""So many leads, those of the highest scores, are put in order; who calls them sees the top."""
UPPER_BANDS = 2
_HOUR = 3_600_000_000
SORTS = ("next", "score", "due", "event")


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
        place: Where it stands.
        face: What it is called.
        since: When it came into its band; None where it always was.
        raised_at: When it last raised a hand.
        due: When it is to be called; None where nothing is agreed.
        last: What it last did.
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
    as_of: int = 0
    scores: Mapping[str, Any] | None = None
    glance: Glance | None = None


@dataclass(frozen=True)
class Wanted:
    """Which part of the queue.

    Attributes:
        ladder: The ladder.
        bands: Its bands that are listed.
        sort: Of ``SORTS``.
        field: What a field of the lead must be.
        start: So many are left out before the first.
        most: So many are shown.
    """

    ladder: str
    bands: Sequence[str]
    sort: str = "next"
    field: Field | None = None
    start: int = 0
    most: int = 50


@dataclass(frozen=True)
class Queue:
    """A part of the queue.

    Attributes:
        shown: Its leads, in order.
        of: How many there are in all that were put in order.
        counts: How many leads each band has, whatever else is asked.
        to_call: How many of those in order have an agreed time.
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


def queue(  # noqa: PLR0913 - of what, whom, when and by what agreement
    session: Session,
    live: Live,
    glances: Glances,
    wanted: Wanted,
    now: int,
    agreed: Agreed | None = None,
) -> Queue:
    """Return a part of the queue as it is now."""
    counts = {
        each: _count(session, live.row.version, wanted.ladder, each) for each in wanted.bands
    }
    places = list(_places(session, live.row.version, wanted))
    found = list(_waiting(session, live, places, wanted, (now, agreed or Agreed())))
    found.sort(key=_ORDERS[wanted.sort])
    part = found[wanted.start : wanted.start + wanted.most]
    return Queue(
        with_glances(session, live, glances, part, now),
        len(found),
        counts,
        sum(each.due is not None for each in found),
        sum(each.due is not None and each.due < now for each in found),
        sum(counts.values()) > len(places),
    )


def one(
    session: Session, live: Live, glances: Glances, row: LeadRow, ladder: str, now: int
) -> Waiting | None:
    """Return one lead as the queue shows it, in whatever band; None where it has no score."""
    rows = session.rows(
        "select lead_no, band, value from current_bands where version = ? and ladder = ? "
        "and lead_no = ?",
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


def _count(session: Session, version: int, ladder: str, band: str) -> int:
    [(count,)] = session.rows(
        "select count(*) from current_bands where version = ? and ladder = ? and band = ?",
        version,
        ladder,
        band,
    )
    return int(count)


def _places(session: Session, version: int, wanted: Wanted) -> Iterator[Place]:
    """Yield who stands in the bands, the highest of each first, no more than are put in order."""
    left = MOST_WAITING
    for band in wanted.bands:
        rows = session.rows(
            "select lead_no, band, value from current_bands where version = ? and ladder = ? "
            "and band = ? order by value desc, lead_no desc limit ?",
            version,
            wanted.ladder,
            band,
            left,
        )
        left -= len(rows)
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
    for place in places:
        row = rows[place.number]
        if wanted.field is not None and not wanted.field.holds(row.fields):
            continue
        came, hand = since.get((place.number, place.band)), raised.get(place.number)
        due = _due(came, hand, when[1]) if place.band == top else None
        company = companies.get(row.account_id or "")
        yield Waiting(place, face(row, company), came, hand, due, last.get(place.number))


def _top(ladder: Ladder | None) -> str:
    """Return the band that has an agreed time: the highest one."""
    return list(ladder.edges)[-1] if ladder is not None and ladder.edges else ""


def _due(since: int | None, raised: int | None, agreed: Agreed) -> int | None:
    """Return when a lead is to be called: so long after the last that made it urgent."""
    began = [each for each in (since, raised) if each is not None]
    if since is None:
        return None
    return max(began) + (agreed.other if raised is None else agreed.raised)


def _since(
    session: Session, ladder: str, numbers: Sequence[int]
) -> dict[tuple[int, str], int]:
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
    read = {each.parts[-1] for each in names(asked.tree) if each.parts[0] == "hits"} if asked else {}
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
