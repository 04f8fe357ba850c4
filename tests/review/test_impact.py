"""The impact of a change against plain Python over the scores of both models."""

from __future__ import annotations

import random
from collections import Counter
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from statistics import mean, median
from typing import Any

import pyarrow as pa
import pytest

import leadline
from comparison import arrow
from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import ModelError
from leadline.reports.impact import page
from leadline.reports.trial import page as trial_page
from leadline.review.diff.impact import Impact, impact
from leadline.review.trial.trial import of_run
from leadline.scoring import Run
from oracle.generate import case

AS_OF = datetime(2026, 11, 1, tzinfo=UTC)
MODEL: dict[str, Any] = {
    "leadline": 1,
    "model": "compared",
    "scores": {
        "company": {"rules": {"size": {"of": "lead.size", "bins": {0: 0, 100: 10, 1000: 20}}}},
        "person": {
            "decay": {"half_life": "10d"},
            "rules": {
                "visit": {"event": "visit", "points": 5, "limit": 20},
                "demo": {"event": "demo", "points": 30, "count": "once"},
            },
        },
        "profile": {"formula": "company + person"},
    },
    "bands": {
        "by": "profile",
        "edges": {"nurture": 0, "follow_up": 20, "sales": 40},
        "require": {"sales": "company >= 20"},
    },
    "overrides": {"rival": {"when": "lead.rival", "band": "excluded"}},
}


def changed_model(path: str, value: object) -> dict[str, Any]:
    """Return the model with one value set."""
    whole = deepcopy(MODEL)
    *above, last = path.split("/")
    part = whole
    for key in above:
        part = part[key]
    part[last] = value
    return whole


def tables(seed: int = 1, leads: int = 80) -> dict[str, pa.Table]:
    """Return random leads and events; one lead in ten is not known yet."""
    dice = random.Random(seed)
    rows = [
        {
            "lead_id": f"l{n:03}",
            "size": dice.choice([None, 20, 150, 3000]),
            "rival": dice.random() < 0.1,
            "created_at": AS_OF + timedelta(days=dice.choice([-90, -9] * 5 + [9])),
        }
        for n in range(leads)
    ]
    events = [
        {
            "event_id": f"e{n}",
            "lead_id": f"l{dice.randrange(leads):03}",
            "type": dice.choice(["visit", "visit", "visit", "demo"]),
            "occurred_at": AS_OF - timedelta(days=dice.uniform(0, 40)),
        }
        for n in range(leads * 4)
    ]
    return {"leads": arrow(rows), "events": arrow(events)}


def preview(
    before: dict[str, Any], after: dict[str, Any], given: dict[str, pa.Table], weeks: int = 0
) -> Impact:
    """Return the impact of one model replacing another."""
    with DuckDB(threads=1) as engine:
        run = Run.open(engine, before, given, as_of=AS_OF)
        return impact(run, after, given, as_of=AS_OF, weeks=weeks)


def scored(model: dict[str, Any], given: dict[str, pa.Table]) -> dict[str, dict[str, Any]]:
    """Return the scores of the leads that are known, by the public function."""
    leads = given["leads"].to_pylist()
    late = {row["lead_id"] for row in leads if (row.get("created_at") or AS_OF) > AS_OF}
    rows = leadline.score(model, as_of=AS_OF, allow=True, **given).scores.to_pylist()
    return {row["lead_id"]: row for row in rows if row["lead_id"] not in late}


CHANGES = [
    ("scores/person/rules/demo/points", 15, {"points"}),
    ("scores/company/rules/size/bins", {0: 0, 100: 15, 1000: 40}, {"points"}),
    ("bands/edges", {"nurture": 0, "follow_up": 15, "sales": 35}, {"edge"}),
    ("bands/require", {}, {"requirement"}),
    ("overrides", {}, {"override"}),
    ("scores/profile/formula", "company + person + 5", {"points"}),
]


