"""Judged rows against plain Python over the same past."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import InputError, ModelError
from leadline.history.judged import Judged, judged
from leadline.history.opened import open_past
from leadline.history.split import split
from leadline.model.task import read_task
from past import MODEL, START, TASK, Rows, rows, tables

HORIZON = timedelta(days=30)
LATE = START + timedelta(days=300)


def judge(
    engine: DuckDB,
    found: Mapping[str, Rows],
    end: datetime | None = None,
    *,
    unripe: bool = False,
    **task: Any,
) -> Judged:
    """Return judged rows of a past by the usual task with some keys changed."""
    document = read_task({**TASK, **task})
    run = open_past(engine, MODEL, tables(dict(found)), document)
    return judged(run, document, end, unripe=unripe)


def listed(of: Judged) -> dict[tuple[str, datetime], dict[str, Any]]:
    """Return the rows by lead and moment."""
    table = of.run.engine.arrow(f"select * from {of.table}").to_pylist()
    return {(row["lead_id"], row["as_of"].replace(tzinfo=UTC)): row for row in table}


def known_at(row: Mapping[str, Any]) -> datetime:
    """Return when an event or outcome was known."""
    found: datetime = max(row["occurred_at"], row.get("recorded_at") or row["occurred_at"])
    return found


def expected(found: Mapping[str, Rows], moments: Mapping[str, datetime]) -> dict[Any, bool]:
    """Return lead and moment to outcome, as plain Python has it."""
    closing = [row for row in found["outcomes"] if row["outcome"] not in {"accepted", "rejected"}]
    end = max(map(known_at, closing))
    result = {}
    for lead, as_of in moments.items():
        own = [row for row in closing if row["lead_id"] == lead]
        if any(known_at(row) <= as_of for row in own) or as_of + HORIZON > end:
            continue
        result[lead, as_of] = any(
            row["outcome"] == "won" and known_at(row) <= as_of + HORIZON for row in own
        )
    return result


def test_rows_and_outcomes_are_those_of_plain_python() -> None:
    """A lead counts while it is open and its horizon ends within the data."""
    found = rows()
    moments = {row["lead_id"]: row["created_at"] + timedelta(days=5) for row in found["leads"]}
    with DuckDB() as engine:
        of = judge(engine, found)
        assert {key: row["outcome"] for key, row in listed(of).items()} == expected(found, moments)
        assert sum(row["outcome"] for row in listed(of).values()) == of.positives > 10
        assert of.rows + sum(each.rows for each in of.left_out) == len(found["leads"])


def test_first_event_is_the_moment_when_it_was_known() -> None:
    """A late event makes a late moment."""
    found = rows(2)
    moments: dict[str, datetime] = {}
    for row in found["events"]:
        if row["type"] == "visit":
            at = known_at(row)
            moments[row["lead_id"]] = min(at, moments.get(row["lead_id"], at))
    with DuckDB() as engine:
        of = judge(engine, found, moments={"first": "visit"})
        assert {key: row["outcome"] for key, row in listed(of).items()} == expected(found, moments)


def test_every_week_is_each_lead_from_when_it_was_known() -> None:
    """Repeated moments lie on a grid of Mondays that later data does not move."""
    found = rows(3, leads=40)
    with DuckDB() as engine:
        of = judge(engine, found, moments={"every": "7d"})
        result = listed(of)
    created = {row["lead_id"]: row["created_at"] for row in found["leads"]}
    assert {at.weekday() for _, at in result} == {0}
    assert all(created[lead] <= at for lead, at in result)
    wanted: dict[Any, bool] = {}
    for week in sorted({at for _, at in result}):
        known = {lead: week for lead, at in created.items() if at <= week}
        wanted |= expected(found, known)
    assert {key: row["outcome"] for key, row in result.items()} == wanted


def test_entering_a_band_is_the_midnight_after_what_led_there() -> None:
    """A lead enters on the first day on which its score is in the band, and not again inside."""
    found = rows(8, leads=60)
    with DuckDB() as engine:
        result = listed(judge(engine, found, moments={"enter": "sales"}))
    demos = {row["lead_id"]: known_at(row) for row in found["events"] if row["type"] == "demo"}
    entered = dict(result.keys())
    assert len(entered) == len(result) > 5
    for lead, as_of in entered.items():
        assert as_of.time() == datetime.min.time()
        assert as_of - timedelta(days=1) < demos[lead] <= as_of
    with DuckDB() as engine, pytest.raises(InputError, match="must name a band; found sale"):
        judge(engine, found, moments={"enter": "sale"})


@settings(max_examples=examples(8))
@given(st.integers(0, 1000))
def test_adding_anything_after_a_moment_changes_nothing_of_it(seed: int) -> None:
    """Score and ledger of a row do not know what was recorded after its moment."""
    found = rows(seed, leads=30)
    later = max(row["created_at"] for row in found["leads"]) - timedelta(days=40)
    more = {name: list(each) for name, each in found.items()}
    for number, row in enumerate(found["leads"][:20]):
        at = max(later, row["created_at"]) + timedelta(days=1, seconds=number)
        base = {"lead_id": row["lead_id"], "occurred_at": at, "recorded_at": at}
        more["events"].append({**base, "event_id": f"new{number}", "type": "demo"})
        past = {**base, "occurred_at": at - timedelta(days=30)}
        more["events"].append({**past, "event_id": f"late{number}", "type": "visit"})
        more["outcomes"].append(
            {"lead_id": row["lead_id"], "occurred_at": at, "outcome": "won", "amount": 1.0}
        )
        new = {**row, "lead_id": f"new{number}", "created_at": at}
        more["leads"].append(new)
    before, after = scored(found), scored(more)
    early = {key: row for key, row in before.items() if key[1] <= later}
    assert early, "some moments must be early"
    assert {key: after[key] for key in early} == early


def scored(found: Mapping[str, Rows]) -> dict[tuple[str, datetime], Any]:
    """Return the scores of judged rows, and the groups they are in."""
    with DuckDB() as engine:
        of = judge(engine, found, datetime(2027, 1, 1, tzinfo=UTC), moments={"every": "7d"})
        scores = of.run.arrow("scores").to_pylist()
        groups = {key: row["group_key"] for key, row in listed(of).items()}
    return {
        (row["lead_id"], row["as_of"]): (
            row["total"],
            row["band"],
            groups[row["lead_id"], row["as_of"]],
        )
        for row in scores
    }


WITHIN = timedelta(days=14)
TRIED: dict[str, Any] = {"worked": {"event": "call"}}


def tried(found: Mapping[str, Rows], lead: str, as_of: datetime) -> bool:
    """Return whether a call came within two weeks and was known by then."""
    calls = [row for row in found["events"] if row["type"] == "call" and row["lead_id"] == lead]
    return any(
        as_of <= row["occurred_at"] < as_of + WITHIN and known_at(row) < as_of + WITHIN
        for row in calls
    )


def test_who_was_tried_is_shown_and_changes_no_row() -> None:
    """Rows are those of a task that does not ask; each says whether sales tried in time."""
    found = rows(4)
    with DuckDB() as engine:
        result, without = listed(judge(engine, found, **TRIED)), listed(judge(engine, found))
    assert {key: row["outcome"] for key, row in result.items()} == {
        key: row["outcome"] for key, row in without.items()
    }
    assert {key: row["worked"] for key, row in result.items()} == {
        key: tried(found, *key) for key in result
    }
    assert all(row["counts"] for row in result.values())


def test_worked_rows_are_judged_from_when_the_time_for_trying_is_over() -> None:
    """Who was decided before is left out whatever the end, and so is who was not tried."""
    found = rows(4, leads=400)
    closing = [row for row in found["outcomes"] if row["outcome"] not in {"accepted", "rejected"}]
    last = max(map(known_at, closing))
    expected = {}
    for row in found["leads"]:
        key = lead, as_of = row["lead_id"], row["created_at"] + timedelta(days=5)
        start = as_of + WITHIN
        ended = {each["outcome"]: known_at(each) for each in closing if each["lead_id"] == lead}
        if start + HORIZON <= last and all(at >= start for at in ended.values()):
            expected[key] = (tried(found, *key), ended.get("won", LATE) <= start + HORIZON)
    with DuckDB() as engine:
        of = judge(engine, found, rows="worked", **TRIED)
        result = {key: (row["counts"], row["outcome"]) for key, row in listed(of).items()}
        reasons = {each.reason: each.rows for each in of.left_out}
        parts = split(of)
        [(latest, earliest)] = of.run.engine.rows(
            "select max(as_of) filter (where part = -1), min(as_of) filter (where part = 0) "
            f"from {parts.table}"
        )
    assert result == expected
    assert reasons["untried"] == sum(not counts for counts, _ in expected.values()) > 0
    assert reasons["decided"] > 0
    assert latest + WITHIN + HORIZON < earliest


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [("all", [(False, 160, 20), (True, 40, 10)]), ("worked", [(True, 40, 10)])],
)
def test_a_row_never_counts_by_how_it_ended(chosen: str, expected: list[Any]) -> None:
    """Untried losers are never set aside without the untried winners."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    leads = [{"lead_id": f"l{n}", "created_at": start, "size": 1} for n in range(200)]
    calls = [_happened("event_id", n, "type", "call", 4) for n in range(40)]
    won = [n for n in range(200) if (n % 4 == 0 if n < 40 else n % 8 == 0)]
    ends = [_happened("outcome_id", n, "outcome", "won", 19) for n in won]
    ends.append(_happened("outcome_id", 199, "outcome", "note", 243))
    past = {"leads": leads, "events": calls, "outcomes": ends}
    with DuckDB() as engine:
        of = judge(engine, past, moments="created", rows=chosen, **TRIED)
        counted = of.run.engine.rows(
            "select worked, count(*), count(*) filter (where outcome) "
            f"from {of.table} where counts group by worked order by worked"
        )
    assert counted == expected
    assert (of.rows, of.positives) == (sum(e[1] for e in expected), sum(e[2] for e in expected))


