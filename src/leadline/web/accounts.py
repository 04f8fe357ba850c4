"""What can be read of accounts."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from leadline.service import accounts, answers
from leadline.service.clock import text as time
from leadline.service.service import Service
from leadline.store.rows import present
from leadline.web.endpoint import Asked, Endpoint, Id, Limit, Refused


class AccountsAsked(msgspec.Struct):
    """Which accounts to list."""

    sort: Annotated[
        str,
        Meta(description="A score of accounts, the highest first; by default account_id, rising."),
    ] = ""
    least: Annotated[
        float | None, Meta(description="Only those whose score is this or more; beside sort.")
    ] = None
    after: Annotated[str, Meta(description="What the page before gave as next.")] = ""
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
        known = [name for name, score in live.model.scores.items() if score.is_account]
        if given.sort and given.sort not in known:
            raise Refused(400, f"sort must be of {', '.join(known) or 'nothing'}")
        if given.least is not None and not given.sort:
            raise Refused(400, "least must stand beside sort")
        page = accounts.Page(given.sort, given.least, given.after, given.limit)
        found, on = accounts.listed(session, service.store.kind, live.row.version, page)
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
        "GET", "/v1/accounts", "accounts", "Accounts by a score, or by their ids.", "read",
        AccountsAsked, Accounts, _accounts, errors=(400, 401, 403, 503),
    ),
    Endpoint(
        "GET", "/v1/accounts/{account_id}", "account", "An account with its scores.", "read",
        AccountAsked, Account, _account, errors=(400, 401, 403, 404, 503),
    ),
)  # fmt: skip
"""What can be read of accounts, in the order of the reference."""
