"""Tables into the store in bulk: sorted as the store lays them, and unscored; a sweep follows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from leadline.model.contract import CONTRACT
from leadline.model.types import Columns, Type
from leadline.service import writing
from leadline.service.arriving.facts import AccountFields, Ids, LeadFields
from leadline.service.clock import Clock
from leadline.service.people import ROLES
from leadline.service.taking import Arrived, Taking, digest, know
from leadline.sql.text import Sql, joined, name, sql_text
from leadline.store import facts as stored
from leadline.store import naming, schema
from leadline.store.erasing import Hashes
from leadline.store.facts import AccountRow, LeadRow
from leadline.store.session import Session
from leadline.store.store import Store

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import Table

    from leadline.engines.duckdb.engine import DuckDB
    from leadline.tables.read import Loaded

Told = Callable[[str, int], None]
Rows = Iterator[tuple[Any, ...]]

CHUNK = 50_000
"""Rows of one transaction; an import that was ended in the middle goes on when it is repeated."""
SOURCE = "import"
NAMING = (
    ("leads", "lead_id"),
    ("events", "lead_id"),
    ("outcomes", "lead_id"),
    ("lead_merges", "from_id"),
    ("lead_merges", "into_id"),
)
"""Columns that name leads; one that only they name is kept, and scored once it is known."""


@dataclass
class Imported:
    """What an import read.

    Attributes:
        rows: Table to how many rows were read of it; what was there already is not written again.
        notes: What a person should know of the tables.
        rejected: How many rows could not be used.
    """

    rows: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    rejected: int = 0


class Importer:
    """Brings tables of an embedded engine into a store whose loop this process is."""

    def __init__(self, store: Store, engine: DuckDB, loaded: Loaded, told: Told) -> None:
        self._store = store
        self._engine = engine
        self._schema: Mapping[str, Columns] = loaded.schema
        self._told = told
        with store.reading() as session:
            self._clock = Clock(stored.last_taken(session))
        self._at = self._clock.take()
        self._imported = Imported(notes=tuple(loaded.notes), rejected=loaded.rejects.count)

    def run(self) -> Imported:
        """Bring every table, those first that others name."""
        self._leave_out_erased()
        self._number()
        self._write("leads", schema.leads, self._new_leads())
        self._write("", schema.identities, self._identities())
        self._write("accounts", schema.accounts, self._new_accounts())
        self._changes("leads", self._known_leads)
        self._changes("accounts", self._known_accounts)
        self._events()
        self._write("outcomes", schema.outcomes, self._outcomes())
        self._write("field_history", schema.field_history, self._history())
        self._write("lead_merges", schema.lead_merges, self._merges())
        self._write("event_marks", schema.event_marks, self._marks())
        self._write("", schema.known_fields, self._fields())
        with self._store.working() as session:
            stored.set_last_taken(session, self._clock.take())
        return self._imported

    # --- rows out of the engine and into the store

    def _write(self, table: str, target: Table, rows: Rows) -> None:
        written = 0
        while part := list(islice(rows, CHUNK)):
            with self._store.working() as session:
                session.insert(target, part, "keep")
                self._name(session, target, part)
            written += len(part)
            if table:
                self._told(table, written)
        if table in self._schema:
            self._imported.rows[table] = written

    def _name(self, session: Session, target: Table, part: Sequence[Sequence[Any]]) -> None:
        """Have new leads and accounts found by their words."""
        if target is schema.leads:
            naming.keep(session, leads=map(LeadRow._make, part))
        elif target is schema.accounts:
            naming.keep(session, accounts=map(AccountRow._make, part))

    def _read(self, query: Sql) -> Rows:
        for batch in self._engine.reader(query):
            yield from zip(*map(_values, batch.columns), strict=True)

    def _has(self, table: str, column: str = "") -> bool:
        return table in self._schema and (not column or column in self._schema[table])

    def _column(self, table: str, column: str, otherwise: str = "null") -> Sql:
        """Return a column of ``t``; a time is in microseconds."""
        if not self._has(table, column):
            return Sql(otherwise)
        found = name("t", column)
        if self._schema[table][column] is Type.TIME:
            found = sql_text("epoch_us({c})", c=found)
        return (
            found
            if otherwise == "null"
            else sql_text("coalesce({c}, {o})", c=found, o=Sql(otherwise))
        )

    def _others(self, table: str) -> dict[str, Type]:
        """Return the columns of a table beside those of the contract."""
        known = CONTRACT[table].types.keys() - {"email", "domain"}
        return {each: kind for each, kind in self._schema[table].items() if each not in known}

    # --- who

    def _leave_out_erased(self) -> None:
        """Take rows of people who were erased out of the tables that are brought."""
        with self._store.reading() as session:
            erased = Hashes.read(session)
        if not erased:
            return
        named = [(table, column) for table, column in NAMING if self._has(table, column)]
        queries = [sql_text("select {c}, null from {t}", c=name(c), t=name(t)) for t, c in named]
        if self._has("leads", "email"):
            queries.append(Sql("select lead_id, lower(trim(email)) from leads"))
        found = self._read(joined(" union ", queries)) if queries else iter(())
        ids = {
            lead
            for lead, email in found
            if lead and erased.has([("user", lead), *([("email", email)] if email else [])])
        }
        of_leads = [("field_history", "id")] if self._has("field_history") else []
        for table, column in [*named, *of_leads] if ids else []:
            kept = sql_text(
                "select * from {t} where {c} is null or {c} not in ({ids}){but}",
                t=name(table),
                c=name(column),
                ids=sorted(ids),
                but=Sql(" or entity <> 'lead'" if table == "field_history" else ""),
            )
            self._engine.keep(f"kept_{table}", kept)
            self._engine.view(table, Sql(f"select * from kept_{table}"))

    def _number(self) -> None:
        """Give every lead that a table names its number: the one it has, or a new one."""
        with self._store.reading() as session:
            known = session.rows("select lead_no, lead_id from leads")
            [(last,)] = session.rows("select coalesce(max(lead_no), 0) from leads")
            self._known_accounts_ids = {
                row[0] for row in session.rows("select account_id from accounts")
            }
        import pyarrow as pa

        numbers, ids = zip(*known, strict=True) if known else ((), ())
        self._engine.register(
            "known_lead",
            pa.table(
                {"lead_no": pa.array(numbers, pa.int64()), "lead_id": pa.array(ids, "string")}
            ),
        )
        named = [
            sql_text("select {c} as lead_id from {t}", c=name(column), t=name(table))
            for table, column in NAMING
            if self._has(table, column)
        ]
        self._engine.run(
            sql_text(
                "create or replace temp table lead_number as with named as "
                "(select distinct lead_id from ({named}) where lead_id is not null) "
                "select n.lead_id, coalesce(k.lead_no, {last} + row_number() over "
                "(partition by k.lead_no is null order by n.lead_id)) as lead_no, "
                "k.lead_no is null as is_new "
                "from named as n left join known_lead as k on k.lead_id = n.lead_id",
                named=joined(" union all ", named) if named else Sql("select null as lead_id"),
                last=int(last),
            )
        )

    def _new_leads(self) -> Rows:
        """Yield leads that were not there; those that no row of ``leads`` is of are not known."""
        is_given = self._has("leads")
        yield from self._read(
            sql_text(
                "select n.lead_no, n.lead_id, {account}, {known}, {created}, {recorded}, {at}, "
                "{fields} from lead_number as n {join} where n.is_new order by n.lead_no",
                account=self._column("leads", "account_id"),
                known=Sql("t.lead_id is not null" if is_given else "false"),
                created=self._column("leads", "created_at"),
                recorded=self._column("leads", "recorded_at"),
                at=self._at,
                fields=self._valued("leads") if is_given else Sql("'{}'"),
                join=Sql("left join leads as t on t.lead_id = n.lead_id" if is_given else ""),
            )
        )

    def _valued(self, table: str) -> Sql:
        """Return the fields of a row as JSON, each with since when it is valid."""
        since = joined(
            ", ",
            [
                *(self._column(table, each) for each in ("recorded_at", "created_at")),
                sql_text("{at}", at=self._at),
            ],
        )
        parts = [
            sql_text(
                "'{k}:[' || {v} || ',' || coalesce({since}) || ']'",
                k=Sql(json.dumps(each, ensure_ascii=False).replace("'", "''")),
                v=_json(name("t", each), kind),
                since=since,
            )
            for each, kind in self._others(table).items()
        ]
        return _object(parts)

    def _identities(self) -> Rows:
        """Yield what leads to new leads: their ids, and their e-mail where nobody shares it."""
        queries = [
            sql_text(
                "select 'user', lead_id, {at}, lead_no from lead_number where is_new", at=self._at
            )
        ]
        if self._has("leads", "email"):
            queries.append(
                sql_text(
                    "select 'email', lower(trim(t.email)), {at}, max(n.lead_no) "
                    "from leads as t join lead_number as n on n.lead_id = t.lead_id "
                    "where n.is_new and t.email like '%_@_%' "
                    "and split_part(lower(trim(t.email)), '@', 1) not in ({roles}) group by 2",
                    at=self._at,
                    roles=sorted(ROLES),
                )
            )
        yield from self._read(joined(" union all ", queries))

    def _new_accounts(self) -> Rows:
        if not self._has("accounts"):
            return
        query = sql_text(
            "select t.account_id, {created}, {recorded}, {at}, {fields} from accounts as t "
            "order by t.account_id",
            created=self._column("accounts", "created_at"),
            recorded=self._column("accounts", "recorded_at"),
            at=self._at,
            fields=self._valued("accounts"),
        )
        yield from (row for row in self._read(query) if row[0] not in self._known_accounts_ids)

    # --- what was there: its fields take new values, as when they arrive one by one

    def _changes(
        self, table: str, facts: Callable[[], Iterator[LeadFields | AccountFields]]
    ) -> None:
        if not self._has(table):
            return
        waiting = facts()
        while part := list(islice(waiting, CHUNK // 10)):
            with self._store.reading() as session:
                taking = Taking(know(session, part))
                for fact in part:
                    taking.take(Arrived(fact, SOURCE, self._clock.take()))
                taken = taking.finish()
            with self._store.working() as session:
                writing.facts(session, taken, taking.known.people)

    def _known_leads(self) -> Iterator[LeadFields]:
        query = sql_text(
            "select t.lead_id, {account}, {fields} from leads as t "
            "join lead_number as n on n.lead_id = t.lead_id and not n.is_new",
            account=self._column("leads", "account_id"),
            fields=self._valued("leads"),
        )
        for lead_id, account, fields in self._read(query):
            values = json.loads(fields)
            since = max((at for _, at in values.values()), default=self._at)
            said = {each: value for each, (value, _) in values.items()}
            yield LeadFields(Ids(lead=lead_id), said, since, account)

    def _known_accounts(self) -> Iterator[AccountFields]:
        query = sql_text("select t.account_id, {f} from accounts as t", f=self._valued("accounts"))
        for account, fields in self._read(query):
            if account in self._known_accounts_ids:
                values = json.loads(fields)
                since = max((at for _, at in values.values()), default=self._at)
                said = {each: value for each, (value, _) in values.items()}
                yield AccountFields(account, said, since)

    # --- what happened

    def _events(self) -> None:
        """Bring events; one whose id is there already is not brought, whoever did it."""
        if not self._has("events"):
            return
        rows, read, known = self._event_rows(), 0, set[bytes]()
        with self._store.reading() as session:
            has_events = bool(session.rows("select 1 from event_ids limit 1"))
        while part := list(islice(rows, CHUNK)):
            read += len(part)
            digests = [digest(row[2]) for row in part]
            if has_events:  # those that are read have ids of their own
                with self._store.reading() as session:
                    known = stored.known_events(session, digests)
            new = [(row, by) for row, by in zip(part, digests, strict=True) if by not in known]
            with self._store.working() as session:
                session.insert(schema.events, [row for row, _ in new], "keep")
                found = sorted((by, row[0]) for row, by in new)
                session.insert(schema.event_ids, found, "keep")
            self._told("events", read)
        self._imported.rows["events"] = read

    def _event_rows(self) -> Rows:
        parts = [
            sql_text(
                "'{k}:' || {v}",
                k=Sql(json.dumps(each, ensure_ascii=False).replace("'", "''")),
                v=_json(name("t", each), kind),
            )
            for each, kind in self._others("events").items()
        ]
        yield from self._read(
            sql_text(
                "select {lead} as lead_no, {occurred} as occurred_at, t.event_id, {account}, "
                "t.type, {recorded}, {at}, null::bigint, {source}, {properties}, null::varchar "
                "from events as t {join} order by 1, 2, 3",
                lead=Sql("coalesce(n.lead_no, 0)" if self._has("events", "lead_id") else "0"),
                occurred=self._column("events", "occurred_at"),
                account=self._column("events", "account_id"),
                recorded=self._recorded("events", "occurred_at"),
                at=self._at,
                source=SOURCE,
                properties=_object(parts),
                join=self._numbered("events", "lead_id"),
            )
        )

    def _recorded(self, table: str, otherwise: str) -> Sql:
        return sql_text(
            "coalesce({r}, {o})",
            r=self._column(table, "recorded_at"),
            o=self._column(table, otherwise),
        )

    def _numbered(self, table: str, column: str, alias: str = "n") -> Sql:
        if not self._has(table, column):
            return Sql("")
        return sql_text(
            "left join lead_number as {a} on {a}.lead_id = t.{c}", a=Sql(alias), c=name(column)
        )

    def _outcomes(self) -> Rows:
        if not self._has("outcomes"):
            return
        query = sql_text(
            "select {id}, {lead}, {account}, t.outcome, {occurred}, {recorded}, {at}, {amount}, "
            "{reason}, {source} from outcomes as t {join}",
            id=self._column("outcomes", "outcome_id"),
            lead=Sql("n.lead_no" if self._has("outcomes", "lead_id") else "null"),
            account=self._column("outcomes", "account_id"),
            occurred=self._column("outcomes", "occurred_at"),
            recorded=self._recorded("outcomes", "occurred_at"),
            at=self._at,
            amount=self._column("outcomes", "amount"),
            reason=self._column("outcomes", "reason"),
            source=SOURCE,
            join=self._numbered("outcomes", "lead_id"),
        )
        seen: dict[str, int] = {}
        for own, *rest in self._read(query):
            yield own or _made_id(rest[:4], seen), *rest

    def _history(self) -> Rows:
        if not self._has("field_history"):
            return
        query = sql_text(
            "select t.entity, t.id, t.field, t.value, {valid}, {recorded} from field_history as t",
            valid=self._column("field_history", "valid_from"),
            recorded=self._recorded("field_history", "valid_from"),
        )
        known = self._known("field_history", "entity, id, field, value, valid_from, recorded_at")
        for entity, own, title, value, valid, recorded in self._read(query):
            if (entity, own, title, value, valid, recorded) not in known:
                yield entity, own, title, self._clock.take(), value, valid, recorded, SOURCE

    def _merges(self) -> Rows:
        if not self._has("lead_merges"):
            return
        query = sql_text(
            "select n.lead_no, i.lead_no, {recorded} from lead_merges as t {from_} {into} "
            "order by 3, 1",
            recorded=self._column("lead_merges", "recorded_at"),
            from_=self._numbered("lead_merges", "from_id"),
            into=self._numbered("lead_merges", "into_id", "i"),
        )
        known = self._known("lead_merges", "from_no, into_no, recorded_at")
        for from_no, into_no, recorded in self._read(query):
            if (from_no, into_no, recorded) not in known:
                yield from_no, self._clock.take(), into_no, recorded, SOURCE

    def _marks(self) -> Rows:
        if not self._has("event_marks"):
            return
        lead = "coalesce(n.lead_no, 0)" if self._has("events", "lead_id") else "0"
        query = sql_text(
            "select t.event_id, {lead}, t.mark, {recorded} from event_marks as t {join} order by 4",
            lead=Sql(lead),
            recorded=self._column("event_marks", "recorded_at"),
            join=Sql(
                "left join events as e on e.event_id = t.event_id "
                "left join lead_number as n on n.lead_id = e.lead_id"
                if self._has("events", "lead_id")
                else ""
            ),
        )
        known = self._known("event_marks", "event_id, mark, recorded_at")
        for event_id, lead_no, mark, recorded in self._read(query):
            if (event_id, mark, recorded) not in known:
                yield event_id, self._clock.take(), lead_no, mark, recorded, SOURCE

    def _known(self, table: str, columns: str) -> set[tuple[Any, ...]]:
        """Return what the store has of a table whose rows have no key of their own."""
        with self._store.reading() as session:
            return set(session.rows(f"select {columns} from {table}"))

    def _fields(self) -> Rows:
        for entity, table in (("lead", "leads"), ("account", "accounts")):
            if self._has(table):
                yield from ((entity, each) for each in self._others(table))


def _values(column: pa.Array) -> list[Any]:
    """Return the values of a column; by arrays where those have the same, which is much faster."""
    import pyarrow as pa

    if pa.types.is_string(column.type) or not column.null_count:
        found: list[Any] = column.to_numpy(zero_copy_only=False).tolist()
        return found
    return column.to_pylist()  # type: ignore[no-any-return]


def _json(column: Sql, kind: Type) -> Sql:
    """Return a value as JSON; a time is a text there."""
    if kind is Type.TIME:
        return sql_text("'\"' || strftime({c}, {f}) || '\"'", c=column, f="%Y-%m-%dT%H:%M:%S.%fZ")
    return sql_text("to_json({c})", c=column)


def _object(parts: Sequence[Sql]) -> Sql:
    """Return an object of JSON of those of its parts that are not null."""
    if not parts:
        return Sql("'{}'")
    return Sql(f"'{{' || concat_ws(',', {', '.join(parts)}) || '}}'")


def _made_id(values: Sequence[Any], seen: dict[str, int]) -> str:
    """Return an id for an outcome without one: the same for the same outcome of a file."""
    text = json.dumps(values, default=str)
    seen[text] = seen.get(text, 0) + 1
    return f"{SOURCE}-{digest(text).hex()}-{seen[text]}"
