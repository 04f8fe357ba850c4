"""The published model over the leads of a pass: rows of the store in, rows of scores out."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import Fault, InputError
from leadline.identity.columns_read import find
from leadline.model.contract import CONTRACT
from leadline.model.document import Ladder, Model
from leadline.model.given import read_model
from leadline.model.types import Schema, Type
from leadline.model.uses import Uses
from leadline.query.context import Context
from leadline.scoring import Scorer
from leadline.service import clock
from leadline.service.taking import Taken
from leadline.store import facts as stored
from leadline.store import rows as tables
from leadline.store import scores as kept
from leadline.store.facts import (
    AccountRow,
    EventRow,
    LeadRow,
    MarkRow,
    MergeRow,
    OutcomeRow,
)
from leadline.store.rows import Knowing
from leadline.store.scores import (
    AccountBandRow,
    AccountScoreRow,
    BandRow,
    ModelRow,
    ScoreRow,
    TransitionRow,
)
from leadline.store.session import Session
from leadline.store.store import Store
from leadline.store.values import compact

if TYPE_CHECKING:
    import pyarrow as pa

MOST_TOGETHER = 200
"""An account with more leads is scored by itself, beside the passes."""
FEW = 200
"""So many leads have their ledgers computed with their scores, where some of the batch before
moved: that costs less than a second statement for those who move."""
_SAID = frozenset({"email", "domain"})
"""Columns of the contract that are fields like others: somebody says them."""
BESIDE = frozenset({"lead_id", "account_id", "as_of", "model"})
Stands: TypeAlias = BandRow | AccountBandRow
Happening = TypeVar("Happening", EventRow, OutcomeRow)
OPTIONAL = ("lead_merges", "event_marks", "previous", "previous_accounts")
"""Tables that say the same without rows as when they are not given."""


def columns_of(model: Model, lead_fields: Iterable[str] = ()) -> Schema:
    """Return the columns to read of each table beside those of the contract.

    A type that the model does not declare is what the model makes of the column; text where
    nothing says it. Fields that others are read off, such as a job title, are read too; what is
    read off them is no column, unless leads have a field of its name.

    Args:
        model: Free of faults.
        lead_fields: Fields that any lead has.
    """
    read: dict[str, dict[str, Type]] = {"leads": {}, "accounts": {}, "events": {}}
    present = dict.fromkeys(lead_fields, Type.TEXT)
    declared = model.columns.get("leads", {}).keys()
    made = CONTRACT["leads"].derived.keys() - present.keys() - declared
    for (table, name), kind in Uses(model).types.items():
        is_given = table != "leads" or name not in made
        if table in read and is_given and (name in _SAID or name not in CONTRACT[table].types):
            read[table][name] = Type.TEXT if kind is Type.ANY else kind
    for name in ("email", *chain.from_iterable(find(present).values())):
        read["leads"].setdefault(name, Type.TEXT)
    for name in declared & present.keys():
        read["leads"].setdefault(name, model.columns["leads"][name].type or Type.TEXT)
    return read


@dataclass
class Touched:
    """What is to be scored as something happened.

    Attributes:
        leads: Numbers of leads.
        accounts: Accounts that are scored with them; all their leads are among these.
        large: Accounts with too many leads for a pass; they are scored by themselves.
    """

    leads: set[int] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)
    large: set[str] = field(default_factory=set)


@dataclass
class Batch:
    """All rows of some leads, those of the store and those that arrive.

    Attributes:
        scored: What the batch is for; other leads only lead to those.
    """

    scored: Touched = field(default_factory=Touched)
    leads: dict[int, LeadRow] = field(default_factory=dict)
    accounts: dict[str, AccountRow] = field(default_factory=dict)
    events: list[EventRow] = field(default_factory=list)
    outcomes: list[OutcomeRow] = field(default_factory=list)
    merges: list[MergeRow] = field(default_factory=list)
    marks: list[MarkRow] = field(default_factory=list)
    previous: list[BandRow] = field(default_factory=list)
    previous_accounts: list[AccountBandRow] = field(default_factory=list)

    @property
    def known(self) -> dict[int, LeadRow]:
        """The leads that are scored."""
        return {n: row for n, row in self.leads.items() if row.is_known and n in self.scored.leads}


@dataclass(frozen=True)
class Scores:
    """What a batch gives by a version, to be written.

    Attributes:
        gone: Leads that have no score any more.
        gone_accounts: Accounts that have none.
        overrides: Which override decided on a lead, by its number, or on an account.
    """

    version: int = 0
    scores: list[ScoreRow] = field(default_factory=list)
    account_scores: list[AccountScoreRow] = field(default_factory=list)
    bands: list[BandRow] = field(default_factory=list)
    transitions: list[TransitionRow] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    gone_accounts: list[str] = field(default_factory=list)
    overrides: dict[int | str, str] = field(default_factory=dict)
    account_bands: list[AccountBandRow] = field(default_factory=list)

    def without(self, others: Touched) -> Scores:
        """Return them without those of some leads and accounts."""
        leads, accounts = others.leads, others.accounts
        return replace(
            self,
            scores=[row for row in self.scores if row.lead_no not in leads],
            account_scores=[r for r in self.account_scores if r.account_id not in accounts],
            bands=[row for row in self.bands if row.lead_no not in leads],
            account_bands=[row for row in self.account_bands if row.account_id not in accounts],
            transitions=[
                row
                for row in self.transitions
                if row.lead_no not in leads and row.account_id not in accounts
            ],
            gone=[number for number in self.gone if number not in leads],
            gone_accounts=[each for each in self.gone_accounts if each not in accounts],
        )

    def parts(self, size: int) -> Iterator[Scores]:
        """Yield them in parts of so many leads; what is no lead's is in the first."""
        for start in range(0, max(len(self.scores), 1), size):
            part = {row.lead_no for row in self.scores[start : start + size]}
            yield replace(
                self,
                scores=self.scores[start : start + size],
                account_scores=self.account_scores if start == 0 else [],
                bands=[row for row in self.bands if row.lead_no in part],
                account_bands=self.account_bands if start == 0 else [],
                transitions=[
                    row
                    for row in self.transitions
                    if row.lead_no in part or (start == 0 and row.lead_no is None)
                ],
                gone=self.gone if start == 0 else [],
                gone_accounts=self.gone_accounts if start == 0 else [],
            )


