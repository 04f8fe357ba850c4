"""What people call that which a model reads: fields by their names, counts of events in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadline.learn.event_counts import FADING
from leadline.learn.features import LEAD_AGE, Features
from leadline.model.task import field_of


def spoken(name: str, features: Features) -> str:
    """Return the words for a field of a sheet, or for two joined by ``and``."""
    if name in features.sheet.fields:
        return _one(name, features)
    parts = name.split(" and ")
    known = all(each in features.sheet.fields for each in parts)
    return " with ".join(_one(each, features) for each in parts) if known else name


def _one(name: str, features: Features) -> str:
    if name.startswith(FADING):
        return event_words(features.sheet.fields[name].rule or {})
    if name.startswith("hits."):
        return event_words(features.counts[name.removeprefix("hits.")])
    if name == LEAD_AGE:
        return "age of the lead in days"
    entity, field = field_of(name)
    return field if entity == "lead" else f"{entity} {field}"


def event_words(rule: Mapping[str, Any]) -> str:
    """Return the words for a rule that counts events.

    >>> event_words({"event": "visit", "within": "30d"})
    'visit, 30d'
    >>> event_words({"event": "visit", "decay": {"half_life": "14d"}})
    'visit, fading'
    """
    event = str(rule["event"])
    if "decay" in rule:
        return f"{event}, fading"
    return f"{event}, {rule['within']}" if "within" in rule else f"{event}, ever"
