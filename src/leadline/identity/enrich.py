"""Leads with the columns that a model reads and the data lacks, and with matched accounts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from leadline.model.contract import CONTRACT
from leadline.model.types import Columns, Schema, Type
from leadline.query.context import Context
from leadline.sql.text import Sql, name, sql_text
from leadline.tables.read import Loaded

if TYPE_CHECKING:
    from leadline.engines.duckdb.engine import DuckDB
    from leadline.engines.workspace import Workspace
    from leadline.identity.derive import Derived
    from leadline.model.document import Model

LEADS = CONTRACT["leads"].derived
HIDDEN = (
    "column {given} is not read, as {own} is read off others; "
    'declare it under another name to read both, with from: "{given}".'
)
"""What is said of a column that is called as one that was read, capitals aside."""
BATCH = "batch_leads"
"""What a batch of leads is called until columns are added to it."""


def wanted(model: Model, columns: Columns) -> frozenset[str]:
    """Return the columns that a model reads, that leads lack, and that can be read off others."""
    read = {field for entity, field in Context(model, {}).fields if entity == "lead"}
    declared = model.columns.get("leads", {})
    return frozenset((read & LEADS.keys()) - columns.keys() - declared.keys())


def matches(model: Model, schema: Schema) -> bool:
    """Say whether leads are to be matched to accounts, and there are accounts."""
    column = model.columns.get("leads", {}).get("account_id")
    return column is not None and column.match is not None and "accounts" in schema


def _is_founded(model: Model) -> bool:
    """Say whether reading made accounts of e-mails, and so matched leads to those given too."""
    return model.columns["leads"]["account_id"].new


def enrich(engine: DuckDB, loaded: Loaded, model: Model) -> Loaded:
    """Add to the leads on the engine what a model reads and they lack.

    Returns the tables with the new columns in their schema, and with notes. Nothing is computed
    where the model asks for nothing.
    """
    if "leads" not in loaded.schema:
        return loaded
    columns = wanted(model, loaded.schema["leads"])
    is_matched = matches(model, loaded.schema) and not _is_founded(model)
    return add(engine, loaded, columns, match=is_matched) if columns or is_matched else loaded


def enriched(
    engine: DuckDB, workspace: Workspace, loaded: Loaded, model: Model, leads: str
) -> tuple[Loaded, str]:
    """Return the tables with what a model reads of leads and these lack, and the view that has it.

    ``leads`` is what the leads are called on the engine; they stay as they are. Accounts are not
    matched anew.
    """
    columns = wanted(model, loaded.schema["leads"])
    if not columns:
        return loaded, leads
    table = workspace.name("leads_derived")
    with workspace.lock:
        derived = _derived(engine, loaded, leads, columns, table=table)
    loaded = _without_namesakes(loaded, derived)
    view = workspace.view("leads", _joined(name(leads), derived, loaded.schema["leads"]))
    return _with(loaded, derived), view


def add(engine: DuckDB, loaded: Loaded, columns: frozenset[str], *, match: bool) -> Loaded:
    """Add columns to the leads on the engine, and accounts where they are to be matched."""
    return added(engine, loaded, columns, match=match)[0]


def added(
    engine: DuckDB,
    loaded: Loaded,
    columns: frozenset[str],
    *,
    match: bool,
    hidden: str = HIDDEN,
) -> tuple[Loaded, Derived]:
    """Do as ``add``, and return what was read as well.

    A column that is called the same but for its capitals is not there afterwards, as ``hidden``
    says: engines do not tell the two apart, and one must not pass for the other.
    """
    before = name("leads_before")
    engine.run(sql_text("drop view if exists {before}", before=before))
    engine.run(sql_text("alter view leads rename to {before}", before=before))
    accounts = name("accounts") if match else None
    derived = _derived(engine, loaded, "leads_before", columns, accounts=accounts)
    loaded = _without_namesakes(loaded, derived, hidden)
    query = _joined(before, derived, loaded.schema["leads"])
    engine.run(sql_text("create view leads as {query}", query=query))
    return _with(loaded, derived), derived


def _without_namesakes(loaded: Loaded, derived: Derived, said: str = HIDDEN) -> Loaded:
    """Return the tables without columns of leads that are called as those that were read."""
    own = {each.lower(): each for each in derived.columns}
    leads = loaded.schema["leads"]
    hidden = [each for each in leads if each.lower() in own]
    if not hidden:
        return loaded
    where = loaded.names["leads"]
    notes = [f"{where}: {said.format(given=each, own=own[each.lower()])}" for each in hidden]
    kept = {title: kind for title, kind in leads.items() if title not in hidden}
    return replace(loaded, schema={**loaded.schema, "leads": kept}, notes=[*loaded.notes, *notes])


def _derived(
    engine: DuckDB, loaded: Loaded, relation: str, columns: frozenset[str], **more: Any
) -> Derived:
    """Read columns off those of leads, which have a name on the engine."""
    leads = name(relation), loaded.schema["leads"], loaded.names["leads"]
    return _read_off(engine, leads, columns, **more)


def _read_off(
    engine: DuckDB, leads: tuple[Sql, Columns, str], columns: frozenset[str], **more: Any
) -> Derived:
    from leadline.identity.derive import Leads, derive  # noqa: PLC0415 - brings lists of words

    return derive(engine, Leads(*leads), columns, **more)


def _joined(before: Sql, derived: Derived, columns: Columns) -> Sql:
    """Return the query for leads with what was read off them."""
    account = "coalesce(b.account_id, d.account_id) as account_id"
    kept = [
        Sql(account) if derived.has_accounts and title == "account_id" else name("b", title)
        for title in columns
    ]
    added = [name("d", title) for title in derived.columns]
    if "account_id" not in columns and derived.has_accounts:
        added.append(Sql("d.account_id"))
    return sql_text(
        "select {columns} from {before} as b left join {derived} as d on d.lead_id = b.lead_id",
        columns=[*kept, *added],
        before=before,
        derived=derived.table,
    )


def _with(loaded: Loaded, derived: Derived) -> Loaded:
    """Return the tables with the columns that were added, and with notes."""
    matched = {"account_id": Type.TEXT} if derived.has_accounts else {}
    added = {title: LEADS[title] for title in derived.columns}
    leads = {**loaded.schema["leads"], **added, **matched}
    notes = [*loaded.notes, *derived.notes]
    return replace(loaded, schema={**loaded.schema, "leads": leads}, notes=notes)


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
        leads = name(BATCH), self._columns, "leads"
        derived = _read_off(engine, leads, self._wanted, accounts=accounts)
        engine.view("leads", _joined(name(BATCH), derived, self._columns))