def _happened(key: str, number: int, kind: str, what: str, day: int) -> dict[str, Any]:
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)
    return {key: f"{number}", "lead_id": f"l{number}", kind: what, "occurred_at": at}


def test_an_accounts_outcome_is_that_of_each_of_its_leads() -> None:
    """An account that wins within the horizon makes both its leads win."""
    found = rows(5)
    with DuckDB() as engine:
        alone, shared = judge(engine, found), judge(engine, found, outcome_from="account")
        single, both = listed(alone), listed(shared)
    assert shared.grouped_by == "account"
    assert any(
        row["outcome"] and not single[key]["outcome"] for key, row in both.items() if key in single
    )
    assert all(
        both[key]["outcome"] for key, row in single.items() if row["outcome"] and key in both
    )


def test_eligible_is_asked_by_the_statement_itself() -> None:
    """Leads for which the condition is not true, or null, are left out."""
    found = rows(6)
    with DuckDB() as engine:
        of = judge(engine, found, eligible="lead.size > 100")
        sizes = {row["lead_id"]: row["size"] for row in found["leads"]}
        assert {sizes[lead] for lead, _ in listed(of)} == {500}
        assert {each.reason for each in of.left_out} >= {"not_eligible", "closed"}


def test_shorter_horizons_would_give_more_rows() -> None:
    """What a shorter horizon gives is what judging by it gives."""
    found = rows(7)
    found["leads"].append({**found["leads"][0], "lead_id": "new", "created_at": LATE})
    with DuckDB() as engine:
        of = judge(engine, found, LATE + timedelta(days=20))
        shorter = {each.horizon: each.rows for each in of.shorter}
        assert list(shorter) == ["7d", "14d"]
        found_by = judge(engine, found, LATE + timedelta(days=20), horizon="14d")
        assert found_by.rows == shorter["14d"] == of.rows + 1


