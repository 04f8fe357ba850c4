"""A model checked against tables: faults with values of the data, and what is never found."""

from __future__ import annotations

from typing import Any

import pytest

from comparison import arrow
from leadline.engines.duckdb.engine import DuckDB
from leadline.model.reading.reader import parse
from leadline.review.trial.checked import Checked, check_tables

TABLES = {
    "leads": [{"lead_id": "a", "country": "PL"}],
    "events": [
        {"event_id": "1", "lead_id": "a", "type": "demo_requested", "minutes": "ten"},
    ],
    "outcomes": [{"lead_id": "a", "outcome": "won"}],
}


def checked(rules: str, score: str = "") -> Checked:
    """Check a model of one score."""
    text = f"leadline: 1\nmodel: m\nscores:\n  s:\n{score}    rules:\n      {rules}\n"
    model, source = parse(text)
    at = {"occurred_at": "2026-11-01T00:00:00Z"}
    given: dict[str, Any] = {
        name: arrow([{**row, **at} if name != "leads" else row for row in rows])
        for name, rows in TABLES.items()
    }
    with DuckDB(threads=1) as engine:
        return check_tables(engine, model, source, given)


@pytest.mark.parametrize(
    ("rules", "score", "warning"),
    [
        (
            "demo: {event: demo_requestd, points: 1}",
            "",
            (
                "model:6 scores.s.rules.demo looks for 'demo_requestd', which events.type never "
                "is. Did you mean demo_requested?"
            ),
        ),
        (
            "country: {of: lead.country, values: {pl: 1, de: 2, PL: 3}}",
            "",
            "model:6 scores.s.rules.country looks for 'pl', 'de', which leads.country never is.",
        ),
        (
            "demo: {event: demo_requested, points: 1}",
            "    reset_on: [wonn]\n",
            (
                "model:5 scores.s.reset_on looks for 'wonn', which outcomes.outcome never is. "
                "Did you mean won?"
            ),
        ),
        ("demo: {event: demo_requested, points: 1}", "", None),
    ],
)
def test_what_is_never_found_is_a_warning(rules: str, score: str, warning: str | None) -> None:
    """With its line, and the nearest value that is there."""
    found = checked(rules, score)
    assert found.faults == []
    assert [str(each) for each in found.warnings] == ([warning] if warning else [])


def test_text_of_events_where_a_number_is_wanted_is_shown() -> None:
    """As it is for fields of leads and accounts; then nothing is looked for."""
    found = checked("demo: {event: other, points: minutes / 6}")
    assert len(found.faults) == 1
    assert "events.minutes is text, with 'ten' in row 1" in str(found.faults[0])
    assert found.warnings == []


@pytest.mark.parametrize(
    ("when", "kind"),
    [
        ("lead.country", "boolean"),
        ("lead.country and true", "boolean"),
        ("age(lead.country) > 1", "time"),
        ("lead.country > 5", "number"),
    ],
)
def test_the_type_that_is_wanted_is_the_one_to_declare(when: str, kind: str) -> None:
    """Words for yes and no are declared as such, not as numbers."""
    [fault] = checked(f"r: {{when: {when}, points: 1}}").faults
    assert f"declare columns: {{leads: {{country: {{type: {kind}}}}}}}" in str(fault)


def test_tables_that_cannot_be_used_are_faults_among_the_others() -> None:
    """A model and its tables are mended together."""
    model, source = parse("leadline: 1\nmodel: m\nscores: {s: {formula: t}}\n")
    with DuckDB(threads=1) as engine:
        found = check_tables(engine, model, source, {"leads": arrow([{"id": "a"}])})
    assert [each.expected for each in found.faults] == [
        "reads t, which is not a score",
        "must have a column lead_id",
    ]