def of_store(store: Store, engine: DuckDB) -> Live:
    """Return the model that is live in a store. Raises InputError where none is."""
    with store.reading() as session:
        return Live(engine, published(session), stored.known_fields(session, "lead"))


def published(session: Session) -> ModelRow:
    """Return the version that is live. Raises InputError where none is."""
    row = kept.published(session)
    if row is None:
        remedy = "Publish one first."
        raise InputError(Fault("", "the store", "must have a published model", "", remedy))
    return row


class Live:
    """A version of a model, made ready for batch after batch."""

    def __init__(self, engine: DuckDB, row: ModelRow, lead_fields: Iterable[str] = ()) -> None:
        self.row = row
        self.model, _ = read_model(row.document)
        self._lead_fields = _not_made(lead_fields)
        self.columns = columns_of(self.model, self._lead_fields)
        context = Context(self.model, {})
        self.reads_across = context.has_accounts
        self.reads_accounts = any(entity == "account" for entity, _ in context.fields)
        self._engine = engine
        self._outputs = ("scores", *(("account_scores",) if self.reads_across else ()))
        self._scorers: dict[tuple[frozenset[str], tuple[str, ...]], Scorer] = {}
        self._apart: Live | None = None
        self._moves = False

    def is_stale(self, row: ModelRow, lead_fields: Iterable[str]) -> bool:
        """Say whether another version is live, or fields came since that are read."""
        fields = _not_made(lead_fields)
        return row.version != self.row.version or (
            fields != self._lead_fields and self.columns != columns_of(self.model, fields)
        )

    def close(self) -> None:
        """Let go of what was planned for batches."""
        for scorer in self._scorers.values():
            scorer.close()
        self._scorers.clear()

    def apart(self) -> Live:
        """Return the same version in a session of its own, for one other thread at a time."""
        if self._apart is None:
            self._apart = Live(self._engine.new_session(), self.row, self._lead_fields)
        return self._apart

    # --- whom

    def touched(self, session: Session, taken: Taken, most: int = MOST_TOGETHER) -> Touched:
        """Return what is to be scored as facts touch it, up to so many leads of an account."""
        made = Touched(set(taken.touched))
        if not (self.reads_across or self.reads_accounts):
            return made
        accounts, own = set(taken.touched_accounts), {}
        if self.reads_across:
            own = _accounts_of(session, taken)
            accounts |= {*own.values(), *taken.active_accounts}
        for account in accounts:
            members = _members(session, account, taken, most)
            if len(members) > most:
                made.large.add(account)
            else:
                made.accounts.add(account)
                made.leads |= members
        made.leads -= {number for number, account in own.items() if account in made.large}
        return made

    def parts(self, session: Session, touched: Touched, size: int) -> Iterator[Touched]:
        """Yield what is to be scored in parts of about so many leads; accounts stay whole."""
        own = dict.fromkeys(touched.leads, "")
        if self.reads_across:
            rows = stored.leads(session, touched.leads)
            own |= {row.lead_no: row.account_id or "" for row in rows}
        groups: dict[str | int, set[int]] = {account: set() for account in touched.accounts}
        for number, account in own.items():
            groups.setdefault(account or number, set()).add(number)
        part = Touched()
        for key, members in groups.items():
            part.leads |= members
            if isinstance(key, str) and key in touched.accounts:
                part.accounts.add(key)
            if len(part.leads) >= size:
                yield part
                part = Touched()
        yield part

    # --- their rows

    def batch(self, session: Session, touched: Touched, taken: Taken) -> Batch:
        """Return all rows of what is to be scored, as they are once the facts are taken."""
        numbers = touched.leads
        batch = Batch(touched)
        merges = [*stored.merges(session, numbers), *taken.merges]
        tied = {n for row in merges for n in (row.from_no, row.into_no) if n}
        everybody = numbers | (tied if merges else set())
        rows = {row.lead_no: row for row in stored.leads(session, everybody)}
        batch.leads = rows | {n: row for n, row in taken.leads.items() if n in everybody}
        batch.merges = [row for row in merges if row.from_no in batch.leads]
        accounts = {row.account_id for row in batch.known.values() if row.account_id}
        accounts |= touched.accounts
        batch.accounts = {row.account_id: row for row in stored.accounts(session, accounts)}
        batch.accounts |= {id_: row for id_, row in taken.accounts.items() if id_ in accounts}
        whole = touched.accounts if self.reads_across else set[str]()
        batch.events = _happened(
            batch.leads,
            whole,
            stored.events(session, batch.leads),
            stored.events_of_accounts(session, whole) if whole else [],
            taken.events,
        )
        batch.outcomes = _happened(
            batch.leads,
            whole,
            stored.outcomes(session, batch.leads),
            stored.outcomes_of_accounts(session, whole) if whole else [],
            taken.outcomes,
        )
        batch.outcomes = [r for r in batch.outcomes if r.outcome_id not in taken.desk.gone]
        batch.marks = _marks(session, batch, taken)
        batch.previous = kept.bands(session, self.row.version, batch.leads)
        if self.model.account_bands:
            batch.previous_accounts = kept.account_bands(session, self.row.version, accounts)
        return batch

    # --- their scores

    def score(self, batch: Batch, as_of: int, cause: str, *, quiet: bool = False) -> Scores:
        """Return the scores of the leads of a batch, and what changed."""
        scored = batch.known
        accounts = batch.scored.accounts if self.reads_across else set()
        if not (scored or accounts):
            return Scores()
        given = self.tables(batch)
        outputs = self._outputs
        if self._moves and not quiet and len(scored) <= FEW:
            outputs = (*outputs, "points")
        numbers = {row.lead_id: row.lead_no for row in scored.values()}
        made = self.scorer(given, outputs).score(given, clock.at(as_of))
        found = self.rows(made.scores, made.account_scores, numbers, as_of)
        before: list[Stands] = [*batch.previous, *batch.previous_accounts]
        changes = list(self.changes(found, before, cause, quiet=quiet))
        if not quiet:
            changes = self._with_ledgers(changes, batch, as_of, made.points)
        gone = scored.keys() - {row.lead_no for row in found.scores}
        gone_accounts = accounts - {row.account_id for row in found.account_scores}
        return replace(
            found,
            transitions=changes,
            gone=sorted(gone),
            gone_accounts=sorted(gone_accounts),
        )

    def rows(
        self,
        scores: pa.Table | None,
        account_scores: pa.Table | None,
        numbers: Mapping[str, int],
        as_of: int,
    ) -> Scores:
        """Return outputs of the statement as the store keeps them."""
        version = self.row.version
        made = Scores(version)
        for row in _rows(scores):
            number = numbers[row["lead_id"]]
            values = _values(row)
            made.scores.append(ScoreRow(version, number, as_of, compact(values)))
            for ladder, stands in _standing(self.model, self.model.lead_bands, values):
                made.bands.append(BandRow(version, ladder, number, *stands))
            if values["override"] is not None:
                made.overrides[number] = values["override"]
        for row in _rows(account_scores):
            values = _values(row)
            account = row["account_id"]
            made.account_scores.append(AccountScoreRow(version, account, as_of, compact(values)))
            for ladder, stands in _standing(self.model, self.model.account_bands, values):
                made.account_bands.append(AccountBandRow(version, ladder, account, *stands))
            if values.get("override") is not None:
                made.overrides[account] = values["override"]
        return made

    def changes(
        self, found: Scores, before: Iterable[Stands], cause: str, *, quiet: bool
    ) -> Iterator[TransitionRow]:
        """Yield the bands that are others than before."""
        stood = {(_whose(row), row.ladder): row for row in before}
        moments: dict[int | str, int] = {row.lead_no: row.as_of for row in found.scores}
        moments |= {row.account_id: row.as_of for row in found.account_scores}
        standing: list[Stands] = [*found.bands, *found.account_bands]
        for row in standing:
            who = _whose(row)
            old = stood.get((who, row.ladder))
            was = (old.band, old.edge_band) if old else (None, None)
            if was == (row.band, row.edge_band):
                continue
            yield TransitionRow(
                lead_no=who if isinstance(who, int) else None,
                account_id=who if isinstance(who, str) else None,
                ladder=row.ladder,
                at=moments[who],
                from_band=was[0],
                to_band=row.band,
                from_edge_band=was[1],
                edge_band=row.edge_band,
                value=row.value,
                override=found.overrides.get(who),
                version=self.row.version,
                model=self.row.fingerprint,
                cause=cause,
                quiet=quiet,
                ledger=None,
            )

    def _with_ledgers(
        self,
        changes: list[TransitionRow],
        batch: Batch,
        as_of: int,
        points: pa.Table | None,
    ) -> list[TransitionRow]:
        """Return changes with the reasons for those that people are told of."""
        moved = {row.lead_no for row in changes if row.from_band != row.to_band and row.lead_no}
        self._moves = bool(moved)
        if not moved:
            return changes
        ledgers = self.ledgers(batch, moved, as_of, points)
        return [
            row._replace(ledger=ledgers[row.lead_no]) if row.lead_no in moved else row
            for row in changes
        ]

    def ledgers(
        self, batch: Batch, leads: set[int], as_of: int, points: pa.Table | None = None
    ) -> dict[int, str]:
        """Return the ledgers of some leads of a batch, each as the store keeps it.

        Where the ledger of the batch is not given it is computed for these leads alone.
        """
        if points is None:
            given = self.tables(self._narrowed(batch, leads))
            points = self.scorer(given, ("points",)).score(given, clock.at(as_of)).points
        ids = {batch.leads[number].lead_id: number for number in leads}
        found: dict[int, list[dict[str, Any]]] = {}
        for row in _of(points, ids):
            found.setdefault(ids[row["lead_id"]], []).append(_ledger_row(row))
        return {number: compact(found.get(number, [])) for number in leads}

    def _narrowed(self, batch: Batch, leads: set[int]) -> Batch:
        """Return the part of a batch that says all of some leads."""
        if self.reads_across or batch.merges:
            return batch
        return replace(
            batch,
            scored=Touched(leads),
            leads={number: batch.leads[number] for number in leads},
            events=[row for row in batch.events if row.lead_no in leads],
            outcomes=[row for row in batch.outcomes if row.lead_no in leads],
            marks=[row for row in batch.marks if row.lead_no in leads],
        )

    def scorer(
        self, given: Mapping[str, pa.Table], outputs: tuple[str, ...] | None = None
    ) -> Scorer:
        """Return the statement over these tables; one without merges is a good deal shorter."""
        outputs = outputs or self._outputs
        names = (frozenset(given), outputs)
        if names not in self._scorers:
            self._scorers[names] = self.new_scorer(given, outputs)
        return self._scorers[names]

    def new_scorer(self, given: Mapping[str, pa.Table], outputs: Sequence[str]) -> Scorer:
        """Return the statement over these tables, made ready anew."""
        schema = {
            table: {
                column: self.columns.get(table, {}).get(column) or CONTRACT[table].types[column]
                for column in rows.column_names
            }
            for table, rows in given.items()
        }
        return Scorer(self._engine, self.model, schema, outputs, every_account=True)

    def tables(self, batch: Batch, knowing: Knowing = "taken") -> dict[str, pa.Table]:
        """Return the rows of a batch as tables of the contract."""
        scored = batch.known
        ids = {number: row.lead_id for number, row in batch.leads.items()}
        previous = [row for row in batch.previous if row.lead_no in scored]
        read = self.columns
        made = {
            "leads": tables.lead_table(list(scored.values()), read["leads"], knowing),
            "accounts": tables.account_table(
                list(batch.accounts.values()), read["accounts"], knowing
            ),
            "events": tables.event_table(batch.events, ids, read["events"], knowing),
            "outcomes": tables.outcome_table(batch.outcomes, ids, knowing),
            "lead_merges": tables.merge_table(batch.merges, ids, knowing),
            "event_marks": tables.mark_table(batch.marks, knowing),
            "previous": tables.previous_table(previous, ids),
            "previous_accounts": tables.previous_accounts_table(batch.previous_accounts),
        }
        return {
            name: table for name, table in made.items() if table.num_rows or name not in OPTIONAL
        }


