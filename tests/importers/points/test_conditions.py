"""Criteria as conditions."""

from __future__ import annotations

import pytest

from leadline.importers.points.conditions import condition
from leadline.importers.points.types import Types
from leadline.importers.points.wording import NotCarried


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Job Title is VP", "lower(lead.job_title) = 'vp'"),
        ("Industry is any of AI, IT", "lower(account.industry) in ('ai', 'it')"),
        ("Company: Country is Poland", "lower(account.country) = 'poland'"),
        ("Contact Country is not Poland", "not (lower(lead.country) = 'poland')"),
        ("Employees is greater than 1,000", "account.employees > 1000"),
        ("Employees >= 50 AND City is known", "account.employees >= 50 and lead.city is not null"),
        ("Revenue is between 1000 and 5000", "account.revenue between 1000 and 5000"),
        ("Phone is known", "lead.phone is not null"),
        ("Site ends with any of .edu, .ac", "lead.site ilike '%.edu' or lead.site ilike '%.ac'"),
        ("Title contains 'Head, Sales'", "lead.title ilike '%Head, Sales%'"),
        ("Name is O'Neil", "lower(lead.name) = 'o''neil'"),
        ("Employees is any of 5, 10", "account.employees in (5, 10)"),
    ],
)  # fmt: skip
def test_a_criterion_is_a_condition(text: str, expected: str) -> None:
    """Each comparison has its counterpart, without regard to capitals of text."""
    assert condition(text, Types().field) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Industry",
        "Country is Poland or Germany",
        "Employees is greater than many",
        "Title contains 100%",
        "Title contains",
        "Revenue is between 5",
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(text: str) -> None:
    """Better no rule than one that somebody did not mean."""
    with pytest.raises(NotCarried):
        condition(text, Types().field)
