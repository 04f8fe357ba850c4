"""What changed since a model was published, on worlds in which it is known."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from leadline.demo.generate import World, write_demo
from leadline.demo.world import Course
from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import InputError
from leadline.history.opened import open_past
from leadline.model.starters import starter
from leadline.model.task import read_task
from leadline.reports.watch import page
from leadline.review.watch.goal import Goal, Reached, read_goal
from leadline.review.watch.series import Series, even, gathered
from leadline.review.watch.verdicts import enough_for, found_in
from leadline.review.watch.watch import Watch, watch, watched
from leadline.review.watch.weeks import Weeks, weeks_of
from leadline.scoring import Run
from leadline.statistics.measures import Measured
from past import MODEL, rows, tables

END = datetime(2026, 11, 1, tzinfo=UTC)
SINCE = datetime(2026, 4, 27, tzinfo=UTC)
TASK = {"outcome": {"outcome": "won"}, "horizon": "90d", "moments": {"after": "14d"}}
GOAL = read_goal("accepted 90% by 2027-04-26")
FILES = ("leads", "accounts", "events", "outcomes", "field_history")


@dataclass(frozen=True)
class Looked:
    """A world that was looked at."""

    result: Watch
    told: frozenset[tuple[str, str]]


def look(folder: Path, course: Course, leads: int = 4000, end: datetime = END) -> Looked:
    """Return what is told of a world, up to a moment."""
    if not folder.exists():
        with DuckDB() as engine:
            write_demo(engine, World(leads, 1, END, course=course), folder, "parquet")
    task = read_task(TASK)
    with (
        DuckDB() as engine,
        open_past(
            engine,
            starter("general"),
            {each: str(folder / f"{each}.parquet") for each in FILES},
            task,
        ) as run,
    ):
        result = watch(run, watched(run, task, end, SINCE), 10.0, GOAL)
        page(result)  # while the engine is open, as a question does
    found = frozenset((each.alarm.topic, each.alarm.series.name) for each in result.verdicts)
    return Looked(result, found)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for worlds."""
    return tmp_path_factory.mktemp("worlds")


@pytest.fixture(scope="module")
def field(made: Path) -> Looked:
    """Return what is told of the world in which a field empties."""
    return look(made / "field", "field")


# --- on worlds


@pytest.mark.slow
def test_a_calm_world_raises_no_alarm(made: Path) -> None:
    """Weekends, holidays, growth and an import of a list change nothing that lasts."""
    found = look(made / "calm", "calm").result
    assert found.lasting == ()
    [brought] = found.of.arrivals.imports
    assert brought.source == "list"
    assert brought.leads == pytest.approx(120, rel=0.3)
    assert page(found).verdict.startswith("Nothing of ")


@pytest.mark.slow
def test_a_field_that_empties_is_told_with_what_it_does(field: Looked) -> None:
    """Since when, how large, which rule loses points, and what to do."""
    first = field.result.verdicts[0]
    weeks, alarm = field.result.of.weeks, first.alarm
    assert (alarm.topic, alarm.series.name, alarm.over) == ("empty", "seniority", None)
    assert weeks.begin(alarm.since) == datetime(2026, 8, 3, tzinfo=UTC)
    assert weeks.begin(alarm.told + 1) <= datetime(2026, 8, 17, tzinfo=UTC)
    assert alarm.before == pytest.approx(0.05, abs=0.02)
    assert alarm.now.value == pytest.approx(0.4, abs=0.05)
    assert first.rules[0].name == "company.seniority"
    assert first.rules[0].by < -2
    assert {each.name: each.by > 0 for each in first.bands}["nurture"]
    [said, *_] = page(field.result).plain()["sections"][1]["findings"]
    assert "seniority is empty for" in said["says"]
    assert "Next: Ask who changed" in said["remedy"]