def _whose(row: Stands) -> int | str:
    """Return the number of the lead, or the account, that stands there."""
    return row.lead_no if isinstance(row, BandRow) else row.account_id


def _standing(
    model: Model, ladders: Mapping[str, Ladder], values: Mapping[str, Any]
) -> Iterator[tuple[str, tuple[str | None, str | None, float | None]]]:
    """Yield each ladder with the band, the band before overrides, and the value it goes by."""
    for ladder, rungs in ladders.items():
        column = model.column(ladder)
        value = values[rungs.by] if isinstance(rungs.by, str) else None
        yield ladder, (values[column], values[f"edge_{column}"], value)


def _not_made(lead_fields: Iterable[str]) -> tuple[str, ...]:
    """Return fields without those that are read off others: a version once said which it reads."""
    return tuple(each for each in lead_fields if each not in CONTRACT["leads"].derived)


def _accounts_of(session: Session, taken: Taken) -> dict[int, str]:
    """Return the accounts of the leads that facts touch."""
    rows = {row.lead_no: row for row in stored.leads(session, taken.touched)} | taken.leads
    found = {number: rows[number].account_id for number in taken.touched if number in rows}
    return {number: account for number, account in found.items() if account}


def _members(session: Session, account: str, taken: Taken, most: int) -> set[int]:
    """Return the leads of an account; of many, no more than show that they are too many."""
    found = stored.leads_of_accounts(session, [account], most + 1 + len(taken.leads))
    members = {number for number, _ in found if number not in taken.leads}
    return members | {n for n, row in taken.leads.items() if row.account_id == account}


