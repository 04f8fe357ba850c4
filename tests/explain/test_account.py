"""Why an account has its scores: the ledger, the leads behind it, and the next edge."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

import leadline
from comparison import arrow
from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import InputError
from leadline.explain.account import AccountExplanation, Edge, explain_account
from leadline.explain.words import words
from leadline.reports.account import page, says
from leadline.scoring import Run

AT = datetime(2026, 3, 1, tzinfo=UTC)
MODEL: dict[str, Any] = {
    "leadline": 1,
    "model": "firms",
    "scores": {
        "person": {"rules": {"visit": {"event": "visit", "points": 5}}},
        "intent": {
            "of": "account",
            "limits": {"web": 5},
            "rules": {
                "surge": {"event": "surge", "points": 4, "group": "web"},
                "big": {"when": "account.size >= 100", "points": 3},
            },
        },
        "team": {"of": "account", "rollup": "person", "by": "top 2"},
        "firm": {"of": "account", "formula": "team + intent"},
    },
    "bands": {
        "lead_band": {"by": "person", "edges": {"cold": 0, "hot": 5}},
        "firm_band": {"of": "account", "by": "firm", "edges": {"cold": 0, "warm": 6, "hot": 12}},
    },
}


def event(number: int, kind: str, lead: str | None = None, account: str | None = None) -> Any:
    """Return an event of a lead or an account."""
    at = datetime(2026, 2, 20, tzinfo=UTC)
    who = {"lead_id": lead, "account_id": account}
    return {"event_id": str(number), **who, "type": kind, "occurred_at": at}


LEADS = arrow(
    [
        {"lead_id": "1", "account_id": "A", "created_at": datetime(2026, 1, 1, tzinfo=UTC)},
        {"lead_id": "2", "account_id": "A", "created_at": datetime(2026, 1, 1, tzinfo=UTC)},
        {"lead_id": "3", "account_id": "B", "created_at": datetime(2026, 1, 1, tzinfo=UTC)},
        {"lead_id": "later", "account_id": "A", "created_at": datetime(2026, 6, 1, tzinfo=UTC)},
    ]
)
TABLES = {
    "leads": LEADS,
    "accounts": arrow([{"account_id": "A", "size": 5}, {"account_id": "D", "size": 100}]),
    "events": arrow(
        [
            event(1, "visit", "1"),
            event(2, "visit", "2"),
            event(3, "visit", "2"),
            event(4, "surge", "1"),
            event(5, "surge", None, "D"),
            event(6, "surge", None, "D"),
        ]
    ),
}


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """The model over all leads."""
    with DuckDB(threads=1) as engine, Run.open(engine, MODEL, TABLES, as_of=AT) as opened:
        yield opened


def points(found: AccountExplanation) -> dict[str, float]:
    """Return the ledger by score and rule."""
    return {f"{row['score']}.{row['rule']}": row["points"] for row in found.points}


@pytest.mark.parametrize(
    ("account", "ledger", "leads", "edge"),
    [
        (
            "A",
            {"intent.surge": 4.0},
            [("2", 10.0), ("1", 5.0)],
            Edge("firm_band", "hot", "firm", None, None, None),
        ),
        (
            "B",
            {"intent.big": 0.0},
            [("3", 0.0)],
            Edge("firm_band", "cold", "firm", "warm", 6.0, 6.0),
        ),
        (
            "D",
            {"intent.surge": 8.0, "intent.limit:web": -3.0, "intent.big": 3.0},
            [],
            Edge("firm_band", "warm", "firm", "hot", 12.0, 4.0),
        ),
    ],
)
def test_the_ledger_of_an_account_sums_to_its_score(
    run: Run, account: str, ledger: dict[str, float], leads: list[tuple[str, float]], edge: Edge
) -> None:
    """Of one without leads too; what a rollup gathers is listed, the highest first."""
    found = explain_account(run, account, AT)
    assert points(found) == ledger
    assert sum(ledger.values()) == found.scores["intent"]
    assert [(each.lead_id, each.value) for each in found.gathered] == leads
    assert sum(value for _, value in leads) == found.scores["team"]
    assert found.edges == [edge]
    [all_] = [
        row for row in run.arrow("account_scores").to_pylist() if row["account_id"] == account
    ]
    assert {**found.scores, "as_of": AT} == {**all_, "as_of": AT}


def test_a_page_says_where_an_account_stands(run: Run) -> None:
    """In a sentence, and in the tables below it."""
    found = explain_account(run, "D", AT)
    assert says(found) == "D is in warm with 8 points (firm). hot begins at 12, 4 more."
    text = page(found).text()
    assert "sum of" not in text
    assert "top 2 of person" in text
    assert "limit:web" in text


def test_an_account_is_asked_for_in_place_of_a_lead() -> None:
    """In Python as on a command line; the figures are all there is to say."""
    found = leadline.explain(MODEL, account="A", **TABLES, as_of=AT)
    assert found.figures["scores"] == {"intent": 4.0, "team": 15.0, "firm": 19.0}
    assert found.figures["bands"] == {"firm_band": "hot"}
    for given, says_ in (
        ({"account": "AA"}, "must be an account_id of accounts, leads or events; found AA"),
        ({"account": "A", "lead": "1"}, "--account must not stand beside LEAD"),
        ({}, "LEAD is missing. Or give --account ACCOUNT"),
    ):
        with pytest.raises(InputError, match=says_):
            leadline.explain(MODEL, **given, **TABLES, as_of=AT)  # type: ignore[arg-type]
    model = {**MODEL, "scores": {"person": MODEL["scores"]["person"]}, "bands": {}}
    with pytest.raises(InputError, match="needs a model with scores of accounts"):
        leadline.explain(model, account="A", **TABLES, as_of=AT)


def test_what_changed_of_an_account_adds_up(run: Run) -> None:
    """Rules of its own, and leads that a rollup gathers; an account that was not there says so."""
    then = datetime(2026, 2, 19, tzinfo=UTC)
    found = explain_account(run, "A", AT, then)
    assert found.since is not None
    assert [(each.kind, each.rule, each.before, each.after) for each in found.since.changes] == [
        ("leads changed", "team", 0.0, 15.0),
        ("gained", "surge", 0.0, 4.0),
    ]
    assert found.since_change == 19.0
    assert "leads changed" in page(found).text()
    assert found.plain()["since"]["bands"] == {"firm_band": "cold"}
    with pytest.raises(InputError, match="must lie before --as-of"):
        explain_account(run, "A", AT, AT)


def test_what_would_move_an_account_is_computed(run: Run) -> None:
    """One more event of the lead that gives most, by the statement, the best first."""
    found = explain_account(run, "B", AT)
    assert found.missing == ["account.size"]
    assert [(each.step.label, each.before, each.after) for each in found.moves] == [
        ("person.visit", 0.0, 5.0),
        ("intent.surge", 0.0, 4.0),
    ]
    strong = explain_account(run, "A", AT)
    assert [(each.step.label, each.change) for each in strong.moves] == [
        ("person.visit", 5.0),
        ("intent.surge", 1.0),  # its group may give 5
    ]
    alone = explain_account(run, "D", AT, datetime(2026, 2, 19, tzinfo=UTC))
    assert alone.moves == []  # nobody of it can do anything
    assert alone.since_change == 5.0


EN = """\
A is in hot: 19 points, +19 since February 19, 2026 (firm). \
Strongest reasons: team (+15) and surge (9 days ago, +4)."""
PL = """\
A \N{EN DASH} grupa hot: 19 punktów, +19 od 19 lutego 2026 (firm). \
Główne powody: team (+15) i surge (9 dni temu, +4)."""


@pytest.mark.parametrize(("language", "said"), [("en", EN), ("pl", PL)])
def test_an_account_is_told_in_sentences(run: Run, language: str, said: str) -> None:
    """As a lead is; what it lacks to the next band stands behind."""
    found = explain_account(run, "A", AT, datetime(2026, 2, 19, tzinfo=UTC))
    assert words(found, language) == said
    if language == "en":
        open_ = words(explain_account(run, "B", AT))
        assert open_.endswith("Not known: size; for warm it takes 6 points.")