@pytest.mark.parametrize(("path", "value", "causes"), CHANGES)
def test_counts_and_causes_are_those_of_both_scores(
    path: str, value: object, causes: set[str]
) -> None:
    """Each cell counts the leads of both bands, each change has its cause and both values."""
    given, after = tables(), changed_model(path, value)
    found = preview(MODEL, after, given)
    old, new = scored(MODEL, given), scored(after, given)
    [ladder] = found.ladders
    cells = Counter((old[lead]["band"], new[lead]["band"]) for lead in old)
    assert {(each.from_band, each.to_band): each.leads for each in ladder.cells} == cells
    assert found.leads == len(old) < 80
    rows = {row["lead_id"]: row for row in found.changed.to_pylist()}
    assert set(rows) == {lead for lead in old if old[lead]["band"] != new[lead]["band"]}
    assert rows, "this change must change bands"
    for lead, row in rows.items():
        assert (row["from_band"], row["to_band"]) == (old[lead]["band"], new[lead]["band"])
        assert (row["from_value"], row["to_value"]) == (old[lead]["profile"], new[lead]["profile"])
    assert {row["cause"] for row in rows.values()} == causes == set(ladder.causes)
    assert sum(ladder.causes.values()) == ladder.changed == len(rows)


def test_directions_follow_the_order_of_bands() -> None:
    """Leads that rise and leads that fall are told apart; to and from an override is neither."""
    given = tables()
    after = changed_model("scores/person/rules/demo/points", 15)
    for pair, direction in (((MODEL, after), "down"), ((after, MODEL), "up")):
        found = preview(*pair, given)
        assert {row["direction"] for row in found.changed.to_pylist()} == {direction}
        assert getattr(found.ladders[0], direction) == found.ladders[0].changed
    without = preview(MODEL, changed_model("overrides", {}), given)
    assert {row["direction"] for row in without.changed.to_pylist()} == {""}


def test_reasons_name_rules_edges_and_overrides() -> None:
    """Points are explained by the rules that moved, edges by their values, overrides by name."""
    given = tables()
    points = preview(MODEL, changed_model("scores/person/rules/demo/points", 15), given)
    for row in points.changed.to_pylist():
        change = row["to_value"] - row["from_value"]
        [label, amount] = row["reason"].split(" ")
        assert label == "person.demo"
        assert float(amount) == pytest.approx(change, abs=0.011)
    edges = {"nurture": 0, "follow_up": 15, "sales": 35}
    edge = preview(MODEL, changed_model("bands/edges", edges), given)
    assert {(row["to_band"], row["reason"]) for row in edge.changed.to_pylist()} == {
        ("follow_up", "band follow_up: edge 20 -> 15"),
        ("sales", "band sales: edge 40 -> 35"),
    }
    override = preview(MODEL, changed_model("overrides", {}), given)
    assert {row["reason"] for row in override.changed.to_pylist()} == {
        "override rival decided before"
    }
    formula = preview(MODEL, changed_model("scores/profile/formula", "company"), given)
    assert {row["reason"] for row in formula.changed.to_pylist()} == {"formula of profile"}


def test_what_is_only_renamed_changes_nobody() -> None:
    """A rule, a score and a band under another name are the same, and count as such."""
    text = deepcopy(MODEL)
    person = text["scores"]["person"]["rules"]
    person["trial"] = person.pop("visit")
    text["scores"]["firm"] = text["scores"].pop("company")
    text["scores"]["profile"]["formula"] = "firm + person"
    text["bands"]["require"] = {"sales": "firm >= 20"}
    text["bands"]["edges"] = {"cold": 0, "follow_up": 20, "sales": 40}
    found = preview(MODEL, text, tables())
    assert found.ladders[0].changed == 0
    assert [(each.score, each.leads) for each in found.shifts] == [
        ("person", 0),
        ("profile", 0),
        ("firm", 0),
    ]


def test_shifts_are_those_of_the_values() -> None:
    """Mean, median and extremes of each score are what plain Python gives."""
    given = tables()
    after = changed_model("scores/person/rules/demo/points", 15)
    old, new = scored(MODEL, given), scored(after, given)
    [shift] = [each for each in preview(MODEL, after, given).shifts if each.score == "person"]
    values = [(old[lead]["person"], new[lead]["person"]) for lead in old]
    assert shift.before.mean == pytest.approx(mean(one for one, _ in values))
    assert shift.after.median == pytest.approx(median(other for _, other in values))
    assert shift.leads == sum(one != other for one, other in values)
    assert shift.least == pytest.approx(min(other - one for one, other in values))
    assert shift.most == 0