def test_rows_whose_horizon_has_not_ended_are_kept_as_they_are_known() -> None:
    """Of three leads that came ten days ago one has won, one is lost, and one is open still."""
    found = rows(7)
    for lead, outcome in (("winner", "won"), ("loser", "lost"), ("waiting", "accepted")):
        found["leads"].append({**found["leads"][0], "lead_id": lead, "created_at": LATE})
        end = {"lead_id": lead, "outcome": outcome, "occurred_at": LATE + timedelta(days=9)}
        found["outcomes"].append({**found["outcomes"][0], "recorded_at": None, **end})
    with DuckDB() as engine:
        ripe = listed(judge(engine, found, LATE + timedelta(days=10)))
        both = listed(judge(engine, found, LATE + timedelta(days=10), unripe=True))
    assert {each: both[each] for each in ripe} == ripe
    new = {lead: row for (lead, _), row in both.items() if row["as_of"].replace(tzinfo=UTC) >= LATE}
    assert {lead: row["outcome"] for lead, row in new.items()} == {
        "winner": True,
        "loser": False,
        "waiting": False,
    }
    ended = (LATE + timedelta(days=9)).replace(tzinfo=None)
    assert [new[each]["ended_at"] for each in ("winner", "loser", "waiting")] == [
        ended,
        ended,
        None,
    ]


def test_where_no_horizon_has_ended_the_longest_is_offered() -> None:
    """What can be asked by now stands in the refusal."""
    found = rows(7)
    first = min(each["created_at"] for each in found["leads"])
    with DuckDB() as engine, pytest.raises(InputError, match="horizon: 15d"):
        judge(engine, found, first + timedelta(days=20, hours=5))


def test_a_field_needs_no_times_and_no_ids(tmp_path: Any) -> None:
    """A plain table is judged once, its row numbers are ids, and identical rows are one group."""
    path = tmp_path / "deals.csv"
    path.write_text("size,status\n500,Won\n500,Lost\n10,Lost\n10,\n", encoding="utf-8")
    model = {**MODEL, "scores": {"total": MODEL["scores"]["company"]}}
    document = read_task({"outcome": {"field": "status", "is": "Won"}})
    with DuckDB() as engine:
        of = judged(open_past(engine, model, {"leads": str(path)}, document), document)
        result = {lead: row for (lead, _), row in listed(of).items()}
    assert {lead: row["outcome"] for lead, row in result.items()} == {
        "1": True,
        "2": False,
        "3": False,
    }
    assert [row["outcome_at"] for row in result.values()] == [None] * 3
    assert result["1"]["group_key"] == result["2"]["group_key"] != result["3"]["group_key"]
    assert [(each.reason, each.rows) for each in of.left_out] == [("no_outcome", 1)]


