"""The JSON Schema of model documents, with which editors complete and validate."""

from __future__ import annotations

import json
from typing import Any

from leadline.model.document import Model
from leadline.model.rules import CAN_BE_EMPTY

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> str:
    """Return the schema as JSON text, the same on every call."""
    schema = _tidy(Model.model_json_schema(by_alias=True))
    bands = schema["properties"]["bands"]
    ladders = {key: bands.pop(key) for key in list(bands) if key not in ("description", "default")}
    bands["anyOf"] = [{"$ref": "#/$defs/Ladder"}, ladders]
    head = {"$schema": DIALECT, "title": "leadline model"}
    return json.dumps({**head, **schema}, indent=2) + "\n"


def _tidy(schema: Any) -> Any:
    """Leave out what says nothing: titles made of names, and null where it means no key at all."""
    if isinstance(schema, list):
        return [_tidy(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _tidy(value) for key, value in schema.items() if not _is_title(key, value)}
    for name, key in kept.get("properties", {}).items():
        if name not in CAN_BE_EMPTY and key.get("default", "") is None:
            kept["properties"][name] = _without_null(key)
    return kept


def _is_title(key: str, value: object) -> bool:
    return key == "title" and isinstance(value, str)


def _without_null(key: dict[str, Any]) -> dict[str, Any]:
    choices = [each for each in key["anyOf"] if each != {"type": "null"}]
    rest = {name: value for name, value in key.items() if name not in ("anyOf", "default")}
    return rest | (choices[0] if len(choices) == 1 else {"anyOf": choices})
