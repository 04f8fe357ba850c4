"""Keys: what must be unique, and which of repeated rows stands."""

# ruff: noqa: DTZ001  # times on the engine carry no zone and mean UTC

from __future__ import annotations

import itertools
from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl
import pytest

from leadline.errors import InputError
from leadline.model.document import Column, TextFile
from leadline.tables.read import load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from leadline.engines.duckdb.engine import DuckDB
    from leadline.tables.read import Loaded

NOON = "2026-11-01T12:00:00Z"
ONE = "2026-11-01T13:00:00Z"


def test_leads_must_be_unique(loaded: Callable[..., Loaded]) -> None:
    """The message counts the keys and shows three of them with their rows."""
    ids = ["a", "b", "a", "c", "c", "d", "d", "e", "a", "e", "a"]
    with pytest.raises(InputError) as caught:
        loaded(leads="lead_id,x\n" + "\n".join(f"{id_},{x}" for x, id_ in enumerate(ids)) + "\n")
    assert str(caught.value) == (
        "leads.csv lead_id must be unique; found 4 that repeat: a (rows 2, 4, 10, ...); "
        "c (rows 5, 6); d (rows 7, 8). Keep one row of each."
    )


def test_of_leads_that_differ_the_newest_stands_where_it_is_declared(
    engine: DuckDB, loaded: Callable[..., Loaded]
) -> None:
    """By a column of the data or of the model; the fault says which there is."""
    days = ["a,1,2026-01-01", "a,2,2026-03-01", "a,3,", "b,4,2026-02-01", "b,4,2026-02-01"]
    text = "\n".join(["lead_id,x,Last Modified", *days, ""])
    columns = {"leads": {"Last Modified": Column.model_validate({"zone": "UTC"})}}
    with pytest.raises(InputError) as caught:
        loaded(columns, leads=text)
    declared = "files: {leads: {keep: newest by Last Modified}}"
    assert str(caught.value).endswith(f"Keep one row of each, or declare {declared}.")
    files = {"leads": TextFile.model_validate({"keep": "newest by Last Modified"})}
    found = load(engine, {"leads": "leads.csv"}, columns, files=files)
    assert engine.rows("select lead_id, x from leads order by 1") == [("a", 2.0), ("b", 4.0)]
    said = "leads.csv: 3 rows repeat the lead_id of another; the newest by Last Modified stands."
    assert said in found.notes


def test_keys_without_a_value_do_not_repeat(loaded: Callable[..., Loaded]) -> None:
    """They are rejected, each by itself."""
    assert loaded(accounts="account_id,x\n,1\n,2\na,3\n").rejects.count == 2


def test_a_lead_has_one_previous_band_a_ladder(
    engine: DuckDB, loaded: Callable[..., Loaded]
) -> None:
    """Without a ladder it is the ladder ``band``."""
    loaded(previous="lead_id,ladder,band\na,,x\na,other,y\n")
    found = engine.rows("select lead_id, ladder, band from previous order by all")
    assert found == [("a", "band", "x"), ("a", "other", "y")]
    with pytest.raises(InputError, match=r"lead_id and ladder must be unique; .* a band \(rows 2"):
        loaded(previous="lead_id,ladder,band\na,,x\na,band,y\n")


EVENTS = [
    f"e,b,,x,{ONE},{NOON},first recorded",
    f"e,a,,x,{ONE},{ONE},recorded as late as it occurred",
    f"e,c,,x,{ONE},,recorded when it occurred",
    f"e,,acme,x,{ONE},{ONE},of an account",
    f"f,a,,x,{NOON},,only one",
]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_of_repeated_events_the_first_recorded_stands(
    engine: DuckDB, loaded: Callable[..., Loaded], order: tuple[int, ...]
) -> None:
    """Whatever the order in the file, and the others are counted."""
    rows = [EVENTS[place] for place in order] + EVENTS[3:]
    header = "event_id,lead_id,account_id,type,occurred_at,recorded_at,note\n"
    result = loaded(events=header + "\n".join(rows) + "\n")
    assert engine.rows("select event_id, lead_id, note from events order by 1") == [
        ("e", "b", "first recorded"),
        ("f", "a", "only one"),
    ]
    assert result.notes == [
        "events.csv: 3 rows repeat the event_id of another; each is counted once."
    ]


def test_ties_are_broken_by_the_lead_then_by_the_whole_row(
    engine: DuckDB, loaded: Callable[..., Loaded]
) -> None:
    """A null lead comes last."""
    for rows in itertools.permutations(["e,,q,x", "e,b,q,x", "e,a,z,x", "e,a,y,x"]):
        lines = [f"{row},{NOON}" for row in rows]
        loaded(events="event_id,lead_id,account_id,type,occurred_at\n" + "\n".join(lines) + "\n")
        assert engine.rows("select lead_id, account_id from events") == [("a", "y")]


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_many_repeated_events_count_once(engine: DuckDB, folder: Path, kind: str) -> None:
    """A file that was delivered twice changes nothing."""
    frame = pl.DataFrame(
        {"event_id": [f"e{number}" for number in range(20_000)], "lead_id": "a", "type": "x"}
    ).with_columns(occurred_at=pl.lit(NOON))
    for part in ("1", "2"):
        getattr(frame, f"write_{kind}")(folder / f"{part}.{kind}")
    result = load(engine, {"events": f"*.{kind}"}, {})
    assert engine.rows("select count(*), count(distinct event_id) from events") == [
        (20_000, 20_000)
    ]
    assert "20,000 rows repeat" in result.notes[-1]


