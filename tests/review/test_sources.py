"""Where leads come from, against counts made by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import InputError
from leadline.history.opened import open_past
from leadline.model.declared import NO_POINTS
from leadline.model.task import read_task
from leadline.reports.sources import page
from leadline.review.sources.cohort import cohort
from leadline.review.sources.sources import Source, Sources, Told, sources
from leadline.review.sources.ways import motion_of, read_motions, touched, ways_of
from past import MODEL, rows, tables

START = datetime(2026, 1, 1, tzinfo=UTC)
TASK = {"outcome": {"outcome": "won"}, "horizon": "30d", "moments": {"after": "5d"}}
END = START + timedelta(days=60)


def day(number: float) -> datetime:
    """Return a day of the year."""
    return START + timedelta(days=number)


def event(number: int, lead: str, campaign: str | None, at: float, kind: str = "click") -> Any:
    """Return an event of a campaign."""
    row = {"event_id": f"e{number}", "lead_id": lead, "type": kind}
    return {**row, "occurred_at": day(at), "campaign_id": campaign}


LEADS = [
    {"lead_id": f"l{n}", "account_id": f"a{n}", "created_at": day(n % 20), "source": source}
    for n, source in enumerate(["web"] * 6 + ["cold list"] * 3 + [None])
] + [{"lead_id": "young", "account_id": "y", "created_at": day(50), "source": "web"}]
OUTCOMES = [
    {"lead_id": "l0", "outcome": "accepted", "occurred_at": day(3), "amount": None},
    {"lead_id": "l1", "outcome": "rejected", "occurred_at": day(3), "amount": None},
    {"lead_id": "l0", "outcome": "won", "occurred_at": day(10), "amount": 100.0},
    {"lead_id": "l0", "outcome": "won", "occurred_at": day(12), "amount": 50.0},
    {"lead_id": "l6", "outcome": "won", "occurred_at": day(16), "amount": 30.0},
    {"lead_id": "l2", "outcome": "won", "occurred_at": day(45), "amount": 7.0},
    {"lead_id": "young", "outcome": "won", "occurred_at": day(52), "amount": 9.0},
]
EVENTS = [
    event(1, "l0", "spring", 1),
    event(2, "l0", "summer", 2),
    event(3, "l0", "summer", 3),
    event(4, "l0", "late", 30),
    event(5, "l0", "sent", 0.5, "email_sent"),
    event(6, "l6", "summer", 8),
]


def looked(
    by: tuple[str, ...] = (),
    costs: list[dict[str, Any]] | None = None,
    task: dict[str, Any] = TASK,
    **more: Any,
) -> Sources:
    """Return where the leads come from."""
    given = {"leads": LEADS, "outcomes": OUTCOMES, "events": EVENTS, **more}
    with DuckDB() as engine:
        document = read_task(task)
        run = open_past(engine, NO_POINTS, tables(given), document)
        spent = None if costs is None else pa.Table.from_pylist(costs)
        found = sources(run, document, END, by, {}, spent)
        page(found)
        return found


def told(found: Sources, way: str, touch: str = "recorded") -> Told:
    """Return a way by one kind of touch."""
    return next(each for each in found.told if (each.way.name, each.touch) == (way, touch))


def one(of: Told, value: str) -> Source:
    """Return the source of a value."""
    return next(each for each in of.sources if each.value == value)


def test_a_source_has_its_leads_wins_and_revenue() -> None:
    """Wins count once a lead, deals each; later ones and leads that are too young do not."""
    by = told(looked(), "source")
    web, cold = one(by, "web"), one(by, "cold list")
    assert (web.leads, web.wins, web.deals, web.revenue.value) == (6, 1, 2, 150)
    assert (web.decided, web.accepted.value, web.days.value) == (2, 0.5, 10)
    assert (cold.leads, cold.wins, cold.revenue.value) == (3, 1, 30)


def test_sources_add_up_to_the_total_and_the_unknown_is_a_row() -> None:
    """By every way and kind of touch: leads, shares, wins, deals and revenue."""
    found = looked()
    assert [each.sources[-1].value for each in found.told] == ["(unknown)"] * len(found.told)
    for each in found.told:
        assert sum(one.share for one in each.sources) == pytest.approx(1)
        for title in ("leads", "wins", "deals", "decided"):
            parts = sum(getattr(one, title) for one in each.sources)
            assert parts == pytest.approx(getattr(each.total, title))
        assert sum(one.revenue.value or 0 for one in each.sources) == pytest.approx(180)


def test_what_is_not_counted_is_said() -> None:
    """A deal after the horizon and one of a lead that is too young."""
    found = looked()
    assert (found.of.leads, found.of.young, found.of.uncounted) == (10, 1, (2, 16))


def test_touches_are_first_last_or_shared_before_the_win() -> None:
    """What comes after the win is no touch, neither is a mail that we sent."""
    found = looked(("campaign_id",))
    wins = {
        touch: {each.value: each.wins for each in told(found, "campaign_id", touch).sources}
        for touch in ("first", "last", "even")
    }
    assert wins["first"] == {"spring": 1, "summer": 1, "(unknown)": 0}
    assert wins["last"] == {"summer": 2, "(unknown)": 0}
    assert wins["even"] == {"summer": pytest.approx(5 / 3), "spring": pytest.approx(1 / 3)} | {
        "(unknown)": 0
    }


def test_a_merged_lead_gives_its_touches_and_marked_events_none() -> None:
    """The lead that stays has them; the one that was merged is no lead of its own."""
    merges = [{"from_id": "l6", "into_id": "l1", "recorded_at": day(1)}]
    marks = [{"event_id": "e1", "mark": "scanner", "recorded_at": day(1)}]
    found = looked(("campaign_id",), lead_merges=merges, event_marks=marks)
    first = told(found, "campaign_id", "first")
    assert found.of.leads == 9
    assert [(each.value, each.leads, each.wins) for each in first.sources] == [
        ("summer", 2, 2),
        ("(unknown)", 7, 0),
    ]


def test_deals_of_an_account_are_its_first_leads() -> None:
    """So each counts once."""
    leads = [{**each, "account_id": "one"} for each in LEADS]
    found = looked(("source",), task={**TASK, "outcome_from": "account"}, leads=leads)
    assert (found.told[0].total.wins, one(found.told[0], "web").wins) == (1, 1)
    assert found.told[0].total.revenue.value == pytest.approx(180)


def test_costs_are_met_by_the_leads_of_their_time() -> None:
    """A value without leads keeps its costs; days whose leads are too young do not count."""
    costs: list[dict[str, Any]] = [
        {"source": "web", "from": "2026-01-01", "to": "2026-01-03", "amount": 90.0},
        {"source": "tv", "from": "2026-01-01", "to": "2026-01-02", "amount": 40.0},
        {"source": "web", "from": "2026-02-20", "to": "2026-02-21", "amount": 500.0},
        {"source": None, "from": "2026-01-01", "to": "2026-01-09", "amount": 9.0},
    ]
    found = looked(("source",), costs)
    web, tv, total = (one(found.told[0], "web"), one(found.told[0], "tv"), found.told[0].total)
    assert web.cost is not None
    assert tv.cost is not None
    assert total.cost is not None
    assert (web.cost.amount, web.cost.leads, web.cost.per_lead) == (90, 3, 30)
    assert web.cost.per_win.value == pytest.approx(90)
    assert web.cost.per_accepted.value == pytest.approx(90)
    assert web.cost.per_qualified.value is None
    assert [each.value for each in found.told[0].sources] == ["web", "cold list", "tv", "(unknown)"]
    assert (tv.leads, tv.cost.amount, tv.cost.per_lead) == (0, 40, None)
    assert (total.cost.amount, found.costs and found.costs.uncounted) == (139, 500)


def test_part_of_a_time_costs_its_part() -> None:
    """Of ten days of which leads of the last five are too young, half the money counts."""
    leads = [{**LEADS[0], "created_at": day(0)}, {**LEADS[1], "created_at": day(30)}]
    costs = [{"source": "web", "from": "2026-01-26", "to": "2026-02-04", "amount": 90.0}]
    found = looked(("source",), costs, leads=leads)
    assert found.told[0].total.cost is not None
    assert found.told[0].total.cost.amount == pytest.approx(45)
    assert found.costs is not None
    assert found.costs.uncounted == pytest.approx(45)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"source": "web", "from": "2026-01-01", "amount": 1.0}, "must have a column to"),
        ({"source": "web", "from": "x", "to": "2026-01-01", "amount": 1.0}, "a first and a last"),
        ({"shop": "web", "from": "2026-01-01", "to": "2026-01-02", "amount": 1.0}, "that names"),
    ],
)
def test_costs_that_cannot_be_counted_are_refused(row: dict[str, Any], says: str) -> None:
    """With what is missing."""
    with pytest.raises(InputError, match=says):
        looked(("source",), [row])


def test_amounts_of_several_currencies_are_not_added() -> None:
    """They are refused with what to do."""
    outcomes = [{**each, "currency": f"c{n % 2}"} for n, each in enumerate(OUTCOMES)]
    with pytest.raises(InputError, match="one currency"):
        looked(outcomes=outcomes)


def test_a_motion_is_read_off_words_or_told() -> None:
    """What neither says is unknown."""
    assert [motion_of(each, {}) for each in ("social_ads", "Cold list", "Webinar", "x")] == [
        "paid",
        "outbound",
        "inbound",
        "(unknown)",
    ]
    assert motion_of("Webinar", read_motions("Webinar=outbound")) == "outbound"
    with pytest.raises(InputError, match="must be pairs"):
        read_motions("web=sideways")


def test_leads_are_seen_in_their_highest_band() -> None:
    """Whoever asked for a demo is in sales, then or later."""
    with DuckDB() as engine:
        task = read_task(TASK)
        found = rows(seed=3, leads=120)
        run = open_past(engine, MODEL, tables(found), task)
        of = cohort(run, task, None)
        bands = dict(run.engine.rows(f"select lead_id, band from {of.table}"))
    came = {each["lead_id"] for each in found["events"] if each["type"] == "demo"}
    assert of.bands == ("nurture", "sales")
    assert {each for each, band in bands.items() if band == "sales"} >= came & set(bands)


def test_a_field_that_is_not_there_is_refused_with_the_nearest() -> None:
    """Its name is a typing error."""
    with pytest.raises(InputError, match=r"Did you mean source"):
        looked(("sorce",))


def test_rare_values_stand_together() -> None:
    """And add up all the same."""
    leads = [{**LEADS[0], "lead_id": f"x{n}", "source": f"s{n}"} for n in range(40)]
    by = told(looked(("source",), leads=leads), "source")
    assert len(by.sources) == 26
    assert one(by, "(others)").leads == 15


def test_tables_without_touches_have_unknown_ones() -> None:
    """Each lead then is one of them."""
    with DuckDB() as engine:
        task = read_task(TASK)
        run = open_past(engine, NO_POINTS, tables({"leads": LEADS, "outcomes": OUTCOMES}), task)
        of = cohort(run, task, END)
        table = touched(of, ways_of(run, ("source",)), {})
        [(leads,)] = run.engine.rows(f"select sum(part) from {table}")
    assert leads == 10


def test_leads_that_are_all_too_young_are_refused() -> None:
    """With how many they are."""
    with pytest.raises(InputError, match="10 that are too young"):
        looked(task={**TASK, "horizon": "300d"}, leads=LEADS[:10])
