"""A quarter under review, against counts made by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import leadline
from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import InputError
from leadline.history.opened import open_past
from leadline.model.task import read_task
from leadline.questions.answer import Answer
from leadline.reports.review_said import decided
from leadline.review.quarter.decisions import Way, decisions, plain_decision
from leadline.review.quarter.entered import Entered, entered
from leadline.review.quarter.period import Period, period_of
from leadline.review.quarter.quarter import Review, Unknown
from leadline.review.quarter.refused import refused
from leadline.scoring import Run
from past import MODEL, TASK, rows, tables

START = datetime(2026, 4, 1, tzinfo=UTC)
END = datetime(2026, 7, 1, tzinfo=UTC)
KNOWN = datetime(2026, 8, 1, tzinfo=UTC)
QUARTER = Period(START, END, KNOWN)
CALLED = {**TASK, "worked": {"event": "call"}}


def day(number: float) -> datetime:
    """Return a day of the quarter."""
    return START + timedelta(days=number)


def lead(name: str, at: float, size: int = 10) -> dict[str, Any]:
    """Return a lead."""
    return {"lead_id": name, "account_id": name, "created_at": day(at), "size": size}


def event(number: int, name: str, kind: str, at: float) -> dict[str, Any]:
    """Return an event."""
    row = {"event_id": f"e{number}", "lead_id": name, "type": kind}
    return {**row, "occurred_at": day(at), "recorded_at": day(at)}


def outcome(name: str, kind: str, at: float, reason: str | None = None) -> dict[str, Any]:
    """Return an outcome."""
    row = {"lead_id": name, "outcome": kind, "occurred_at": day(at)}
    return {**row, "amount": 1000.0, "reason": reason}


LEADS = [
    *(lead(name, 5) for name in ("quick", "slow", "uncalled")),
    lead("before", -20), lead("customer", 2), lead("low", 30), lead("after", 95),
]  # fmt: skip
EVENTS = [
    event(1, "before", "demo", -10),
    event(2, "before", "demo", 12),
    event(3, "quick", "demo", 10.3),
    event(4, "quick", "call", 10.3 + 0.5 / 24),
    event(5, "slow", "call", 6),
    event(6, "slow", "demo", 20.5),
    event(7, "slow", "call", 22),
    event(8, "uncalled", "demo", 40.25),
    event(9, "customer", "demo", 50),
    event(10, "after", "demo", 96),
]
OUTCOMES = [
    outcome("slow", "rejected", 7, "too early"),
    outcome("quick", "accepted", 11),
    outcome("slow", "rejected", 23, "no budget"),
    outcome("low", "rejected", 33, " "),
    outcome("before", "rejected", -5, "student"),
    outcome("after", "rejected", 97, "student"),
    outcome("quick", "won", 30.3),
    outcome("customer", "won", 40),
]
MADE = {"leads": LEADS, "events": EVENTS, "outcomes": OUTCOMES}


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """Return a run over the tables."""
    with DuckDB() as engine, open_past(engine, MODEL, tables(MADE), read_task(CALLED)) as found:
        yield found


@pytest.fixture(scope="module")
def found(run: Run) -> Entered:
    """Return who entered which band."""
    return entered(run, read_task(CALLED), "band", QUARTER)


@pytest.fixture(scope="module")
def answer() -> Answer[Review]:
    """Return a whole review by a model that has seen all outcomes."""
    seen = {**MODEL, "provenance": {"outcomes_until": "2026-06-30"}}
    return leadline.review(
        seen,
        task=CALLED,
        **tables(rows(leads=120)),
        since="2026-03-15",
        until="2026-04-20",
        as_of="2026-05-01",
        goal="won 90% by 2026-12-31",
    )


def test_the_latest_quarter_that_is_over_is_reviewed() -> None:
    """Whatever the day."""
    assert period_of(KNOWN) == QUARTER
    assert QUARTER.quarter == 2
    assert period_of(END).since == START
    assert period_of(datetime(2026, 2, 9, tzinfo=UTC)).since == datetime(2025, 10, 1, tzinfo=UTC)
    assert Period(day(1), END, KNOWN).quarter is None


def test_every_day_of_the_quarter_is_looked_at_and_the_moment_it_began() -> None:
    """The last is its end."""
    assert QUARTER.moments[0] == START
    assert QUARTER.moments[-1] == END
    assert len(QUARTER.moments) == 92


def test_a_time_that_is_not_known_yet_is_refused() -> None:
    """So is one that ends before it begins."""
    for until in (KNOWN + timedelta(days=1), START):
        with pytest.raises(InputError, match="must lie between"):
            period_of(KNOWN, START, until)


def test_a_lead_stands_by_the_highest_band_that_it_entered(found: Entered) -> None:
    """Who was in it before, who had won, and who came later are not among them."""
    counts = {each.name: (each.leads, each.wins) for each in found.bands}
    assert counts == {"sales": (3, 1), "nurture": (1, 0)}


def test_sales_is_asked_for_what_it_said_since_the_lead_entered(found: Entered) -> None:
    """What it said before, of another band, does not count."""
    sales = found.bands[0]
    assert (sales.decided, sales.accepted.value) == (2, 0.5)


def test_days_run_from_the_moment_of_entering(found: Entered) -> None:
    """Not from the midnight after."""
    assert found.bands[0].lasting.times.tolist() == pytest.approx([20.0])
    assert found.bands[0].lasting.followed.max() == pytest.approx((KNOWN - day(10.3)).days, abs=1)


def test_a_call_counts_from_entering(found: Entered) -> None:
    """A call before it is none; half an hour is under an hour."""
    calls = {each.name: each.leads for each in found.calls if each.leads}
    assert calls == {"under 1 h": 1, "1 to 7 days": 1, "not called": 1}
    assert found.first_call_hours == pytest.approx((0.5 + 36) / 2)


def test_leads_that_sales_gave_back_are_counted_by_their_last_reason(run: Run) -> None:
    """Once each, in the quarter alone."""
    gave = refused(run, QUARTER)
    assert gave.reasons == (("(no reason)", 1), ("no budget", 1))
    assert (gave.leads, gave.decided) == (2, 3)


def test_without_a_capacity_no_edge_is_looked_for(answer: Answer[Review]) -> None:
    """And the page says what is missing."""
    assert answer.result.edge is None
    assert "With --capacity" in answer.page.text()


def test_the_goal_stands_first_and_says_how_far_it_is(answer: Answer[Review]) -> None:
    """As the watch says it."""
    first = answer.page.sections[0]
    assert first.name == "goal"
    assert answer.figures["goal"]["target"] == 0.9
    assert "90 % by 31 December 2026" in answer.page.text()


def test_what_cannot_be_judged_yet_is_said_and_the_rest_is_there(answer: Answer[Review]) -> None:
    """As where the model has seen every outcome."""
    assert isinstance(answer.result.backtest, Unknown)
    assert isinstance(answer.result.worth, Unknown)
    assert "outcomes that the model was made from" in answer.page.text()
    assert answer.figures["ranking"] == {"unknown": answer.result.backtest.why}
    assert answer.result.entered.bands[0].leads > 0


def test_sources_that_are_told_from_all_are_proposed(answer: Answer[Review]) -> None:
    """The best and the worst, each drawn to all; one that wins as all do is not."""
    wins = {"referral": 30, "web": 12, "list": 0}
    leads = [
        {**lead(f"{source}{n}", n % 20), "source": source} for source in wins for n in range(80)
    ]
    won = [outcome(f"{each}{n}", "won", 25) for each, count in wins.items() for n in range(count)]
    told = leadline.sources(
        task=TASK, **tables({"leads": leads, "outcomes": won}), data_end=KNOWN, by="lead.source"
    ).result
    found = decisions(answer.result.watch, None, None, told)
    ways = [(each.source.value, each.is_more) for each in found if isinstance(each, Way)]
    assert ways == [("referral", True), ("list", False)]
    assert [plain_decision(each)["question"] for each in found][-2:] == ["sources", "sources"]
    said, preview = decided(found[-1], "past")
    assert said.startswith("list (source) wins 1.1 % (0.15 to 7.0), all leads 18 %")
    assert "0 of 80 leads won" in preview
