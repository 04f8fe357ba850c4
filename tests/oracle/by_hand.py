"""Cases that random models hardly ever make: a value written again, a lead of a history alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from oracle.generate import Case


def _day(number: float) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number)


def _case(scores: dict[str, Any], history: list[dict[str, Any]], **lead: Any) -> Case:
    document = {"leadline": 1, "model": "m", "scores": scores}
    tables = {"leads": [{"lead_id": "a", **lead}], "field_history": history}
    return Case(document, tables, [("a", _day(3.5))])


def _since(lead: str, field: str, value: str, day: int) -> dict[str, Any]:
    return {
        "entity": "lead",
        "id": lead,
        "field": field,
        "value": value,
        "valid_from": _day(day),
    }


BY_HAND: Mapping[str, Case] = {
    "since.latest": _case(
        {"s": {"rules": {"r": {"when": "since.lead.x > 86400", "points": 5}}}},
        [_since("a", "x", "v", day) for day in (1, 3)],
        x="v",
    ),
    "rollup.leads_of_history": _case(
        {
            "p": {"rules": {"r": {"when": "lead.lead_id is null", "points": 1}}},
            "s": {"of": "account", "rollup": "p", "by": "count_over -1"},
        },
        [_since("z", "account_id", "n", 1)],
        account_id="n",
    ),
}
"""By the name of the fault in the oracle that each of them shows."""
