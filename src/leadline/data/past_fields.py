"""Fields that only ``field_history`` has: they are fields of leads and accounts too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from leadline.data.read import Loaded
from leadline.model.types import HISTORIES, Type
from leadline.query.dialects import render
from leadline.query.sql import sql

if TYPE_CHECKING:
    from leadline.engines.engine import Engine

ENTITIES: Mapping[str, str] = {"lead": "leads", "account": "accounts"}

_FIELDS = """
    select entity, field, bool_and(text_to_number(value) is not null),
        bool_and(text_to_boolean(value) is not null)
    from field_history where value is not null group by entity, field
"""
"""Every field with whether all of its values are numbers, and whether all are true or false."""


def with_past_fields(engine: Engine, loaded: Loaded) -> Loaded:
    """Add the fields that no other table has to the schema; their values decide the type."""
    if "field_history" not in loaded.schema:
        return loaded
    past: dict[str, dict[str, Type]] = {}
    for entity, field, are_numbers, are_booleans in engine.rows(
        render(sql(_FIELDS), engine.dialect)
    ):
        table = ENTITIES.get(entity, "")
        if table and field not in loaded.schema.get(table, {}):
            kind = Type.NUMBER if are_numbers else Type.BOOLEAN if are_booleans else Type.TEXT
            past.setdefault(HISTORIES[table], {})[field] = kind
    return replace(loaded, schema={**loaded.schema, **past})