@pytest.mark.parametrize(
    ("task", "told"),
    [
        (
            {"outcome": {"outcome": "one"}},
            "must name what outcomes have; found one. Did you mean won?",
        ),
        ({"outcome": {"event": "demmo"}}, "outcome.event must name what events have; found demmo."),
        ({"order": "lead.numbr"}, "order must name a field of leads; found lead.numbr."),
        ({"order": "account_id"}, "order must be a number or a time; found account_id (text)."),
        ({"horizon": "3650d"}, "must leave rows to judge"),
    ],
)
def test_what_the_data_lacks_is_told(task: dict[str, Any], told: str) -> None:
    """A task that does not fit the data says where, and what is near."""
    with DuckDB() as engine, pytest.raises(InputError) as error:
        judge(engine, rows(), **task)
    assert told in str(error.value)


def test_a_model_may_not_read_what_the_task_leaves_out() -> None:
    """The fields of leave_out, and the outcome itself, are refused."""
    with DuckDB() as engine, pytest.raises(ModelError) as error:
        judge(engine, rows(), leave_out=["size"])
    assert "lead.size must not be read, as the task leaves it out" in str(error.value)


def test_rows_in_memory_need_no_ids_either() -> None:
    """A table of another library is numbered as a file is."""
    table = pa.table({"size": [1, 5, 9, 3], "won": ["yes", "no", "yes", "no"]})
    rules = {"big": {"when": "lead.size > 4", "points": 1}}
    model = {"leadline": 1, "model": "m", "scores": {"s": {"rules": rules}}}
    with DuckDB() as engine:
        document = read_task({"outcome": {"field": "won", "is": "yes"}})
        found = judged(open_past(engine, model, {"leads": table}, document), document)
        query = f"select lead_id, outcome from {found.table} order by lead_id"
        assert found.run.engine.rows(query) == [
            ("1", True),
            ("2", False),
            ("3", True),
            ("4", False),
        ]


SEEN = START + timedelta(days=60)


def made_until(at: datetime) -> dict[str, Any]:
    """Return the usual model, made from outcomes until a moment."""
    return {**MODEL, "provenance": {"outcomes_until": at.isoformat()}}


def test_only_moments_later_than_what_a_model_was_made_from_are_judged() -> None:
    """All of these, as none was learned from; the others are counted."""
    found = rows(9)
    document = read_task(TASK)
    with DuckDB() as engine:
        before = listed(judge(engine, found))
        of = judged(open_past(engine, made_until(SEEN), tables(found), document), document)
        result, parts = listed(of), split(of)
        assert set(result) == {key for key in before if key[1] > SEEN}
        assert {each.reason: each.rows for each in of.left_out}["seen"] > 0
        assert (parts.kind, parts.judged) == ("all", of.rows)
        assert "later than 2026-03-06" in parts.says


def test_a_model_is_not_judged_by_the_rows_that_it_was_made_from() -> None:
    """Nor beside another model, and copying a number into it is no way out."""
    found, document = rows(9), read_task(TASK)
    with DuckDB() as engine:
        run = open_past(engine, made_until(LATE), tables(found), document)
        with pytest.raises(InputError, match="was made from these rows"):
            judged(run, document)
        other = open_past(engine, MODEL, tables(found), document)
        with pytest.raises(InputError, match="was made from these rows"):
            judged(other, document, beside=[run.model])


def test_a_table_without_times_does_not_ask_when_a_model_was_made() -> None:
    """Its rows have no moment of their own."""
    leads = pa.table({"size": [1, 5, 9, 3], "won": ["yes", "no", "yes", "no"]})
    document = read_task({"outcome": {"field": "won", "is": "yes"}})
    model = {**made_until(LATE), "scores": {"total": MODEL["scores"]["company"]}}
    with DuckDB() as engine:
        assert judged(open_past(engine, model, {"leads": leads}, document), document).rows == 4


def test_when_a_row_was_recorded_makes_no_other_row_of_it() -> None:
    """Rows of a plain table that are identical but for that are one group."""
    when = [datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2, 3, 4)]
    columns = {"size": [1, 1, 9, 3], "won": ["yes", "no", "yes", "no"], "recorded_at": when}
    document = read_task({"outcome": {"field": "won", "is": "yes"}})
    model = {**MODEL, "scores": {"total": MODEL["scores"]["company"]}}
    with DuckDB() as engine:
        of = judged(open_past(engine, model, {"leads": pa.table(columns)}, document), document)
        groups = [row["group_key"] for row in listed(of).values()]
    assert len(set(groups)) == 3
