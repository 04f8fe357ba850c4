"""What is learned, written as a document and scored like any other, equals what was learned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from leadline.engines.duckdb.engine import DuckDB
from leadline.history.judged import judged
from leadline.history.opened import open_past
from leadline.learn.document import model_of, text_of
from leadline.learn.features import Features, features
from leadline.learn.learning import Learning, learn
from leadline.learn.scorecard import Card
from leadline.learn.setting import SIMPLEST_FIRST, Setting
from leadline.learn.sheet import Sheet
from leadline.model.reading.reader import read
from leadline.model.task import read_task
from leadline.scoring import score

AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
TASK = {"outcome": {"field": "won", "is": True}, "order": "number"}


def made(rows: int = 600, seed: int = 5) -> pa.Table:
    """Leads whose outcome depends on size, source and both together, with gaps and rare levels."""
    random = np.random.default_rng(seed)
    size = np.round(random.lognormal(3, 1, rows), 1)
    gaps = random.random(rows) < 0.1
    source = random.choice(
        ["web", "Trade Fair", "it's", "NO", "rare"], rows, p=[0.4, 0.3, 0.19, 0.1, 0.01]
    )
    target = random.random(rows) < 0.3
    log_odds = -1 + 0.8 * (size > 25) + 1.2 * (source == "web") * (size > 25) - 1.0 * target
    won = random.random(rows) < 1 / (1 + np.exp(-log_odds))
    return pa.table(
        {
            "lead_id": [f"L{each:04}" for each in range(rows)],
            "Company Size": pa.array(size, mask=gaps),
            "source": pa.array(source.tolist(), mask=random.random(rows) < 0.05),
            "target": target,
            "number": np.arange(rows),
            "won": won,
        }
    )


def beside(table: pa.Table) -> pa.Table:
    """Other leads: unseen levels, numbers far outside, on the edges, and nothing at all."""
    rows = [
        {"lead_id": "x1", "source": "never seen", "Company Size": -50.0, "target": None},
        {"lead_id": "x2", "source": None, "Company Size": None, "target": True},
        {"lead_id": "x3", "source": "rare", "Company Size": 1e9, "target": False},
    ]
    more = [
        {"lead_id": f"e{at}", "source": "web", "Company Size": size, "target": False}
        for at, size in enumerate(np.unique(table["Company Size"].drop_null())[:200])
    ]
    return pa.concat_tables(
        [table, pa.Table.from_pylist(rows + more)], promote_options="permissive"
    )


def sheet_of(table: pa.Table) -> Features:
    """The features of every row of a table, as learning reads them."""
    with DuckDB() as engine:
        empty = {"leadline": 1, "model": "m", "scores": {}}
        whole = table.set_column(
            table.column_names.index("won"), "won", table["won"].fill_null(False)
        )
        task = read_task(TASK)
        return features(judged(open_past(engine, empty, {"leads": whole}, task), task))


def learned(table: pa.Table, method: Any = None) -> Learning:
    """Learn a table."""
    with DuckDB() as engine:
        return learn(engine, {"leads": table}, read_task(TASK), method=method)


@pytest.mark.parametrize("setting", SIMPLEST_FIRST, ids=lambda each: each.says)
@given(st.integers(0, 2**32 - 1))
@settings(max_examples=2)
def test_a_document_scores_what_was_learned(setting: Setting, seed: int) -> None:
    """Cards agree exactly and log-odds to 1e-6, with nulls, unseen levels and edges of bins."""
    table = made(seed=seed)
    found = learned(table, "logistic")
    assume(found.model is not None)
    model = setting.fit(found.features.sheet)
    other = beside(table)
    expected = _expected(model, sheet_of(other).sheet)
    document = model_of("m", replace(found.learned, model=model), found.features, {}, {})
    scored = score(read(text_of(document, found.learned)), leads=other, as_of=AS_OF)
    odds = "odds" if found.learned.reliability.holds else "rank_basis"
    sums = _sums(scored.points, "card" if isinstance(model, Card) else odds)
    order = sorted(other["lead_id"].to_pylist())
    got = np.array([sums.get(each, 0.0) for each in order])
    tolerance = 0 if isinstance(model, Card) else 1.01e-6
    assert np.abs(got - expected).max() <= tolerance
    assert np.ptp(expected) > 0


def _expected(model: Any, sheet: Sheet) -> Any:
    return model.total(sheet) if isinstance(model, Card) else model.log_odds(sheet)


def _sums(points: pa.Table, name: str) -> Mapping[str, float]:
    found: dict[str, float] = {}
    for row in points.to_pylist():
        if row["score"] == name:
            found[row["lead_id"]] = found.get(row["lead_id"], 0.0) + float(row["points"] or 0)
    return found


def test_pairs_are_learned_where_they_earn_it() -> None:
    """The two fields that act together are found."""
    found = learned(made(3000), "logistic")
    model = Setting("additive", "pairs").fit(found.features.sheet)
    assert any(set(term.names) == {'lead."Company Size"', "lead.source"} for term in model.terms)  # type: ignore[union-attr]


def test_a_card_has_no_more_entries_than_asked_for() -> None:
    """Entries of the document with points other than 0 are counted."""
    sheet = learned(made(), "logistic").features.sheet
    for most in (1, 3, 12):
        card = Setting("scorecard", entries=most).fit(sheet)
        assert isinstance(card, Card)
        assert 1 <= card.entries <= most


FADING = {"event": "visit", "points": 1, "decay": {"half_life": "14d"}, "limit": 5}


def visited(rows: int = 700) -> tuple[dict[str, pa.Table], dict[str, Any]]:
    """Leads whose chance rises with visits, each worth half after a fortnight."""
    random = np.random.default_rng(17)
    ids = [f"L{at:04}" for at in range(rows)]
    day = np.timedelta64(1, "D").astype("timedelta64[us]")
    created = np.datetime64("2026-01-01", "us") + np.arange(rows) * day // 6
    who = np.repeat(np.arange(rows), random.poisson(3, rows))
    ages = random.uniform(0, 90, len(who))
    left = np.minimum(np.bincount(who, 2.0 ** (-ages / 14), rows), 5)
    won = random.random(rows) < 1 / (1 + np.exp(2.5 - 1.8 * left))
    moments, ended = created + 90 * day, np.flatnonzero(won)
    tables = {
        "leads": pa.table({"lead_id": ids, "created_at": created}),
        "events": pa.table(
            {
                "event_id": [str(at) for at in range(len(who))],
                "lead_id": [ids[at] for at in who],
                "type": ["visit"] * len(who),
                "occurred_at": moments[who] - (ages * 86_400e6).astype("timedelta64[us]"),
            }
        ),
        "outcomes": pa.table(
            {
                "lead_id": [ids[at] for at in ended],
                "outcome": ["won"] * len(ended),
                "occurred_at": moments[ended] + 2 * day,
            }
        ),
    }
    return tables, {
        "outcome": {"outcome": "won"},
        "horizon": "10d",
        "moments": {"after": "90d"},
    }


@pytest.mark.parametrize("method", ["scorecard", "logistic"])
def test_events_that_fade_are_a_rule_with_a_half_life(method: Any) -> None:
    """It is chosen, stands in the document, and gives each row what was learned."""
    tables, task = visited()
    with DuckDB() as engine:
        found = learn(engine, dict(tables), read_task(task), method=method)
        rows = f"select lead_id, as_of from {found.judged.table} where counts order by all"
        spine = found.judged.run.engine.arrow(rows)
    [curve] = found.features.curves
    assert curve.chosen == "half-life 14d"
    assert found.model is not None
    [name] = {"card", "odds", "rank_basis"} & set(found.model.scores)
    rule = found.model.plain()["scores"][name]["rules"]["visit_fading_14d"]
    assert rule["decay"] == FADING["decay"]
    assert rule["limit"] == 5 * rule["points"] > 0
    sums = _sums(score(read(found.text or ""), spine=spine, **tables).points, name)
    got = np.array([sums.get(each, 0.0) for each in spine["lead_id"].to_pylist()])
    expected = _expected(found.learned.model, found.features.sheet)
    assert np.abs(got - expected).max() <= (1e-9 if method == "scorecard" else 1.01e-6)


def _looked_at_again(rows: int = 300) -> tuple[dict[str, pa.Table], dict[str, Any]]:
    """Leads that win in their first weeks or never, asked about every week."""
    random = np.random.default_rng(29)
    ids = [f"L{at:03}" for at in range(rows)]
    day = np.timedelta64(1, "D").astype("timedelta64[us]")
    created = np.datetime64("2026-01-01", "us") + np.arange(rows) * day
    ended = np.flatnonzero(random.random(rows) < 0.5)
    after = (random.uniform(8, 25, len(ended)) * 86_400e6).astype("timedelta64[us]")
    firms = [f"F{at:02}" for at in range(40)]
    leads = {
        "lead_id": ids,
        "account_id": [firms[at % 40] for at in range(rows)],
        "created_at": created,
        "First Name": [f"N{at % 9}" for at in range(rows)],
    }
    accounts = {"account_id": firms, "slogan": [f"S{at}" for at in range(40)], "size": [*range(40)]}
    won = ["won"] * len(ended)
    outcomes = {"lead_id": [ids[at] for at in ended], "outcome": won}
    tables = {
        "leads": pa.table(leads),
        "accounts": pa.table(accounts),
        "outcomes": pa.table({**outcomes, "occurred_at": created[ended] + after}),
    }
    moments = {"every": "7d"}
    return tables, {"outcome": {"outcome": "won"}, "horizon": "14d", "moments": moments}


def test_the_age_of_a_lead_is_learned_where_moments_repeat() -> None:
    """It stands in the document in days, and gives each row what was learned."""
    tables, task = _looked_at_again()
    with DuckDB() as engine:
        found = learn(engine, dict(tables), read_task(task), method="logistic")
        rows = f"select lead_id, as_of from {found.judged.table} where counts order by all"
        spine = found.judged.run.engine.arrow(rows)
    assert "age(lead.created_at) / 86400" in (found.text or "")
    assert found.model is not None
    [name] = {"odds", "rank_basis"} & set(found.model.scores)
    points = score(read(found.text or ""), spine=spine, **tables).points.to_pylist()
    sums: dict[Any, float] = {}
    for row in points:
        if row["score"] == name:
            key = row["lead_id"], row["as_of"].replace(tzinfo=None)
            sums[key] = sums.get(key, 0.0) + float(row["points"] or 0)
    got = np.array([sums[row["lead_id"], row["as_of"]] for row in spine.to_pylist()])
    expected = _expected(found.learned.model, found.features.sheet)
    assert np.abs(got - expected).max() <= 1.01e-6


def test_what_tells_leads_and_accounts_apart_is_not_learned() -> None:
    """However often each is judged: values are counted by whom they belong to."""
    tables, task = _looked_at_again()
    with DuckDB() as engine:
        found = learn(engine, dict(tables), read_task(task), method="scorecard")
    reasons = {each.name: each.reason for each in found.features.left_out}
    assert reasons == {
        "lead.First Name": "says who it is, not what",
        "account.slogan": "is different for most, like a name",
    }
