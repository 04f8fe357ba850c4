"""The JSON Schema of model documents, with which editors complete and validate."""

from __future__ import annotations

import json
from typing import Any

from leadline.model.document import Ladder, Model

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> str:
    """Return the schema as JSON text, the same on every call."""
    schema: dict[str, Any] = Model.model_json_schema(by_alias=True)
    ladder = Ladder.model_json_schema(by_alias=True)
    schema["$defs"].setdefault("Ladder", ladder)
    several = schema["properties"]["bands"]
    schema["properties"]["bands"] = {"anyOf": [{"$ref": "#/$defs/Ladder"}, several]}
    return json.dumps({"$schema": DIALECT, "title": "leadline model", **schema}, indent=2) + "\n"