@pytest.mark.slow
def test_events_sent_twice_are_told_apart_from_more_leads(made: Path) -> None:
    """A tracker that is built in twice changes how often a lead does it, not how many do."""
    looked = look(made / "tracker", "tracker")
    assert ("repeats", "page_viewed") in looked.told
    assert ("events", "page_viewed") not in looked.told


@pytest.mark.slow
def test_what_was_told_stays_as_it_was_told(made: Path, field: Looked) -> None:
    """Whoever looks every week is told the same, at the end of the same week, as who looks late."""
    late, cut = field.result, datetime(2026, 8, 31, tzinfo=UTC)
    early = look(made / "field", "field", end=cut).result

    def before(found: Watch) -> set[tuple[str, str, int, int]]:
        return {
            (each.alarm.topic, each.alarm.series.name, each.alarm.since, each.alarm.told)
            for each in found.verdicts
            if found.of.weeks.begin(each.alarm.told + 1) <= cut
        }

    assert before(early) == before(late) != set()


# --- on a few leads


def _watched(found: Mapping[str, Any], since: datetime | None = None, **given: Any) -> Watch:
    end = datetime(2026, 5, 11, tzinfo=UTC)
    with DuckDB() as engine, Run.open(engine, given.get("model", MODEL), found, as_of=end) as run:
        found_in_weeks = watched(run, given.get("task"), end, since, given.get("by"))
        return watch(run, found_in_weeks, goal=given.get("goal"))


def test_leads_alone_can_be_watched() -> None:
    """Without events, outcomes and a task fields, scores and bands are."""
    found = _watched({"leads": tables(rows(leads=2000))["leads"]})
    assert {each.topic for each in found.of.series} == {"empty", "values", "score", "band"}
    assert (found.kept, found.lasting) == ((), ())


def test_a_value_that_never_came_before_is_named() -> None:
    """It is a change of its field, and stands among the new values."""
    leads = rows(leads=2000)["leads"]
    turn = datetime(2026, 4, 6, tzinfo=UTC)
    for number, each in enumerate(leads):
        is_new = each["created_at"] >= turn and number % 2
        each["source"] = "fair" if is_new else "website"
    found = _watched({"leads": pa.Table.from_pylist(leads)}, datetime(2026, 3, 23, tzinfo=UTC))
    assert ("values", "source") in {
        (each.alarm.topic, each.alarm.series.name) for each in found.lasting
    }
    assert [(each.field, each.value) for each in found.strangers if each.is_new] == [
        ("source", "fair")
    ]


def test_names_of_a_model_never_meet_those_of_the_watch() -> None:
    """Scores may be called as columns that are needed beside them."""
    text = (
        json.dumps(MODEL)
        .replace("company", "week")
        .replace("person", "f0")
        .replace("total", "segment")
    )
    given = {"leads": tables(rows(leads=1200))["leads"]}
    found = _watched(given, model=json.loads(text))
    assert [each.name for each in found.inflation.scores] == ["week", "f0", "segment"]
    assert found.lasting == ()


def test_marks_and_events_without_a_lead_are_rates() -> None:
    """That more of what is done is no person's, or nobody's, is told, and stands in the report."""
    found, turn = rows(leads=2000), datetime(2026, 4, 6, tzinfo=UTC)
    late = [each for each in found["events"] if each["recorded_at"] >= turn]
    found["event_marks"] = [
        {"event_id": each["event_id"], "mark": "crawler", "recorded_at": each["recorded_at"]}
        for each in late[::3]
    ]
    found["events"] += [
        {**each, "event_id": f"lost {number}", "lead_id": f"lost {number}"}
        for number, each in enumerate(late[::4])
    ]
    watched_ = _watched(tables(found), datetime(2026, 3, 23, tzinfo=UTC))
    told = {each.alarm.topic: each.alarm for each in watched_.lasting}
    assert told["lost"].now.value == pytest.approx(0.2, abs=0.07)
    assert told["marks"].is_up
    assert watched_.of.weeks.begin(told["marks"].since) == turn


