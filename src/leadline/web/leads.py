"""Leads as a list."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from leadline.model.document import Model
from leadline.service import standings
from leadline.service.clock import micros
from leadline.service.clock import text as time
from leadline.service.listing import AS_OF
from leadline.service.service import Service
from leadline.service.standings import Standing, Wanted
from leadline.store import facts as stored
from leadline.web.endpoint import Asked, Endpoint, Limit, Refused
from leadline.web.listing import (
    After,
    Equals,
    FieldName,
    Least,
    Most,
    Way,
    field_of,
    one_of,
    order_of,
)


class ListAsked(msgspec.Struct):
    """Which leads to list, and in which order."""

    ladder: Annotated[str, Meta(description="By default the first of the model.")] = ""
    band: Annotated[
        str,
        Meta(description="Bands that people go by, with a comma between; by default all."),
    ] = ""
    sort: Annotated[
        str,
        Meta(
            description="A score of leads, or as_of, when they were scored; by default the score "
            "that the ladder goes by."
        ),
    ] = ""
    order: Way = ""
    least: Least = None
    most: Most = None
    account_id: Annotated[
        str, Meta(max_length=512, pattern=r"^[^\x00]*$", description="Only leads of this account.")
    ] = ""
    owner: Annotated[
        str, Meta(max_length=512, pattern=r"^[^\x00]*$", description="Only leads that they have.")
    ] = ""
    field: FieldName = ""
    equals: Equals = ""
    scored_since: Annotated[
        datetime | None, Meta(description="Only those that were scored at this moment or later.")
    ] = None
    active_since: Annotated[
        datetime | None, Meta(description="Only those with an event at this moment or later.")
    ] = None
    after: After = ""
    limit: Limit = 50


class Row(msgspec.Struct):
    """A lead of a list; band and value are of the ladder, effective_band is what people go by."""

    lead_id: str
    account_id: str | None
    band: str | None
    effective_band: str | None
    owner: str | None
    value: float | None
    as_of: str
    scores: dict[str, Any]
    fields: dict[str, Any]


class Leads(msgspec.Struct):
    """A page of leads; ``next`` is empty on the last."""

    leads: list[Row]
    next: str


def _leads(service: Service, asked: Asked) -> Leads:
    given: ListAsked = asked.parameters
    with service.reading() as (session, live):
        fields = [each for each in stored.known_fields(session, "lead") if each != "account_id"]
        wanted = replace(_wanted(given, live.model, fields), sight=asked.sight)
        found, on = standings.listed(session, service.store.kind, live, wanted)
    return Leads([_row(each) for each in found], on)


def _wanted(given: ListAsked, model: Model, fields: list[str]) -> Wanted:
    ladder = given.ladder or next(iter(model.lead_bands), "")
    if ladder or given.band:
        one_of("ladder", ladder, model.lead_bands)
    bands = list(dict.fromkeys(each.strip() for each in given.band.split(",") if each.strip()))
    for each in bands:
        one_of("band", each, standings.bands_of(model, ladder))
    scores = [name for name, score in model.scores.items() if not score.is_account]
    by = given.sort or (model.bands[ladder].by if ladder else None)
    by = one_of("sort", by if isinstance(by, str) else AS_OF, [*scores, AS_OF])
    return Wanted(
        order_of(by, given.order, given.least, given.most, scores),
        ladder,
        bands,
        given.account_id,
        given.owner,
        field_of(given.field, given.equals, fields),
        _moment(given.scored_since),
        _moment(given.active_since),
        given.after,
        given.limit,
    )


def _moment(given: datetime | None) -> int | None:
    if given is None:
        return None
    at = micros(given if given.tzinfo else given.replace(tzinfo=UTC))
    if at < 0:
        raise Refused(400, "a moment must be since 1970")
    return at


def _row(each: Standing) -> Row:
    return Row(
        each.lead_id, each.account_id, each.band, each.effective_band, each.owner, each.value,
        time(each.as_of),
        dict(each.scores), dict(each.fields),
    )  # fmt: skip


ENDPOINTS = (
    Endpoint(
        "GET", "/v1/leads", "leads", "Leads by band, score, account, field or time, sorted.",
        "read", ListAsked, Leads, _leads, errors=(400, 401, 403, 503), within=True,
    ),
)  # fmt: skip
"""What can be read of leads as a list."""
