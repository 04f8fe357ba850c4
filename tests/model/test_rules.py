"""Rules: every key of the language parses, and writes back as it was written."""

from __future__ import annotations

from typing import Any

import pytest

from leadline.model.expressions import Expression
from leadline.model.reading.reader import read
from leadline.model.reading.writer import write
from leadline.model.rules import (
    BaseRule,
    ConditionRule,
    EventRule,
    OutcomeRule,
    Rule,
    SilenceRule,
    Table,
    TableRule,
)
from model.documents import document, faults, rules

LEARNED = {"link": "logistic"}
EVENT = {"event": "x", "points": 1}
RULES: list[tuple[type[Rule], dict[str, Any]]] = [
    (ConditionRule, {"when": "lead.a > 1", "points": 10}),
    (
        ConditionRule,
        {"when": "true", "points": "least(lead.a, 5)", "description": "d", "owner": "o"},
    ),
    (ConditionRule, {"when": "lead.a", "points": 1, "group": "g", "pinned": True}),
    (TableRule, {"of": "lead.a", "values": {"x": 1, 7: 2, True: -3.5, "NO": 0}}),
    (TableRule, {"of": "lead.a", "values": {"x": 1}, "other": 2, "missing": -1}),
    (TableRule, {"of": "lead.a / 2", "bins": {-5: 1, 0: 0, 1.5: 7, 2_000_000_000: 3}}),
    (EventRule, EVENT),
    (EventRule, {"event": ["x", "y"], "where": "path like 'a%'", "points": "minutes / 6"}),
    *[(EventRule, {**EVENT, "count": each}) for each in ("each", "daily", "once", "per asset id")],
    *[(EventRule, {**EVENT, "pick": each}) for each in ("latest", "first", "highest")],
    (EventRule, {**EVENT, "at_most": 3, "at_least": 2, "within": "90d", "limit": 0}),
    (EventRule, {**EVENT, "by": "campaign", "limit_each": 2.5}),
    (EventRule, {**EVENT, "decay": "none"}),
    (EventRule, {**EVENT, "decay": {"half_life": "30d"}}),
    (EventRule, {**EVENT, "decay": {"linear": "8w"}}),
    (EventRule, {**EVENT, "decay": {"keep": 0.75, "every": "36h"}}),
    (OutcomeRule, {"outcome": "rejected", "where": "amount > 5", "points": 0, "within": "90d"}),
    (OutcomeRule, {"outcome": ["won", "lost"], "points": 1, "count": "once"}),
    (SilenceRule, {"silent_for": "60d", "points": -20}),
    (SilenceRule, {"silent_for": "90s", "event": "x", "where": "a = 1", "points": "lead.b"}),
]


@pytest.mark.parametrize(("kind", "written"), RULES)
def test_every_key_of_a_rule_is_kept(kind: type[Rule], written: dict[str, Any]) -> None:
    """A rule has its kind, no faults, and stands in plain values as it was written."""
    values = rules(r=written)
    model = read(values)
    ((score, name, rule),) = model.rules()
    assert (score, name, type(rule)) == ("s", "r", kind)
    assert faults(values) == []
    assert model.plain() == values
    assert read(write(model)) == model


def test_a_rule_is_written_with_its_kind_first() -> None:
    """Keys stand in the order people expect, whatever the order in which they were written."""
    keys = {"owner": "o", "group": "g", "within": "3d", "points": 1, "where": "a", "event": "x"}
    ((_, _, rule),) = read(rules(r=keys)).rules()
    assert list(rule.plain()) == ["event", "where", "points", "within", "group", "owner"]
    table = {"missing": 1, "bins": {0: 1}, "of": "lead.a", "group": "g"}
    ((_, _, rule),) = read(rules(r=table)).rules()
    assert list(rule.plain()) == ["of", "bins", "missing", "group"]


def test_defaults_are_those_of_the_design() -> None:
    """What is not written counts each hit, takes the latest and gives 0."""
    ((_, _, rule),) = read(rules(r=EVENT)).rules()
    assert isinstance(rule, EventRule)
    assert (rule.count, rule.pick, rule.decay, rule.limit) == ("each", "latest", None, None)
    ((_, _, table),) = read(rules(r={"of": "lead.a", "values": {"x": 1}})).rules()
    assert isinstance(table, TableRule)
    assert (table.other, table.missing) == (0, 0)


def test_learned_scores_have_a_base_and_tables_of_two_fields() -> None:
    """A rule ``base`` has points alone; entries of a table may be tables of the second field."""
    written = {
        "base": {"points": -2.5},
        "pair": {
            "of": ["lead.a", "lead.b"],
            "bins": {0: 0.5, 10: {"values": {"x": 1.5}, "other": -1, "missing": 2}},
            "missing": {"bins": {0: 1}},
        },
    }
    values = document(scores={"s": {**LEARNED, "rules": written}})
    model = read(values)
    base, pair = (rule for _, _, rule in model.rules())
    assert isinstance(base, BaseRule)
    assert isinstance(pair, TableRule)
    assert pair.expressions == (Expression("lead.a"), Expression("lead.b"))
    assert [isinstance(each, Table) for each in pair.table.entries()] == [False, True, False, True]
    assert faults(values) == []
    assert model.plain() == values
    assert read(write(model)) == model


def test_spacing_of_counts_says_nothing() -> None:
    """A column name may stand anywhere after ``per``."""
    ((_, _, rule),) = read(rules(r={**EVENT, "count": "per   asset id "})).rules()
    assert rule.plain()["count"] == "per asset id"