def test_outcomes_repeat_only_by_their_id(engine: DuckDB, loaded: Callable[..., Loaded]) -> None:
    """Outcomes without an id are all of them counted, and their id is an empty text."""
    lines = [f"{key},a,won,{NOON}" for key in ("", "", "o1", "o1")]
    loaded(outcomes="outcome_id,lead_id,outcome,occurred_at\n" + "\n".join(lines) + "\n")
    assert engine.rows("select outcome_id from outcomes order by 1") == [("",), ("",), ("o1",)]


def test_outcomes_need_no_id_at_all(engine: DuckDB, loaded: Callable[..., Loaded]) -> None:
    """The column is there nevertheless."""
    loaded(outcomes=f"lead_id,outcome,occurred_at,amount\na,won,{NOON},5\na,won,{NOON},5\n")
    assert engine.rows("select outcome_id, amount from outcomes") == [("", 5.0), ("", 5.0)]


def test_a_spine_is_distinct(engine: DuckDB, loaded: Callable[..., Loaded]) -> None:
    """A moment is scored once; one without lead or time is rejected."""
    result = loaded(spine=f"lead_id,as_of\na,{NOON}\na,{NOON}\na,{ONE}\n,{NOON}\nb,\n")
    assert engine.rows("from spine order by all") == [
        ("a", datetime(2026, 11, 1, 12)),
        ("a", datetime(2026, 11, 1, 13)),
    ]
    assert result.rejects.count == 2


def test_facts_count_once(engine: DuckDB, loaded: Callable[..., Loaded]) -> None:
    """A row of a history, a merge or a mark that was delivered twice changes nothing."""
    history = "".join(f"lead,a,stage,{value},{NOON}\n" for value in ("x", "x", ""))
    loaded(
        field_history="entity,id,field,value,valid_from\n" + history,
        lead_merges="from_id,into_id,recorded_at\n" + f"a,b,{NOON}\n" * 2,
        event_marks="event_id,mark,recorded_at\n" + f"e,bot,{NOON}\n" * 2,
    )
    assert engine.rows("select value from field_history order by all") == [("x",), (None,)]
    assert engine.rows("select from_id from lead_merges") == [("a",)]
    assert engine.rows("select mark from event_marks") == [("bot",)]


def test_columns_without_any_value_survive_repeated_rows(
    engine: DuckDB, loaded: Callable[..., Loaded]
) -> None:
    """Their type stays open."""
    loaded(spine=f"lead_id,as_of,x\na,{NOON},\na,{NOON},\n")
    assert engine.rows("select lead_id, x, typeof(x) from spine") == [("a", None, '"NULL"')]


def test_ties_are_broken_by_texts_as_they_were_given(
    engine: DuckDB, loaded: Callable[..., Loaded]
) -> None:
    """In the order of the names of columns, byte by byte, null first: p decides before q."""
    header = "event_id,lead_id,type,occurred_at,q,p\n"
    cases = (
        (["9,a", "5,b"], (9.0, "a")),
        (["10,a", "9,a"], (10.0, "a")),
        (["1e1,a", "2,a"], (10.0, "a")),
        (["5,", "1,a"], (5.0, None)),
        (["1,é", "2,z", "3,Z"], (3.0, "Z")),
    )
    for rows, expected in cases:
        for order in itertools.permutations(rows):
            lines = [f"e,L,visit,{NOON},{row}" for row in order]
            loaded(events=header + "\n".join(lines) + "\n")
            assert engine.rows("select q, p from events") == [expected]


def test_equal_rows_are_one(engine: DuckDB, loaded: Callable[..., Loaded]) -> None:
    """With a note; rows that share a key and differ are a fault."""
    found = loaded(leads="lead_id,x\na,1\na,1\nb,\n")
    assert engine.rows("select lead_id, x from leads order by 1") == [("a", 1.0), ("b", None)]
    assert found.notes == ["leads.csv: 1 row equals another in all columns; each is counted once."]
    with pytest.raises(InputError, match=r"found 1 that repeats: a \(rows 2, 3\)"):
        loaded(leads="lead_id,x\na,1\na,1.0\n")


def test_a_row_without_a_key_is_told_what_stands_for_no_value(
    loaded: Callable[..., Loaded], engine: DuckDB
) -> None:
    """In the column of the time as in that of the lead; a text that is no time is another thing."""
    declared = {
        "occurred_at": Column.model_validate({"missing": ["--"]}),
        "lead_id": Column.model_validate({"missing": ["anon", 0]}),
    }
    rows = [f"1,a,p,{NOON}", "2,a,p,--", f"3,anon,p,{NOON}", f"4,0,p,{NOON}", "5,a,p,never"]
    events = "\n".join(["event_id,lead_id,type,occurred_at", *rows, ""])
    loaded({"events": declared}, leads="lead_id\na\n", events=events)
    assert engine.rows("select reason from rejects order by row") == [
        ("occurred_at is missing, as '--' stands for no value",),
        ("lead_id is missing, as 'anon' stands for no value",),
        ("lead_id is missing, as '0' stands for no value",),
        ("occurred_at is not a time",),
    ]


@pytest.mark.parametrize("order", [("7", "7", "9"), ("9", "7", "7")], ids="-".join)
def test_an_event_that_stands_for_many_counts_once_however_often_it_comes(
    engine: DuckDB, loaded: Callable[..., Loaded], order: tuple[str, ...]
) -> None:
    """Its number too: what is sent again adds nothing, and of two numbers the least stands."""
    rows = [f"1,a,sent,{NOON},{opens}" for opens in order]
    events = "\n".join(["event_id,lead_id,type,occurred_at,Opens", *rows, ""])
    declared = {"events": {"Opens": Column.model_validate({"event": "opened"})}}
    loaded(declared, leads="lead_id\na\n", events=events)
    found = engine.rows("select type, times from events order by type")
    assert found == [("opened", 7.0), ("sent", None)]
