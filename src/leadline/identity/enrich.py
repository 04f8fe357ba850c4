"""Leads with the columns that a model reads and the data lacks, and with matched accounts."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from leadline.identity.derive import Derived, Leads, derive
from leadline.model.contract import CONTRACT
from leadline.model.types import Columns, Schema, Type
from leadline.query.context import Context
from leadline.sql.text import Sql, name, sql_text
from leadline.tables.read import Loaded

if TYPE_CHECKING:
    from leadline.engines.duckdb.engine import DuckDB
    from leadline.model.document import Model

LEADS = CONTRACT["leads"].derived
BATCH = "batch_leads"
"""What a batch of leads is called until columns are added to it."""
_numbers = count(1)


def wanted(model: Model, columns: Columns) -> frozenset[str]:
    """Return the columns that a model reads, that leads lack, and that can be read off others."""
    read = {field for entity, field in Context(model, {}).fields if entity == "lead"}
    declared = model.columns.get("leads", {})
    return frozenset((read & LEADS.keys()) - columns.keys() - declared.keys())


def matches(model: Model, schema: Schema) -> bool:
    """Say whether leads are to be matched to accounts, and there are accounts."""
    column = model.columns.get("leads", {}).get("account_id")
    return column is not None and column.match is not None and "accounts" in schema


def enrich(engine: DuckDB, loaded: Loaded, model: Model, *, match: bool = True) -> Loaded:
    """Add to the leads on the engine what a model reads and they lack.

    Returns the tables with the new columns in their schema, and with notes. Nothing is computed
    where the model asks for nothing.
    """
    if "leads" not in loaded.schema:
        return loaded
    columns = wanted(model, loaded.schema["leads"])
    is_matched = match and matches(model, loaded.schema)
    return add(engine, loaded, columns, match=is_matched) if columns or is_matched else loaded


def add(engine: DuckDB, loaded: Loaded, columns: frozenset[str], *, match: bool) -> Loaded:
    """Add columns to the leads on the engine, and accounts where they are to be matched."""
    return added(engine, loaded, columns, match=match)[0]


def added(
    engine: DuckDB, loaded: Loaded, columns: frozenset[str], *, match: bool
) -> tuple[Loaded, Derived]:
    """Do as ``add``, and return what was read as well."""
    number = next(_numbers)
    before = f"leads_before_{number}"
    engine.run(sql_text("alter view leads rename to {before}", before=name(before)))
    derived = derive(
        engine,
        Leads(name(before), loaded.schema["leads"], loaded.names["leads"]),
        columns,
        accounts=name("accounts") if match else None,
        table=f"leads_derived_{number}",
    )
    engine.run(_view("view", before, derived, loaded.schema["leads"]))
    schema = {**loaded.schema, "leads": _with(loaded.schema["leads"], derived)}
    return replace(loaded, schema=schema, notes=[*loaded.notes, *derived.notes]), derived


def _view(kind: str, before: str, derived: Derived, columns: Columns) -> Sql:
    """Return the statement that makes the leads anew."""
    account = "coalesce(b.account_id, d.account_id) as account_id"
    kept = [
        Sql(account) if derived.has_accounts and title == "account_id" else name("b", title)
        for title in columns
    ]
    added = [name("d", title) for title in derived.columns]
    template = (
        "create or replace {kind} leads as select {columns} from {before} as b "
        "left join {derived} as d on d.lead_id = b.lead_id"
    )
    if "account_id" not in columns and derived.has_accounts:
        added.append(Sql("d.account_id"))
    parts = {"kind": Sql(kind), "before": name(before), "derived": derived.table}
    return sql_text(template, columns=[*kept, *added], **parts)


def _with(columns: Columns, derived: Derived) -> dict[str, Type]:
    """Return the columns of the leads with what was added."""
    matched = {"account_id": Type.TEXT} if derived.has_accounts else {}
    return {**columns, **{title: LEADS[title] for title in derived.columns}, **matched}


class Enricher:
    """Adds the same to batch after batch of leads.

    Attributes:
        schema: The columns of the batches with those that are added.
    """

    def __init__(self, model: Model, schema: Schema) -> None:
        self._columns = schema.get("leads", {})
        self._wanted = wanted(model, self._columns) if "leads" in schema else frozenset[str]()
        self._match = "leads" in schema and matches(model, schema)
        added = {title: LEADS[title] for title in self._wanted}
        if self._match:
            added["account_id"] = Type.TEXT
        self.schema: Schema = {**schema, "leads": {**self._columns, **added}} if added else schema

    @property
    def _is_needed(self) -> bool:
        return bool(self._wanted) or self._match

    def given(self, table: str) -> str:
        """Return the name under which the rows of a table are to be given."""
        return BATCH if table == "leads" and self._is_needed else table

    def enrich(self, engine: DuckDB) -> None:
        """Make the leads of the engine from those given."""
        if not self._is_needed:
            return
        accounts = name("accounts") if self._match else None
        derived = derive(engine, Leads(name(BATCH), self._columns), self._wanted, accounts=accounts)
        engine.run(_view("temp view", BATCH, derived, self._columns))
