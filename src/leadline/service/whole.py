"""All leads by one version of the model: sweep, publish and verify are the statement over all."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from leadline.engines.duckdb.engine import DuckDB
from leadline.scoring import Run
from leadline.service import clock
from leadline.service.live import Live, Scores
from leadline.sql.text import joined, name, sql_text
from leadline.store import copy
from leadline.store import facts as stored_facts
from leadline.store import rows as tables
from leadline.store import scores as kept
from leadline.store.facts import LeadRow
from leadline.store.scores import AccountBandRow, BandRow
from leadline.store.session import Session
from leadline.store.store import Store

if TYPE_CHECKING:
    import pyarrow as pa

    from leadline.mirror.mirror import Mirror


@dataclass(frozen=True)
class Difference:
    """A stored value that the statement does not give.

    Attributes:
        who: Id of the lead or account.
        column: Column of the scores.
        stored: What the store has, as text.
        computed: What the statement gives, as text; null too where it gives no row.
    """

    who: str
    column: str
    stored: str | None
    computed: str | None


@dataclass(frozen=True)
class Verified:
    """Whether what is stored is what batch gives.

    Attributes:
        leads: How many leads were compared, all columns of each.
        waiting: How many were not, as their large account is to be scored soon.
        accounts: How many accounts were.
        differences: What differs, up to a number.
        count: How many values differ.
    """

    leads: int
    accounts: int
    differences: tuple[Difference, ...]
    count: int
    waiting: int = 0


@contextmanager
def opened(  # noqa: PLR0913 - what the store has, and what is asked of it
    session: Session,
    live: Live,
    until: int,
    spine: pa.Table | None = None,
    previous: Mapping[str, pa.Table] = MappingProxyType({}),
    *,
    ended: Sequence[LeadRow] = (),
    mirror: Mirror | None = None,
) -> Iterator[Run]:  # fmt: skip
    """Yield the model of a version over all that the store took until a moment.

    Without a spine every lead is scored at that moment. ``previous`` is where leads and accounts
    stood, by the tables of the contract. Events are read from the mirror where one is given, which
    is brought up to date.
    """
    with TemporaryDirectory(prefix="leadline-") as folder, DuckDB() as engine:
        but = () if mirror is None else ("events",)
        inputs: dict[str, Any] = dict(
            copy.columns(session, Path(folder), live.columns, "taken", until, ended=ended, but=but)
        )
        if mirror is not None:
            inputs["events"] = mirror.events(session, live.columns["events"], until)
        inputs |= previous
        if spine is not None:
            inputs["spine"] = spine
        as_of = clock.at(until) if spine is None else None
        with Run.open(engine, live.model, inputs, as_of=as_of, clean=True) as run:
            yield run


def sweep(  # noqa: PLR0913, PLR0917 - what is scored, by what, from where
    session: Session, live: Live, before: int, at: int, chunk: int, mirror: Mirror | None = None
) -> Iterator[Scores]:
    """Yield the scores of all leads at a moment, some at a time.

    Where they stood by the version ``before`` is where those begin that leave a band late.
    """
    numbers = {lead_id: number for number, lead_id in copy.lead_ids(session).items()}
    ids = {number: lead_id for lead_id, number in numbers.items()}
    previous = _stood(kept.all_bands(session, before), kept.all_account_bands(session, before), ids)
    with opened(session, live, at, previous=previous, mirror=mirror) as run:
        if "account_scores" in run.statement.outputs:
            yield live.rows(None, run.arrow("account_scores"), {}, at)
        for part in run.duckdb.reader(f"select * from {run.table('scores')}"):
            for start in range(0, part.num_rows, chunk):
                yield live.rows(part.slice(start, chunk), None, numbers, at)


def verify(store: Store, live: Live, most: int = 20) -> Verified:
    """Compute every stored score anew, each at its own moment, and compare all columns."""
    with store.reading() as session:
        ids = copy.lead_ids(session)
        leads = _stored(session, "current_scores", "lead_no", live.row.version, _OF_DUE)
        accounts = _stored(session, "current_account_scores", "account_id", live.row.version, _DUE)
        [(waiting,)] = session.rows(f"select count(*) from ({_OF_DUE}) as due")
        if not leads.keys:
            return Verified(0, 0, (), 0, waiting)
        leads = replace(leads, keys=[ids[number] for number in leads.keys])
        ended = [_ended(n, account) for n, account in enumerate(accounts.keys)]
        spine = Stored(
            [*leads.keys, *(row.lead_id for row in ended)], [*leads.moments, *accounts.moments], []
        ).table("lead_id", {})
        previous = _before(session, live, ids)
        until = stored_facts.last_taken(session)  # it may run ahead of the clock
        with opened(session, live, until, spine, previous, ended=ended) as run:
            found = [_compared(run, "scores", "lead_id", leads, most)]
            if accounts.keys:
                found.append(_compared(run, "account_scores", "account_id", accounts, most))
    differences = [each for part, _ in found for each in part]
    return Verified(
        len(leads.keys),
        len(accounts.keys),
        tuple(differences[:most]),
        sum(n for _, n in found),
        waiting,
    )


def _ended(number: int, account: str) -> LeadRow:
    """Return a lead that asks for its account, which may have no other, and adds nothing to it."""
    return LeadRow(-1 - number, f"\x1f{account}", account, True, None, 0, 0, "{}")


_DUE = "select account_id from accounts_due"
_OF_DUE = f"select lead_no from leads where account_id in ({_DUE})"


@dataclass(frozen=True)
class Stored:
    """Scores as the store has them: whose, when, and JSON of the values."""

    keys: list[Any]
    moments: list[int]
    values: list[str]

    def table(self, key: str, columns: Mapping[str, pa.DataType]) -> pa.Table:
        """Return them as a table with these columns of the values."""
        import pyarrow as pa

        rows = [json.loads(each) for each in self.values] if columns else []
        return pa.table(
            {
                key: pa.array(self.keys, pa.string()),
                "as_of": pa.array(self.moments, pa.timestamp("us")),
                **{
                    name: pa.array([row.get(name) for row in rows], kind)
                    for name, kind in columns.items()
                },
            }
        )


def _stored(session: Session, table: str, key: str, version: int, but: str) -> Stored:
    found = session.rows(
        f"select {key}, as_of, scores from {table} where version = ? and {key} not in ({but})",
        version,
    )
    return Stored(*map(list, zip(*found, strict=True))) if found else Stored([], [], [])


def _compared(
    run: Run, output: str, key: str, stored: Stored, most: int
) -> tuple[list[Difference], int]:
    """Return the first differences of an output, and how many there are."""
    engine, computed = run.duckdb, run.table(output)
    schema = engine.arrow(f"select * from {computed} limit 0").schema
    columns = {
        field.name: field.type for field in schema if field.name not in {key, "as_of", "model"}
    }
    engine.register("stored_scores", stored.table(key, columns))
    parts = [
        sql_text(
            "select s.{key}::varchar as who, {title} as title, s.{c}::varchar as stored, "
            "n.{c}::varchar as computed from stored_scores as s left join {n} as n "
            "on n.{key} = s.{key} and n.as_of = s.as_of where n.{key} is null "
            "or s.{c} is distinct from n.{c}",
            key=name(key),
            title=column,
            c=name(column),
            n=name(computed),
        )
        for column in columns
    ]
    engine.keep("differences", joined(" union all ", parts))
    rows = engine.rows(f"select * from differences order by who, title limit {most}")
    [(count,)] = engine.rows("select count(*) from differences")
    return [Difference(*row) for row in rows], count


def _before(session: Session, live: Live, ids: Mapping[int, str]) -> dict[str, pa.Table]:
    """Return where leads and accounts stood before they were last scored.

    That is where they stand now, but for those whose last scores changed it.
    """
    version = live.row.version
    leads = _BEFORE.format(who="lead_no", bands="current_bands", scores="current_scores")
    accounts = _BEFORE.format(
        who="account_id", bands="current_account_bands", scores="current_account_scores"
    )
    return _stood(
        [BandRow(*row) for row in session.rows(leads, version)],
        [AccountBandRow(*row) for row in session.rows(accounts, version)],
        ids,
    )


_BEFORE = """
    select b.version, b.ladder, b.{who},
        case when t.{who} is null then b.band else t.from_band end,
        case when t.{who} is null then b.edge_band else t.from_edge_band end, b.value
    from {bands} as b join {scores} as s on s.version = b.version and s.{who} = b.{who}
    left join transitions as t on t.{who} = b.{who} and t.ladder = b.ladder
        and t.version = b.version and t.at = s.as_of
    where b.version = ?
"""


def _stood(
    leads: Sequence[BandRow], accounts: Sequence[AccountBandRow], ids: Mapping[int, str]
) -> dict[str, pa.Table]:
    """Return the tables of where leads and accounts stood; of those that stood anywhere."""
    stood = [row for row in leads if row.edge_band is not None]
    firms = [row for row in accounts if row.edge_band is not None]
    made = {} if not stood else {"previous": tables.previous_table(stood, ids)}
    return made | ({"previous_accounts": tables.previous_accounts_table(firms)} if firms else {})
