"""What can be read of the service: a lead, changes, models; and scores of what is not stored."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from leadline.questions.plain import plain
from leadline.service import answers
from leadline.service.arriving.items import flat
from leadline.service.clock import micros
from leadline.service.clock import text as time
from leadline.service.handover.standing import standing
from leadline.service.service import Service
from leadline.service.sight import Sight
from leadline.store import facts as stored
from leadline.store import scores as kept
from leadline.store.facts import LeadRow
from leadline.store.rows import present
from leadline.store.session import Session
from leadline.web.endpoint import Asked, Endpoint, Id, Limit, NoParameters, Refused


class LeadAsked(msgspec.Struct):
    """Which lead, and what of it."""

    lead_id: Id
    include: Annotated[
        str, Meta(description="Any of ledger and moves, with a comma between them.")
    ] = ""
    at: Annotated[
        datetime | None, Meta(description="A moment of the past; by the model that was live then.")
    ] = None


class HistoryAsked(msgspec.Struct):
    """Which lead, and up to when."""

    lead_id: Id
    at: Annotated[datetime | None, Meta(description="Up to this moment; by default now.")] = None


class Moment(msgspec.Struct):
    """A lead at a moment, by the model that was live then."""

    at: str
    what: str
    value: float | None
    change: float
    band: str | None
    rule: str | None
    points: float
    scores: dict[str, float | None]
    bands: dict[str, str | None]
    model: str
    version: int


class History(msgspec.Struct):
    """The scores that a lead had, at each of its events and in between."""

    lead_id: str
    moments: list[Moment]


class Lead(msgspec.Struct):
    """A lead, its scores, and where it stands; ``effective_bands`` are those that people go by."""

    lead_id: str
    account_id: str | None
    as_of: str
    model: str
    scores: dict[str, Any]
    fields: dict[str, Any]
    effective_bands: dict[str, str | None] = {}
    owner: str | None = None
    explanation: dict[str, Any] | None = None


class ChangesAsked(msgspec.Struct):
    """From where on."""

    since: Annotated[
        int, Meta(ge=0, le=2**62, description="Number of the last change that is known.")
    ] = 0
    limit: Limit = 100


class Change(msgspec.Struct):
    """A band that changed."""

    transition_id: int
    lead_id: str | None
    account_id: str | None
    ladder: str
    at: str
    from_band: str | None
    to_band: str | None
    value: float | None
    override: str | None
    model: str
    cause: str


class Changes(msgspec.Struct):
    """Changes in their order; none is left out between two pages."""

    transitions: list[Change]


class Version(msgspec.Struct):
    """A version of the model."""

    version: int
    name: str
    fingerprint: str
    state: Literal["draft", "published", "retired"]
    published_at: str | None
    retired_at: str | None


class Versions(msgspec.Struct):
    """All versions, the latest first."""

    models: list[Version]


class Said(msgspec.Struct):
    """Something that happened; without a time it happens now."""

    type: Annotated[str, Meta(min_length=1, max_length=256)]
    occurred_at: datetime | None = None
    properties: dict[str, Any] = {}


class Told(msgspec.Struct):
    """A lead that is not stored."""

    lead: dict[str, Any] = {}
    account: dict[str, Any] = {}
    events: Annotated[list[Said], Meta(max_length=1000)] = []


class Scored(msgspec.Struct):
    """What it would score now."""

    as_of: str
    model: str
    scores: dict[str, Any]


def _score(service: Service, asked: Asked) -> Scored:
    told: Told = asked.body
    now = service.now()
    events = [
        (
            each.type,
            now if each.occurred_at is None else micros(_zoned(each.occurred_at)),
            flat(each.properties),
        )
        for each in told.events
    ]
    who = answers.Unstored(flat(told.lead), flat(told.account), events)
    return Scored(time(now), *service.score(who, now))


def _zoned(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _lead(service: Service, asked: Asked) -> Lead:
    wanted = {each.strip() for each in asked.parameters.include.split(",") if each.strip()}
    if unknown := wanted - {"ledger", "moves"}:
        raise Refused(400, f"include must be of ledger and moves; found {', '.join(unknown)}")
    if asked.parameters.at is not None:
        return _lead_then(service, asked.parameters, wanted)
    with service.reading() as (session, live):
        found = answers.lead(session, live, asked.parameters.lead_id)
        if found is None:
            raise Refused(404, f"no lead {asked.parameters.lead_id} has a score")
        row, as_of, scores = found
        explanation = None
        if wanted:
            explanation = service.explain(session, live, row, as_of, moves="moves" in wanted)
        bands, owner = standing(session, live, row.lead_no, scores)
    return Lead(
        row.lead_id,
        row.account_id,
        time(as_of),
        live.row.fingerprint,
        scores,
        present(row.fields),
        bands,
        owner,
        explanation,
    )


def _lead_then(service: Service, given: LeadAsked, wanted: set[str]) -> Lead:
    at = _past(service, given.at)
    with service.store.reading() as session:
        row = _row(session, given.lead_id)
        found = service.as_it_was(
            session, row, at, ledger="ledger" in wanted, moves="moves" in wanted
        )
    if found is None:
        raise Refused(404, f"lead {given.lead_id} had no score then")
    return Lead(
        row.lead_id,
        row.account_id,
        time(at),
        found.model,
        found.scores,
        {},
        explanation=found.explanation,
    )


def _history(service: Service, asked: Asked) -> History:
    given: HistoryAsked = asked.parameters
    until = _past(service, given.at)
    with service.store.reading() as session:
        row = _row(session, given.lead_id)
        found = service.past(session, row, until)
    return History(row.lead_id, [Moment(**plain(vars(each))) for each in found.moments])


def _row(session: Session, lead_id: str) -> LeadRow:
    rows = stored.leads_by_id(session, [lead_id])
    if not rows or not rows[0].is_known:
        raise Refused(404, f"no lead {lead_id} has a score")
    return rows[0]


def _past(service: Service, given: datetime | None) -> int:
    """Return a moment that was asked for. Raises Refused where it is none of the past."""
    now = service.now()
    at = now if given is None else micros(_zoned(given))
    if not 0 <= at <= now:
        raise Refused(400, "at must be a moment of the past, since 1970")
    return at


def _changes(service: Service, asked: Asked) -> Changes:
    given: ChangesAsked = asked.parameters
    found, since = list[Change](), given.since
    while len(found) < given.limit and (page := changes(service, since, given.limit)):
        found += seen_of(service, page, asked.sight)
        since = page[-1].transition_id
        if asked.sight is None:
            break
    return Changes(found[: given.limit])


def seen_of(service: Service, found: list[Change], sight: Sight | None) -> list[Change]:
    """Return those of some changes that somebody sees."""
    if sight is None:
        return found
    with service.store.reading() as session:
        ids = [each.lead_id for each in found if each.lead_id is not None]
        rows = {row.lead_no: row.lead_id for row in stored.leads_by_id(session, ids)}
        leads = {rows[number] for number in sight.leads(session, rows)}
        accounts = [each.account_id for each in found if each.account_id is not None]
        within = sight.accounts(session, accounts)
    return [
        each
        for each in found
        if (each.lead_id in leads if each.lead_id is not None else each.account_id in within)
    ]


def changes(service: Service, since: int, most: int) -> list[Change]:
    """Return bands that changed after one, in their order."""
    with service.store.reading() as session:
        found = answers.changes(session, since, most)
    return [Change(**{**each._asdict(), "at": time(each.at)}) for each in found]


def _versions(service: Service, _: Asked) -> Versions:
    with service.store.reading() as session:
        found = kept.versions(session)
    return Versions(
        [
            Version(
                row.version,
                row.name,
                row.fingerprint,
                row.state,  # type: ignore[arg-type]
                None if row.published_at is None else time(row.published_at),
                None if row.retired_at is None else time(row.retired_at),
            )
            for row in found
        ]
    )


ENDPOINTS = (
    Endpoint(
        "GET",
        "/v1/leads/{lead_id}",
        "lead",
        "A lead with its scores, and why it has them.",
        "read",
        LeadAsked,
        Lead,
        _lead,
        errors=(400, 401, 403, 404, 503), within=True,
    ),
    Endpoint(
        "GET", "/v1/leads/{lead_id}/history", "history",
        "The scores that a lead had, each by the model of that day.", "read",
        HistoryAsked, History, _history,
        errors=(400, 401, 403, 404, 503), within=True,
    ),
    Endpoint(
        "POST", "/v1/score", "score", "The scores of a lead that is told; nothing is stored.",
        "read", NoParameters, Scored, _score, takes=Told,
        errors=(400, 401, 403, 413, 503), within=True,
    ),
    Endpoint(
        "GET", "/v1/transitions", "transitions", "Bands that changed.", "read", ChangesAsked,
        Changes, _changes,
        errors=(400, 401, 403, 503), within=True,
    ),
    Endpoint(
        "GET", "/v1/models", "models", "Versions of the model.", "read", NoParameters, Versions,
        _versions,
        errors=(400, 401, 403, 503), within=True,
    ),
)  # fmt: skip
"""What can be read, in the order of the reference."""
