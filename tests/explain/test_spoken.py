"""Reasons in the words of the data."""

from __future__ import annotations

from typing import Any

import pytest

from leadline.explain.spoken import OTHER, START, grouped, is_start
from leadline.model.document import Model

RULES = {
    "base": {"points": -1},
    "size": {"when": 'lead."Company Size" is not null', "points": 1},
    "size_missing": {"when": 'lead."Company Size" is null', "points": -1},
    "by_visit": {"of": "hits.visit_30d", "bins": {1: 1}},
    "source_and_country": {
        "of": ["lead.source", "account.country"],
        "values": {"a": {"values": {"b": 1}}},
    },
    "mail": {"event": "mail", "points": 1},
}


def model(**more: Any) -> Model:
    """Return a learned model."""
    scores = {
        "seen": {"rules": {"visit_30d": {"event": "visit", "within": "30d", "points": 0}}},
        "odds": {"link": "logistic", "rules": RULES},
    }
    return Model.model_validate(
        {"leadline": 1, "model": "m", "scores": scores, "provenance": {"rows": 1}} | more
    )


def rows(**points: float) -> list[dict[str, Any]]:
    """Return rows of the ledger."""
    return [
        {"score": "odds", "rule": rule, "state": "fired", "points": each, "count": 1}
        for rule, each in points.items()
    ]


def test_learned_rules_are_called_by_what_they_read() -> None:
    """Counts of events by the events, pairs by both fields, and the constant in words."""
    given = rows(base=-1, size=0.5, by_visit=1, source_and_country=2, mail=3)
    assert [each["rule"] for each in grouped(model(), given)] == [
        START,
        "Company Size",
        "visit",
        "source with account country",
        "mail",
    ]
    assert [is_start(model(), each) for each in given] == [True, False, False, False, False]


@pytest.mark.parametrize("hide", [["source", "mail", "visit"], "mail"])
def test_what_the_task_hides_is_other_and_all_adds_up(hide: Any) -> None:
    """Events and fields can be hidden; a pair is hidden by one of its fields."""
    given = rows(base=-1, size=0.5, by_visit=1, source_and_country=2, mail=3)
    found = grouped(model(task={"hide": hide}), given)
    assert sum(each["points"] for each in found) == sum(each["points"] for each in given)
    [other] = [each for each in found if each["rule"] == OTHER]
    assert other["points"] == (6 if isinstance(hide, list) else 3)


def test_rules_that_people_named_keep_their_names() -> None:
    """Without provenance a model was not learned."""
    plain = {key: value for key, value in model().plain().items() if key != "provenance"}
    given = rows(size=0.5)
    assert grouped(Model.model_validate(plain), given) == given
