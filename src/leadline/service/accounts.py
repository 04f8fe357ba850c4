"""Accounts as a list: by a score of theirs, or by their ids."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from leadline.service import cursor
from leadline.store import facts as stored
from leadline.store.rows import present
from leadline.store.session import Session

_VALUE = {
    "sqlite": "json_extract(scores, '$.\"' || ? || '\"')",
    "postgresql": "cast(cast(scores as jsonb) ->> ? as double precision)",
}
"""Kind of store to how a score of the model is taken out of its columns."""


class Standing(NamedTuple):
    """An account of a list; ``as_of`` is null where it has no scores."""

    account_id: str
    as_of: int | None
    scores: Mapping[str, Any]
    fields: Mapping[str, Any]


class Page(NamedTuple):
    """A part of the list.

    Attributes:
        sort: A score of accounts, the highest first; empty for their ids, rising.
        least: The least value of the score; None for all.
        after: Where the page before ended; empty for the first.
        most: How many accounts it has at the most.
    """

    sort: str
    least: float | None
    after: str
    most: int


def listed(session: Session, kind: str, version: int, page: Page) -> tuple[list[Standing], str]:
    """Return a page of accounts, and where the list goes on."""
    rows = _by_score(session, kind, version, page) if page.sort else _by_id(session, version, page)
    ids = [account for account, *_ in rows]
    fields = {row.account_id: present(row.fields) for row in stored.accounts(session, ids)}
    found = [
        Standing(account, as_of, json.loads(scores) if scores else {}, fields.get(account, {}))
        for account, as_of, scores, _ in rows
    ]
    on = cursor.written(rows[-1][3], rows[-1][0]) if len(rows) == page.most else ""
    return found, on


def _by_id(session: Session, version: int, page: Page) -> list[tuple[Any, ...]]:
    after = cursor.place(page.after, str)[1] if page.after else ""
    return session.rows(
        "select a.account_id, s.as_of, s.scores, 0.0 from ("
        "select account_id from accounts where account_id > ? union "
        "select account_id from current_account_scores where version = ? and account_id > ? "
        "order by account_id limit ?) as a left join current_account_scores as s "
        "on s.account_id = a.account_id and s.version = ? order by a.account_id",
        after,
        version,
        after,
        page.most,
        version,
    )


def _by_score(session: Session, kind: str, version: int, page: Page) -> list[tuple[Any, ...]]:
    where, params = "value is not null", list[object]([page.sort, version])
    if page.least is not None:
        where += " and value >= ?"
        params.append(page.least)
    if page.after:
        where += " and (value < ? or (value = ? and account_id > ?))"
        place, account = cursor.place(page.after, str)
        params += [place, place, account]
    return session.rows(
        "select account_id, as_of, scores, value from ("
        f"select account_id, as_of, scores, {_VALUE[kind]} as value "
        "from current_account_scores where version = ?) as valued "
        f"where {where} order by value desc, account_id limit ?",
        *params,
        page.most,
    )
