"""The types that a column or an expression can have."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Type(StrEnum):
    """What a value is; ``ANY`` is the type of a column without any value."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TIME = "time"
    ANY = "any"

    @property
    def phrase(self) -> str:
        """What a value of the type is, for a sentence."""
        return _PHRASES[self]


_PHRASES = {
    Type.TEXT: "text",
    Type.NUMBER: "a number",
    Type.BOOLEAN: "true or false",
    Type.TIME: "a time",
    Type.ANY: "without any value",
}

Columns = Mapping[str, Type]
"""Column name to type, of one table."""

Schema = Mapping[str, Columns]
"""Table name to its columns; a table that was not given is absent."""

HISTORIES: Mapping[str, str] = {"leads": "lead_history", "accounts": "account_history"}
"""Table to what a schema calls the fields whose values only ``field_history`` has."""

KNOWN_COLUMNS: Mapping[str, Columns] = {
    "leads": {
        "lead_id": Type.TEXT,
        "account_id": Type.TEXT,
        "email": Type.TEXT,
        "created_at": Type.TIME,
    },
    "accounts": {"account_id": Type.TEXT, "domain": Type.TEXT, "created_at": Type.TIME},
    "events": {
        "event_id": Type.TEXT,
        "lead_id": Type.TEXT,
        "account_id": Type.TEXT,
        "type": Type.TEXT,
        "occurred_at": Type.TIME,
        "recorded_at": Type.TIME,
    },
    "outcomes": {
        "outcome_id": Type.TEXT,
        "lead_id": Type.TEXT,
        "account_id": Type.TEXT,
        "outcome": Type.TEXT,
        "occurred_at": Type.TIME,
        "recorded_at": Type.TIME,
        "amount": Type.NUMBER,
        "reason": Type.TEXT,
    },
    "previous": {
        "lead_id": Type.TEXT,
        "ladder": Type.TEXT,
        "band": Type.TEXT,
        "edge_band": Type.TEXT,
    },
    "field_history": {
        "entity": Type.TEXT,
        "id": Type.TEXT,
        "field": Type.TEXT,
        "value": Type.TEXT,
        "valid_from": Type.TIME,
    },
    "lead_merges": {"from_id": Type.TEXT, "into_id": Type.TEXT, "recorded_at": Type.TIME},
    "event_marks": {"event_id": Type.TEXT, "mark": Type.TEXT, "recorded_at": Type.TIME},
    "spine": {"lead_id": Type.TEXT, "as_of": Type.TIME},
}
"""The columns whose names and types are the contract; they are null where the data lacks them."""

DERIVED_COLUMNS: Mapping[str, Columns] = {
    "leads": {
        "email_valid": Type.BOOLEAN,
        "email_domain": Type.TEXT,
        "email_kind": Type.TEXT,
        "email_role": Type.BOOLEAN,
        "email_suggestion": Type.TEXT,
        "phone_e164": Type.TEXT,
        "country_code": Type.TEXT,
        "company_name": Type.TEXT,
        "seniority": Type.TEXT,
        "function": Type.TEXT,
        "invented": Type.BOOLEAN,
        "invented_reasons": Type.TEXT,
    },
}
"""Columns that are read off others where the data has none of that name and a model reads them."""
