"""What can be wrong beyond the shape of a document, and what is allowed and hardly meant."""

from __future__ import annotations

import pytest

from leadline.model.checking.check import check, dependencies, order, warnings
from leadline.model.reading.reader import parse, read
from leadline.model.reading.source import Source
from leadline.model.types import Type
from model.documents import (
    CASES,
    COLUMNS,
    EXAMPLE,
    LISTED,
    Listed,
    document,
    faults,
    rule,
    score,
    warned,
)

EVENT = {"event": "x", "points": 1}


@pytest.mark.parametrize("path", [*CASES, EXAMPLE], ids=lambda path: path.parent.name)
def test_a_sound_document_has_neither_faults_nor_warnings(path: object) -> None:
    """The worked cases and the example of the language are as they should be."""
    model, source = parse(str(path))
    assert check(model, source) == []
    assert warnings(model, source) == []


@pytest.mark.parametrize("listed", [each for each in LISTED if each.with_columns], ids=str)
def test_columns_of_the_data_are_checked(listed: Listed) -> None:
    """Unknown columns and wrong types are told once the data is known."""
    assert listed.found() == listed.says


@pytest.mark.parametrize(
    "wrong",
    [
        document(
            columns={"accounts": {"founded": {"type": "number"}}},
            scores={"s": {"rules": {"r": {"when": "account.founded > 1", "points": 1}}}},
        ),
        rule(when="lead.created_at is null or account.domain = 'x'", points=1),
        rule(when="lead.empty > 5 and lead.empty = 'x' and lead.empty", points="lead.empty"),
        rule(when="lead.seniority = 5 or lead.seats in ('a', 1) or lead.seats <> 'a'", points=1),
        rule(outcome="won", where="anything > 1", points="amount"),
        rule(of="lead.empty", values={"a": 1}),
        rule(of="account.industry", values={7: 1, True: 2}),
        rule(event="x", points=1, count="per path", by="type", limit_each=1),
        rule(when="null", points="null"),
    ],
)
def test_what_can_work_is_no_fault(wrong: dict[str, object]) -> None:
    """Lacking declared columns, empty columns, text against numbers and absent tables can work."""
    assert faults(wrong, COLUMNS) == []


def test_a_declared_type_is_used_where_the_data_lacks_the_column() -> None:
    """A column that is null everywhere still has the type that the document gives it."""
    declared = {"leads": {"size": {"type": "text"}}}
    values = document(columns=declared, scores=rule(when="lead.size > 5", points=1)["scores"])
    message = "must give `>` values of one type; found lead.size (text) and 5."
    assert faults(values, COLUMNS) == [f"scores.s.rules.r.when {message}"]


def test_the_nearest_name_may_be_one_that_is_declared() -> None:
    """Declared columns are proposed like those of the data."""
    declared = {"accounts": {"founded": {"type": "number"}}}
    values = document(columns=declared, scores=rule(when="account.foundd > 5", points=1)["scores"])
    assert faults(values, COLUMNS)[0].endswith("Did you mean account.founded?")


def test_a_column_that_was_lost_in_reading_is_there() -> None:
    """A broken declaration does not make its column unknown."""
    values = document(
        columns={"leads": {"size": 5}}, scores=rule(when="lead.size > 5", points=1)["scores"]
    )
    assert faults(values, COLUMNS) == ["columns.leads.size must be a mapping; found 5."]


@pytest.mark.parametrize(
    ("values", "warning"),
    [
        (
            rule(**EVENT, within="30m"),
            (
                "scores.s.rules.r.within is in minutes, as m stands for minutes; found 30m. "
                "Write 30d if days are meant."
            ),
        ),
        (
            rule(**EVENT, decay={"half_life": "6m"}),
            (
                "scores.s.rules.r.decay.half_life is in minutes, as m stands for minutes; "
                "found 6m. "
                "Write 6d if days are meant."
            ),
        ),
        (
            score(rules={}, decay={"keep": 0.5, "every": "3m"}),
            (
                "scores.s.decay.every is in minutes, as m stands for minutes; found 3m. "
                "Write 3d if days are meant."
            ),
        ),
        (
            rule(silent_for="2m", points=-1),
            (
                "scores.s.rules.r.silent_for is in minutes, as m stands for minutes; found 2m. "
                "Write 2d if days are meant."
            ),
        ),
        (
            rule(**EVENT, at_least=3, at_most=2),
            "scores.s.rules.r can never fire, as at_least is above at_most.",
        ),
        (
            rule(**EVENT, at_least=2, count="once"),
            "scores.s.rules.r can never fire, as it counts once and needs more.",
        ),
        (
            rule(**EVENT, within="0d"),
            "scores.s.rules.r.within lets no hit count, as none is younger; found 0d.",
        ),
        (
            rule(when="lead.a", points=0),
            "scores.s.rules.r.points are 0, so the rule is only listed.",
        ),
        (
            score(link="logistic", rules={"r": {"when": "lead.a", "points": 1}}),
            "scores.s has no rule base, so leads start at 50 percent.",
        ),
    ],
)
def test_what_is_hardly_meant_is_warned_of(values: dict[str, object], warning: str) -> None:
    """Windows in minutes, rules that cannot fire and conditions without points are allowed."""
    assert warned(values) == [warning]
    assert faults(values) == []


