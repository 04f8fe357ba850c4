"""Scores and bands as they are now, what changed them, and the models that gave them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from leadline.store.schema import (
    current_account_bands,
    current_account_scores,
    current_bands,
    current_scores,
    models,
    publications,
    transitions,
)
from leadline.store.session import Kind, Session, columns_of, rows_of


class ModelRow(NamedTuple):
    """A version of a model."""

    version: int
    name: str
    fingerprint: str
    document: str
    statement: int
    state: str
    created_at: int
    published_at: int | None
    retired_at: int | None


class ScoreRow(NamedTuple):
    """The scores of a lead by a version; ``scores`` is JSON of all columns of the output."""

    version: int
    lead_no: int
    as_of: int
    scores: str


class AccountScoreRow(NamedTuple):
    """The scores of an account by a version."""

    version: int
    account_id: str
    as_of: int
    scores: str


class BandRow(NamedTuple):
    """Where a lead stands on a ladder, after overrides and before them."""

    version: int
    ladder: str
    lead_no: int
    band: str | None
    edge_band: str | None
    value: float | None


class AccountBandRow(NamedTuple):
    """The same of an account."""

    version: int
    ladder: str
    account_id: str
    band: str | None
    edge_band: str | None
    value: float | None


class TransitionRow(NamedTuple):
    """A band that changed; one where ``edge_band`` alone did is never delivered."""

    lead_no: int | None
    account_id: str | None
    ladder: str
    at: int
    from_band: str | None
    to_band: str | None
    from_edge_band: str | None
    edge_band: str | None
    value: float | None
    override: str | None
    version: int
    model: str
    cause: str
    quiet: bool
    ledger: str | None


def published(session: Session) -> ModelRow | None:
    """Return the model that is live; None in a store that has none yet."""
    return next(iter(rows_of(session, ModelRow, "models", "state = 'published'")), None)


def versions(session: Session) -> list[ModelRow]:
    """Return every version, the latest first."""
    return rows_of(session, ModelRow, "models", "true order by version desc")


def add_model(session: Session, row: ModelRow) -> None:
    """Keep a version of a model."""
    session.insert(models, [row])


def switch(session: Session, version: int, at: int) -> None:
    """Make a version the one that is live, in the place of the one before it."""
    session.run("update models set state = 'retired', retired_at = ? where state = 'published'", at)
    session.run(
        "update models set state = 'published', published_at = ?, retired_at = null "
        "where version = ?",
        at,
        version,
    )
    session.insert(publications, [(at, version)])


def publications_of(session: Session) -> list[tuple[int, int]]:
    """Return ``at, version`` of what was live from when on, the earliest first."""
    return [
        (at, number)
        for at, number in session.rows("select at, version from publications order by at")
    ]


def first_scored(session: Session, number: int) -> int | None:
    """Return the moment of the first score that is known to have been stored of a lead."""
    [(at,)] = session.rows(
        "select min(at) from (select at from transitions where lead_no = ? "
        "union all select as_of from current_scores where lead_no = ?) as scored",
        number,
        number,
    )
    return at if at is None else int(at)


def bands_before(session: Session, number: int, at: int) -> list[BandRow]:
    """Return where a lead stood before a moment, as the transitions tell it."""
    return _before(session, BandRow, number, at)


def account_bands_before(session: Session, account: str, at: int) -> list[AccountBandRow]:
    """Return where an account stood before a moment, as the transitions tell it."""
    return _before(session, AccountBandRow, account, at)


def _before(session: Session, kind: type[Kind], who: int | str, at: int) -> list[Kind]:
    """Return where somebody stood; the third field of the kind says whose it is."""
    whose = kind._fields[2]
    found = session.rows(
        f"select t.version, t.ladder, t.{whose}, t.to_band, t.edge_band, t.value "
        f"from transitions as t where t.{whose} = ? and t.at < ? and not exists ("
        f"select 1 from transitions as l where l.{whose} = t.{whose} and l.ladder = t.ladder "
        "and l.at < ? and l.transition_id > t.transition_id)",
        who,
        at,
        at,
    )
    return [kind(*row) for row in found]


def bands(session: Session, version: int, numbers: Iterable[int]) -> list[BandRow]:
    """Return where leads stand by a version."""
    where = "version = ? and ladder in ?? and lead_no in ??"  # by its key, not through all leads
    ladders = _ladders(session, "current_bands", version)
    return rows_of(session, BandRow, "current_bands", where, version, ladders, list(numbers))


def _ladders(session: Session, table: str, version: int) -> list[str]:
    """Return the ladders that a version has bands of, each found by a step of the key."""
    query = f"select min(ladder) from {table} where version = ? and ladder > ?"
    found: list[str] = []
    while (further := session.rows(query, version, found[-1] if found else "")[0][0]) is not None:
        found.append(further)
    return found


def all_bands(session: Session, version: int) -> list[BandRow]:
    """Return where all leads stand by a version."""
    return rows_of(session, BandRow, "current_bands", "version = ?", version)


def account_bands(session: Session, version: int, accounts: Iterable[str]) -> list[AccountBandRow]:
    """Return where accounts stand by a version."""
    where = "version = ? and ladder in ?? and account_id in ??"
    table = "current_account_bands"
    ladders = _ladders(session, table, version)
    return rows_of(session, AccountBandRow, table, where, version, ladders, list(accounts))


def all_account_bands(session: Session, version: int) -> list[AccountBandRow]:
    """Return where all accounts stand by a version."""
    return rows_of(session, AccountBandRow, "current_account_bands", "version = ?", version)


def put(
    session: Session,
    scores: Sequence[ScoreRow],
    account_scores: Sequence[AccountScoreRow],
    ladders: Sequence[BandRow],
    account_ladders: Sequence[AccountBandRow] = (),
) -> None:
    """Keep scores and bands in the place of those before them."""
    session.insert(current_scores, scores, "replace")
    session.insert(current_bands, ladders, "replace")
    if account_scores:
        session.insert(current_account_scores, account_scores, "replace")
    if account_ladders:
        session.insert(current_account_bands, account_ladders, "replace")


def forget(session: Session, version: int, numbers: Sequence[int]) -> None:
    """Take away the scores of leads that have none any more."""
    _forget(session, version, ("current_scores", "current_bands"), "lead_no", numbers)


def forget_accounts(session: Session, version: int, accounts: Sequence[str]) -> None:
    """Take away the scores of accounts that have none any more."""
    tables = ("current_account_scores", "current_account_bands")
    _forget(session, version, tables, "account_id", accounts)


def _forget(
    session: Session, version: int, tables: Sequence[str], whose: str, keys: Sequence[object]
) -> None:
    for table in tables if keys else ():
        session.run(f"delete from {table} where version = ? and {whose} in ??", version, list(keys))


def accounts_due(session: Session) -> dict[str, int]:
    """Return the accounts that are to be scored by themselves, and since when."""
    return dict(session.rows("select account_id, since from accounts_due"))


def account_done(session: Session, account: str, at: int) -> None:
    """Say that an account was scored at a moment; what happened later is still due."""
    session.run("delete from accounts_due where account_id = ? and since <= ?", account, at)


def add_changes(
    session: Session, old: int, new: ModelRow, cause: str, *, quiet: bool
) -> tuple[list[int], list[TransitionRow]]:
    """Keep who stands elsewhere by one version than by another, each at its last moment.

    Returns the changes with their numbers, where people are told of them.
    """
    [(last,)] = session.rows("select coalesce(max(transition_id), 0) from transitions")
    for who, bands_, scores, holds in (
        ("lead_no", "current_bands", "current_scores", "band_holds"),
        ("account_id", "current_account_bands", "current_account_scores", _NO_HOLDS),
    ):
        query = _CHANGES.format(who=who, bands=bands_, scores=scores, holds=holds)
        session.run(query, new.fingerprint, cause, quiet, old, new.version)
    if quiet:
        return [], []
    columns = columns_of(TransitionRow)
    query = f"select transition_id, {columns} from transitions where transition_id > ? order by 1"
    rows = session.rows(query, last)
    return [row[0] for row in rows], [TransitionRow(*row[1:]) for row in rows]


_NO_HOLDS = (
    "(select '' as account_id, '' as ladder, null as band from models where version is null)"
)
"""Bands of accounts are held by nobody."""
_CHANGES = """
    insert into transitions (
        {who}, ladder, at, from_band, to_band, from_edge_band, edge_band, value,
        version, model, cause, quiet
    )
    select n.{who}, n.ladder, s.as_of, coalesce(h.band, o.band), coalesce(h.band, n.band),
        o.edge_band, n.edge_band, n.value,
        n.version, ?, ?, ?
    from {bands} as n
    join {scores} as s on s.version = n.version and s.{who} = n.{who}
    left join {bands} as o on o.version = ? and o.ladder = n.ladder and o.{who} = n.{who}
    left join {holds} as h on h.{who} = n.{who} and h.ladder = n.ladder
    where n.version = ? and (
        coalesce(h.band, n.band, '') <> coalesce(h.band, o.band, '')
        or coalesce(n.edge_band, '') <> coalesce(o.edge_band, '')
    )
    order by n.{who}, n.ladder
