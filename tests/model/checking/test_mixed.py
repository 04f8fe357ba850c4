"""Comparisons that can never be true."""

from __future__ import annotations

from typing import Any

import pytest

from small import event, rules, scored

SAYS = "compares text with a number, which are never equal; found"
DECLARE = "eclare lead.code as type: text if its digits are no number."


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ("lead.code = '7'", [f"{SAYS} lead.code (a number) and '7'. Write 7, or d{DECLARE}"]),
        ("lead.code <> 'x'", [f"{SAYS} lead.code (a number) and 'x'. D{DECLARE}"]),
        ("lead.code in (7, 8)", []),
        ("lead.code in ('7')", [f"{SAYS} lead.code (a number) and '7'. Write 7, or d{DECLARE}"]),
        ("lead.name = '7'", []),
        ("lead.code = 7", []),
    ],
)
def test_text_beside_a_column_of_numbers_is_told_of(when: str, told: list[str]) -> None:
    """The rule can never fire, or always does; declared as text, the column has its digits."""
    leads = [{"lead_id": "a", "code": 7, "name": "7"}]
    found = scored(rules(r={"when": when, "points": 5}), leads=leads)
    assert [each for each in found.notes if "never" in each] == [
        f"scores.s.rules.r.when {each}" for each in told
    ]


def test_events_are_looked_at_too() -> None:
    """A condition on an event's number is such a comparison as well."""
    rule: dict[str, Any] = {"event": "p", "where": "code = '7'", "points": 5}
    found = scored(rules(r=rule), events=[event(1, code=7)])
    assert [each for each in found.notes if "scores.s.rules.r.where" in each]
