"""The oracle agrees with the worked cases and notices every fault."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from oracle.expressions import AS_OF, Value, evaluate, parse
from oracle.generate import (
    FEATURES,
    SPINE_FEATURES,
    Case,
    Dice,
    case,
    features,
    spine_features,
)
from oracle.scoring import Result, Row, score

CASES = sorted((Path(__file__).parent.parent / "cases").iterdir())
KEYS = {"lead_id", "account_id", "event_id", "outcome_id", "ladder", "band"}
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


# --- Worked cases --------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_worked_case(folder: Path) -> None:
    """Points, scores, grades and bands are those worked out by hand."""
    worked = read_yaml(folder / "case.yaml")
    as_of = time(worked["as_of"])
    spine = [(lead, as_of) for lead in worked["expect"]]
    result = score(read_yaml(folder / "model.yaml"), read_tables(folder), spine)
    rows = {row["lead_id"]: row for row in result.scores}
    for lead, expected in worked["expect"].items():
        assert ledger_of(result, lead) == decimals(expected.pop("points"))
        wanted = {"override": None, **decimals(expected.pop("scores"))}
        wanted |= {**expected.pop("grades", {}), **expected}
        assert {name: rows[lead][name] for name in wanted} == wanted


def read_yaml(path: Path) -> Any:
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


def read_tables(folder: Path) -> dict[str, list[Row]]:
    return {path.stem: read_table(path) for path in sorted(folder.glob("*.csv"))}


def read_table(path: Path) -> list[Row]:
    """Return the rows of a file, each column in the narrowest type that all of it has."""
    with path.open(encoding="utf-8", newline="") as file:
        rows: list[Row] = list(csv.DictReader(file))
    for column in rows[0] if rows else ():
        for row, value in zip(rows, typed(column, [row[column] for row in rows]), strict=True):
            row[column] = value
    return rows


def typed(column: str, texts: list[str]) -> list[Any]:
    """Return the values of a column, empty ones as null."""
    casts = (str,) if column in KEYS else (boolean, float, time, str)
    for cast in casts:
        try:
            return [cast(text) if text else None for text in texts]
        except ValueError:
            continue
    raise AssertionError(f"no type for {column}")


def boolean(text: str) -> bool:
    return bool(["false", "true"].index(text))


def time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def decimals(numbers: dict[str, float]) -> dict[str, Decimal | None]:
    return {
        name: None if number is None else Decimal(str(number)) for name, number in numbers.items()
    }


def ledger_of(result: Result, lead: str) -> dict[str, Decimal]:
    return {
        f"{row['score']}.{row['rule']}": row["points"]
        for row in result.ledger
        if row["lead_id"] == lead and row["state"] != "missing"
    }


# --- Expressions ---------------------------------------------------------------------------------

NAMES: dict[tuple[str, ...], Value] = {
    AS_OF: NOW,
    ("lead", "size"): 7,
    ("lead", "Job Title"): "Żak",
    ("lead", "none"): None,
    ("lead", "born"): NOW - timedelta(days=2, microseconds=1),
    ("hits", "person", "demo"): 2.0,
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null and false", False),
        ("null and true", None),
        ("null or true", True),
        ("not null", None),
        ("not 1 = 2 and false", False),
        ("true or true and false", True),
        ("lead.none is null and lead.size is not null", True),
        ("lead.size in (1, 7, null)", True),
        ("lead.size in (1, null)", None),
        ("lead.size not in (1, null)", None),
        ("lead.none between 1 and 2", None),
        ("lead.size between 8 and lead.none", False),
        ("not lead.size between 7 and 7", False),
        ("1 + 2 * 3 - -4 / 2", 9.0),
        ("7 / 2", 3.5),
        ("1 / 0", None),
        ("2 - 1 - 1", 0.0),
        ("'10' = 10", False),
        ("'B' < 'a'", True),
        ("'ż' > 'z'", True),
        ("'it''s' like '__''_'", True),
        ("'A_b' like 'a%'", False),
        ("'A_b' ilike 'a%B'", True),
        ("'Ż' ilike 'ż'", False),
        ("'a.c' like 'abc'", False),
        ("'a' not like 'b'", True),
        ('lower(lead."Job Title")', "Żak"),
        ("upper('żak')", "żAK"),
        ("length('日本')", 2.0),
        ("least(1, lead.none)", None),
        ("greatest(1, lead.size, 3)", 7.0),
        ("coalesce(lead.none, null, 3)", 3.0),
        ("abs(1 - 3)", 2.0),
        ("case when null then 1 when true then 2 else 3 end", 2.0),
        ("case when false then 1 end", None),
        ("36h", 129_600.0),
        ("age(lead.born)", 172_800.000001),
        ("age(lead.none) > 1d", None),
        ("hits.person.demo >= 2", True),
    ],
)
def test_expression(text: str, value: Value) -> None:
    """An expression has its value in SQL, with text compared by bytes and ASCII case."""
    assert evaluate(parse(text), NAMES.__getitem__) == value


@pytest.mark.parametrize("text", ["", "1 +", "a b", "x not", "case 1 end", "in (1)", "'a", "f(1,)"])
def test_unreadable_expression(text: str) -> None:
    """What is not in the language is refused."""
    with pytest.raises(ValueError, match=r"expected|unexpected|cannot read"):
        parse(text)


# --- Rules worked out by hand --------------------------------------------------------------------


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def event(occurred_at: datetime, **columns: Value) -> Row:
    defaults = {"event_id": f"e{occurred_at:%d%H%M}", "lead_id": "a", "type": "seen"}
    return {**defaults, "occurred_at": occurred_at, **columns}


def scored(spec: Row, events: list[Row], **tables: list[Row]) -> Result:
    """Return the result for lead `a` of a model of one score."""
    document = {"scores": {"s": spec}, "time_zone": "Europe/Warsaw"}
    leads = [{"lead_id": "a", "account_id": "x"}]
    return score(document, {"leads": leads, "events": events, **tables}, [("a", NOW)])


def points(rule: Row, events: list[Row], **tables: list[Row]) -> float | None:
    """Return the points of one rule, null if it did not fire."""
    result = scored({"rules": {"r": rule}}, events, **tables)
    found = ledger_of(result, "a").get("s.r")
    return None if found is None else float(found)


@pytest.mark.parametrize(("number", "expected"), [(1.0000005, 1.000001), (-1.0000005, -1.000001)])
def test_points_round_half_away_from_zero(number: float, expected: float) -> None:
    """Half of the sixth place is rounded away from zero, on both sides."""
    assert points({"event": "seen", "points": number}, [event(NOW)]) == expected


def test_scores_round_half_away_from_zero() -> None:
    """Half of the second place is rounded away from zero."""
    spec = {"rules": {"r": {"event": "seen", "points": -0.125}}}
    assert scored(spec, [event(NOW)]).scores[0]["s"] == Decimal("-0.13")


def test_daily_counts_days_of_the_zone() -> None:
    """The day in Warsaw on which the clocks go back lasts from 22:00 to 23:00 of UTC."""
    times = ["24T21:59", "24T22:00", "25T22:59", "25T23:00"]
    events = [event(datetime.fromisoformat(f"2026-10-{text}+00:00")) for text in times]
    assert points({"event": "seen", "points": 1, "count": "daily"}, events) == 3


def test_highest_takes_the_latest_of_ties_and_null_last() -> None:
    """The unit is the latest of the highest, and its own age is its weight."""
    rule = {"event": "seen", "points": "n", "count": "once", "pick": "highest"}
    events = [event(ago(days=day), n=n) for day, n in [(0, None), (1, 8), (2, 8), (3, 1)]]
    assert points({**rule, "decay": {"half_life": "1d"}}, events) == 4


def test_at_least_counts_the_latest_alone() -> None:
    """The points are those of the latest unit at its weight; too few units do not fire."""
    rule = {"event": "seen", "points": 8, "decay": {"keep": 0.5, "every": "1d"}}
    events = [event(ago(hours=47)), event(ago(days=2)), event(ago(days=3))]
    assert points({**rule, "at_least": 3}, events) == 4
    assert points({**rule, "at_least": 3, "at_most": 2}, events) is None


def test_each_value_is_limited_before_the_rule() -> None:
    """Values of the column are clamped one by one, null as one value, then their sum."""
    rule = {"event": "seen", "points": "n", "by": "k", "limit_each": 5}
    rows = [(1, 4, "v"), (2, 4, "v"), (3, -9, None), (4, 3, None), (5, 1, "w")]
    events = [event(ago(days=day), n=n, k=k) for day, n, k in rows]
    assert points(rule, events) == 5 - 5 + 1
    assert points({**rule, "limit": 0.5}, events) == 0.5


def test_each_null_is_a_unit() -> None:
    """Every hit with a null in the column counts by itself."""
    events = [event(ago(days=day), k=k) for day, k in [(1, None), (2, None), (3, "v"), (4, "v")]]
    assert points({"event": "seen", "points": 1, "count": "per k"}, events) == 3


def test_reset_is_strict() -> None:
    """An event at the time of the outcome is before the new start; outcome rules go on."""
    outcomes = [{"lead_id": "a", "outcome": "rejected", "occurred_at": ago(days=1)}]
    rules = {"r": {"event": "seen", "points": 1}, "o": {"outcome": "rejected", "points": 7}}
    events = [event(ago(days=1)), event(ago(hours=1))]
    result = scored({"reset_on": ["rejected"], "rules": rules}, events, outcomes=outcomes)
    assert ledger_of(result, "a") == {"s.r": 1, "s.o": 7}


@pytest.mark.parametrize(
    ("merges", "expected"),
    [
        ([("b", "c", 1), ("c", "a", 2)], 2),
        ([("b", "a", -1)], 1),
        ([("b", "a", 3), ("b", "c", 2)], 1),
        ([("b", "a", 1), ("a", "b", 1)], 2),
        ([("a", "b", 1)], None),
    ],
    ids=["chain", "future", "latest", "cycle", "away"],
)
def test_merged_leads(merges: list[tuple[str, str, int]], expected: float | None) -> None:
    """Events count for the lead that theirs went into."""
    rows = [
        {"from_id": old, "into_id": new, "recorded_at": ago(days=days)} for old, new, days in merges
    ]
    events = [event(ago(days=1)), event(ago(days=2), lead_id="b")]
    assert points({"event": "seen", "points": 1}, events, lead_merges=rows) == expected


def test_marked_event_is_not_visible_until_cleared() -> None:
    """The latest mark decides."""
    marks: list[Row] = [
        {"event_id": "e1", "mark": "bot", "recorded_at": ago(days=2)},
        {"event_id": "e2", "mark": "bot", "recorded_at": ago(days=2)},
        {"event_id": "e2", "mark": None, "recorded_at": ago(days=1)},
    ]
    events = [event(NOW, event_id=f"e{number}", n=number) for number in (1, 2)]
    assert points({"event": "seen", "points": "n"}, events, event_marks=marks) == 2


def test_repeated_event_counts_as_first_recorded() -> None:
    """Of one id the row recorded first stands, a row without that time as it occurred."""
    events = [
        event(ago(days=1), event_id="e", n=1),
        event(ago(days=3), event_id="e", n=2, recorded_at=NOW),
    ]
    assert points({"event": "seen", "points": "n"}, events) == 1


def test_field_is_read_as_it_was() -> None:
    """A field with a past has its value of then, cast, and none before the first."""
    past = {"entity": "account", "id": "x", "field": "size"}
    accounts = [{"account_id": "x", "size": 9}]
    history = [
        {**past, "value": "5", "valid_from": ago(days=1)},
        {**past, "value": "many", "valid_from": NOW + timedelta(days=1)},
    ]
    rule = {"of": "account.size", "bins": {5: 1, 9: 2}, "missing": 3}
    assert points(rule, [], accounts=accounts, field_history=history) == 1
    assert points(rule, [], accounts=accounts, field_history=history[1:]) == 3
    history[0]["value"] = "many"
    assert points(rule, [], accounts=accounts, field_history=history) == 3


def test_undecided_rules_are_listed() -> None:
    """A rule that is null for want of a field has a row; one that is null otherwise has none."""
    rules = {
        "when": {"when": "lead.size > 1", "points": 1},
        "points": {"when": "true", "points": "lead.size + 1"},
        "of": {"of": "lead.size", "bins": {0: 1}},
        "event": {"event": "seen", "where": "n > lead.size", "points": 1},
        "other": {"when": "last.event > 1", "points": 1},
        "false": {"when": "lead.size > 1 and false", "points": 1},
        "fired": {"of": "lead.size", "bins": {0: 1}, "missing": -2},
    }
    result = scored({"rules": rules}, [event(NOW, n=1)])
    missing = [row["rule"] for row in result.ledger if row["state"] == "missing"]
    assert missing == ["when", "points", "of", "event"]
    assert result.scores[0]["missing"] == 1
    assert result.scores[0]["s"] == -2


def test_two_fields_make_log_odds() -> None:
    """A logistic score is 100 / (1 + e^-sum), its rules looking up one field after the other."""
    inner = {"values": {True: 2}, "other": -1}
    rules = {
        "base": {"points": -1},
        "r": {"of": ["lead.size", "lead.vip"], "bins": {0: 0.5, 10: inner}},
    }
    document = {"scores": {"s": {"link": "logistic", "rules": rules}}}
    rows = [("a", 5, True), ("b", 10, True), ("c", 99, False), ("d", 99, None)]
    leads = [{"lead_id": lead, "size": size, "vip": vip} for lead, size, vip in rows]
    result = score(document, {"leads": leads}, [(lead, NOW) for lead, _, _ in rows])
    assert [float(row["s"]) for row in result.scores] == [37.75, 73.11, 11.92, 26.89]
    assert {row["unit"] for row in result.ledger} == {"log_odds"}
    assert [row["lead_id"] for row in result.ledger if row["state"] == "missing"] == ["d"]


def test_rollup_gathers_leads_known_by_then() -> None:
    """A lead created later does not count; one without a date by now does."""
    document = {
        "scores": {
            "one": {"range": [2, 9], "rules": {}},
            "all": {"of": "account", "rollup": "one", "by": "sum"},
        }
    }
    created = {"a": ago(days=1), "b": NOW + timedelta(days=1), "c": None, "d": None, "e": None}
    leads = [
        {"lead_id": lead, "account_id": "x", "created_at": date} for lead, date in created.items()
    ]
    events = [event(NOW + timedelta(days=1), lead_id="d"), event(ago(days=1), lead_id="e")]
    result = score(document, {"leads": leads, "events": events}, [("a", NOW), ("lone", NOW)])
    assert [row["all"] for row in result.scores] == [8, 0]
    assert result.account_scores == [{"account_id": "x", "as_of": NOW, "all": 8}]


def test_switches_carry_over_moments() -> None:
    """A band is left below `leave` only, and a moment without a score changes nothing."""
    document = {
        "scores": {"s": {"for": "lead.live", "rules": {"r": {"of": "lead.n", "bins": BINS}}}},
        "bands": {"by": "s", "edges": {"low": 0, "high": 10}, "leave": {"high": 5}},
    }
    past = {"entity": "lead", "id": "a"}
    steps = [("5", "true"), ("10", "true"), ("10", "false"), ("5", "true"), ("4", "true")]
    history, spine = [], []
    for day, (number, live) in enumerate(steps):
        spine.append(("a", NOW + timedelta(days=day)))
        for name, text in [("n", number), ("live", live)]:
            history.append({**past, "field": name, "value": text, "valid_from": spine[-1][1]})
    leads = [{"lead_id": "a", "n": 1, "live": True}]
    result = score(document, {"leads": leads, "field_history": history}, spine)
    assert [row["band"] for row in result.scores] == ["low", "high", None, "high", "low"]


BINS = {number: number for number in range(11)}


def test_band_that_is_not_permitted_gives_way() -> None:
    """The next lower band that needs nothing, or has what it needs, is taken."""
    document = {
        "scores": {"s": {"rules": {"r": {"when": "true", "points": 9}}}},
        "bands": {
            "by": "s",
            "edges": {"zero": 0, "one": 1, "two": 2, "three": 3},
            "require": {"three": "s > 9", "two": "null", "one": "s = 9"},
        },
        "overrides": {"never": {"when": "null", "band": "x"}, "up": {"when": "s = 9", "band": "y"}},
    }
    row = score(document, {}, [("a", NOW)]).scores[0]
    assert (row["edge_band"], row["band"], row["override"]) == ("one", "y", "up")


# --- Random cases --------------------------------------------------------------------------------


@cache
def generated(seed: int) -> Case:
    return case(seed)


@cache
def sound(seed: int) -> Result:
    one = generated(seed)
    return score(one.document, one.tables, one.spine)


def test_seed_decides_the_case() -> None:
    """The same seed gives the same case."""
    assert [case(seed) for seed in range(20)] == [generated(seed) for seed in range(20)]


def test_cases_cover_the_language() -> None:
    """Every key, decay, count, pick and null is in at least 50 of 2,000 cases."""
    seen = Counter[str]()
    for seed in range(2000):
        one = case(seed)
        seen.update(features(one.document, one.tables) | spine_features(one))
    assert {name: seen[name] for name in (*FEATURES, *SPINE_FEATURES) if seen[name] < 50} == {}
    assert set(seen) == {*FEATURES, *SPINE_FEATURES}


@pytest.mark.parametrize("seed", range(30))
def test_order_of_rows_decides_nothing(seed: int) -> None:
    """Shuffled tables give the same rows."""
    one, dice = generated(seed), Dice(seed)
    tables = {name: dice.shuffled(rows) for name, rows in one.tables.items()}
    assert score(one.document, tables, one.spine) == sound(seed)


@pytest.mark.parametrize("seed", range(60))
def test_ledger_sums_to_the_scores(seed: int) -> None:
    """The rows of a score of points add up to it."""
    sums = Counter[tuple[Any, ...]]()
    for row in sound(seed).ledger:
        sums[row["lead_id"], row["as_of"], row["score"]] += row["points"]
    for row in sound(seed).scores:
        for name, spec in generated(seed).document["scores"].items():
            if "rules" in spec and "link" not in spec and row[name] is not None:
                total = sums[row["lead_id"], row["as_of"], name]
                assert abs(row[name] - total) <= Decimal("0.005")
