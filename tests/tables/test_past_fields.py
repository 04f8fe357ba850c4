"""Fields that only the history has are fields too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from comparison import arrow
from leadline.errors import InputError, ModelError
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
    [note] = [each for each in found.notes if "entity" in each]
    assert note == (
        "field_history: 1 row is read by nothing, as its entity is neither 'lead' nor 'account': "
        "'Lead'."
    )


def history(field: str, *values: str | None) -> pa.Table:
    """Return values of a field of lead a, each a day later than the one before."""
    return arrow(
        [
            {
                "entity": "lead",
                "id": "a",
                "field": field,
                "value": value,
                "valid_from": AT - timedelta(days=len(values) - at),
            }
            for at, value in enumerate(values)
        ]
    )


NUMBERS = arrow([{"lead_id": "a", "x": 1.0, "born": AT, "kind": "b"}])


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("x", "1_000", "1 value of lead.x is not a number and counts as null: '1_000'."),
        ("x", "big", "1 value of lead.x is not a number and counts as null: 'big'."),
        ("born", "2026/01/01", "1 value of lead.born is not a time and counts as null"),
        ("born", "2026-01-01T24:00:00Z", "1 value of lead.born is not a time"),
        ("born", "12026-01-01", "1 value of lead.born is not a time"),
        ("born", "epoch", "1 value of lead.born is not a time"),
    ],
)
def test_a_value_that_means_nothing_is_null_with_a_note(field: str, value: str, said: str) -> None:
    """As in a column of the field."""
    rules = {"r": {"when": f"lead.{field} is null", "points": 1}}
    found = score(model(rules), leads=NUMBERS, as_of=AT, field_history=history(field, value))
    assert found.scores["s"].to_pylist() == [1.0]
    assert any(note.startswith(f"field_history: {said}") for note in found.notes)


def test_a_time_without_a_zone_is_a_fault() -> None:
    """As in a column of the field, until a zone is declared."""
    rules = {"r": {"when": "age(lead.born) = 7200", "points": 1}}
    given = {"leads": NUMBERS, "field_history": history("born", "2026-11-01T11:00")}
    with pytest.raises(InputError, match=r"born must have a zone.*leads: \{born: \{zone: UTC"):
        score(model(rules), as_of=AT, **given)
    declared = {**model(rules), "columns": {"leads": {"born": {"zone": "Europe/Warsaw"}}}}
    assert score(declared, as_of=AT, **given).scores["s"].to_pylist() == [1.0]


def test_values_are_read_as_the_field_is_declared() -> None:
    """Marks of numbers and values that mean: none."""
    rules = {"r": {"when": "lead.x > 0", "points": "lead.x"}}
    columns = {"leads": {"x": {"type": "number", "decimal": ",", "missing": [99]}}}
    declared = {**model(rules), "columns": columns}
    for value, expected in (("7,25", 7.25), ("99", 0.0)):
        found = score(declared, leads=NUMBERS, as_of=AT, field_history=history("x", value))
        assert found.scores["s"].to_pylist() == [expected]
