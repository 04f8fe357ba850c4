"""What alerts tell of beside changes of band, as a pass finds it: responses, jumps, surges."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from leadline.service.alerts.declared import DAY, EXCLUDED, Alert
from leadline.service.live import Batch, Live, Scores, Touched
from leadline.service.taking import Taken, digest
from leadline.store import facts as stored
from leadline.store import handover
from leadline.store.facts import LeadRow
from leadline.store.scores import TransitionRow
from leadline.store.session import Session

WEEKS = 13
"""The week that is judged, and those before it, by which it is."""
LEAST_WEEKS = 4
"""An account that is known for less has no usual range yet."""


@dataclass(frozen=True)
class Noticed:
    """Something that an alert tells of.

    Attributes:
        alert: The alert.
        number: Tells it from others of the alert.
        row: Where the lead or account stands then, as a change that is none.
        facts: What is told beside, each with its name.
    """

    alert: Alert
    number: str
    row: TransitionRow
    facts: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Seen:
    """What a pass knows before it is written.

    Attributes:
        session: The store as it was before.
        live: The version that scored.
        batch: Whom it scored.
        taken: What came.
        found: Their scores.
        at: The moment of these.
    """

    session: Session
    live: Live
    batch: Batch
    taken: Taken
    found: Scores
    at: int


def notice(given: Seen, alerts: Sequence[Alert]) -> list[Noticed]:
    """Return what alerts tell of a pass, each lead with the reasons for its score of now."""
    found = [
        each for alert in alerts if alert.on in NOTICES for each in NOTICES[alert.on](given, alert)
    ]
    if not found:
        return []
    seen = [each for each in _effective(given, found) if each.row.to_band != EXCLUDED]
    leads = {each.row.lead_no for each in seen if each.row.lead_no}
    if not leads:
        return seen
    ledgers = given.live.ledgers(given.batch, leads, given.at)
    return [
        replace(each, row=each.row._replace(ledger=ledgers[each.row.lead_no]))
        if each.row.lead_no
        else each
        for each in seen
    ]


def _effective(given: Seen, found: Sequence[Noticed]) -> Iterator[Noticed]:
    """Yield what was found with the bands that people go by."""
    leads = {each.row.lead_no for each in found if each.row.lead_no}
    held = {(r.lead_no, r.ladder): r.band for r in handover.holds(given.session, leads)}
    for each in found:
        key = (each.row.lead_no or 0, each.row.ladder)
        band = held.get(key, each.row.to_band)
        yield replace(each, row=each.row._replace(from_band=band, to_band=band))


def _responses(given: Seen, alert: Alert) -> Iterator[Noticed]:
    """Yield events of the kinds that an alert names; what is a day old when it comes is history."""
    for event in given.taken.events:
        is_new = event.occurred_at > given.at - DAY
        if is_new and event.type in alert.events and event.lead_no in given.batch.known:
            yield Noticed(alert, digest(event.event_id).hex(), _row(given, event.lead_no))


def _jumps(given: Seen, alert: Alert) -> Iterator[Noticed]:
    """Yield leads whose score is so many points above what it was so long ago.

    What it was is the same statement at that moment, so decay and late events are as they would
    have been. Only leads that rose now are asked; of
    one that came to the store since, and was known before, what it had until this pass counts.
    """
    score = alert.score or next(
        (each.by for each in given.live.model.lead_bands.values() if isinstance(each.by, str)), ""
    )
    now = _values(given.found, score)
    before = _stored(given, list(now), score)
    rose = {number for number, value in now.items() if value > before.get(number, 0.0)}
    if not rose:
        return
    narrowed = replace(
        given.batch,
        scored=Touched(rose),
        leads={number: given.batch.leads[number] for number in rose},
    )
    batch = given.batch if given.live.reads_across or given.batch.merges else narrowed
    then = _values(
        given.live.score(batch, given.at - alert.within, "event", quiet=True), score
    )  # fmt: skip
    for number in sorted(rose):
        came_late = _came_late(given.batch.leads[number], given.at - alert.within)
        gained = now[number] - (before if came_late else then).get(number, 0.0)
        if gained >= alert.by:
            fact = ("Risen by", f"{gained:g} to {now[number]:g}")
            yield Noticed(alert, f"{number}-{given.at}", _row(given, number), [fact])


def _came_late(lead: LeadRow, at: int) -> bool:
    """Say whether the store took a lead after a moment at which the company knew it."""
    known_at = lead.created_at if lead.created_at is not None else lead.recorded_at
    return lead.taken_at > at and (known_at is None or known_at <= at)


def _surges(given: Seen, alert: Alert) -> Iterator[Noticed]:
    """Yield accounts that have far more events in the last week than is usual for them."""
    fresh: dict[str, int] = {}
    for event in given.taken.events:
        lead = given.batch.leads.get(event.lead_no)
        account = event.account_id or (lead.account_id if lead else None)
        if account and event.occurred_at > given.at - 7 * DAY:
            fresh[account] = fresh.get(account, 0) + 1
    for account, count in sorted(fresh.items()):
        weeks = stored.weeks_of_account(given.session, account, given.at, WEEKS)
        weeks[-1] += count
        if is_surge(weeks, alert.at_least):
            row = _row(given, None)._replace(account_id=account)
            yield Noticed(alert, f"{account}-{given.at}", row, [surge_in_words(weeks)])


NOTICES = {"response": _responses, "jump": _jumps, "surge": _surges}
"""What an alert may tell of that a pass finds, to what finds it."""


def is_surge(weeks: Sequence[int], least: int) -> bool:
    """Say whether the last of some weeks has far more events than those before it.

    Far more is above their mean by two of the greater of their standard deviation and that of
    counts by chance (the root of the mean, at least 1). Weeks before the first event do not count.

    >>> is_surge([3, 2, 4, 3, 12], 5), is_surge([3, 2, 4, 3, 6], 5), is_surge([0, 0, 0, 3, 12], 5)
    (True, False, False)
    """
    *before, last = weeks
    first = next((place for place, count in enumerate(before) if count), len(before))
    usual = before[first:]
    if len(usual) < LEAST_WEEKS or last < least:
        return False
    mean = sum(usual) / len(usual)
    spread = math.sqrt(sum((each - mean) ** 2 for each in usual) / len(usual))
    return last > mean + 2 * max(spread, math.sqrt(mean), 1.0)


def surge_in_words(weeks: Sequence[int]) -> tuple[str, str]:
    """Return what is told of a surge."""
    *before, last = weeks
    return "Events of the week", f"{last}, before {sum(before) / len(before):.1f} a week"


def _row(given: Seen, number: int | None) -> TransitionRow:
    """Return where a lead stands on the first ladder, as a change that is none."""
    band = next((row for row in given.found.bands if row.lead_no == number), None)
    name = band.band if band else None
    version = given.live.row
    return TransitionRow(
        lead_no=number, account_id=None, ladder=band.ladder if band else "", at=given.at,
        from_band=name, to_band=name, from_edge_band=None, edge_band=None,
        value=band.value if band else None, override=None, version=version.version,
        model=version.fingerprint, cause="event", quiet=False, ledger=None,
    )  # fmt: skip


def _values(found: Scores, score: str) -> dict[int, float]:
    """Return a score of leads, where they have one."""
    return _decoded([(row.lead_no, row.scores) for row in found.scores], score)


def _stored(given: Seen, numbers: list[int], score: str) -> dict[int, float]:
    query = "select lead_no, scores from current_scores where version = ? and lead_no in ??"
    rows = given.session.rows(query, given.live.row.version, numbers)
    return _decoded([(number, text) for number, text in rows], score)


def _decoded(rows: Sequence[tuple[int, str]], score: str) -> dict[int, float]:
    decoded = {number: json.loads(text).get(score) for number, text in rows}
    return {number: float(value) for number, value in decoded.items() if value is not None}
