"""What a preview costs: a change of a model on all leads, beside the model as it is.

    python benchmarks/generate.py --rows 10000000 --leads 1000000 --out DIR --order lead
    python benchmarks/preview.py --data DIR

The model has two scores and a formula over them, 40 rules of events that are limited, half of them
decaying and a third within a window, six of which count once, a day, or by value, and eight rules
of fields; three bands, one with a requirement, and an override. Figures are the seconds of all
cores, and in brackets those of the clock, the least of three different changes of a kind: the
machine may be shared. What is timed is a read model in, and counts of bands and the distribution
out.
"""

from __future__ import annotations

import argparse
import copy
import os
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import Any

from generate import AS_OF, plain_rules

from leadline.engines.duckdb.engine import DuckDB
from leadline.model.given import read_model
from leadline.review.preview.checked import check
from leadline.review.preview.past import Past
from leadline.review.preview.preview import Preview
from leadline.scoring import Run

SEVENTH = 7
HOW = ["once", "daily", "per asset_id"]
"""How every seventh rule counts, in turn."""

FIELDS: dict[str, dict[str, Any]] = {
    "large": {"when": "lead.employees >= 1000", "points": 10},
    "size": {"of": "lead.employees", "bins": {0: 0, 100: 3, 2000: 8}, "missing": -1},
    "country": {"of": "lead.country", "values": {"PL": 4, "DE": 6, "US": 8}, "other": 1},
    "seniority": {"of": "lead.seniority", "values": {"director": 10, "manager": 6}, "missing": 0},
    "intern": {"when": "lead.seniority = 'intern'", "points": -15},
    "young": {"when": "age(lead.created_at) < 30d", "points": 3},
    "european": {"when": "lead.country in ('PL', 'DE', 'FR')", "points": 2},
    "asked": {"when": "hits.r38 > 0", "points": 5},
}


def document() -> dict[str, Any]:
    """Return the model as it is."""
    rules = {}
    for number, each in enumerate(plain_rules()):
        rule: dict[str, Any] = {"event": each.event, "points": each.points, "limit": each.limit}
        rule |= {"where": each.where} if each.where else {}
        rule |= {"decay": {"half_life": f"{each.half_life_days}d"}} if each.half_life_days else {}
        rule |= {"within": f"{each.within_days}d"} if each.within_days else {}
        if number % SEVENTH == 3:  # noqa: PLR2004 - some number below
            rule["count"] = HOW[number // SEVENTH % 3]
        rules[each.name] = rule
    return {
        "leadline": 1,
        "model": "benchmark-preview",
        "columns": {"leads": {"employees": {"type": "number"}}},
        "scores": {
            "company": {"range": [-20, 40], "rules": FIELDS},
            "person": {"range": [-50, 100], "decay": {"half_life": "60d"}, "rules": rules},
            "profile": {"formula": "company + person"},
        },
        "bands": {
            "by": "profile",
            "edges": {"discard": -100, "nurture": 5, "follow_up": 40, "sales": 70},
            "require": {"sales": "hits.r38 > 0"},
        },
        "overrides": {"intern": {"when": "lead.seniority = 'intern'", "band": "discard"}},
    }


def _set(path: str, *values: Any) -> Iterator[dict[str, Any]]:
    for value in values:
        made = copy.deepcopy(document())
        *way, last = path.split("/")
        part = made
        for key in way:
            part = part[key]
        part[last] = value
        yield made


PERSON = "scores/person/rules"
CHANGES: Mapping[str, list[dict[str, Any]]] = {
    "an edge": list(_set("bands/edges/sales", 68, 72, 75)),
    "points of a rule": list(_set(f"{PERSON}/r00/points", 2, 3, 5)),
    "limit of a rule": list(_set(f"{PERSON}/r00/limit", 12, 20, 25)),
    "decay of a rule": [
        each
        for days in (9, 20, 40)
        for each in _set(f"{PERSON}/r00/decay", {"half_life": f"{days}d"})
    ],
    "window of a rule": list(_set(f"{PERSON}/r00/within", "20d", "45d", "60d")),
    "decay of a score, which 20 rules have": [
        each for days in (20, 40, 90) for each in _set("scores/person/decay/half_life", f"{days}d")
    ],
    "points of a rule that counts by day": list(_set(f"{PERSON}/r10/points", 2, 3, 9)),
    "points of a rule of fields": list(_set("scores/company/rules/large/points", 8, 12, 14)),
    "another condition": list(
        _set(f"{PERSON}/r00/where", "path like '/blog%'", "path like '%/start'", "path = '/docs'")
    ),
}


def main() -> None:
    """Print what each kind of change costs."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--data", type=Path, required=True)
    folder = given.parse_args().data
    inputs = {each: str(folder / f"{each}.parquet") for each in ("leads", "events")}
    at = AS_OF.replace(tzinfo=UTC)
    with DuckDB() as engine, Run.open(engine, document(), inputs, as_of=at, clean=True) as run:
        preview: list[Preview] = []
        _show("first opening", [_cost(lambda: preview.append(Preview.open(run)))])
        _show("later opening", [_cost(lambda: preview[0].of(run.model))])
        for name, variants in CHANGES.items():
            models = [read_model(each)[0] for each in variants]
            _show(name, [_cost(partial(preview[0].of, each, 0)) for each in models])
        edges = [read_model(each)[0] for each in CHANGES["an edge"]]
        _show(
            "an edge, and who moves, named with reasons", [_cost(lambda: preview[0].of(edges[0]))]
        )
        past: list[Past] = []
        _show("past weeks, first opening", [_cost(lambda: past.append(Past.open(run)))])
        _show("past weeks of an edge", [_cost(partial(past[0].of, each)) for each in edges])
        _show("500 leads against the statement", [_cost(lambda: _checked(preview[0]))])


def _checked(preview: Preview) -> None:
    check(preview.leads, preview.before)


def _cost(work: Callable[[], Any]) -> tuple[float, float]:
    started, used = time.perf_counter(), sum(os.times()[:2])
    work()
    return sum(os.times()[:2]) - used, time.perf_counter() - started


def _show(name: str, costs: list[tuple[float, float]]) -> None:
    cores, clock = min(costs)
    print(f"{name:45} {cores:7.3f} ({clock:.3f})", flush=True)


if __name__ == "__main__":
    main()
