"""Rows that are made of others once all tables are typed.

Events of columns that say when or how often something happened, accounts of what their leads say,
and leads that are named by their e-mail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from leadline.errors import Fault, InputError
from leadline.model.contract import CONTRACT
from leadline.model.types import Columns, Type
from leadline.sql.kinds import SQL_TYPES
from leadline.sql.text import Sql, joined, name, sql_text
from leadline.tables.columns import JOINT, Column
from leadline.tables.natives import ISO
from leadline.tables.places.raw import staged

if TYPE_CHECKING:
    from leadline.engines.duckdb.engine import DuckDB

TIMES = "times"
"""Column of events that says how often: of those that a number of times was made of."""

Declared = Mapping[str, Mapping[str, Column]]


@dataclass(frozen=True)
class Made:
    """Tables with what was made.

    Attributes:
        schema: Columns and types of each table.
        names: What messages call each table.
        notes: What a person should know of it.
    """

    schema: dict[str, dict[str, Type]]
    names: dict[str, str]
    notes: tuple[str, ...] = ()


Step = Callable[["DuckDB", Made, Declared], Made]
"""What makes rows of some of the tables."""


def made(
    engine: DuckDB,
    schema: Mapping[str, Columns],
    names: Mapping[str, str],
    declared: Declared,
    founding: Step | None = None,
) -> Made:
    """Make the rows that are declared, in the views of the tables on the engine.

    ``founding`` makes accounts of what only a higher floor can read, such as e-mails.

    Raises:
        InputError: What they would be made of is not there.
    """
    of = Made({table: dict(columns) for table, columns in schema.items()}, dict(names))
    for step in (_by_email, *((founding,) if founding else ()), _accounts, _events):
        of = step(engine, of, declared)
    return of


def refuse_made(declared: Mapping[str, Column], where: str) -> None:
    """Refuse what makes rows of a table that is read where it is. Raises InputError."""
    faults = [
        Fault(where, title, f"must not have {key}, which is for files", "", "Make it in a view.")
        for title, column in declared.items()
        for key in ("event", "account", "match", "new")
        if getattr(column, key) and getattr(column, key) != "email_domain"
    ]
    if faults:
        raise InputError(*faults)


def makes(declared: Declared) -> bool:
    """Say whether rows of any table are made of others."""
    return any(
        column.event or column.account or column.match == "email" or column.new
        for columns in declared.values()
        for column in columns.values()
    )


# leads by their e-mail

EMAILS = """
    select lower(trim(email)) as email, min(lead_id) as lead_id, count(*) as leads
    from leads where email is not null group by 1"""
MATCHED = """
    create or replace table {kept} as
    select t.* replace (coalesce(k.lead_id, t.lead_id) as lead_id), k.leads as {leads}
    from {given} as t left join ({emails}) as k on k.email = lower(trim(t.lead_id))"""
LEADS = "leads of the e-mail"


def _by_email(engine: DuckDB, of: Made, declared: Declared) -> Made:
    notes: list[str] = []
    for table in ("events", "outcomes"):
        column = declared.get(table, {}).get("lead_id")
        if table not in of.schema or column is None or column.match != "email":
            continue
        if "email" not in of.schema.get("leads", {}):
            expected = "needs leads with an email, as match: email finds them by it"
            raise InputError(Fault(of.names[table], "lead_id", expected))
        kept = staged(table, "by_email")
        parts = {"given": renamed(engine, table), "emails": Sql(EMAILS), "leads": name(LEADS)}
        engine.run(sql_text(MATCHED, kept=kept, **parts))
        view(engine, table, sql_text("select * exclude ({l}) from {k}", l=name(LEADS), k=kept))
        notes += _told(engine, of.names[table], table, kept)
    return Made(of.schema, of.names, (*of.notes, *notes))


def _told(engine: DuckDB, where: str, table: str, kept: Sql) -> Iterator[str]:
    counts = "select count({l}), count(*) filter ({l} > 1) from {k}"
    [(found, several)] = engine.rows(sql_text(counts, l=name(LEADS), k=kept))
    rows = "1 row is" if found == 1 else f"{found:,} rows are"
    yield f"{where}: {rows} of a lead by the e-mail."
    if several:
        rows = "1 row has" if several == 1 else f"{several:,} rows have"
        yield (
            f"{where}: {rows} an e-mail that several leads share; "
            f"these {table} are of the one with the least lead_id."
        )


# accounts of their leads

SAID = """
    (select account_id, value from (
        select account_id, {column} as value,
            row_number() over (partition by account_id
                order by count(*) desc, {column}::varchar collate "C") as turn
        from leads where account_id is not null and {column} is not null
        group by account_id, {column}) where turn = 1)"""
ACCOUNTS = """
    create or replace table {kept} as
    select {columns} from ({base}) as b {joins}"""
ALL_ACCOUNTS = """
    select account_id from leads where account_id is not null
    union select account_id from {given}"""
DIFFERENT = """
    select count(*) from (select account_id from leads where account_id is not null
    group by account_id having count(distinct {column}) > 1)"""


def _accounts(engine: DuckDB, of: Made, declared: Declared) -> Made:
    """Make accounts of the fields that leads say of them; what accounts say themselves stands."""
    leads = of.schema.get("leads", {})
    fields = {
        column.account: title
        for title, column in declared.get("leads", {}).items()
        if column.account and title in leads
    }
    if not fields:
        return of
    if "account_id" not in leads:
        expected = "needs a column account_id, as its fields are to be those of accounts"
        raise InputError(Fault(of.names["leads"], "", expected))
    given = of.schema.get("accounts", {})
    _refuse_other_types(of, fields)
    own = renamed(engine, "accounts") if given else Sql("(select null::varchar as account_id)")
    base = sql_text(ALL_ACCOUNTS, given=own)
    kept = staged("accounts", "made")
    titles = [each for each in dict.fromkeys([*given, *fields]) if each != "account_id"]
    columns = [
        sql_text("{v} as {t}", v=_said(each, given, list(fields)), t=name(each)) for each in titles
    ]
    joins = [sql_text("left join {own} as g on g.account_id = b.account_id", own=own)]
    joins += [
        sql_text(
            "left join {said} as {f} on {f}.account_id = b.account_id",
            said=sql_text(SAID, column=name(title)),
            f=name(f"said_{at}"),
        )
        for at, title in enumerate(fields.values())
    ]
    columns.insert(0, Sql("b.account_id"))
    engine.run(sql_text(ACCOUNTS, kept=kept, columns=columns, base=base, joins=joined(" ", joins)))
    view(engine, "accounts", sql_text("from {k} where account_id is not null", k=kept))
    schema = {"account_id": Type.TEXT, **given}
    for field, title in fields.items():
        if schema.get(field, Type.ANY) is Type.ANY:
            schema[field] = leads[title]
    where = of.names.setdefault("accounts", of.names["leads"])
    notes = list(_differing(engine, where, fields))
    return Made({**of.schema, "accounts": schema}, of.names, (*of.notes, *notes))


def _said(title: str, given: Columns, fields: list[str]) -> Sql:
    """Return a field of an account: what it says itself, else what most of its leads say."""
    own = name("g", title) if given.get(title, Type.ANY) is not Type.ANY else None
    said = name(f"said_{fields.index(title)}", "value") if title in fields else None
    both = [each for each in (own, said) if each is not None]
    return sql_text("coalesce({both})", both=both) if both else Sql("null")


def _refuse_other_types(of: Made, fields: Mapping[str, str]) -> None:
    given, leads = of.schema.get("accounts", {}), of.schema["leads"]
    known = CONTRACT["accounts"].types
    faults = []
    for field, title in fields.items():
        kind = {field: known[field]} if field in known else given
        wanted, found = kind.get(field, Type.ANY), leads[title]
        if Type.ANY not in (wanted, found) and wanted is not found:
            expected = f"must be {wanted.phrase} to be account.{field}"
            faults.append(Fault(of.names["leads"], title, expected, found.phrase))
    if faults:
        raise InputError(*faults)


def _differing(engine: DuckDB, where: str, fields: Mapping[str, str]) -> Iterator[str]:
    for field, title in fields.items():
        [(count,)] = engine.rows(sql_text(DIFFERENT, column=name(title)))
        if count:
            accounts = "1 account differ" if count == 1 else f"{count:,} accounts differ"
            yield (
                f"{where}: the leads of {accounts} in {title}; account.{field} is what most say."
            )


# events of columns

EVENT = """
    select {event_id} as event_id, lead_id, {account} as account_id, {event} as type,
        {when} as occurred_at, {recorded} as recorded_at {times}
    from {table} where {condition} and {when} is not null"""

HAPPENED: Mapping[Type, str] = {
    Type.TIME: "{c} is not null",
    Type.NUMBER: "{c} > 0",
    Type.BOOLEAN: "{c}",
    Type.TEXT: "{c} is not null",
}
"""Type of a column to the condition that what it tells of has happened."""


class _Source(NamedTuple):
    """A column that tells of events."""

    table: str
    title: str
    column: Column
    kind: Type


def _events(engine: DuckDB, of: Made, declared: Declared) -> Made:
    """Add the events that columns of leads and of events tell of."""
    sources = [
        _Source(table, title, column, of.schema[table][title])
        for table in ("leads", "events")
        for title, column in declared.get(table, {}).items()
        if column.event and of.schema.get(table, {}).get(title, Type.ANY) is not Type.ANY
    ]
    if not sources:
        return of
    given = of.schema.get("events", {})
    has_times = any(each.kind is Type.NUMBER for each in sources)
    _refuse_times(of, has_times=has_times)
    own = renamed(engine, "events") if given else None
    rows = [sql_text("select * from {own}", own=own)] if own else []
    rows += [_of_column(of, each, own, has_times=has_times) for each in sources]
    view(engine, "events", joined(" union all by name ", [sql_text("({r})", r=r) for r in rows]))
    schema = {**CONTRACT["events"].types, **given}
    if has_times:
        schema[TIMES] = Type.NUMBER
    of.names.setdefault("events", of.names["leads"])
    return Made({**of.schema, "events": schema}, of.names, of.notes)


def _of_column(of: Made, source: _Source, own: Sql | None, *, has_times: bool) -> Sql:
    column = name(source.title)
    is_event = source.table == "events"
    when = _when(of, source)
    key = name("event_id" if is_event else "lead_id")
    dated = Sql(ISO["duckdb"].format(x=when)) if source.kind is Type.TIME else None
    event_id = [key, sql_text("{event}", event=source.column.event), *([dated] if dated else [])]
    number = column if source.kind is Type.NUMBER else Sql("null::double")
    return sql_text(
        EVENT,
        event_id=sql_text("concat_ws({joint}, {parts})", joint=JOINT, parts=event_id),
        account=_or_null(of, "events", "account_id") if is_event else Sql("null::varchar"),
        event=source.column.event,
        when=when,
        recorded=_or_null(of, "events", "recorded_at") if is_event else Sql("null::timestamp"),
        times=sql_text(", {n} as {t}", n=number, t=name(TIMES)) if has_times else Sql(""),
        table=own if is_event and own else Sql("leads"),
        condition=sql_text(HAPPENED[source.kind], c=column),
    )


def _or_null(of: Made, table: str, title: str) -> Sql:
    kind = SQL_TYPES[CONTRACT[table].types[title]]
    has_values = of.schema[table].get(title, Type.ANY) is not Type.ANY
    return name(title) if has_values else sql_text("null::{k}", k=Sql(kind))


def _when(of: Made, source: _Source) -> Sql:
    """Return when an event of a column occurred. Raises InputError where nothing says it."""
    if source.kind is Type.TIME:
        return name(source.title)
    title = source.column.at or ("occurred_at" if source.table == "events" else "")
    kind = of.schema[source.table].get(title)
    if kind is not Type.TIME:
        expected = "needs at: a column of times that says when the event occurred"
        found = f"{title}, {kind.phrase}" if title and kind else title
        raise InputError(Fault(of.names[source.table], source.title, expected, found))
    return name(title)


def _refuse_times(of: Made, *, has_times: bool) -> None:
    kind = of.schema.get("events", {}).get(TIMES, Type.ANY)
    if has_times and kind not in (Type.NUMBER, Type.ANY):
        expected = "must be a number, as events that are made say there how often"
        raise InputError(Fault(of.names["events"], TIMES, expected, kind.phrase))


def renamed(engine: DuckDB, table: str) -> Sql:
    """Give the view of a table another name, and return that."""
    before = name(f"{table}_as_read")
    engine.run(sql_text("drop view if exists {before}", before=before))
    engine.run(sql_text("alter view {t} rename to {before}", t=name(table), before=before))
    return before


def view(engine: DuckDB, table: str, query: Sql) -> None:
    """Have a table be what a query returns."""
    engine.run(sql_text("create or replace view {t} as {query}", t=name(table), query=query))
