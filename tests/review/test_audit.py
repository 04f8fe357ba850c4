"""Audits of invented leads with leaks put in, and of real deals without."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from leadline.engines.duckdb.engine import DuckDB
from leadline.history.judged import judged
from leadline.history.opened import open_past
from leadline.model.task import read_task
from leadline.review.audit.audit import Audit, audit
from leadline.review.audit.evidence import Suspicion

ROWS = 2_000
DEALS = Path(__file__).parents[2] / "examples" / "deals" / "deals.csv"
MODEL = {
    "leadline": 1,
    "model": "m",
    "scores": {"s": {"rules": {"a": {"when": "1 = 0", "points": 0}}}},
}
TASK = {"outcome": {"field": "won", "is": True}}


def leads(seed: int = 1, *, shuffled: bool = False) -> dict[str, Any]:
    """Return leads with strong honest fields, leaks, a calendar and identifiers."""
    random = np.random.default_rng(seed)
    truth = random.normal(size=ROWS)
    won = random.random(ROWS) < 1 / (1 + np.exp(-1.6 * truth + 0.8))
    guess = random.permutation(won) if shuffled else won
    amount = np.where(
        won, random.integers(1, 9_000, ROWS) + 0.37, random.integers(1, 9, ROWS) * 1e3
    )
    found: dict[str, Any] = {
        "lead_id": [f"l{place}" for place in range(ROWS)],
        "size": np.round(truth + random.normal(size=ROWS), 2),
        "industry": [("software", "bank", "farm")[place] for place in random.integers(0, 3, ROWS)],
        "stage_score": won * 3 + random.normal(size=ROWS) * 0.8,
        "reason": [random.choice(["price", "team"]) if each else None for each in won],
        "paid": np.where(won, random.integers(100, 9_000, ROWS), 0),
        "amount": random.permutation(amount) if shuffled else amount,
        "quarter_rate": np.repeat(random.normal(size=20), ROWS // 20),
        "nr": np.arange(ROWS) + 1_000,
        "code": [f"c{place * 7}" for place in range(ROWS)],
        "order": np.arange(ROWS),
    }
    return {**found, "won": guess.tolist()}


def audited(table: Mapping[str, Any], **task: Any) -> Audit:
    """Return the audit of leads."""
    with DuckDB() as engine:
        given = {**TASK, "order": "order", **task}
        document = read_task({key: value for key, value in given.items() if value is not None})
        inputs = {"leads": pa.table(dict(table))}
        return audit(judged(open_past(engine, MODEL, inputs, document), document))


@pytest.fixture(scope="module")
def found() -> Audit:
    """Return the audit of leads with all kinds of leaks."""
    return audited(leads())


def kinds(found: Audit, name: str) -> set[str]:
    """Return the tests that raised an alarm of the first class for a field."""
    alarms = [each for each in found.alarms() if each.name == name]
    return {part.kind for each in alarms for part in each.evidence if part.is_alarm}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("stage_score", "too good alone"),
        ("reason", "settles the outcome"),
        ("paid", "settles the outcome"),
        ("amount", "roundness"),
    ],
)
def test_each_kind_of_leak_is_found(found: Audit, name: str, kind: str) -> None:
    """What is too good, filled by outcome, 0 for losers or round for losers is an alarm."""
    assert kind in kinds(found, name)


def test_honest_fields_are_no_alarm(found: Audit) -> None:
    """A strong field that was known is left alone."""
    assert {each.name for each in found.alarms()} == {"stage_score", "reason", "paid", "amount"}
    strongest = {each.field.name: each.auc or 0 for each in found.fields}
    assert strongest["size"] > 0.7


def test_calendar_and_identifiers_are_told_apart(found: Audit) -> None:
    """What follows the order is a calendar, what names a row is an identifier."""
    assert "quarter_rate" in {each.name for each in found.alarms(Suspicion.CALENDAR)}
    assert {"nr", "code"} <= {each.name for each in found.alarms(Suspicion.IDENTIFIER)}
    assert "quarter_rate" not in {each.name for each in found.alarms(Suspicion.IDENTIFIER)}


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_outcomes_give_no_alarm(seed: int) -> None:
    """Where outcomes say nothing, no field is written after them."""
    assert audited(leads(seed, shuffled=True)).alarms() == ()


def test_a_declaration_rules() -> None:
    """A field declared known is no alarm; one declared late is, whatever the evidence."""
    found = audited(leads(), known={"paid": "created", "industry": "closed"})
    names = {each.name for each in found.alarms()}
    assert "industry" in names
    assert "paid" not in names
    assert [each.name for each in found.declared] == ["paid"]


def test_few_outcomes_are_not_judged() -> None:
    """With a handful of winners nothing is said of fields by their outcomes."""
    table = {name: list(values)[:30] for name, values in leads().items()}
    found = audited(table)
    assert not found.is_enough
    assert found.alarms() == ()


def test_honest_deals_have_no_alarm() -> None:
    """Real deals, described by experts before they closed, are left alone."""
    with DEALS.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream, delimiter=";"))
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in rows[0]}
    with DuckDB() as engine:
        document = read_task({"outcome": {"field": "Status", "is": "Won"}})
        inputs = {"leads": pa.table({**columns, "lead_id": columns["Deal"]})}
        found = audit(judged(open_past(engine, MODEL, inputs, document), document))
    assert found.alarms() == ()
    assert found.rows == 448


def log() -> dict[str, pa.Table]:
    """Return leads with events of which some close: ``signed`` wins, ``refused`` ends."""
    random = np.random.default_rng(3)
    start = np.datetime64("2026-01-01T00:00:00", "us")
    people, events = [], []
    for place in range(400):
        lead, at = f"l{place}", start + np.timedelta64(place * 3600, "s")
        people.append({"lead_id": lead, "created_at": at})
        times = np.sort(random.integers(3600, 20 * 86_400, 6))
        events += [
            (
                lead,
                str(random.choice(["visit", "mail", "call"])),
                at + np.timedelta64(int(each), "s"),
            )
            for each in times
        ]
        end = at + np.timedelta64(int(times[-1]) + 86_400, "s")
        won = place % 3 == 0
        events += [(lead, kind, end) for kind in (("signed", "activated") if won else ("refused",))]
        events.append((lead, "archived", end + np.timedelta64(60, "s")))
    columns = list(zip(*events, strict=True))
    return {
        "leads": pa.Table.from_pylist(people),
        "events": pa.table(
            {
                "event_id": [str(place) for place in range(len(events))],
                "lead_id": columns[0],
                "type": columns[1],
                "occurred_at": pa.array(list(columns[2]), pa.timestamp("us")),
            }
        ),
    }


@pytest.mark.parametrize("closed", [None, {"event": ["activated", "refused"]}])
def test_closing_events_are_found(closed: Any) -> None:
    """What ends leads or follows their end is an alarm, whether or not the task names it."""
    task: dict[str, Any] = {"outcome": {"event": "activated"}, "horizon": "20d"}
    with DuckDB() as engine:
        document = read_task({**task, **({"closed": closed} if closed else {})})
        found = audit(judged(open_past(engine, MODEL, log(), document), document))
    named = {each.name for each in found.alarms() if each.entity == "event"}
    assert named >= {"activated", "signed", "refused"}
    assert not named & {"visit", "mail", "call"}


def test_what_only_ended_leads_have_was_filled_in_at_the_end() -> None:
    """Winners and losers alike have it and open leads do not; a field half of all have is fine."""
    table = leads()
    ended = np.random.default_rng(2).random(ROWS) < 0.6
    stage = np.where(ended, np.where(table["won"], "won", "lost"), "open")
    table = {key: table[key] for key in ("lead_id", "size", "industry", "order")}
    table |= {
        "stage": stage.tolist(),
        "budget": [7.5 if each else None for each in ended],
        "phone": [str(at) if at % 2 else None for at in range(ROWS)],
        "at": np.datetime64("2026-01-01", "us") + np.arange(ROWS).astype("timedelta64[m]"),
    }
    task = {
        "outcome": {"field": "stage", "is": "won", "at": "at"},
        "closed": {"field": "stage", "is": "lost", "at": "at"},
        "horizon": "1s",
        "moments": "created",
    }
    table["created_at"] = table["at"] - np.timedelta64(1, "s")
    with DuckDB() as engine:
        document = read_task(task)
        found = audit(
            judged(open_past(engine, MODEL, {"leads": pa.table(table)}, document), document)
        )
    assert [each.title for each in found.alarms() if "at the end" in each.says] == ["budget"]


def test_a_column_without_any_value_is_no_fault() -> None:
    """It has no evidence."""
    table = {**leads(), "nothing": [None] * ROWS}
    assert "nothing" not in [each.name for each in audited(table).suspects]


def test_round_numbers_are_compared_with_others_of_their_size() -> None:
    """Amounts that are rounded for who did not win are a leak; large ones that win more are not."""
    random = np.random.default_rng(2)
    size = np.exp(random.normal(10.6, 0.8, ROWS))
    won = random.random(ROWS) < np.clip(size / 150_000, 0, 0.6)
    rounded = random.random(ROWS) < np.where(won, 0.15, 0.55)
    honest = random.random(ROWS) < 0.4
    table = {
        **{key: value for key, value in leads().items() if key in {"lead_id", "order"}},
        "estimate": np.where(rounded, np.ceil(size / 1e4) * 1e4, np.round(size)),
        "budget": np.where(honest, np.ceil(size / 1e4) * 1e4, np.round(size)),
        "Elapsed Days": random.integers(1, 90, ROWS),
        "won": won.tolist(),
    }
    found = audited(table)
    assert {each.name for each in found.alarms()} == {"estimate"}
    assert kinds(found, "estimate") == {"roundness"}
    assert [each.name for each in found.questions] == ["Elapsed Days"]


def test_what_few_winners_alone_have_was_filled_in_at_the_end() -> None:
    """63 of 63 won where one in ten wins; of as many filled by lot nothing is said."""
    random = np.random.default_rng(3)
    won = random.random(ROWS) < 0.1
    late = set(np.flatnonzero(won)[:63].tolist())
    by_lot = set(random.permutation(ROWS)[:63].tolist())
    table = {
        **{key: value for key, value in leads().items() if key in {"lead_id", "order"}},
        "contract": [f"c{place}" if place in late else None for place in range(ROWS)],
        "signed": ["yes" if place in late else None for place in range(ROWS)],
        "note": [f"c{place}" if place in by_lot else None for place in range(ROWS)],
        "asked": ["yes" if place in by_lot else None for place in range(ROWS)],
        "won": won.tolist(),
    }
    found = audited(table)
    assert {each.name for each in found.alarms()} == {"contract", "signed"}
    assert all("Of the 63 rows" in each.says for each in found.alarms())


def test_a_file_may_be_sorted_by_a_field() -> None:
    """Where nothing but the place in a file orders rows, what follows it is a question."""
    table = {**leads(), "lead_id": [str(place) for place in range(ROWS)]}
    found = audited({key: value for key, value in table.items() if key != "order"}, order=None)
    assert not found.alarms(Suspicion.CALENDAR)
    assert "quarter_rate" in {each.name for each in found.questions}
