"""What must hold before scores are written."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import ModelError
from leadline.model.moments import moment
from leadline.scoring.guards import expectations, unexpected
from leadline.scoring.run import Run

AT = "2026-11-06T00:00:00Z"
MODEL: dict[str, Any] = {
    "leadline": 1,
    "model": "guarded",
    "scores": {"s": {"rules": {"visit": {"event": "visit", "points": 5}}}},
    "bands": {"by": "s", "edges": {"cold": 0, "hot": 5}},
}
LEADS = pa.table({"lead_id": ["1", "2", "3", "4", "5"]})
EVENTS = pa.table(
    {
        "event_id": ["a", "b", "c"],
        "lead_id": ["1", "2", "3"],
        "type": ["visit"] * 3,
        "occurred_at": [moment(f"2026-11-{day}T00:00:00Z") for day in ("01", "02", "08")],
    }
)
NONE = EVENTS.slice(0, 0)
NO_OUTCOMES = NONE.append_column("outcome", NONE["type"])


def before(bands: str, day: int = 5) -> pa.Table:
    """Return the scores of a run before, by the first letters of the bands of the leads."""
    names = [{"c": "cold", "h": "hot"}[each] for each in bands]
    at = [moment(f"2026-11-0{day}T00:00:00Z")] * len(names)
    ids = [str(number) for number in range(1, len(names) + 1)]
    return pa.table({"lead_id": ids, "band": names, "as_of": at})


TABLES = {"leads": LEADS, "events": EVENTS}
CASES: dict[str, tuple[dict[str, Any], dict[str, pa.Table], list[str]]] = {
    "all is well": ({"events": {"rows": 3, "newest": "5d"}, "leads": {"rows": 5}}, {}, []),
    "too few rows": (
        {"events": {"rows": 4}, "leads": {"rows": 1000}},
        {},
        [
            "leads must have at least 1,000 rows, as expect says; found 5.",
            "events must have at least 4 rows, as expect says; found 3.",
        ],
    ),
    "a newest row that is later than the moment does not make a table fresh": (
        {"events": {"newest": "3d"}},
        {},
        [
            (
                "events occurred_at must have a row no older than 3d, as expect says; "
                "found the newest of 2026-11-02 00:00."
            )
        ],
    ),
    "leads without any of the times of which something is expected": (
        {"leads": {"newest": "3d"}},
        {},
        ["leads created_at must have a row no older than 3d, as expect says; found none."],
    ),
    "a table that was not given": (
        {"outcomes": {"rows": 1}},
        {},
        ["outcomes must be given, as expect says."],
    ),
    "a table that is read and has no rows": (
        {},
        {"events": NONE},
        ["events must have rows, as the model reads events; found none."],
    ),
    "one that is not read may be empty": (
        {},
        {"outcomes": NONE.append_column("outcome", [[]])},
        [],
    ),
    "one that was not given at all is told elsewhere": ({}, {"events": None}, []),
    "a fifth of the bands may change": ({}, {"previous": before("hhccc")}, []),
    "a few may": ({}, {"previous": before("ccccc")}, []),
    "many may not": (
        {},
        {"previous": before("cchhh")},
        ["previous band must change for at most 20% of its leads; found 5 of 5 (100%)."],
    ),
    "unless so many are expected": (
        {"transitions": {"share": "40%"}},
        {"previous": before("ccccc")},
        [],
    ),
    "or fewer": (
        {"transitions": {"share": 0.005}},
        {"previous": before("hhhcc")},
        ["previous band must change for at most 0.5% of its leads; found 1 of 5 (20%)."],
    ),
    "leads that are new do not count as changed": ({}, {"previous": before("hh")}, []),
    "leads that are gone count neither": ({}, {"previous": before("hhcccccccc")}, []),
    "the scores of the same moment are not those of the run before": (
        {},
        {"previous": before("hhccc", day=6)},
        [
            (
                "previous as_of must be of before 2026-11-06T00:00:00Z, the moment that is scored; "
                "found 2026-11-06T00:00:00Z."
            )
        ],
    ),
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.replace(" ", "-"))
def test_what_is_not_as_expected_is_told(engine: DuckDB, case: str) -> None:
    """By the model or by a workspace, and without a word of anybody."""
    expect, tables, said = CASES[case]
    given = {name: rows for name, rows in {**TABLES, **tables}.items() if rows is not None}
    model = {**MODEL, "expect": expect} if expect else MODEL
    with Run.open(engine, model, given, as_of=moment(AT)) as run:
        found = [str(each).partition(". ")[0].removesuffix(".") + "." for each in unexpected(run)]
    assert found == said


def test_accounts_are_guarded_as_leads_are(engine: DuckDB) -> None:
    """Those that had a band, and each ladder for itself."""
    model = {
        **MODEL,
        "scores": {**MODEL["scores"], "a": {"of": "account", "rollup": "s", "by": "sum"}},
        "bands": {"person": MODEL["bands"], "firm": {**MODEL["bands"], "of": "account", "by": "a"}},
    }
    leads = LEADS.append_column("account_id", LEADS["lead_id"])
    rows = before("chhhh").rename_columns(["account_id", "band_firm", "as_of"])
    tables = {**TABLES, "leads": leads, "previous_accounts": rows}
    for share, at, said in (
        ("40%", 5, ["band must change for at most 40% of its accounts; found 4 of 5 (80%)"]),
        ("90%", 5, []),
        ("90%", 6, [f"as_of must be of before {AT}, the moment that is scored; found {AT}"]),
    ):
        was = rows.set_column(2, "as_of", [[moment(f"2026-11-0{at}T00:00:00Z")] * 5])
        given = {**model, "expect": {"transitions": {"share": share}}}
        with Run.open(engine, given, {**tables, "previous_accounts": was}, as_of=moment(AT)) as run:
            found = [str(each).removeprefix("previous_accounts ") for each in unexpected(run)]
        assert [each.partition(". ")[0] for each in found] == said


def test_what_is_said_beside_a_model_beats_it(engine: DuckDB) -> None:
    """Key by key."""
    model = {**MODEL, "expect": {"events": {"rows": 9, "newest": "1d"}, "leads": {"rows": 9}}}
    with Run.open(engine, model, TABLES, as_of=moment(AT)) as run:
        more = expectations({"events": {"rows": 3, "newest": "9d"}})
        assert [each.where for each in unexpected(run, more)] == ["leads"]


def test_what_cannot_be_expected_is_refused() -> None:
    """In the words of a model."""
    with pytest.raises(ModelError, match=r"expect.events.row is not a key"):
        expectations({"events": {"row": 3}})
