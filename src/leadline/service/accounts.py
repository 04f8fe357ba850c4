"""Accounts as a list: by a score of theirs, by when they were scored, or by their ids."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from leadline.service import cursor
from leadline.service.listing import MOST_LOOKED_AT, Field, Order, Statement, page, value_of, walk
from leadline.service.sight import Sight
from leadline.store import facts as stored
from leadline.store.rows import present
from leadline.store.session import Session

BY_ID = "account_id"


class Standing(NamedTuple):
    """An account of a list; ``as_of`` is null where it has no scores."""

    account_id: str
    as_of: int | None
    scores: Mapping[str, Any]
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class Wanted:
    """A part of the list.

    Attributes:
        order: By a score of accounts, by when they were scored, or by their ids.
        field: What a field of the account must be.
        after: Where the page before ended; empty for the first.
        most: How many accounts it has at the most.
        sight: Which accounts are seen at all; None for all.
    """

    order: Order
    field: Field | None = None
    after: str = ""
    most: int = 50
    sight: Sight | None = None

    @property
    def looked(self) -> int:
        """How many rows are walked for the page."""
        return self.most if self.field is None and self.sight is None else MOST_LOOKED_AT


def listed(session: Session, kind: str, version: int, wanted: Wanted) -> tuple[list[Standing], str]:
    """Return a page of accounts, and where the list goes on."""
    after = cursor.place(wanted.after, str) if wanted.after else None
    by_id = wanted.order.by == BY_ID
    query = (_by_id if by_id else _by_score)(kind, version, wanted, after)
    walked = [(value, account) for value, account in session.rows(query.text, *query.params)]
    fitting = None if wanted.looked == wanted.most else _fitting(session, wanted)
    found, on = page(walked, wanted.most, wanted.looked, fitting)
    return _standings(session, version, [account for _, account in found]), on


def _by_id(_: str, version: int, wanted: Wanted, after: tuple[float, str] | None) -> Statement:
    """Return the statement that walks the keys of accounts, and of those with scores alone."""
    behind, way = ("<", "desc") if wanted.order.falling else (">", "asc")
    further = f" and account_id {behind} ?" if after else ""
    place = (after[1],) if after else ()
    end = f"order by account_id {way} limit ?"
    return Statement(
        "select 0, account_id from ("
        f"select * from (select account_id from accounts where true{further} {end}) as known "
        "union select * from (select account_id from current_account_scores "
        f"where version = ?{further} {end}) as scored) as listed {end}",
        (*place, wanted.looked, version, *place, wanted.looked, wanted.looked),
    )


def _by_score(
    kind: str, version: int, wanted: Wanted, after: tuple[float, str] | None
) -> Statement:
    """Return the statement that passes over the scores of a version."""
    value = value_of(kind, wanted.order.by)
    source = Statement(
        f"(select {value.text} as value, account_id from current_account_scores "
        "where version = ?) as valued where true",
        (*value.params, version),
    )
    return walk(wanted.order, source, "account_id", after, wanted.looked)


def _fitting(session: Session, wanted: Wanted) -> Callable[[Sequence[str]], set[str]]:
    """Return what finds those of some accounts that are seen, and whose field is as asked."""

    def fitting(ids: Sequence[str]) -> set[str]:
        found = set(ids)
        if wanted.sight is not None:
            found = wanted.sight.accounts(session, ids)
        if wanted.field is not None:
            rows = stored.accounts(session, sorted(found))
            found = {row.account_id for row in rows if wanted.field.holds(row.fields)}
        return found

    return fitting


def _standings(session: Session, version: int, ids: Sequence[str]) -> list[Standing]:
    fields = {row.account_id: present(row.fields) for row in stored.accounts(session, ids)}
    scores = {
        account: (as_of, json.loads(values))
        for account, as_of, values in session.rows(
            "select account_id, as_of, scores from current_account_scores "
            "where version = ? and account_id in ??",
            version,
            list(ids),
        )
    }
    return [Standing(each, *scores.get(each, (None, {})), fields.get(each, {})) for each in ids]
