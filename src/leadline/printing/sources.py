"""The tables that a printed statement reads, with the types of their columns."""

from __future__ import annotations

from collections.abc import Mapping

from leadline.errors import Fault, InputError
from leadline.model.contract import CONTRACT
from leadline.model.document import EventRule, Model, OutcomeRule, SilenceRule
from leadline.model.types import Type
from leadline.model.uses import Uses
from leadline.printing.dialects import Dialect
from leadline.printing.request import ABSENT, Request
from leadline.query.context import Context
from leadline.tables.places.warehouse import Source, listed_of, needed, source


def tables_of(model: Model, request: Request) -> dict[str, str]:
    """Return the tables that the statement reads: those given, and those that the model needs."""
    context = Context(model, {})
    rules = [rule for _, _, rule in model.rules()]
    resets = any(score.reset_on for score in model.scores.values())
    wanted = {
        "leads": True,
        "accounts": any(entity == "account" for entity, _ in context.fields),
        "events": any(isinstance(each, EventRule | SilenceRule) for each in rules),
        "outcomes": resets or any(isinstance(each, OutcomeRule) for each in rules),
    }
    return {
        table: request.tables.get(table, table)
        for table in CONTRACT
        if (table in request.tables or wanted.get(table)) and request.tables.get(table) != ABSENT
    }


def sources_of(
    model: Model, dialect: Dialect, tables: Mapping[str, str], request: Request
) -> list[Source]:
    """Return how each table is read there. Raises InputError where a type is not told."""
    found = Uses(model)
    sources, faults = [], []
    for table, address in tables.items():
        read = [name for where, name in found.types if where == table]
        natives = None
        if request.columns is None:
            faults += _unclear(found, table)
        else:
            natives = listed_of(request.columns, address, request.columns_file)
            read += [name for name in natives if _is_of_a_ladder(model, table, name)]
        types = {
            name: found.types.get((table, name)) or CONTRACT[table].type_of(name) or Type.ANY
            for name in needed(table, read, natives or ())
        }
        sources.append(
            source(
                dialect.name,
                table,
                address,
                {name: Type.TEXT if kind is Type.ANY else kind for name, kind in types.items()},
                model.columns.get(table, {}),
                natives,
                is_clean=request.is_clean,
            )
        )
    if faults:
        raise InputError(*faults)
    return sources


def _is_of_a_ladder(model: Model, table: str, name: str) -> bool:
    """Say whether a column holds where everybody stood on one of several ladders."""
    return any(
        name == f"{each}_{ladder}" for each in CONTRACT[table].wide for ladder in model.bands
    )


def _unclear(found: Uses, table: str) -> list[Fault]:
    remedy = "Declare columns: {{{}: {{{}: {{type: number}}}}}}, or give --columns."
    return [
        Fault(
            table,
            name,
            "must have a type, which the model does not tell",
            "",
            remedy.format(table, name),
        )
        for where, name in sorted(found.unclear)
        if where == table and found.types.get((where, name)) is Type.ANY
    ]