def test_too_short_a_history_is_refused() -> None:
    """It says how much there is."""
    with pytest.raises(InputError, match="must leave 8 whole weeks before it") as caught:
        _watched({"leads": tables(rows(leads=50))["leads"]}, datetime(2026, 1, 20, tzinfo=UTC))
    assert "begins 2026-01-1" in str(caught.value)


def test_a_field_to_tell_leads_apart_by_must_be_there() -> None:
    """The nearest name is offered."""
    with pytest.raises(InputError, match=r"must name a field of leads.*size"):
        _watched({"leads": tables(rows(leads=50))["leads"]}, by="lead.siz")


CHANCE: dict[str, Any] = {
    **MODEL,
    "scores": {
        **MODEL["scores"],
        "chance": {
            "link": "logistic",
            "rules": {
                "base": {"points": -1.4},
                "demo": {"event": "demo", "points": 1.6, "count": "once"},
            },
        },
    },
}
SOON = {"outcome": {"outcome": "won"}, "horizon": "30d", "moments": {"after": "5d"}}


def _promised(chance: Mapping[str, Any]) -> Watch:
    found = rows(leads=3000)
    end = datetime(2026, 5, 11, tzinfo=UTC)
    task = read_task(SOON)
    with DuckDB() as engine, open_past(engine, chance, tables(found), task) as run:
        return watch(run, watched(run, task, end, datetime(2026, 3, 9, tzinfo=UTC)))


def _off(by: float) -> dict[str, Any]:
    """Return the model with a chance that says more, in log-odds."""
    score = CHANCE["scores"]["chance"]
    base = {**score["rules"], "base": {"points": score["rules"]["base"]["points"] + by}}
    return {**CHANCE, "scores": {**CHANCE["scores"], "chance": {**score, "rules": base}}}


@pytest.mark.slow
def test_a_chance_that_says_too_much_is_told() -> None:
    """It is held against what came, also where nothing has changed since the weeks before."""
    found = _promised(_off(1.5))
    [alarm] = [each.alarm for each in found.lasting if not each.alarm.series.among]
    assert (alarm.topic, alarm.series.name, alarm.before) == ("promise", "chance", 1.0)
    assert alarm.now.high is not None
    assert alarm.now.high < 1
    assert sum(each.is_broken for each in found.kept if each.part == "tenth 1") >= 1


@pytest.mark.slow
def test_a_chance_that_is_kept_is_not_told() -> None:
    """What comes within the 30 days is what the model says, and every month is kept."""
    came = _promised(_off(-0.8))
    assert [each for each in came.verdicts if each.alarm.topic == "promise"] == []
    assert {each.part for each in came.kept} >= {"sales", "nurture", "tenth 1", "tenth 10"}
    assert not [each for each in came.kept if each.is_broken]


def test_a_lead_that_is_due_every_week_counts_once() -> None:
    """Else its weeks would be taken for as many leads."""
    found = rows(leads=300)
    end, task = datetime(2026, 5, 11, tzinfo=UTC), read_task({**SOON, "moments": {"every": "7d"}})
    with DuckDB() as engine, open_past(engine, MODEL, tables(found), task) as run:
        result = watch(run, watched(run, task, end))
    won = next(each for each in result.of.series if each.topic == "won" and not each.among)
    assert 100 < won.size.sum() <= 300
    assert sum(each.rows for each in result.kept) <= 300


# --- a goal


