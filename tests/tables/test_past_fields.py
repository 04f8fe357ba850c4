"""Fields that only the history has are fields too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from comparison import arrow
from leadline.errors import ModelError
from leadline.scoring import score

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
LEADS = arrow([{"lead_id": "a", "account_id": "x"}, {"lead_id": "b", "account_id": "y"}])
HISTORY = arrow(
    [
        {"entity": entity, "id": key, "field": field, "value": value, "valid_from": at}
        for entity, key, field, value, at in (
            ("lead", "a", "seats", "5", AT - timedelta(days=9)),
            ("lead", "a", "seats", "15", AT - timedelta(days=1)),
            ("lead", "b", "seats", "70", AT + timedelta(days=1)),
            ("account", "x", "target", "true", AT),
            ("lead", "a", "stage", "new", AT),
        )
    ]
)
RULES = {
    "seats": {"of": "lead.seats", "bins": {0: 1, 10: 2}},
    "target": {"when": "account.target", "points": 10},
    "stage": {"when": "lead.stage = 'new'", "points": 100},
}


def model(rules: dict[str, Any]) -> dict[str, Any]:
    """Return a model of one score."""
    return {"leadline": 1, "model": "m", "scores": {"s": {"rules": rules}}}


def test_a_field_of_the_history_is_read_as_it_was() -> None:
    """Its values decide the type; before the first, and for whom it has none, it is null."""
    spine = arrow([{"lead_id": "a", "as_of": AT - timedelta(days=2)}, *_at_last()])
    found = score(model(RULES), leads=LEADS, spine=spine, field_history=HISTORY).scores
    rows = {(row["lead_id"], row["as_of"]): row for row in found.to_pylist()}
    assert rows["a", AT]["s"] == 112.0
    assert rows["a", AT - timedelta(days=2)]["s"] == 1.0
    assert (rows["b", AT]["s"], rows["b", AT]["missing"]) == (0.0, 3)


def _at_last() -> list[dict[str, Any]]:
    return [{"lead_id": lead, "as_of": AT} for lead in "ab"]


def test_a_field_of_nothing_is_a_fault_still() -> None:
    """A history is no licence for slips."""
    rules = {"seat": {"when": "lead.seat > 1", "points": 1}}
    with pytest.raises(ModelError, match=r"lead\.seat, which is not a column of leads"):
        score(model(rules), leads=LEADS, as_of=AT, field_history=HISTORY)


def test_rows_of_neither_leads_nor_accounts_are_told_of() -> None:
    """A slip in the entity would otherwise lose the past without a word."""
    strange = arrow([{**HISTORY.to_pylist()[0], "entity": "Lead"}])
    history = pa.concat_tables([HISTORY, strange])
    found = score(model(RULES), leads=LEADS, as_of=AT, field_history=history)
    [note] = found.notes
    assert note == (
        "field_history: 1 row is read by nothing, as its entity is neither 'lead' nor 'account': "
        "'Lead'."
    )
