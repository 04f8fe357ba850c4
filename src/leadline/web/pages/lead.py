"""One lead: why it is, or is not, in the next band; its ledger, its course, what it did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leadline.reports.waterfall import waterfall
from leadline.service import answers, clock, queue
from leadline.service.live import Live
from leadline.service.queue import Waiting
from leadline.service.sight import Sight
from leadline.store import facts as stored
from leadline.store import handover
from leadline.store.facts import LeadRow
from leadline.store.handover import AnswerRow
from leadline.store.rows import present
from leadline.store.session import Session
from leadline.web.pages.correcting import merged_into
from leadline.web.pages.frame import Address, Lacking, Shown, Visit
from leadline.web.pages.ledger import drawn, head_of, why_band
from leadline.web.pages.queue import row as queue_row
from leadline.web.pages.telling import Teller, capital

MOST_MATES = 6


@dataclass(frozen=True)
class Found:
    """A lead of the store with its explanation.

    Attributes:
        row: Its row.
        as_of: Moment of its scores.
        explanation: In plain values.
        tell: Says what the model means.
        waiting: As the queue shows it.
        company: The fields of its account.
    """

    row: LeadRow
    as_of: int
    explanation: Mapping[str, Any]
    tell: Teller
    waiting: Waiting
    company: Mapping[str, Any]


def found_of(visit: Visit, session: Session, live: Live) -> Found:
    """Return the lead that an address names. Raises Lacking."""
    asked = asked_of(visit, session, live)
    row, as_of, ladder = asked.row, asked.as_of, asked.tell.ladder
    glances = visit.service.glances(live)
    waiting = queue.one(session, live, glances, row, ladder, clock.micros(visit.now))
    if waiting is None:
        raise Lacking("no_such_lead")
    explained = visit.service.explain(session, live, row, as_of, moves=False)
    accounts = stored.accounts(session, [row.account_id] if row.account_id else [])
    company = present(accounts[0].fields) if accounts else {}
    return Found(row, as_of, explained, asked.tell, waiting, company)


@dataclass(frozen=True)
class Asked:
    """A lead that an address names, and what says what the model means.

    Attributes:
        row: Its row.
        as_of: Moment of its scores.
        tell: Says what the model means.
    """

    row: LeadRow
    as_of: int
    tell: Teller


def asked_of(visit: Visit, session: Session, live: Live) -> Asked:
    """Return the lead that an address names. Raises Lacking."""
    lead = answers.lead(session, live, visit.given("id"))
    if lead is None:
        raise Lacking("no_such_lead")
    ladder = queue.ladder_of(live.model, visit.given("ladder"))
    return Asked(lead[0], lead[1], Teller(live.model, ladder, visit.words))


def page(visit: Visit) -> Shown:
    """Return the page of a lead; what takes longer to compute follows it."""
    with visit.service.reading() as (session, live):
        found = found_of(visit, session, live)
        beside = {
            "mates": list(_mates(session, live, found, visit.signed.sight)),
            "said": _answers(visit, found.tell, handover.answers_of(session, [found.row.lead_no])),
            "merged": merged_into(session, found.row),
            "today": visit.now.astimezone(visit.words.zone).date().isoformat(),
        }
    return Shown("lead.html", {**parts_of_page(visit, found), **beside}, here="leads")


def _answers(visit: Visit, tell: Teller, rows: Sequence[AnswerRow]) -> list[dict[str, Any]]:
    """Return what was said of a lead and counts, the last first."""
    words = visit.words
    return [
        {
            "id": row.answer_id,
            "kind": words.t(f"kind_{row.kind}"),
            "who": row.who,
            "when": words.when(clock.at(row.taken_at), visit.now),
            "says": ", ".join(
                filter(None, (row.reason, row.band and tell.band(row.band), row.to_who, row.note))
            ),
            "is_undone": row.undone_at is not None,
            "can_undo": row.undone_at is None and row.kind != "undone",
        }
        for row in reversed(rows)
        if row.refused is None
    ]


def peek(visit: Visit) -> Shown:
    """Return a lead as it stands beside the queue."""
    with visit.service.reading() as (session, live):
        found = found_of(visit, session, live)
        deeds = stored.events_of_lead(session, found.row.lead_no, 6)
    tell, now = found.tell, visit.now
    seen = [(tell.labels.event(kind), visit.words.when(clock.at(at), now)) for kind, at in deeds]
    return Shown("peek.html", {**parts_of_page(visit, found), "deeds": seen})


def parts_of_page(visit: Visit, found: Found) -> dict[str, Any]:
    """Return what the templates of a lead show."""
    tell, explained = found.tell, found.explanation
    fall = waterfall(tell.model, explained)
    value = explained["scores"][tell.model.main_score]
    before = found.waiting.glance.before if found.waiting.glance else None
    fields = dict(present(found.row.fields))
    missing = explained["missing"]
    lead_missing = [each.split(".", 1)[1] for each in missing if each.startswith("lead.")]
    account_missing = [each.split(".", 1)[1] for each in missing if each.startswith("account.")]
    return {
        "lead": found,
        "is_news": False,
        "face": found.waiting.face,
        "tell": tell,
        "row": queue_row(found.waiting, tell, visit, tell.span([value, before])),
        "value": value,
        "before": before,
        "exact": tell.exact(value),
        "moved": tell.moved(value, before, 2),
        "why_band": list(why_band(tell, explained)),
        "fall": drawn(
            tell, fall, {**_prefixed("account", found.company), **_prefixed("lead", fields)}
        ),
        "is_odds": fall.is_odds,
        "formula": fall.formula,
        "head": head_of(tell, fall),
        "since": _since(visit, found),
        "as_of": visit.words.moment(clock.at(found.as_of)),
        "fields": tell.fields(fields, lead_missing),
        "company_fields": tell.fields(found.company, account_missing),
        "rungs": tell.rungs,
        "parts_of": _parts_of(tell, explained),
    }


def _prefixed(entity: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{entity}.{name}": value for name, value in fields.items()}


def _since(visit: Visit, found: Found) -> str:
    if found.waiting.since is None:
        return ""
    at = clock.at(found.waiting.since)
    return visit.words.t("since", when=visit.words.when(at, visit.now))


def _parts_of(tell: Teller, explained: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the other scores and the grades with their names."""
    model = tell.model
    scores = [
        (capital(tell.labels.score(name)), tell.words.number(value))
        for name, value in explained["scores"].items()
        if name != model.main_score and value is not None
    ]
    grades = [
        (capital(tell.labels.grade(name)), value)
        for name, value in explained["grades"].items()
        if value is not None
    ]
    return [*scores, *grades]


def _mates(
    session: Session, live: Live, found: Found, sight: Sight | None
) -> Iterator[dict[str, Any]]:
    """Yield the other leads of the account with the highest scores."""
    account = found.row.account_id
    if not account:
        return
    mates = queue.of_account(session, live, account, found.tell.ladder, MOST_MATES + 1)
    numbers = [each.place.number for each in mates]
    seen = set(numbers) if sight is None else sight.leads(session, numbers)
    for each in mates:
        if each.face.key != found.row.lead_id and each.place.number in seen:
            yield {
                "face": each.face,
                "score": found.tell.whole(each.place.value),
                "band": found.tell.band(each.place.band),
                "place": found.tell.place(each.place.band),
            }


ADDRESSES = (
    Address("/lead", page, within=True, lead="id"),
    Address("/peek", peek, within=True, lead="id"),
)
"""A lead, and its parts that follow."""
