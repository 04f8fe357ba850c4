"""Columns read off others: e-mail, telephone, country, company, job title, and signs of invention.

Each distinct value is read once, by Python, in batches; what was read is a small table that SQL
joins back. Nothing is read that nobody asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from leadline.identity import email_table, invented, matching
from leadline.identity.columns_read import SALUTATIONS, find
from leadline.identity.companies import read_company
from leadline.identity.countries import read_country
from leadline.identity.emails import Reader
from leadline.identity.phones import read_phones
from leadline.identity.titles import read_title
from leadline.model.contract import CONTRACT
from leadline.model.types import Type
from leadline.sql.text import Sql, joined, name, sql_text
from leadline.tables.places.raw import STAGING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from leadline.engines.duckdb.engine import DuckDB
    from leadline.model.types import Columns

BATCH = 100_000
"""How many values are read at a time."""

LEAD = "l"
"""What statements call the row of a lead."""


class Group(NamedTuple):
    """Columns that are read off one value, or off a value beside another.

    Attributes:
        source: What the value says, see ``sources``.
        columns: What is read, as the columns of a table.
        read: From the values, or pairs of them, to a row of these columns each.
        beside: Name of the group whose first column stands beside the value.
    """

    source: str
    columns: Mapping[str, str]
    read: Callable[[Sequence[Any]], Iterable[Sequence[Any] | None]]
    beside: str = ""


def _one(read: Callable[[str], str | None]) -> Callable[[Sequence[Any]], Iterable[Sequence[Any]]]:
    return lambda values: ((read(value),) for value in values)


GROUPS: Mapping[str, Group] = {
    "email": Group(
        "email",
        {
            "email_valid": "bool",
            "email_domain": "string",
            "email_kind": "string",
            "email_role": "bool",
            "email_suggestion": "string",
            "is_placeholder": "bool",
        },
        lambda values: Reader().read_all(values),
    ),
    "country": Group("country", {"country_code": "string"}, _one(read_country)),
    "phone": Group(
        "phone",
        {"phone_e164": "string", "phone_invented": "string"},
        read_phones,
        beside="country",
    ),
    "company": Group("company", {"company_name": "string"}, _one(read_company)),
    "title": Group(
        "title",
        {"seniority": "string", "function": "string"},
        lambda values: map(read_title, values),
    ),
}
"""In this order: a group stands behind the one that it reads."""

INVENTED = {"invented": "bool", "invented_reasons": "string"}


class Leads(NamedTuple):
    """Leads on the engine: the rows, their columns and types, and what notes call them."""

    rows: Sql
    columns: Columns
    where: str = "leads"


@dataclass(frozen=True)
class Derived:
    """What was read.

    Attributes:
        table: Has ``lead_id`` and the columns, one row a lead.
        columns: The columns that were asked for and are there.
        notes: What a person should know of it.
        has_accounts: The table also has ``account_id``, for leads that were matched.
    """

    table: Sql
    columns: tuple[str, ...]
    notes: tuple[str, ...]
    has_accounts: bool = False


def derive(
    engine: DuckDB,
    leads: Leads,
    wanted: AbstractSet[str],
    *,
    accounts: Sql | None = None,
    table: str = "leads_derived",
) -> Derived:
    """Read the wanted columns off those of the leads.

    Args:
        engine: Holds the leads, and afterwards the table.
        leads: The rows.
        wanted: Names of ``derived`` columns of the contract.
        accounts: Accounts with a domain, where leads are to be matched with them.
        table: Name of the table to make.
    """
    titles = find(leads.columns)
    sources = {role: _source(role, listed, leads.columns) for role, listed in titles.items()}
    groups = [
        each
        for each in _groups(wanted, match=accounts is not None)
        if GROUPS[each].source in sources
    ]
    engine.run(sql_text("create schema if not exists {staging}", staging=name(STAGING)))
    for each in groups:
        _read(engine, leads.rows, each, sources, groups)
    has_accounts = accounts is not None and "email" in groups
    if accounts is not None and has_accounts:
        matching.prepare(engine, accounts)
    made = tuple(title for title in CONTRACT["leads"].derived if title in wanted)
    into = name(STAGING, table)
    selected = [
        sql_text("{v} as {t}", v=_value(each, sources, groups), t=name(each)) for each in made
    ]
    joins = [_join(each, sources, groups) for each in groups]
    if INVENTED.keys() & set(made):
        joins += invented.prepare(
            engine, sql_text("{t} as {l}", t=leads.rows, l=name(LEAD)), sources
        )
    if has_accounts:
        selected.append(matching.account_id(LEAD, leads.columns))
        joins.append(matching.join())
    _make(engine, into, leads.rows, selected, joins)
    notes = list(_notes(leads.where, made, titles))
    if accounts is not None:
        notes += matching.notes(engine, into, leads.where, has_email=has_accounts)
    return Derived(into, made, tuple(notes), has_accounts)


def _make(
    engine: DuckDB, into: Sql, rows: Sql, columns: Sequence[Sql], joins: Sequence[Sql]
) -> None:
    template = "create or replace table {into} as select {columns} from {rows} as {lead} {joins}"
    listed = [name(LEAD, "lead_id"), *columns]
    parts = {"into": into, "rows": rows, "lead": name(LEAD), "joins": joined(" ", joins)}
    engine.run(sql_text(template, columns=listed, **parts))


def _source(role: str, titles: Sequence[str], columns: Columns) -> Sql:
    """Return what a lead says, by the first of some columns that has a value."""
    found = [_column(title, columns[title]) for title in titles]
    if role == "title":
        template = "case when lower(trim({c}, '. ')) not in ({words}) then {c} end"
        found = [sql_text(template, c=each, words=SALUTATIONS) for each in found]
    return sql_text("coalesce({found})", found=found) if len(found) > 1 else found[0]


def _column(title: str, kind: Type) -> Sql:
    """Return a column as text; numbers of telephones that are all digits were read as numbers."""
    column = name(LEAD, title)
    return sql_text("try_cast({c} as bigint)::varchar", c=column) if kind is Type.NUMBER else column


def _groups(wanted: AbstractSet[str], *, match: bool) -> list[str]:
    """Return the groups that the wanted columns need, in the order of reading."""
    needed = {each for each, group in GROUPS.items() if wanted & group.columns.keys()}
    if wanted & INVENTED.keys():
        needed |= {"email", "phone"}
    if match:
        needed.add("email")
    needed |= {GROUPS[each].beside for each in needed}
    return [each for each in GROUPS if each in needed]


def _lookup(group: str) -> Sql:
    return name(STAGING, f"read_{group}")


def _beside(group: str, groups: Sequence[str]) -> Sql | None:
    """Return the column that stands beside the value of a group, None where there is none."""
    other = GROUPS[group].beside
    return name(other, next(iter(GROUPS[other].columns))) if other in groups else None


def _key(group: str, sources: Mapping[str, Sql]) -> Sql:
    return sources[GROUPS[group].source]


def _read(
    engine: DuckDB,
    leads: Sql,
    group: str,
    sources: Mapping[str, Sql],
    groups: Sequence[str],
) -> None:
    """Read each distinct value of a group once, into its table."""
    import pyarrow as pa  # noqa: PLC0415 - slow to import, and mostly not needed

    beside = _beside(group, groups)
    template = """
        select distinct {key} as value {beside} from {leads} as {lead} {join}
        where {key} is not null"""
    join = _join(GROUPS[group].beside, sources, groups) if beside else Sql("")
    beside_column = sql_text(", {beside} as beside", beside=beside) if beside else Sql("")
    parts = {"leads": leads, "lead": name(LEAD), "join": join, "beside": beside_column}
    if group == "email":
        distinct = sql_text("(" + template + ")", key=_key(group, sources), **parts)
        email_table.make(engine, distinct, _lookup(group))
        return
    found = engine.arrow(sql_text(template, key=_key(group, sources), **parts))
    batches = [
        _batch(group, found.slice(start, BATCH)) for start in range(0, found.num_rows, BATCH)
    ]
    read = pa.concat_tables([_batch(group, found.slice(0, 0)), *batches])
    engine.register("given_lookup", read)
    engine.run(sql_text("create or replace table {t} as from given_lookup", t=_lookup(group)))
    engine.unregister("given_lookup")


def _batch(group: str, values: Any) -> Any:
    """Return a batch of values beside what was read off them."""
    import pyarrow as pa  # noqa: PLC0415

    kinds = GROUPS[group].columns
    given = values["value"].to_pylist()
    if GROUPS[group].beside:
        others = (
            values["beside"].to_pylist() if "beside" in values.column_names else [None] * len(given)
        )
        given = list(zip(given, others, strict=True))
    nothing = (None,) * len(kinds)
    rows = [row or nothing for row in GROUPS[group].read(given)]
    fields = list(zip(*rows, strict=True)) if rows else [()] * len(kinds)
    types = {"string": pa.string(), "bool": pa.bool_()}
    read = {
        title: pa.array(each, types[kind])
        for (title, kind), each in zip(kinds.items(), fields, strict=True)
    }
    keys = {title: values[title].cast(pa.string()) for title in values.column_names}
    return pa.table({**keys, **read})


def _join(group: str, sources: Mapping[str, Sql], groups: Sequence[str]) -> Sql:
    """Return the join of a lead with what was read off it."""
    beside = _beside(group, groups) if GROUPS[group].beside else None
    also = (
        sql_text("and {t} is not distinct from {b}", t=name(group, "beside"), b=beside)
        if beside
        else Sql("")
    )
    template = "left join {lookup} as {group} on {value} = {key} {also}"
    parts = {"group": name(group), "value": name(group, "value"), "also": also}
    return sql_text(template, lookup=_lookup(group), key=_key(group, sources), **parts)


def _value(column: str, sources: Mapping[str, Sql], groups: Sequence[str]) -> Sql:
    """Return a column of the leads to come, null where there is nothing to read it off."""
    if column in INVENTED:
        return _invented(column, sources, groups)
    group = next(each for each in GROUPS if column in GROUPS[each].columns)
    kind = Sql("boolean" if GROUPS[group].columns[column] == "bool" else "varchar")
    return name(group, column) if group in groups else sql_text("null::{kind}", kind=kind)


def _invented(column: str, sources: Mapping[str, Sql], groups: Sequence[str]) -> Sql:
    email = {each: name("email", each) for each in GROUPS["email"].columns}
    phone = name("phone", "phone_invented") if "phone" in groups else Sql("null::varchar")
    found = invented.signs(sources, email if "email" in groups else {}, phone)
    templates = {
        "invented": "len({found}) > 0",
        "invented_reasons": "nullif(array_to_string(list_sort({found}), '; '), '')",
    }
    return sql_text(templates[column], found=found)


def _notes(where: str, made: Sequence[str], titles: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield which column each of those made was read off."""
    for group in GROUPS.values():
        shown = _listed([each for each in made if each in group.columns])
        if shown and group.source in titles:
            yield f"{where}: {shown} read off {' or '.join(titles[group.source])}."
        elif shown:
            yield f"{where}: {shown} null, as there is no {group.source} to read."
    if INVENTED.keys() & set(made):
        signs = [titles[role] for role in titles if role in invented.SIGNS]
        read = ", ".join(title for listed in signs for title in listed)
        yield f"{where}: signs of invention are read off {read or 'nothing, as nothing is known'}."


def _listed(columns: Sequence[str]) -> str:
    """Return names as the start of a sentence, empty for none."""
    if len(columns) < 2:  # noqa: PLR2004 - one is singular
        return "".join(f"{each} is" for each in columns)
    return f"{', '.join(columns[:-1])} and {columns[-1]} are"