@pytest.mark.slow
def test_a_goal_says_how_far_it_is(field: Looked) -> None:
    """From where it stood before, and how much of the time is gone."""
    found = field.result.goal
    assert found is not None
    assert found.before.value == pytest.approx(0.44, abs=0.06)
    assert found.part == pytest.approx(
        ((found.now.value or 0) - (found.before.value or 0)) / (0.9 - (found.before.value or 0))
    )
    assert found.time_gone == pytest.approx(26 / 52, abs=0.01)
    assert not found.is_surely_reached
    sections = {each["name"]: each for each in page(field.result).plain()["sections"]}
    [said] = sections["goal"]["text"]
    assert said.startswith("Goal: accepted by sales 90 % by 26 April 2027. Before 4")
    assert said.endswith(", which may be chance, with 50 % of the time gone.")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("won 12 by 2027-03-31", "must be in percent"),
        ("days 12% by 2027-03-31", "must be a number without %"),
        ("fame 12% by 2027-03-31", "must be one of won, accepted, entries, days, revenue"),
        ("won 12% by spring", "must end with a date"),
    ],
)
def test_a_goal_that_cannot_be_read_is_refused(text: str, expected: str) -> None:
    """It says what is wrong with it."""
    with pytest.raises(InputError, match=expected):
        read_goal(text)


def test_a_goal_that_cannot_be_measured_is_refused() -> None:
    """What sales accepts is not known without outcomes."""
    leads = {"leads": tables(rows(leads=2000))["leads"]}
    with pytest.raises(InputError, match="needs outcomes accepted and rejected"):
        _watched(leads, goal=read_goal("accepted 50% by 2027-01-01"))


def test_less_is_better_of_days_alone() -> None:
    """A goal is reached where its whole interval is as good."""
    now, before = Measured(20, 18, 22), Measured(40, 35, 45)
    for measure, is_reached in (("days", True), ("revenue", False)):
        goal = Goal(measure, 25, END)
        found = Reached(goal, "", before, now, 0.5)
        assert (found.is_surely_reached, found.was_reached) == (is_reached, not is_reached)


# --- on counts


def series(factor: float, weeks: Weeks, until: int | None = None) -> Series:
    """Return a share that changes five weeks after it is watched, and perhaps back again."""
    size = np.full(weeks.count, 100.0)
    hits = np.full(weeks.count, 20.0)
    hits[weeks.before + 5 : until] *= factor
    counted = [("field", "", week, hits[week], size[week]) for week in range(weeks.count)]
    [found] = gathered("empty", "share", weeks, counted)
    return found


WEEKS = Weeks(datetime(2026, 1, 5, tzinfo=UTC), 20, 60)


def test_a_change_that_lasts_is_told_once() -> None:
    """However many weeks it lasts; and its size is that since it began."""
    [alarm] = found_in([series(2.0, WEEKS)], WEEKS).alarms
    assert (alarm.since, alarm.over) == (25, None)
    assert alarm.now.value == pytest.approx(0.4)
    assert alarm.before == pytest.approx(0.2)


def test_a_change_that_is_undone_is_over() -> None:
    """A few weeks later; and it may be told again when it comes again."""
    [alarm] = found_in([series(2.0, WEEKS, until=35)], WEEKS).alarms
    assert alarm.over is not None
    assert 35 + 3 <= alarm.over <= 35 + 8


def test_little_more_than_before_is_no_change() -> None:
    """A tenth more on top is less than what could matter."""
    assert found_in([series(1.1, WEEKS)], WEEKS).alarms == ()


def test_more_series_need_more_evidence() -> None:
    """The budget is shared."""
    assert enough_for(200) == 20 * enough_for(10)


def test_a_holiday_and_the_weeks_after_it_are_not_even() -> None:
    """Growth is; a week that is a third less active than those before it is not."""
    activity = np.power(1.01, np.arange(30)).astype(np.float64)
    assert even(activity).all()
    activity[12] *= 0.6
    assert np.flatnonzero(~even(activity)).tolist() == [12, 13, 14]


def test_weeks_end_before_the_moment() -> None:
    """A week that is not over is none, and the first weeks of a history grow: they are left out."""
    found = weeks_of(datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC), None)
    assert found.end == datetime(2026, 10, 26, tzinfo=UTC)
    assert (found.before, found.watched) == (52, 26)
    start = datetime(2026, 1, 7, tzinfo=UTC)
    short = weeks_of(start, start + timedelta(weeks=20), None)
    assert (short.start, short.before) == (datetime(2026, 1, 12, tzinfo=UTC), 9)