def test_detectors_are_not_warned_of() -> None:
    """Event and outcome rules of 0 points are there to be counted."""
    assert warned(rule(event="x", points=0)) == []
    assert warned(rule(outcome="x", points=0)) == []


def test_scores_are_ordered_after_those_they_read() -> None:
    """Formulas and rollups follow what they read, wherever they stand in the document."""
    model = read(
        document(
            scores={
                "total": {"formula": "best + person + lead.seats"},
                "best": {"of": "account", "rollup": "person", "by": "max"},
                "person": {"rules": {}},
            }
        )
    )
    assert dependencies(model, "total") == ["best", "person"]
    assert dependencies(model, "best") == ["person"]
    assert order(model) == ["person", "best", "total"]


def test_faults_are_the_same_on_every_run() -> None:
    """Faults of one line keep the order in which they were found."""
    text = (
        "leadline: 1\nmodel: m\nscores: {s: {rules: {r: {event: 1, zzz: 1, yyy: 2, points: q(}}}}\n"
    )
    assert [each.split()[1].rpartition(".")[2] for each in faults(text)] == ["points", "zzz", "yyy"]


def test_a_model_without_source_is_checked_too() -> None:
    """Models that were built, not read, have messages without lines."""
    model = read(rule(when="hits.q > 0", points=1))
    (fault,) = check(model, Source("model"))
    assert str(fault) == "model scores.s.rules.r.when reads hits.q, which is not a rule."
    assert check(model, Source("model"), {"leads": {"lead_id": Type.TEXT}}) == [fault]


ACCOUNTS = {
    "scores": {
        "s": {"rules": {"q": {"event": "e", "points": 1}}},
        "a": {"of": "account", "rollup": "s", "by": "sum"},
    },
    "grades": {"g": {"by": "s", "edges": {"L": 0, "H": 1}}},
}


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        (
            {"bands": {"of": "account", "by": "s", "edges": {"x": 0}}},
            "must be a score of accounts, as the ladder is; found s.",
        ),
        (
            {"bands": {"of": "account", "by": ["g"], "cells": {"x": ["H"]}, "default": "y"}},
            "must be grades of scores of accounts, as the ladder is; found g.",
        ),
        (
            {
                "bands": {
                    "of": "account",
                    "by": "a",
                    "edges": {"x": 0, "y": 1},
                    "require": {"y": "hits.q > 0"},
                }
            },
            "reads hits.q, but scores and bands of accounts can read account rules alone.",
        ),
        (
            {
                "bands": {
                    "one": {"by": "s", "edges": {"x": 0}},
                    "two": {"of": "account", "by": "a", "edges": {"x": 0}},
                },
                "overrides": {"o": {"when": "lead.x", "band": "x"}},
            },
            "reads lead.x, but scores and bands of accounts can read account fields alone.",
        ),
    ],
)
def test_a_ladder_of_accounts_reads_accounts(parts: dict[str, object], says: str) -> None:
    """An override without ``in`` decides all ladders, and so it must suit each."""
    [fault] = faults(document(**ACCOUNTS, **parts))
    assert fault.endswith(says)


def test_an_override_of_leads_may_stand_beside_a_ladder_of_accounts() -> None:
    """With ``in`` it reads what its own ladder may."""
    bands = {
        "one": {"by": "s", "edges": {"x": 0}},
        "two": {"of": "account", "by": "a", "edges": {"x": 0}},
    }
    overrides = {"o": {"when": "lead.x and s > 1", "band": "x", "in": "one"}}
    assert faults(document(**ACCOUNTS, bands=bands, overrides=overrides)) == []
