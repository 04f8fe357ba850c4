"""Leads as a list: in some order, of some bands, with what is known of them.

Two walks give the order. A score that a ladder goes by stands in an index, in which each band is
a stretch. Any other order is one pass over the scores of the version, which keeps no more than it
looks at; of an account it is one over the leads of that account.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge as merged
from itertools import islice
from typing import Any, NamedTuple

from leadline.model.document import Model
from leadline.query.context import decides
from leadline.service import cursor
from leadline.service.listing import (
    MOST_LOOKED_AT,
    Field,
    Order,
    Place,
    Statement,
    every,
    page,
    value_of,
    walk,
)
from leadline.service.live import Live
from leadline.service.sight import Sight
from leadline.store import facts as stored
from leadline.store import handover
from leadline.store import scores as kept
from leadline.store.rows import present
from leadline.store.session import Session


class Standing(NamedTuple):
    """A lead in a list; its bands and ``value`` are of the ladder that was asked for.

    ``effective_band`` is the one that people go by.
    """

    lead_id: str
    account_id: str | None
    band: str | None
    effective_band: str | None
    owner: str | None
    value: float | None
    as_of: int
    scores: Mapping[str, Any]
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class Wanted:
    """A part of a list.

    Attributes:
        order: By a score of leads or by when they were scored.
        ladder: The ladder whose bands are shown.
        bands: Those of its bands that are listed, as people go by them; empty for all leads.
        account_id: Whose leads are listed; empty for all.
        owner: Who has the leads that are listed; empty for all.
        field: What a field of the lead must be.
        scored_since: When it must have been scored at the earliest.
        active_since: When it must have done something at the earliest.
        after: Where the page before ended; empty for the first.
        most: How many leads it has at the most.
        sight: Which leads are seen at all; None for all.
    """

    order: Order
    ladder: str = ""
    bands: Sequence[str] = ()
    account_id: str = ""
    owner: str = ""
    field: Field | None = None
    scored_since: int | None = None
    active_since: int | None = None
    after: str = ""
    most: int = 50
    sight: Sight | None = None

    @property
    def looks(self) -> bool:
        """Whether anything is asked that the walk does not answer."""
        asked = (self.field, self.scored_since, self.active_since, self.owner or None, self.sight)
        return any(each is not None for each in asked)

    @property
    def looked(self) -> int:
        """How many rows are walked for the page."""
        return MOST_LOOKED_AT if self.looks else self.most


def bands_of(model: Model, ladder: str) -> list[str]:
    """Return the bands of a ladder, and those that overrides give on it."""
    rungs = model.bands[ladder]
    own = [*(rungs.edges or rungs.cells or ()), *([rungs.default] if rungs.default else [])]
    given = [each.band for each in model.overrides.values() if decides(each, ladder)]
    return list(dict.fromkeys([*own, *given]))


def listed(session: Session, kind: str, live: Live, wanted: Wanted) -> tuple[list[Standing], str]:
    """Return a page of leads, and where the list goes on."""
    after = cursor.place(wanted.after, int) if wanted.after else None
    version, ladder = live.row.version, _of_index(live.model, wanted)
    if ladder:
        bands: Sequence[str | None] = wanted.bands or [*bands_of(live.model, ladder), None]
        walks = [of_band(version, wanted, (ladder, band), after) for band in bands]
        walks += [of_holds(version, wanted, ladder, after)] if wanted.bands else []
    else:
        walks = [by_pass(kind, version, wanted, after)]
    lists = [session.rows(each.text, *each.params) for each in walks]
    rows = islice(merged(*lists, reverse=wanted.order.falling), wanted.looked)
    fitting = _fitting(session, version, wanted) if wanted.looks else None
    found, on = page(list(rows), wanted.most, wanted.looked, fitting)
    return _standings(session, version, wanted.ladder, [number for _, number in found]), on


def _of_index(model: Model, wanted: Wanted) -> str:
    """Return the ladder whose index has the order; empty where none has."""
    if wanted.account_id:
        return ""
    ladders = [wanted.ladder] if wanted.bands else list(model.lead_bands)
    return next((each for each in ladders if model.bands[each].by == wanted.order.by), "")


def of_band(
    version: int, wanted: Wanted, rung: tuple[str, str | None], after: Place | None
) -> Statement:
    """Return the statement that walks a band of a ladder, a stretch of the index."""
    ladder, band = rung
    own = Statement("current_bands where version = ? and ladder = ?", (version, ladder))
    stretch = Statement("band is null") if band is None else Statement("band = ?", (band,))
    free = [Statement(f"not exists ({_HELD})")] if wanted.bands else []
    source = every(own, stretch, *free)
    return walk(wanted.order, source, "lead_no", after, wanted.looked, within="band")


def of_holds(version: int, wanted: Wanted, ladder: str, after: Place | None) -> Statement:
    """Return the statement that walks the leads whose band is held at one that is listed."""
    held = Statement(f"exists ({_HELD} and h.band in ??)", (list(wanted.bands),))
    own = Statement("current_bands where version = ? and ladder = ?", (version, ladder))
    few = Statement(
        "lead_no in (select lead_no from band_holds where ladder = ? and band in ??)",
        (ladder, list(wanted.bands)),
    )
    return walk(wanted.order, every(own, few, held), "lead_no", after, wanted.looked)


def by_pass(kind: str, version: int, wanted: Wanted, after: Place | None) -> Statement:
    """Return the statement that walks the scores of a version, or those of an account's leads."""
    value = value_of(kind, wanted.order.by)
    own = [Statement("version = ?", (version,))]
    if wanted.account_id:
        own.append(Statement(_OF_ACCOUNT, (wanted.account_id,)))
    if wanted.bands:
        bands = list(wanted.bands)
        own.append(Statement(_IN_BANDS, (version, wanted.ladder, bands, wanted.ladder, bands)))
    text, params = every(*own)
    source = Statement(
        f"(select {value.text} as value, lead_no from current_scores where {text}) as valued "
        "where true",
        (*value.params, *params),
    )
    return walk(wanted.order, source, "lead_no", after, wanted.looked)


