"""Leads and accounts as lists, with the columns that somebody chooses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from leadline.model.document import Model
from leadline.service import accounts, clock, faces, queue, standings
from leadline.service.accounts import BY_ID
from leadline.service.listing import AS_OF, Field, Order
from leadline.service.standings import Standing
from leadline.store import facts as stored
from leadline.store.session import Session
from leadline.web.pages.frame import Address, Shown, Visit
from leadline.web.pages.telling import Teller, capital, in_name

SHOWN = 50
MOST_COLUMNS = 6


def leads(visit: Visit) -> Shown:
    """Return leads as a list."""
    with visit.service.reading() as (session, live):
        fields = stored.known_fields(session, "lead")
        ladder = queue.ladder_of(live.model, visit.given("ladder"))
        tell = Teller(live.model, ladder, visit.words)
        wanted = wanted_of(visit, live.model, ladder, fields)
        found, on = standings.listed(session, visit.service.store.kind, live, wanted)
        rows = _rows(session, tell, visit, found)
    scores = [name for name, score in live.model.scores.items() if not score.is_account]
    parts = {
        "rows": rows,
        "tell": tell,
        "wanted": wanted,
        "bands": [(each, tell.band(each)) for each in standings.bands_of(live.model, ladder)]
        if ladder
        else [],
        "sorts": [(each, capital(tell.labels.score(each))) for each in scores],
        "fields": [(each, in_name(each)) for each in fields],
        "columns": [(each, in_name(each)) for each in _columns(visit, fields)],
        "on": on,
        "is_later": bool(visit.given("after")),
    }
    return Shown("leads.html", parts, here="leads")


def wanted_of(visit: Visit, model: Model, ladder: str, fields: Sequence[str]) -> standings.Wanted:
    """Return what the address asks for; what it cannot mean is left out."""
    known = standings.bands_of(model, ladder) if ladder else []
    by = visit.given("sort")
    scores = [name for name, score in model.scores.items() if not score.is_account]
    usual = model.bands[ladder].by if ladder else None
    usual = usual if isinstance(usual, str) else model.main_score
    owner = visit.given("owner")
    return standings.Wanted(
        Order(by if by in {*scores, AS_OF} else usual, visit.given("order") != "rising"),
        ladder,
        [each for each in visit.request.query_params.getlist("band") if each in known],
        visit.given("account"),
        visit.signed.person.email if owner == "me" else owner,
        _field(visit, fields),
        after=visit.given("after"),
        most=SHOWN,
        sight=visit.signed.sight,
    )


def _field(visit: Visit, fields: Sequence[str]) -> Field | None:
    name = visit.given("field")
    return Field(name, visit.given("equals")) if name in fields else None


def _columns(visit: Visit, fields: Sequence[str]) -> list[str]:
    """Return the fields that the address asks for as columns."""
    asked = visit.request.query_params.getlist("column")
    return [each for each in dict.fromkeys(asked) if each in fields][:MOST_COLUMNS]


def _rows(
    session: Session, tell: Teller, visit: Visit, found: Sequence[Standing]
) -> list[dict[str, Any]]:
    rows = stored.leads_by_id(session, [each.lead_id for each in found])
    known = {row.lead_id: row for row in rows}
    ids = {row.account_id for row in rows if row.account_id}
    companies = {row.account_id: row for row in stored.accounts(session, ids)}
    values = [_value(tell, each) for each in found]
    span = tell.span(values)
    columns = _columns(visit, stored.known_fields(session, "lead"))
    return [
        {
            "face": faces.face(known[each.lead_id], companies.get(each.account_id or "")),
            "band": tell.band(each.effective_band) if tell.ladder else "",
            "band_name": each.effective_band,
            "place": tell.place(each.effective_band),
            "score": tell.whole(value),
            "value": value,
            "span": span,
            "says": tell.strip_says(value, each.effective_band, None),
            "owner": each.owner or "",
            "scored": visit.words.when(clock.at(each.as_of), visit.now),
            "cells": _cells(tell, each.fields, columns),
        }
        for each, value in zip(found, values, strict=True)
    ]


def _value(tell: Teller, each: Standing) -> float | None:
    value = each.scores.get(tell.model.main_score)
    return each.value if each.value is not None else value


def _cells(tell: Teller, fields: Mapping[str, Any], columns: Sequence[str]) -> list[str]:
    return ["" if fields.get(each) is None else tell.value(fields[each]) for each in columns]


def all_accounts(visit: Visit) -> Shown:
    """Return accounts as a list."""
    with visit.service.reading() as (session, live):
        fields = stored.known_fields(session, "account")
        scores = [name for name, score in live.model.scores.items() if score.is_account]
        by = visit.given("sort")
        by = by if by in {*scores, AS_OF, BY_ID} else (scores[0] if scores else BY_ID)
        is_falling = (visit.given("order") or ("rising" if by == BY_ID else "falling")) == "falling"
        wanted = accounts.Wanted(
            Order(by, is_falling),
            _field(visit, fields),
            visit.given("after"),
            SHOWN,
            visit.signed.sight,
        )
        kind, version = visit.service.store.kind, live.row.version
        found, on = accounts.listed(session, kind, version, wanted)
        rows = stored.accounts(session, [each.account_id for each in found])
        people = _people(session, [each.account_id for each in found])
    names = {row.account_id: faces.company_name(row) for row in rows}
    tell = Teller(live.model, queue.ladder_of(live.model), visit.words)
    columns = _columns(visit, fields) or [
        each for each in ("industry", "employees", "country") if each in fields
    ]
    parts = {
        "rows": [
            {
                "id": each.account_id,
                "name": names.get(each.account_id, each.account_id),
                "people": visit.words.number(people.get(each.account_id, 0), 0),
                "scores": [_number(tell, each.scores.get(name)) for name in scores],
                "cells": _cells(tell, each.fields, columns),
            }
            for each in found
        ],
        "tell": tell,
        "wanted": wanted,
        "scores": [(each, capital(tell.labels.score(each))) for each in scores],
        "fields": [(each, in_name(each)) for each in fields],
        "columns": [(each, in_name(each)) for each in columns],
        "on": on,
        "is_later": bool(visit.given("after")),
    }
    return Shown("accounts.html", parts, here="accounts")


def _number(tell: Teller, value: Any) -> str:
    return tell.words.t("unknown") if value is None else tell.words.number(value)


def _people(session: Session, ids: Sequence[str]) -> dict[str, int]:
    rows = session.rows(
        "select account_id, count(*) from leads where account_id in ?? group by account_id",
        list(ids),
    )
    return dict(rows)


ADDRESSES = (
    Address("/leads", leads, within=True),
    Address("/accounts", all_accounts, within=True),
)
"""Lists."""
