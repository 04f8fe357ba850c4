"""Kept leads: what a variant of a model gives is what the statement gives by that model."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from comparison import given
from examples import examples
from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import InputError, ModelError
from leadline.model.given import read_model
from leadline.scoring import Run
from leadline.scoring.kept.kept import KeptLeads
from oracle.generate import Case, case

BLOCK = 2


@pytest.mark.parametrize("start", range(0, examples(8), BLOCK))
def test_variants_are_what_the_statement_gives(start: int) -> None:
    """Points, limits, decays, windows, edges, conditions of random models, one after the other."""
    checked = 0
    for seed in range(start, start + BLOCK):
        one = case(seed)
        with DuckDB(threads=1) as engine, _opened(engine, one, one.document) as run:
            leads = KeptLeads.open(run)
            for document in _variants(one.document, random.Random(seed)):
                try:
                    found = leads.of(run.with_model(_read(document)).model)
                except (ModelError, InputError):
                    continue
                with _opened(engine, one, document) as whole:
                    assert _rows(leads.rows(found, range(leads.count))) == _rows(
                        whole.arrow("scores")
                    ), f"seed {seed}: {document}"
                checked += 1
    assert checked >= BLOCK


def _read(document: Mapping[str, Any]) -> Any:
    return read_model(document)[0]


def _opened(engine: DuckDB, one: Case, document: Mapping[str, Any]) -> Run:
    tables = given(one.tables, one.spine)
    del tables["spine"]
    return Run.open(engine, document, tables, as_of=one.spine[0][1])


def _rows(table: Any) -> list[dict[str, Any]]:
    rows = [
        {name: _naive(value) for name, value in row.items() if name != "lead_n"}
        for row in table.to_pylist()
    ]
    return sorted(rows, key=lambda row: str(row["lead_id"]))


def _naive(value: Any) -> Any:
    return value.replace(tzinfo=None) if hasattr(value, "tzinfo") else value


def _variants(document: Mapping[str, Any], draw: random.Random) -> Iterator[dict[str, Any]]:
    """Yield the document itself, and five more, each with one change more than the last."""
    made = copy.deepcopy(dict(document))
    yield made
    for _ in range(5):
        made = copy.deepcopy(made)
        draw.choice(_CHANGES)(made, draw)
        yield made


def _rules(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        rule
        for score in document["scores"].values()
        for rule in (score.get("rules") or {}).values()
    ]


def _units(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rules that count one by one; silence knows neither windows nor decay."""
    return [
        each
        for each in _rules(document)
        if ("event" in each or "outcome" in each) and "silent_for" not in each
    ]


def _change_rule(key: str, *values: Any) -> Any:
    def change(document: dict[str, Any], draw: random.Random) -> None:
        rules = _rules(document) if key == "points" else _units(document)
        found = [each for each in rules if key != "points" or "points" in each]
        if found:
            draw.choice(found)[key] = draw.choice(values)

    return change


def _change_decay(document: dict[str, Any], draw: random.Random) -> None:
    scores = [
        each for each in document["scores"].values() if "rules" in each and "link" not in each
    ]
    if scores:
        draw.choice(scores)["decay"] = draw.choice([{"half_life": "9d"}, {"linear": "40d"}])


def _change_edge(document: dict[str, Any], draw: random.Random) -> None:
    bands = document.get("bands") or {}
    for ladder in [bands] if "by" in bands else bands.values():
        for name in ladder.get("edges") or {}:
            ladder["edges"][name] += draw.choice([0, 0.5])


def _change_range(document: dict[str, Any], draw: random.Random) -> None:
    scores = [each for each in document["scores"].values() if "link" not in each]
    if scores:
        draw.choice(scores)["range"] = [draw.choice([-20, 0]), draw.choice([7.5, 30])]


def _drop_rule(document: dict[str, Any], draw: random.Random) -> None:
    rules = [
        each["rules"] for each in document["scores"].values() if len(each.get("rules") or {}) > 1
    ]
    if rules:
        some = draw.choice(rules)
        del some[draw.choice(list(some))]


def _drop_overrides(document: dict[str, Any], _: random.Random) -> None:
    document.pop("overrides", None)


_CHANGES = [
    _change_rule("points", 0, 3, -4.5),
    _change_rule("limit", 2, 11.25),
    _change_rule("within", "3d", "60d"),
    _change_rule("decay", {"half_life": "4d"}, "none", {"keep": 0.5, "every": "3d"}),
    _change_rule("where", "minutes > 10", "vip", "path like '/p%'"),
    _change_rule("count", "each", "daily", "once"),
    _change_decay,
    _change_edge,
    _change_range,
    _drop_rule,
    _drop_overrides,
]