_OF_ACCOUNT = "lead_no in (select lead_no from leads where account_id = ?)"
_HELD = (
    "select 1 from band_holds as h where h.lead_no = current_bands.lead_no "
    "and h.ladder = current_bands.ladder"
)
_IN_BANDS = (
    "lead_no in (select lead_no from current_bands where version = ? and ladder = ? and band in ?? "
    f"and not exists ({_HELD}) union all "
    "select lead_no from band_holds where ladder = ? and band in ??)"
)


def _fitting(session: Session, version: int, wanted: Wanted) -> Callable[[Sequence[int]], set[int]]:
    """Return what finds those of some leads that are listed, by what their rows hold."""

    def fitting(numbers: Sequence[int]) -> set[int]:
        found = set(numbers)
        if wanted.scored_since is not None:
            found &= _ever(session, _SCORED, found, version, wanted.scored_since)
        if wanted.active_since is not None:
            found &= _ever(session, _ACTIVE, found, wanted.active_since)
        if wanted.owner:
            found &= _ever(session, _OWNED, found, wanted.owner)
        if wanted.sight is not None:
            found = wanted.sight.leads(session, found)
        if wanted.field is not None:
            rows = stored.leads(session, found)
            found &= {row.lead_no for row in rows if wanted.field.holds(row.fields)}
        return found

    return fitting


_SCORED = "select lead_no from current_scores where lead_no in ?? and version = ? and as_of >= ?"
_ACTIVE = "select distinct lead_no from events where lead_no in ?? and occurred_at >= ?"

_OWNED = "select lead_no from ownerships where lead_no in ?? and owner = ? and ended_at is null"


def _ever(session: Session, query: str, numbers: set[int], *params: object) -> set[int]:
    return {number for (number,) in session.rows(query, sorted(numbers), *params)}


def _standings(
    session: Session, version: int, ladder: str, numbers: Sequence[int]
) -> list[Standing]:
    rows = {row.lead_no: row for row in stored.leads(session, numbers)}
    bands = {
        row.lead_no: row for row in kept.bands(session, version, numbers) if row.ladder == ladder
    }
    held = {row.lead_no: row for row in handover.holds(session, numbers) if row.ladder == ladder}
    owners = {row.lead_no: row.owner for row in handover.owned(session, numbers)}
    scores = {
        number: (as_of, json.loads(values))
        for number, as_of, values in session.rows(
            "select lead_no, as_of, scores from current_scores where version = ? and lead_no in ??",
            version,
            list(numbers),
        )
    }
    return [
        Standing(
            rows[number].lead_id,
            rows[number].account_id,
            bands[number].band if number in bands else None,
            held[number].band
            if number in held
            else bands[number].band
            if number in bands
            else None,
            owners.get(number),
            bands[number].value if number in bands else None,
            *scores[number],
            present(rows[number].fields),
        )
        for number in numbers
    ]
