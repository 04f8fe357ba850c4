"""The fingerprint: changed by what can change a number, by nothing else."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.model.fingerprint import fingerprint
from leadline.model.reading.reader import read
from leadline.model.reading.source import load_text
from model.documents import CASES, EXAMPLE, document

TEXT = EXAMPLE.read_text(encoding="utf-8")
VALUES: dict[str, Any] = load_text(TEXT, "m").values
FULL: dict[str, Any] = document(
    time_zone="Asia/Tokyo",
    passive=["email_sent"],
    columns={
        "leads": {
            "a": {"from": "A", "type": "number", "missing": [9], "zone": "UTC"},
            "b": {"format": "dd/mm/yyyy"},
            "c": {"decimal": ",", "thousands": "."},
        }
    },
    files={"leads": {"encoding": "utf-16", "delimiter": ";"}},
    scores={
        "s": {
            "of": "account",
            "for": "account.x > 1",
            "range": [0, 10],
            "decay": {"half_life": "30d"},
            "limits": {"g": 5},
            "reset_on": "lost",
            "rules": {
                "event": {
                    "event": "x",
                    "where": "a > 1",
                    "points": 1,
                    "count": "daily",
                    "pick": "first",
                    "at_most": 5,
                    "at_least": 2,
                    "within": "30d",
                    "decay": {"keep": 0.5, "every": "7d"},
                    "by": "c",
                    "limit_each": 3,
                    "limit": 4,
                    "group": "g",
                },
                "outcome": {"outcome": "won", "points": 1, "decay": {"linear": "9d"}},
                "silence": {"silent_for": "60d", "event": "x", "where": "b", "points": "account.y"},
                "condition": {"when": "account.a = 'x'", "points": 1},
                "values": {"of": "account.b", "values": {"x": 1}, "other": 2, "missing": 3},
                "bins": {"of": "account.c", "bins": {0: 0, 5: 1}},
            },
        },
        "t": {"formula": "s + 1"},
        "l": {"link": "logistic", "rules": {"base": {"points": 1}}},
        "r": {"of": "account", "rollup": "l", "by": "top 3"},
    },
    grades={"g": {"by": "s", "edges": {"B": 0, "A": 5}}},
    bands={
        "one": {"by": "s", "edges": {"n": 0, "h": 5}, "leave": {"h": 4}, "require": {"h": "s > 1"}},
        "two": {"by": ["g"], "cells": {"hot": ["A"]}, "default": "cold"},
    },
    overrides={
        "o": {"when": "s > 9", "band": "h", "in": "one"},
        "p": {"when": "s > 8", "band": "x"},
    },
)


def put(path: str, value: object = None) -> dict[str, Any]:
    """Return the full document with one value set, or one key removed."""
    values = deepcopy(FULL)
    *above, last = path.split("/")
    part = values
    for key in above:
        part = part[key]
    if value is None:
        del part[last]
    else:
        part[last] = value
    return values


EVENT = "scores/s/rules/event"
CHANGES: list[tuple[str, object]] = [
    ("time_zone", "UTC"),
    ("passive", ["email_sent", "x"]),
    ("columns/leads/a/from", "B"),
    ("columns/leads/a/type", "text"),
    ("columns/leads/a/missing", [8]),
    ("columns/leads/a/zone", "Asia/Tokyo"),
    ("columns/leads/a", None),
    ("columns/leads/b/format", "mm/dd/yyyy"),
    ("columns/leads/c/thousands", " "),
    ("columns/leads/c/thousands", None),
    ("columns/leads/c/decimal", None),
    ("files/leads/encoding", "windows-1250"),
    ("files/leads/delimiter", "|"),
    ("files", None),
    ("scores/new", {"rules": {}}),
    ("scores/s/for", "account.x > 2"),
    ("scores/s/range", [0, 11]),
    ("scores/s/decay", {"half_life": "31d"}),
    ("scores/s/decay", {"linear": "30d"}),
    ("scores/s/decay", None),
    ("scores/s/limits/g", 6),
    ("scores/s/reset_on", "won"),
    ("scores/s/of", None),
    (f"{EVENT}/event", ["x", "y"]),
    (f"{EVENT}/where", "a > 2"),
    (f"{EVENT}/where", "b > 1"),
    (f"{EVENT}/points", 2),
    (f"{EVENT}/points", "minutes"),
    (f"{EVENT}/count", "per a"),
    (f"{EVENT}/pick", "highest"),
    (f"{EVENT}/at_most", 6),
    (f"{EVENT}/at_least", 3),
    (f"{EVENT}/within", "31d"),
    (f"{EVENT}/decay", "none"),
    (f"{EVENT}/decay/keep", 0.25),
    (f"{EVENT}/decay/every", "8d"),
    (f"{EVENT}/by", "d"),
    (f"{EVENT}/limit_each", 2),
    (f"{EVENT}/limit", 3),
    (f"{EVENT}/group", "h"),
    ("scores/s/rules/outcome/outcome", "lost"),
    ("scores/s/rules/outcome/decay/linear", "10d"),
    ("scores/s/rules/silence/silent_for", "61d"),
    ("scores/s/rules/silence/event", None),
    ("scores/s/rules/silence/where", "c"),
    ("scores/s/rules/silence/points", "account.z"),
    ("scores/s/rules/condition/when", "account.a = 'y'"),
    ("scores/s/rules/condition/points", 0),
    ("scores/s/rules/values/of", "account.d"),
    ("scores/s/rules/values/values", {"y": 1}),
    ("scores/s/rules/values/values", {"x": 2}),
    ("scores/s/rules/values/other", 0),
    ("scores/s/rules/values/missing", 0),
    ("scores/s/rules/bins/bins", {0: 0, 6: 1}),
    ("scores/s/rules/renamed", {"when": "true", "points": 0}),
    ("scores/t/formula", "s + 2"),
    ("scores/l/link", None),
    ("scores/r/rollup", "t"),
    ("scores/r/by", "top 4"),
    ("grades/g/by", "t"),
    ("grades/g/edges", {"B": 0, "A": 6}),
    ("bands/one/by", "t"),
    ("bands/one/edges", {"n": 0, "h": 6}),
    ("bands/one/leave/h", 3),
    ("bands/one/require/h", "s > 2"),
    ("bands/two/by", ["g", "g"]),
    ("bands/two/cells", {"hot": ["A", "B"]}),
    ("bands/two/default", "warm"),
    ("overrides/o/when", "s > 7"),
    ("overrides/o/band", "n"),
    ("overrides/o/in", None),
]


@pytest.mark.parametrize(("path", "value"), CHANGES)
def test_every_key_that_can_change_a_number_changes_it(path: str, value: object) -> None:
    """One other value anywhere is another model."""
    assert fingerprint(read(put(path, value))) != fingerprint(read(FULL))


def test_all_changes_are_told_apart() -> None:
    """No two of the changes give the same fingerprint."""
    found = [fingerprint(read(put(path, value))) for path, value in CHANGES]
    assert len(set(found)) == len(found)


def test_the_order_of_overrides_and_of_the_grades_of_cells_changes_it() -> None:
    """The first override decides, and a cell joins its grades in order."""
    turned = {**FULL, "overrides": dict(reversed(FULL["overrides"].items()))}
    assert fingerprint(read(turned)) != fingerprint(read(FULL))
    grades = {"f": {"by": "s", "edges": {"A": 0}}, "g": {"by": "s", "edges": {"A": 0}}}
    cells = {"cells": {"hot": "AA"}, "default": "cold"}
    first, second = (
        document(scores=FULL["scores"], grades=grades, bands={"by": by, **cells})
        for by in (["f", "g"], ["g", "f"])
    )
    assert fingerprint(read(first)) != fingerprint(read(second))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("leadline: 1 ", "# a comment\nleadline: 1 "),
        ("model: b2b-saas", "model: renamed"),
        ("model: b2b-saas", "model: b2b-saas\ndescription: words\nowner: people"),
        ("{known: created}", "{known: later}"),
        ("seniority: {known: created}", "other: {known: created}"),
        (", seniority: {known: created}", ""),
        ("account.employees >= 1000", "(account.employees>=1000.0)"),
        ("account.target and hits.response > 0", "account.target AND (hits.response > 0)"),
        ("{half_life: 30d}", "{half_life: 720h}"),
        ("within: 90d, points: 0}", "within: 2160h, points: 0, count: each, pick: latest}"),
        ("other: 0, missing: 0}", "other: 0.0}"),
        ("points: -20}\n  person", "points: '-20', pinned: true, description: d}\n  person"),
        ("band: sales}\n", "band: nurture}\n"),
        ("values: {software: 15, finance: 10}", "values: {finance: 10.0, software: 15}"),
        ("event: [form_submitted, demo_requested]", "event: [demo_requested, form_submitted]"),
        ("event: webinar_attended", "event: [webinar_attended]"),
        ("edges: {D: 0,", "edges: {D: 0.0,"),
    ],
)
def test_what_changes_no_number_does_not_change_it(old: str, new: str) -> None:
    """Comments, words, spelling, defaults that are written out and sets in another order."""
    head, found, tail = TEXT.rpartition(old) if old.startswith("band: s") else TEXT.partition(old)
    assert found
    assert fingerprint(read(head + new + tail)) == fingerprint(read(TEXT))


def test_other_keys_that_say_nothing_do_not_change_it() -> None:
    """What learning keeps for itself, examples and the default zone."""
    more = {"provenance": 1, "calibration": 2, "task": "t", "time_zone": "UTC", "columns": {}}
    plain = document(scores={"s": {"rules": {}}})
    noted = document(scores={"s": {"rules": {}, "provenance": 3, "calibration": 4}}, **more)
    examples = [{"scores": {"s": 0}}]
    assert fingerprint(read({**noted, "examples": examples})) == fingerprint(read(plain))


def test_keys_that_are_looked_up_are_the_same_as_number_and_text() -> None:
    """A column of text and a column of numbers both read 7 and '7' alike, but not 7 and 7.0."""
    found = [
        fingerprint(read(put("scores/s/rules/values/values", {key: 1}))) for key in (7, "7", 7.0)
    ]
    assert found[0] == found[1] != found[2]


def shuffled(values: Any, data: st.DataObject) -> Any:
    """Return plain values with the keys of every mapping in another order, but for overrides."""
    if isinstance(values, list):
        return [shuffled(each, data) for each in values]
    if not isinstance(values, dict):
        return values
    keys = list(values)
    ordered = {"overrides", "edges", "bins"} & set(keys)
    mixed = {key: shuffled(values[key], data) for key in data.draw(st.permutations(keys))}
    return mixed | {key: values[key] for key in ordered}


@given(data=st.data())
def test_the_order_of_keys_does_not_change_it(data: st.DataObject) -> None:
    """Mappings have no order, but for overrides."""
    assert fingerprint(read(shuffled(FULL, data))) == fingerprint(read(FULL))


def test_a_fingerprint_is_short_and_stays() -> None:
    """Sixteen hexadecimal digits, of which a change must be meant: it invalidates stored scores."""
    assert fingerprint(read(EXAMPLE)) == "ad922bb0803de971"
    assert len({fingerprint(read(path)) for path in CASES}) == len(CASES)
