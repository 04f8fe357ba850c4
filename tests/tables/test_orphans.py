"""Rows that name what no table has are told of."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from comparison import arrow
from leadline.engines.duckdb.engine import DuckDB
from leadline.engines.engine import Engine
from leadline.scoring import Run
from leadline.tables.columns import Lost, MuchLost, Unnamed

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
MODEL = {
    "leadline": 1,
    "model": "m",
    "scores": {"s": {"rules": {"v": {"event": "visit", "points": 1}}}},
}
LEADS = arrow([{"lead_id": "a", "account_id": "x"}, {"lead_id": "b", "account_id": None}])


def events(*leads: str | None) -> Any:
    """Return an event of each lead."""
    return arrow(
        [
            {
                "event_id": f"e{at}",
                "lead_id": lead,
                "account_id": "x",
                "type": "visit",
                "occurred_at": AT,
            }
            for at, lead in enumerate(leads)
        ]
    )


def merge(old: str, new: str) -> Any:
    """Return a merge."""
    return arrow([{"from_id": old, "into_id": new, "recorded_at": AT}])


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        (
            {"events": events("a", "z", "y", "z", "w", "v", None)},
            (
                "events: 5 of 6 rows have a lead_id that is in no leads, "
                "so they count for no lead: 'v', 'w', 'y'."
            ),
        ),
        (
            {"accounts": arrow([{"account_id": "q"}])},
            (
                "leads: 1 of 1 row has an account_id that is in no accounts, "
                "so its account has no fields: 'x'."
            ),
        ),
        (
            {"lead_merges": merge("a", "n")},
            (
                "lead_merges: 1 of 1 row has an into_id that is in no leads, "
                "so it ends in no lead: 'n'."
            ),
        ),
        (
            {
                "events": events("a"),
                "event_marks": arrow([{"event_id": "no", "mark": "bot", "recorded_at": AT}]),
            },
            (
                "event_marks: 1 of 1 row has an event_id that is in no events, "
                "so it marks nothing: 'no'."
            ),
        ),
        (
            {"previous": arrow([{"lead_id": "gone", "band": "x"}])},
            "previous: 1 of 1 row has a lead_id that is in no leads, so nothing reads it: 'gone'.",
        ),
    ],
)
def test_rows_that_name_nothing_are_counted(
    any_engine: Engine, tables: dict[str, Any], said: str
) -> None:
    """With three of the names, the least."""
    with Run.open(any_engine, MODEL, {"leads": LEADS, **tables}, as_of=AT) as run:
        assert said in run.loaded.notes


def test_what_is_known_otherwise_is_no_orphan(any_engine: Engine) -> None:
    """A lead that was merged into another, a lead of the spine, and any, where no table is."""
    tables = {
        "leads": LEADS,
        "events": events("a", "old", "scored"),
        "lead_merges": merge("old", "b"),
        "spine": arrow([{"lead_id": "scored", "as_of": AT}]),
    }
    with Run.open(any_engine, MODEL, tables) as run:
        assert not [note for note in run.loaded.notes if "that is in no" in note]


def keyed(**tables: list[str]) -> dict[str, Any]:
    """Return leads by their keys, and events and outcomes by those that they name."""
    made = {"leads": arrow([{"lead_id": each} for each in tables["leads"]])}
    made["events"] = arrow(
        [
            {"event_id": f"e{at}", "lead_id": each, "type": "visit", "occurred_at": AT}
            for at, each in enumerate(tables["events"])
        ]
    )
    return made


NEARLY = {
    "Ada@x.example": (
        "ada@X.example",
        (
            "1 key is there in other capitals: declare columns: {leads: {lead_id: {case: lower}}, "
            "events: {lead_id: {case: lower}}}."
        ),
    ),
    "901": (
        "901.0",
        (
            "1 key is there but for a .0 at the end: declare "
            "columns: {leads: {lead_id: {cut: '.0'}}, events: {lead_id: {cut: '.0'}}}."
        ),
    ),
    "100071": (
        "100071; 118313",
        (
            "1 key is there as the first of several: "
            "declare columns: {events: {lead_id: {split: ';'}}}."
        ),
    ),
}


@pytest.mark.parametrize("key", NEARLY)
def test_keys_that_would_meet_are_told_with_what_to_declare(engine: DuckDB, key: str) -> None:
    """Computed from the keys; others are just not there."""
    named, advice = NEARLY[key]
    tables = keyed(leads=[key, "b"], events=[named, "b"])
    with Run.open(engine, MODEL, tables, as_of=AT) as run:
        [note] = [each for each in run.loaded.notes if "that is in no" in each]
    assert note == (
        "events: 1 of 2 rows has a lead_id that is in no leads, so it counts for no lead: "
        f"'{named}'. {advice}"
    )


@pytest.mark.parametrize(("lost", "kind"), [(1, Lost), (2, MuchLost)])
def test_more_than_a_twentieth_is_a_warning(engine: DuckDB, lost: int, kind: type) -> None:
    """Less is life."""
    tables = keyed(leads=["a"], events=[*["a"] * (20 - lost), *["gone"] * lost])
    with Run.open(engine, MODEL, tables, as_of=AT) as run:
        assert [type(each) for each in run.loaded.notes] == [kind]


def test_what_nothing_names_is_counted_too(engine: DuckDB) -> None:
    """Loudly, where that is so of all rows, as then a column is probably not declared."""
    tables = {
        **keyed(leads=["a", "b", "c"], events=["a", "a"]),
        "accounts": arrow([{"account_id": "x"}, {"account_id": "y"}]),
    }
    with Run.open(engine, MODEL, tables, as_of=AT) as run:
        found = {str(each): type(each) for each in run.loaded.notes}
    assert found == {
        "accounts: 2 of 2 rows are named by no leads or events: 'x', 'y'.": MuchLost,
        "leads: 2 of 3 rows are named by no events: 'b', 'c'.": Unnamed,
    }
