"""Inputs of every kind to tables on the engine: files, rows in memory, tables of the engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from leadline.engines.engine import ArrowStream
from leadline.errors import Fault, InputError, nearest
from leadline.identity.enrich import enrich, matches, wanted
from leadline.identity.founding import with_founded
from leadline.model.checking.mixed import mixed
from leadline.model.contract import CONTRACT
from leadline.model.names import Names
from leadline.model.reading.source import dotted
from leadline.model.types import Columns
from leadline.model.uses import tables_read
from leadline.query.context import decides
from leadline.sql.dialects import render
from leadline.sql.kinds import sql_type
from leadline.sql.text import Sql, name, sql_text
from leadline.sql.trees import Tree, column, sql_tree, text
from leadline.tables import read
from leadline.tables.columns import Column
from leadline.tables.made import makes
from leadline.tables.orphans import orphans
from leadline.tables.past_fields import as_usual, with_past_fields
from leadline.tables.places.inputs import Input
from leadline.tables.places.raw import prepare
from leadline.tables.read import Loaded
from leadline.timings import step

if TYPE_CHECKING:
    from leadline.engines.engine import Engine
    from leadline.model.document import Ladder, Model
    from leadline.tables.in_place import InPlace

_MATCHED = ("leads", "accounts")

TABLE = "table:"
"""What the address of a table of the engine begins with, such as ``table:crm.events``."""

PLACES: Mapping[str, str] = {
    "postgres": "leadline.tables.places.postgres",
    "spark": "leadline.tables.places.spark",
}
"""Dialect to what reads tables of that engine where they are; imported when one is given."""

OF_FILES = {
    "keep": "Keep one row of each in a view, and name that.",
    "version_from": "Name a view that has the columns of field_history.",
}
"""Keys that can be declared of files alone, and what stands for each in a database."""

FILES = frozenset({"spark"})
"""Dialects of engines that themselves read files which are known to be clean, where they can."""


def table_address(given: object) -> str | None:
    """Return the name of a table of the engine, None for everything else.

    >>> table_address("table:crm.events"), table_address("events.csv")
    ('crm.events', None)
    """
    if isinstance(given, str) and given.startswith(TABLE):
        return given.removeprefix(TABLE)
    return None


def load(
    engine: Engine,
    inputs: Mapping[str, Input],
    model: Model,
    *,
    clean: bool = False,
) -> Loaded:
    """Read inputs; afterwards the engine has each under its name, typed and with unique keys.

    Arguments and errors are those of ``leadline.tables.read.load``; an input may also be the
    address of a table of the engine, which is read where it is. What the model reads of leads and
    they lack is read off their other columns.
    """
    addresses = {table: address for table in inputs if (address := table_address(inputs[table]))}
    _refuse_tables(engine, addresses)
    _refuse_kept(addresses, model)
    prepare(engine.embedded, inputs)
    found, faults = _in_place(engine, addresses, model.columns, clean=clean)
    if clean and engine.dialect in FILES and not makes(model.columns):
        found |= _read_there(engine, inputs, model)
    rest = {
        table: given
        for table, given in inputs.items()
        if table not in addresses and table not in found
    }
    try:
        loaded = read.load(
            engine.embedded,
            rest,
            model.columns,
            clean=clean,
            files=model.files,
            founding=with_founded,
        )
    except InputError as error:
        faults.extend(error.faults)
    if faults:
        raise InputError(*faults)
    if "leads" in addresses and "leads" in found:
        _refuse_derived(found["leads"], model)
    loaded = enrich(engine.embedded, loaded, model)
    as_usual(engine.embedded, loaded.schema, model.columns)
    if engine.embedded is engine:
        return _looked_over(engine, loaded, model)
    for table, kinds in loaded.schema.items():
        engine.register(table, engine.embedded.reader(_typed(table, kinds)))
    return _looked_over(engine, _joined(loaded, found), model)


def _looked_over(engine: Engine, loaded: Loaded, model: Model) -> Loaded:
    """Return what was read with what only all tables together say."""
    loaded = with_past_fields(engine, loaded, model.columns)
    with step("look for rows that name nothing"):
        lost = list(orphans(engine, loaded.schema, loaded.names))
    return _told(engine, replace(loaded, notes=[*loaded.notes, *lost]), model)


_ABSENT = {
    "events": "no event counts, and rules over silence are undecided",
    "outcomes": "no outcome counts",
    "accounts": "their fields have no value",
}
"""Table to what follows where it was not given: it is not a table without rows."""


def _told(engine: Engine, loaded: Loaded, model: Model) -> Loaded:
    """Add notes of what the model reads and was not given, and of what was given in vain."""
    notes = [
        *loaded.notes,
        *_absent(loaded, model),
        *_other_ladders(engine, loaded, model),
        *_other_bands(engine, loaded, model),
        *_mixed(loaded, model),
    ]
    return replace(loaded, notes=notes)


def _mixed(loaded: Loaded, model: Model) -> Iterator[str]:
    for each in mixed(Names(model, loaded.schema)):
        yield str(Fault("", dotted(each.path), each.expected, each.found, each.remedy))


def _absent(loaded: Loaded, model: Model) -> Iterator[str]:
    needed = tables_read(model)
    for table, what in _ABSENT.items():
        if table in needed and table not in loaded.schema:
            yield f"The model reads {table}, and none were given: {what}."


_LADDERS = """
    select coalesce(ladder, 'band') as name, count(*) from {table}
    where band is not null group by coalesce(ladder, 'band') order by name
