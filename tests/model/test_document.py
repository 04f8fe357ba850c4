"""The document: scores, grades, bands, overrides and examples, read and written back."""

from __future__ import annotations

from typing import Any

import pytest

from leadline.model.document import Model, one_ladder
from leadline.model.reading.reader import read
from leadline.model.reading.writer import write
from model.documents import CASES, EXAMPLE, document, faults, score

S: dict[str, Any] = {"s": {"rules": {}}}
GRADES = {"f": {"by": "s", "edges": {"B": 0, "A": 5}}, "g": {"by": "s", "edges": {"2": 0, "1": 5}}}
DOCUMENTS: list[dict[str, Any]] = [
    document(),
    document(description="d", owner="o", passive=["a", "b"], time_zone="Asia/Tokyo"),
    document(passive="email_sent"),
    document(columns={"leads": {"a": {"from": "A b", "type": "number", "missing": [999, "x"]}}}),
    document(columns={"events": {"t": {"type": "time", "zone": "Asia/Tokyo", "known": "created"}}}),
    document(provenance={"a": [1, {"b": None}]}, calibration=5, task="win"),
    score(rules={}, range=[-50, 100.5], decay={"half_life": "30d"}, reset_on=["lost", "won"]),
    score(rules={"r": {"event": "x", "points": 1, "group": "g"}}, limits={"g": 15}),
    score(rules={}, **{"for": "lead.region = 'EU'"}, description="d", provenance={"by": "hand"}),
    score(rules={}, link="logistic", calibration=[1]),
    score(rules={}, of="account"),
    document(scores={**S, "t": {"formula": "0.5 * s", "range": [0, 1]}}),
    *[
        document(scores={**S, "t": {"of": "account", "rollup": "s", "by": each}})
        for each in ("sum", "max", "mean", "count_over 9.5", "top 3")
    ],
    document(scores=S, grades=GRADES),
    document(scores=S, bands={"by": "s", "edges": {"n": 0, "h": 5}, "leave": {"h": 3}}),
    document(scores=S, bands={"by": "s", "edges": {"n": 0}, "require": {"n": "s > 1"}}),
    document(
        scores=S,
        grades=GRADES,
        bands={"by": ["f", "g"], "cells": {"hot": ["A1", "A2"], "warm": "B1"}, "default": "cold"},
    ),
    document(scores=S, grades=GRADES, bands={"by": ["f"], "cells": {"hot": "A"}, "default": "c"}),
    document(
        scores=S,
        bands={"a": {"by": "s", "edges": {"n": 0}}, "b": {"by": "s", "edges": {"n": 0}}},
        overrides={
            "o": {"when": "s > 1", "band": "n", "in": "a"},
            "p": {"when": "lead.x", "band": "excluded", "in": ["a", "b"], "owner": "o"},
        },
        examples=[{"bands": {"a": "n", "b": None}}],
    ),
    document(
        scores=S,
        grades=GRADES,
        bands={"by": "s", "edges": {"n": 0}},
        examples=[
            {"lead": {"a": 1}, "account": {"b": {"days_ago": 3}}, "band": "n", "description": "d"},
            {"events": [{"type": "x", "days_ago": 1.5}], "scores": {"s": 0}},
            {"outcomes": [{"outcome": "won", "days_ago": 0}], "grades": {"f": "A"}},
            {"override": None},
        ],
    ),
]


@pytest.mark.parametrize("values", DOCUMENTS)
def test_every_key_of_a_document_is_kept(values: dict[str, Any]) -> None:
    """A document has no faults, stands in plain values as written, and is read back as it was."""
    model = read(values)
    assert faults(values) == []
    assert model.plain() == values
    assert read(write(model)) == model


@pytest.mark.parametrize("path", [*CASES, EXAMPLE], ids=lambda path: path.parent.name)
def test_a_model_that_is_written_is_read_as_it_was(path: str) -> None:
    """Writing and reading change nothing in any worked case, nor in the example."""
    model = read(path)
    assert read(write(model)) == model
    assert read(write(model)).plain() == model.plain()


def test_a_document_begins_with_what_people_look_for() -> None:
    """The version and the name stand first, then words for people."""
    model = read({"scores": S, "owner": "o", "model": "m", "leadline": 1, "description": "d"})
    assert list(model.plain()) == ["leadline", "model", "description", "owner", "scores"]


@pytest.mark.parametrize(
    ("bands", "single"),
    [
        ({"by": "s", "edges": {}}, True),
        ({"by": ["f"], "cells": {}}, True),
        ({"by": 5}, True),
        ({"edges": {"n": 0}}, True),
        ({"cells": {"n": "A"}}, True),
        ({"a": {"by": "s"}}, False),
        ({"by": {"by": "s"}}, False),
        ({"edges": {"by": "s"}}, False),
        ({}, False),
        (5, False),
    ],
)
def test_one_ladder_is_told_from_several_by_its_keys(bands: object, *, single: bool) -> None:
    """A ladder without its ``by`` is still one, and a ladder may be called ``by``."""
    assert one_ladder(bands) is single


def test_the_column_of_a_ladder_has_its_name_where_there_are_several() -> None:
    """A single ladder fills ``band``."""
    model = read(document(scores=S, bands={"a": {"by": "s", "edges": {"n": 0}}}))
    assert model.column("a") == "band_a"
    single = read(document(scores=S, bands={"by": "s", "edges": {"n": 0}}))
    assert [single.column(name) for name in single.bands] == ["band"]


@pytest.mark.parametrize(
    ("written", "kind", "account"),
    [
        ({"rules": {}}, "rules", False),
        ({"rules": {}, "of": "account"}, "rules", True),
        ({"formula": "1"}, "formula", False),
        ({"rollup": "s", "by": "sum", "of": "account"}, "rollup", True),
    ],
)
def test_a_score_has_one_kind(written: dict[str, Any], kind: str, *, account: bool) -> None:
    """Rules, a formula or a rollup; of leads or of accounts."""
    found = read(score(**written)).scores["s"]
    assert (found.kind, found.is_account) == (kind, account)


def test_a_model_cannot_be_changed() -> None:
    """Models are values; another one is made instead."""
    model = read(document())
    with pytest.raises(ValueError, match="frozen"):
        model.model = "other"


def test_an_empty_key_does_not_mean_its_default() -> None:
    """``limit:`` with nothing behind it was meant to be a limit."""
    text = "leadline: 1\nmodel: m\nscores:\n  s:\n    rules:\n      r:\n        event: x\n"
    message = "model:9 scores.s.rules.r.limit must have a value; found nothing."
    assert faults(f"{text}        points: 1\n        limit:\n") == [message]


def test_a_model_can_be_made_of_values_directly() -> None:
    """The class reads the same values as the reader."""
    assert Model.model_validate(DOCUMENTS[0]) == read(DOCUMENTS[0])
