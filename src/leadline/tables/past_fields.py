"""Fields whose values only ``field_history`` has: they are fields of leads and accounts too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from leadline.model.contract import CONTRACT
from leadline.model.types import Type
from leadline.sql.dialects import render
from leadline.sql.trees import sql_tree
from leadline.tables.read import Loaded

if TYPE_CHECKING:
    from leadline.engines.engine import Engine

ENTITIES: Mapping[str, str] = {"lead": "leads", "account": "accounts"}

_FIELDS = """
    select entity, field, count(*),
        bool_and(text_to_number(value) is not null) filter (where value is not null),
        bool_and(text_to_boolean(value) is not null) filter (where value is not null)
    from field_history group by entity, field
"""
"""Every field, its rows, whether all its values are numbers, and whether all are true or false."""


def with_past_fields(engine: Engine, loaded: Loaded) -> Loaded:
    """Add the fields that have values in no other table to the schema; these decide the type.

    Rows of neither leads nor accounts get a note.
    """
    if "field_history" not in loaded.schema:
        return loaded
    past: dict[str, dict[str, Type]] = {}
    strangers: Counter[str] = Counter()
    for entity, field, rows, are_numbers, are_booleans in engine.rows(
        render(sql_tree(_FIELDS), engine.dialect)
    ):
        table = ENTITIES.get(entity)
        if table is None:
            strangers[entity] += rows
        elif are_numbers is not None and _is_open(loaded, table, field):
            kind = Type.NUMBER if are_numbers else Type.BOOLEAN if are_booleans else Type.TEXT
            past.setdefault(CONTRACT[table].history, {})[field] = kind
    notes = [*loaded.notes, *_notes(strangers, loaded.names.get("field_history", "field_history"))]
    return replace(loaded, schema={**loaded.schema, **past}, notes=notes)


def _is_open(loaded: Loaded, table: str, field: str) -> bool:
    """Say whether the present values of a field do not decide its type, as there are none."""
    return loaded.schema.get(table, {}).get(field, Type.ANY) is Type.ANY


def _notes(strangers: Counter[str], where: str) -> Iterator[str]:
    if strangers:
        rows, shown = strangers.total(), ", ".join(map(repr, strangers))
        subject = "1 row is" if rows == 1 else f"{rows:,} rows are"
        whose = "its" if rows == 1 else "their"
        yield (
            f"{where}: {subject} read by nothing, as {whose} entity is neither 'lead' nor "
            f"'account': {shown}."
        )