def test_entries_a_week_are_given_for_both_models() -> None:
    """With a lower edge more leads enter sales a week, counted over the same replayed days."""
    edges = {"nurture": 0, "follow_up": 15, "sales": 25}
    found = preview(MODEL, changed_model("bands/edges", edges), tables(), weeks=2)
    load = {each.band: each for each in found.ladders[0].load}
    sales = load["sales"]
    assert sales.before is not None
    assert sales.after is not None
    assert sales.after.mean > sales.before.mean > 0
    assert (found.weeks, found.replayed) == (2, 80)


def test_models_that_read_columns_in_other_ways_are_compared() -> None:
    """A column that comes from elsewhere is read anew for the second model."""
    given = tables()
    leads = given["leads"].append_column("Staff", pa.array([3000.0] * 80))
    after = {**MODEL, "columns": {"leads": {"size": {"from": "Staff"}}}}
    more = {**given, "leads": leads.rename_columns(["lead_id", "old", *leads.column_names[2:]])}
    before = {**MODEL, "columns": {"leads": {"size": {"from": "old"}}}}
    found = preview(before, after, more, weeks=1)
    [shift] = [each for each in found.shifts if each.score == "company"]
    assert shift.after.mean == 20
    assert shift.before.mean is not None
    assert shift.before.mean < 20
    [ladder] = found.ladders
    assert ladder.up == ladder.changed > 0
    assert "company.size +" in str(ladder.listed[0]["reason"])
    assert ladder.listed[0]["who"] is None


def test_leads_that_change_band_are_called_by_what_the_second_model_shows() -> None:
    """What it shows of each stands beside the id."""
    after = {**changed_model("bands/edges/follow_up", 10), "show": ["lead.size"]}
    [ladder] = preview(MODEL, after, tables(), weeks=0).ladders
    sizes = {row["lead_id"]: row["size"] for row in tables()["leads"].to_pylist()}
    assert ladder.listed
    for each in ladder.listed:
        size = sizes[each["lead_id"]]
        assert each["who"] == (None if size is None else f"{size:.0f}")


def test_ladders_of_one_model_alone_are_said() -> None:
    """A ladder that only one model has is not compared, and a note says so."""
    ladders = {"other": {"by": "person", "edges": {"low": 0, "high": 10}}}
    found = preview(MODEL, {**MODEL, "bands": ladders}, tables())
    assert found.ladders == ()
    assert found.notes == (
        "ladder band is only in the first model, and is not compared",
        "ladder other is only in the second model, and is not compared",
    )


def test_a_second_model_with_faults_is_refused() -> None:
    """A model that reads what the tables do not have as it says is refused."""
    wrong = changed_model("scores/company/rules/size/of", "leed.size")
    with pytest.raises(ModelError):
        preview(MODEL, wrong, tables())


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 5, 7, 11])
def test_random_models_are_compared_as_plain_python_does(seed: int) -> None:
    """Over random models and data every cell is right, and every change has a reason."""
    one = case(seed)
    given = {name: arrow(rows) for name, rows in one.tables.items() if rows}
    if not one.document.get("bands") or "leads" not in given:
        return
    after = _moved(random.Random(seed), one.document)
    at = max(moment for _, moment in one.spine)
    with DuckDB(threads=1) as engine:
        run = Run.open(engine, one.document, given, as_of=at)
        found = impact(run, after, given, as_of=at, weeks=0)
    created = {row["lead_id"]: row.get("created_at") for row in one.tables["leads"]}
    old, new = (
        {
            row["lead_id"]: row
            for row in leadline.score(model, as_of=at, allow=True, **given).scores.to_pylist()
            if (created[row["lead_id"]] or at) <= at
        }
        for model in (one.document, after)
    )
    for ladder in found.ladders:
        column = "band" if ladder.ladder == "band" else f"band_{ladder.ladder}"
        cells = Counter((old[lead][column], new[lead][column]) for lead in old)
        assert {(each.from_band, each.to_band): each.leads for each in ladder.cells} == cells
    for row in found.changed.to_pylist():
        assert row["reason"]