def _happened(
    leads: Container[int],
    accounts: Collection[str],
    of_leads: list[Happening],
    of_accounts: list[Happening],
    arriving: Sequence[Happening],
) -> list[Happening]:
    """Return what happened to leads, in the store and now, then what accounts carry beside it."""
    found = of_leads.copy()
    found += [row for row in arriving if row.lead_no in leads]
    if accounts:
        own = {_id(row) for row in found}
        for rows in (of_accounts, arriving):
            found += [r for r in rows if r.account_id in accounts and _id(r) not in own]
    return found


def _id(row: EventRow | OutcomeRow) -> str:
    return row.event_id if isinstance(row, EventRow) else row.outcome_id


def _marks(session: Session, batch: Batch, taken: Taken) -> list[MarkRow]:
    """Return the marks of the events of a batch, which may be those of nobody or of others."""
    others = {row.event_id for row in batch.events if row.lead_no not in batch.leads}
    others |= taken.marked.keys()
    found = stored.marks(session, batch.leads)
    found += stored.marks_of_events(session, others) if others else []
    return found + [
        row for row in taken.marks if row.lead_no in batch.leads or row.event_id in others
    ]


def _rows(table: pa.Table | None) -> list[dict[str, Any]]:
    return [] if table is None else table.to_pylist()


def _of(table: pa.Table | None, ids: Iterable[str]) -> list[dict[str, Any]]:
    """Return the rows of some leads; others are never made Python's."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if table is None:
        return []
    wanted = pa.array(ids, table.schema.field("lead_id").type)
    return _rows(table.filter(pc.is_in(table["lead_id"], wanted)))


def _values(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of scores without what stands beside it in the store."""
    return {name: value for name, value in row.items() if name not in BESIDE}


def _ledger_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of the ledger without what stands beside it, its time as text."""
    last = row["last_at"]
    made = {name: value for name, value in row.items() if name not in {"lead_id", "as_of"}}
    return made | {
        "points": float(row["points"]),
        "last_at": None if last is None else last.isoformat(),
    }