"""


def _of_before(model: Model) -> Mapping[str, Mapping[str, Ladder]]:
    """Return the tables of the preceding run, and the ladders whose bands they have."""
    return {"previous": model.lead_bands, "previous_accounts": model.account_bands}


def _other_ladders(engine: Engine, loaded: Loaded, model: Model) -> Iterator[str]:
    """Yield a note of the bands of the preceding run on ladders that the model does not have."""
    for table, own in _of_before(model).items():
        if table not in loaded.schema:
            continue
        rows = engine.rows(render(sql_tree(_LADDERS.format(table=table)), engine.dialect))
        found = [f"{name!r} ({count:,})" for name, count in rows if name not in own]
        given = loaded.schema[table]
        wide = [each.removeprefix("band_") for each in given if each.startswith("band_")]
        found += [f"{name!r}" for name in wide if name not in own]
        if found:
            whose = "of accounts " if table == "previous_accounts" else ""
            yield (
                f"{loaded.names.get(table, table)}: bands of ladders {whose}that the model does "
                f"not have: {', '.join(found)}."
            )


_BANDS = """
    select :band as band, count(*) as times from {table}
    where :band is not null and {rows} group by :band order by band
"""


def _other_bands(engine: Engine, loaded: Loaded, model: Model) -> Iterator[str]:
    """Yield a note of bands of the preceding run that ladders of the model do not have."""
    for table, own in _of_before(model).items():
        for title, ladder in own.items() if table in loaded.schema else ():
            known = {*(ladder.edges or {}), *(ladder.cells or {}), ladder.default}
            known |= {each.band for each in model.overrides.values() if decides(each, title)}
            query = _bands_before(table, title, loaded.schema[table])
            rows = engine.rows(render(query, engine.dialect))
            found = [f"{band!r} ({count:,})" for band, count in rows if band not in known]
            if found:
                where = loaded.names.get(table, table)
                listed = ", ".join(found)
                yield f"{where}: bands of {title} that the model does not have: {listed}."


def _bands_before(table: str, ladder: str, columns: Columns) -> Tree:
    """Return the query of the bands that a ladder had, in a column of its own or in rows."""
    wide = f"band_{ladder}"
    if wide in columns:
        return sql_tree(_BANDS.format(table=table, rows="true"), band=column(wide))
    rows = "coalesce(ladder, 'band') = :ladder"
    given = {"band": column("band"), "ladder": text(ladder)}
    return sql_tree(_BANDS.format(table=table, rows=rows), **given)


def _read_there(engine: Engine, inputs: Mapping[str, Input], model: Model) -> dict[str, InPlace]:
    """Return the files that the engine reads itself; leads that lack what is read off them are not.

    Where accounts are matched, both are read here as well.
    """
    found: dict[str, InPlace] = {}
    for table, given in inputs.items():
        is_file = not isinstance(given, ArrowStream) and table_address(given) is None
        has_versions = table in model.files and model.files[table].version_from is not None
        if is_file and not has_versions:
            made = import_module(PLACES[engine.dialect]).read_parquet(
                engine, table, given, model.columns.get(table, {})
            )
            if made is not None:
                found[table] = made
    schema = {table: each.schema for table, each in found.items()}
    if "leads" in found and wanted(model, schema["leads"]):
        del found["leads"]
    if matches(model, {**{table: {} for table in inputs}, **schema}):
        found = {table: each for table, each in found.items() if table not in _MATCHED}
    return found


def _refuse_derived(leads: InPlace, model: Model) -> None:
    """Refuse fields that would have to be read off others in a table of the engine."""
    lacking = sorted(wanted(model, leads.schema))
    if lacking:
        remedy = "Add the columns to the table, with what leadline resolve writes."
        expected = f"must have {', '.join(lacking)}, which only files need not have"
        raise InputError(Fault(leads.where, "", expected, "", remedy))


def _in_place(
    engine: Engine,
    addresses: Mapping[str, str],
    columns: Mapping[str, Mapping[str, Column]],
    *,
    clean: bool,
) -> tuple[dict[str, InPlace], list[Fault | str]]:
    found: dict[str, InPlace] = {}
    faults: list[Fault | str] = []
    for table, address in addresses.items():
        try:
            made = import_module(PLACES[engine.dialect]).read(
                engine, table, address, columns.get(table, {}), is_clean=clean
            )
        except InputError as error:
            faults.extend(error.faults)
        else:
            found[table] = made
    return found, faults


def _refuse_tables(engine: Engine, addresses: Mapping[str, str]) -> None:
    """Refuse tables that cannot be, before anything is read."""
    faults = [
        Fault(table, "", "is not a table", "", nearest(table, CONTRACT))
        for table in addresses
        if table not in CONTRACT
    ]
    if engine.dialect not in PLACES:
        faults += [
            Fault(
                f"{TABLE}{address}",
                "",
                "needs an engine that has tables: score, check and explain take such as "
                "--engine postgresql://host/database or spark",
                engine.dialect,
            )
            for address in addresses.values()
        ]
    if faults:
        raise InputError(*faults)


def _refuse_kept(addresses: Mapping[str, str], model: Model) -> None:
    """Refuse to choose among rows of a table of the engine, which has views for it."""
    faults = [
        Fault(f"{TABLE}{address}", key, "can be declared of files alone", "", remedy)
        for table, address in addresses.items()
        for key, remedy in OF_FILES.items()
        if table in model.files and getattr(model.files[table], key) is not None
    ]
    if faults:
        raise InputError(*faults)


def _typed(table: str, kinds: Columns) -> Sql:
    """Return the rows of a table with every column of its type; one without values is text."""
    columns = [
        sql_text(
            "cast({c} as {kind}) as {c}",
            c=name(title),
            kind=Sql(sql_type(kind)),
        )
        for title, kind in kinds.items()
    ]
    return sql_text("select {columns} from {table}", columns=columns, table=name(table))


def _joined(loaded: Loaded, found: Mapping[str, InPlace]) -> Loaded:
    """Return what was read with what is where it was."""
    rejected = sum(each.rejected for each in found.values())
    return replace(
        loaded,
        schema={**loaded.schema, **{table: dict(each.schema) for table, each in found.items()}},
        rejects=replace(loaded.rejects, count=loaded.rejects.count + rejected),
        notes=[*(note for each in found.values() for note in each.notes), *loaded.notes],
        names={**loaded.names, **{table: each.where for table, each in found.items()}},
    )
