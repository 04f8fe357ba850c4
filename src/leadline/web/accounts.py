"""What can be read of accounts."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from leadline.service import accounts, answers
from leadline.service.clock import text as time
from leadline.service.listing import AS_OF
from leadline.service.service import Service
from leadline.store import facts as stored
from leadline.store.rows import present
from leadline.web.endpoint import Asked, Endpoint, Id, Limit, Refused
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


class AccountsAsked(msgspec.Struct):
    """Which accounts to list."""

    sort: Annotated[
        str,
        Meta(
            description="A score of accounts, as_of, when they were scored, or account_id, which "
            "is the default."
        ),
    ] = accounts.BY_ID
    order: Way = ""
    least: Least = None
    most: Most = None
    field: FieldName = ""
    equals: Equals = ""
    after: After = ""
    limit: Limit = 50


class ListedAccount(msgspec.Struct):
    """An account of a list."""

    account_id: str
    as_of: str | None
    scores: dict[str, Any]
    fields: dict[str, Any]


class Accounts(msgspec.Struct):
    """A page of accounts; ``next`` is empty on the last."""

    accounts: list[ListedAccount]
    next: str


class AccountAsked(msgspec.Struct):
    """Which account."""

    account_id: Id


class Account(msgspec.Struct):
    """An account, and its scores where the model scores accounts."""

    account_id: str
    leads: int
    fields: dict[str, Any]
    as_of: str | None
    scores: dict[str, Any]


def _account(service: Service, asked: Asked) -> Account:
    with service.reading() as (session, live):
        found = answers.account(session, live, asked.parameters.account_id)
    if found is None:
        raise Refused(404, f"no account {asked.parameters.account_id} is known")
    row, scored, leads = found
    as_of, scores = (time(scored[0]), msgspec.json.decode(scored[1])) if scored else (None, {})
    return Account(row.account_id, leads, present(row.fields), as_of, scores)


def _accounts(service: Service, asked: Asked) -> Accounts:
    given: AccountsAsked = asked.parameters
    with service.reading() as (session, live):
        scores = [name for name, score in live.model.scores.items() if score.is_account]
        by = one_of("sort", given.sort, [*scores, AS_OF, accounts.BY_ID])
        wanted = accounts.Wanted(
            order_of(by, given.order, given.least, given.most, scores),
            field_of(given.field, given.equals, stored.known_fields(session, "account")),
            given.after,
            given.limit,
            asked.sight,
        )
        found, on = accounts.listed(session, service.store.kind, live.row.version, wanted)
    rows = [
        ListedAccount(
            each.account_id,
            None if each.as_of is None else time(each.as_of),
            dict(each.scores),
            dict(each.fields),
        )
        for each in found
    ]
    return Accounts(rows, on)


ENDPOINTS = (
    Endpoint(
        "GET", "/v1/accounts", "accounts", "Accounts by a score, a time or a field.", "read",
        AccountsAsked, Accounts, _accounts, errors=(400, 401, 403, 503), within=True,
    ),
    Endpoint(
        "GET", "/v1/accounts/{account_id}", "account", "An account with its scores.", "read",
        AccountAsked, Account, _account, errors=(400, 401, 403, 404, 503), within=True,
    ),
)  # fmt: skip
"""What can be read of accounts, in the order of the reference."""