def _moved(dice: random.Random, document: dict[str, Any]) -> dict[str, Any]:
    """Return the document with other points of most rules and without its overrides."""
    after = deepcopy(document)
    for score in after["scores"].values():
        for rule in (score.get("rules") or {}).values():
            if isinstance(rule.get("points"), int | float) and dice.random() < 0.7:
                rule["points"] = rule["points"] * 3 + 1
    after.pop("overrides", None)
    return after


FIRMS: dict[str, Any] = {
    "leadline": 1,
    "model": "firms",
    "scores": {
        "person": {"rules": {"visit": {"event": "visit", "points": 5}}},
        "intent": {"of": "account", "rules": {"surge": {"event": "surge", "points": 4}}},
        "team": {"of": "account", "rollup": "person", "by": "sum"},
        "firm": {"of": "account", "formula": "team + intent"},
    },
    "bands": {
        "lead_band": {"by": "person", "edges": {"cold": 0, "hot": 5}},
        "firm_band": {"of": "account", "by": "firm", "edges": {"cold": 0, "warm": 4, "hot": 10}},
    },
}
FIRM_TABLES = {
    "leads": arrow(
        [{"lead_id": lead, "account_id": firm} for lead, firm in zip("1234", "AAB-", strict=True)]
    ),
    "accounts": arrow([{"account_id": each} for each in "ABD-"]),
    "events": arrow(
        [
            {"event_id": f"{lead}{firm}", "lead_id": lead, "account_id": firm, "type": kind}
            | {"occurred_at": AS_OF - timedelta(days=9)}
            for lead, firm, kind in (
                ("1", None, "visit"),
                ("2", None, "visit"),
                ("3", None, "visit"),
                (None, "D", "surge"),
            )
        ]
    ),
}


def test_accounts_that_change_band_are_told_as_leads_are() -> None:
    """With their reasons, those without leads too; entries a week are those of leads."""
    other = deepcopy(FIRMS)
    other["scores"]["person"]["rules"]["visit"]["points"] = 4
    other["scores"]["intent"]["rules"]["surge"]["points"] = 12
    other["bands"]["firm_band"]["edges"]["warm"] = 5
    with DuckDB() as engine, Run.open(engine, FIRMS, FIRM_TABLES, as_of=AS_OF) as run:
        found = impact(run, other, FIRM_TABLES, as_of=AS_OF, weeks=1)
    leads, firms = found.ladders
    assert (leads.unit, leads.of, leads.down) == ("lead", 4, 3)
    assert (firms.unit, firms.of, firms.up, firms.down, firms.load) == ("account", 4, 1, 2, ())
    listed = [(each["account_id"], each["to_band"], each["reason"]) for each in firms.listed]
    assert listed == [
        ("D", "hot", "intent.surge +8"),
        ("A", "warm", "team -2"),
        ("B", "cold", "band warm of firm_band: edge 4 -> 5"),
    ]
    rows = found.changed.to_pylist()
    assert [each["account_id"] for each in rows if each["ladder"] == "firm_band"] == ["A", "B", "D"]
    assert {each["lead_id"] for each in rows if each["ladder"] == "lead_band"} == {"1", "2", "3"}
    assert "Of 4 accounts, 3 change band in firm_band: 1 up, 2 down." in str(
        page("a", "b", found.difference, found)
    )


def test_a_trial_counts_accounts_in_the_bands_of_their_ladders() -> None:
    """And lists those that change from moment to moment."""
    moments = [AS_OF - timedelta(days=20), AS_OF]
    with DuckDB() as engine, Run.open(engine, FIRMS, FIRM_TABLES, as_of=AS_OF) as run:
        now, past = of_run(run), of_run(run.over_moments(moments))
    bands = {each.band: each.leads for each in now.bands if each.unit == "account"}
    assert bands == {"cold": 1, "warm": 2, "hot": 1}
    assert [each.says for each in now.never.values()] == [
        "It fires for 1 account without leads alone."
    ]
    moves = [(each.account_id, each.from_band, each.to_band) for each in past.account_moves]
    assert moves == [("A", "cold", "hot"), ("B", "cold", "warm")]
    assert "The latest accounts that change band" in str(trial_page(past))
