"""Fields of leads and accounts as they were known at a moment."""

from __future__ import annotations

from typing import Any

import pytest

from leadline.engines.engine import Engine
from small import days_ago, points, rules, scored, values


def past(entity: str, name: str, value: str | None, days: float, **more: Any) -> dict[str, Any]:
    """Return what a field of lead a, or of its account x, was from so many days ago on."""
    row = {"entity": entity, "id": {"lead": "a", "account": "x"}[entity], "field": name}
    return {**row, "value": value, "valid_from": days_ago(days), **more}


@pytest.mark.feature("histories of fields that are empty at present")
@pytest.mark.parametrize("column", [{}, {"x": None}])
def test_a_history_is_read_where_the_field_has_no_value_at_present(
    column: dict[str, Any], any_engine: Engine
) -> None:
    """Whether the column is empty or lacking, its past decides of which type it is."""
    parts = rules(
        number={"when": "lead.x > 0", "points": "lead.x"},
        text={"when": "account.n = 'vp'", "points": 1},
        truth={"when": "account.t", "points": 2},
    )
    found = scored(
        parts,
        engine=any_engine,
        leads=[{"lead_id": "a", "account_id": "x", **column}],
        accounts=[{"account_id": "x", "n": None}],
        field_history=[
            past("lead", "x", "20", 90),
            past("account", "n", "vp", 90),
            past("account", "t", "true", 90),
        ],
    )
    assert points(found) == {"number": 20, "text": 1, "truth": 2}
    assert values(found, "missing") == [0]