"""
"""The store gives the numbers, as it does for all others."""


def forget_version(session: Session, version: int, most: int) -> int:
    """Take away scores of a version that is not live, up to a number; return how many were."""
    numbers = [
        row[0]
        for row in session.rows(
            "select lead_no from current_scores where version = ? limit ?", version, most
        )
    ]
    forget(session, version, numbers)
    if not numbers:
        for table in ("current_account_scores", "current_account_bands"):
            session.run(f"delete from {table} where version = ?", version)
    return len(numbers)


def changes_between(session: Session, since: int, until: int) -> list[TransitionRow]:
    """Return changes of bands that people saw, in their order; those of a publish are none."""
    found = session.rows(
        f"select {columns_of(TransitionRow)} from transitions where at >= ? and at < ? "
        "and coalesce(from_band, '') <> coalesce(to_band, '') and cause <> 'publish' "
        "order by transition_id",
        since,
        until,
    )
    return [TransitionRow(*row) for row in found]


def last_change(session: Session, lead: int) -> TransitionRow | None:
    """Return the last change of band of a lead that gave it one."""
    found = session.rows(
        f"select {columns_of(TransitionRow)} from transitions where lead_no = ? "
        "and to_band is not null order by transition_id desc limit 1",
        lead,
    )
    return TransitionRow(*found[0]) if found else None


def add_transitions(session: Session, rows: Sequence[TransitionRow]) -> list[int]:
    """Keep changes of bands; return their numbers."""
    if not rows:
        return []
    numbers = session.numbers(transitions, len(rows))
    session.insert(transitions, [(n, *row) for n, row in zip(numbers, rows, strict=True)])
    return numbers
