"""The invented world: the same each time, dirty as it says, and with a cause that can be found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadline.demo.cause import BASE, CALL_EFFECT, EFFECTS, truth
from leadline.demo.generate import FORMATS, World, write_demo
from leadline.demo.kinds import CHANNELS
from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import FileError, InputError
from leadline.model.checking.check import warnings
from leadline.model.starters import STARTERS, starter
from leadline.review.trial.checked import check_tables
from leadline.review.trial.examples import check_examples
from leadline.scoring import Run, read_model

END = datetime(2026, 11, 1, tzinfo=UTC)
LEADS = 6000
PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "demo-data.md"
TABLES = ("accounts", "leads", "events", "outcomes", "field_history")

AUC = """
    select (sum(place) filter (y) - count(*) filter (y) * (count(*) filter (y) + 1) / 2)
        / (count(*) filter (y) * count(*) filter (not y))
    from (
        select y, avg(number) over (partition by s) as place
        from (select y, s, row_number() over (order by s) as number from ({query}))
    )
"""
"""The share of pairs of a winner and another that a score puts right (Mann and Whitney, 1947)."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a world."""
    made = tmp_path_factory.mktemp("demo") / "world"
    with DuckDB() as engine:
        write_demo(engine, World(LEADS, 1, END), made, "parquet")
    return made


@pytest.fixture(scope="module")
def engine(folder: Path) -> Iterator[DuckDB]:
    """Return an engine that has the tables as they were written."""
    with DuckDB() as opened:
        for path in folder.glob("*.parquet"):
            opened.run(f"create view w_{path.stem} as from '{path}'")
        yield opened


def _one(engine: DuckDB, query: str) -> float:
    return float(engine.rows(query)[0][0])


# --- the same each time


def test_the_same_seed_gives_the_same_files(tmp_path: Path) -> None:
    """Two runs write the same bytes, whatever the threads; another seed writes others."""
    for name, seed, threads in (("a", 1, 1), ("b", 1, 2), ("c", 2, 2)):
        with DuckDB(threads=threads) as engine:
            write_demo(engine, World(300, seed, END), tmp_path / name)
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert {"truth.json", "truth_not_for_scoring.csv", "truth_bots.csv"} < set(files)
    assert len(files) == len(TABLES) + 3
    for file in files:
        first = (tmp_path / "a" / file).read_bytes()
        assert first == (tmp_path / "b" / file).read_bytes(), file
        assert first != (tmp_path / "c" / file).read_bytes(), file


@pytest.mark.parametrize("file_format", FORMATS)
def test_every_format_has_as_many_rows(tmp_path: Path, file_format: str) -> None:
    """The number of rows that is returned is what stands in the file."""
    with DuckDB() as engine:
        rows = write_demo(engine, World(50, 1, END), tmp_path / "w", file_format)
        assert rows[f"leads.{file_format}"] == 50
        reader = {"parquet": "read_parquet", "jsonl": "read_json"}.get(file_format, "read_csv")
        for name, count in rows.items():
            assert (
                _one(engine, f"select count(*) from {reader}('{tmp_path / 'w' / name}')") == count
            )


@pytest.mark.parametrize("leads", [1, 2, 3])
def test_a_tiny_world_can_be_made(tmp_path: Path, leads: int) -> None:
    """Even one lead is a world."""
    with DuckDB() as engine:
        assert write_demo(engine, World(leads, 1, END), tmp_path / "w")["leads.csv"] == leads


def test_what_cannot_be_made_is_refused(tmp_path: Path) -> None:
    """A folder with something in it, no leads, an unknown format; and nothing is written."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "file").write_text("mine", encoding="utf-8")
    with DuckDB() as engine:
        with pytest.raises(FileError, match="new or empty folder"):
            write_demo(engine, World(10, 1, END), tmp_path / "own")
        with pytest.raises(InputError, match="must be from 1 to"):
            write_demo(engine, World(0, 1, END), tmp_path / "new")
        with pytest.raises(InputError, match="must be one of csv"):
            write_demo(engine, World(10, 1, END), tmp_path / "new", "xlsx")
    assert [path.name for path in (tmp_path / "own").iterdir()] == ["file"]
    assert not (tmp_path / "new").exists()


# --- what is in it


def test_all_channels_have_events(engine: DuckDB) -> None:
    """Each type of event occurs, in its channel; intent and anonymous visits have no lead."""
    found = dict(engine.rows("select distinct type, channel from w_events"))
    assert found == CHANNELS
    assert _one(engine, "select count(lead_id) from w_events where channel = 'intent'") == 0
    alone = "account_id not in (select account_id from w_leads where account_id is not null)"
    assert _one(engine, f"select count(*) from w_events where channel = 'intent' and {alone}") > 0


def test_nothing_is_known_that_happens_later(engine: DuckDB) -> None:
    """No row is recorded before it happened, or after the end."""
    for table in ("w_events", "w_outcomes"):
        early = "recorded_at < occurred_at"
        late = "recorded_at > timestamptz '2026-11-01 00:00:00Z'"
        assert _one(engine, f"select count(*) from {table} where {early} or {late}") == 0
    assert _one(engine, "select count(*) from w_events where recorded_at > occurred_at") > 100


def test_the_dirt_is_there(engine: DuckDB) -> None:
    """Repeated events, empty words, misspelt domains, bad numbers, and many names of a country."""
    assert _one(engine, "select count(*) - count(distinct event_id) from w_events") > 100
    for dirt in (
        "title in ('Select', 'N/A', '-')",
        "email like '%.exmaple'",
        "email like '%@gmial.com'",
        "phone in ('12345', 'call me')",
        "name in ('Asdf Asdf', 'Mickey Mouse')",
        "account_id is null",
    ):
        assert _one(engine, f"select count(*) from w_leads where {dirt}") > 0, dirt
    spelled = "select count(distinct country) from w_leads where phone like '+49%'"
    assert _one(engine, spelled) == 5


def test_a_duplicate_is_the_same_person_twice(engine: DuckDB) -> None:
    """It has the name or at least the title of the lead that it repeats, and an id of its own."""
    pairs = """
        from w_truth_not_for_scoring as t join w_leads as l using (lead_id)
        join w_leads as o on o.lead_id = t.duplicate_of"""
    found = _one(engine, f"select count(*) {pairs}")
    assert found == pytest.approx(0.02 * LEADS, rel=0.3)
    same = "lower(trim(l.name)) = lower(trim(o.name)) and l.lead_id <> o.lead_id"
    assert _one(engine, f"select count(*) {pairs} where {same}") == found


def test_bots_are_quick_or_many(engine: DuckDB) -> None:
    """Scanners click within seconds of sending; crawlers view hundreds of pages in an hour."""
    slowest = """
        select max(date_diff('millisecond', s.occurred_at, c.occurred_at))
        from w_truth_bots as b join w_events as c using (event_id)
        join w_events as s on s.email_id = c.email_id and s.type = 'email_sent'
        where b.mark = 'mail scanner'"""
    assert 0 < _one(engine, slowest) < 7000
    fewest = """
        select min(n) from (
            select count(distinct event_id) as n from w_truth_bots join w_events using (event_id)
            where mark = 'crawler' group by lead_id)"""
    assert _one(engine, fewest) >= 150


def test_sales_calls_as_many_as_it_can(engine: DuckDB) -> None:
    """No week has more called leads than any other by more than the capacity."""
    most = """
        select max(n) from (
            select count(*) as n from w_truth_not_for_scoring where is_called
            group by date_trunc('week', ready_at))"""
    assert _one(engine, most) == round(0.2 * LEADS * 7 / 540)
    reasons = {row[0] for row in engine.rows("select distinct outcome from w_outcomes")}
    assert reasons == {"won", "lost", "accepted", "rejected", "disqualified"}
    without = "outcome in ('lost', 'rejected', 'disqualified') and reason is null"
    assert _one(engine, f"select count(*) from w_outcomes where {without}") == 0


def test_a_new_type_of_event_appears_late(engine: DuckDB) -> None:
    """There are no chats before the chat opens, and leads of social_ads come late alone."""
    drift = truth(LEADS, 1, END.replace(tzinfo=None))["drift"]
    chat = "select count(*) from w_events where type = 'chat_started' and occurred_at"
    assert _one(engine, f"{chat} < timestamptz '{drift['chat_opens_at']}'") == 0
    assert _one(engine, f"{chat} >= timestamptz '{drift['chat_opens_at']}'") > 50
    ads = "select count(*) from w_leads where source = 'social_ads' and created_at"
    assert _one(engine, f"{ads} < timestamptz '{drift['social_ads_grow_from']}'") == 0
    assert _one(engine, f"{ads} >= timestamptz '{drift['social_ads_grow_from']}'") > 50


def test_history_takes_back_what_only_the_end_knows(engine: DuckDB) -> None:
    """Every account that was won has a history that begins before and says when it changed."""
    unsaid = """
        select count(*) from w_accounts as a
        join w_leads as l using (account_id)
        join w_outcomes as o on o.lead_id = l.lead_id and o.outcome = 'won'
        where a.is_customer and not exists (
            from w_field_history as h where h.id = a.account_id and h.field = 'is_customer')"""
    assert _one(engine, unsaid) == 0
    assert _one(engine, "select count(*) from w_field_history where value = 'true'") > 50


def test_the_parameters_are_written(folder: Path) -> None:
    """``truth.json`` has every effect with its size, its condition and words for it."""
    found = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    assert set(found["effects"]) == set(EFFECTS)
    assert found["effects"]["demo"]["log_odds"] == EFFECTS["demo"].log_odds
    assert (found["leads"], found["seed"], found["end"]) == (LEADS, 1, "2026-11-01T00:00:00Z")


def test_every_column_and_every_cause_is_documented(folder: Path, engine: DuckDB) -> None:
    """The page names each column of each file, each type of event, and each effect's size."""
    text = PAGE.read_text(encoding="utf-8")
    for path in folder.glob("*.parquet"):
        if path.stem != "truth_bots":
            for name, *_ in engine.rows(f"describe w_{path.stem}"):
                assert f"`{name}`" in text, f"{path.stem}.{name} is not in {PAGE.name}"
    for kind in CHANNELS:
        assert f"`{kind}`" in text, f"{kind} is not in {PAGE.name}"
    for name, effect in EFFECTS.items():
        row = f"| `{name}` | {effect.log_odds:+g} | {effect.meaning}"
        assert row in text, f"{name} has no row in {PAGE.name}"
    assert f"are {BASE}, plus these" in text
    assert f"| call | {CALL_EFFECT:+g} |" in text


# --- the cause


def test_outcomes_happen_as_often_as_the_truth_says(engine: DuckDB) -> None:
    """In each fifth of the leads by probability the share of winners is about their mean."""
    fifths = engine.rows("""
        select avg(is_won::int), avg(probability), sqrt(avg(probability) / count(*)) from (
            select *, ntile(5) over (order by probability) as fifth
            from w_truth_not_for_scoring where is_won is not null)
        group by fifth""")
    for won, probability, error in fifths:
        assert won == pytest.approx(probability, abs=4 * error)


def test_webinars_lose_their_effect(engine: DuckDB) -> None:
    """Late leads who attended have less of an advantage over others than early ones."""
    odds = """
        select avg(ln(probability_not_called / (1 - probability_not_called))) filter (
                lead_id in (select lead_id from w_events where type = 'webinar_attended'))
            - avg(ln(probability_not_called / (1 - probability_not_called)))
        from w_truth_not_for_scoring where persona = 'person' and ready_at {when}"""
    fade_at = "timestamptz '2026-03-06 00:00:00Z'"
    early = _one(engine, odds.format(when=f"< {fade_at}"))
    late = _one(engine, odds.format(when=f"> {fade_at} + interval 120 day"))
    assert late < early - 0.3


@pytest.mark.parametrize("name", STARTERS)
def test_every_starter_finds_winners(folder: Path, name: str) -> None:
    """Scored at the moment before the outcome, winners rank above others, but below the truth.

    With outcomes that belong to other leads there is nothing to find.
    """
    with DuckDB() as engine:
        path = folder / "truth_not_for_scoring.parquet"
        engine.run(f"create temp table known as from '{path}' where is_won is not null")
        spine = engine.arrow("select lead_id, ready_at as as_of from known")
        tables = {table: str(folder / f"{table}.parquet") for table in TABLES}
        run = Run.open(engine, starter(name), {**tables, "spine": spine})
        scores = run.table("scores")
        joined = f"from known join {run.duckdb.address(scores)} using (lead_id)"
        found = _one(engine, AUC.format(query=f"select is_won as y, profile as s {joined}"))
        best = _one(engine, AUC.format(query=f"select is_won as y, probability as s {joined}"))
        by_lot = "hash(lead_id) % 100 < 6"
        none = _one(engine, AUC.format(query=f"select {by_lot} as y, profile as s {joined}"))
        assert 0.7 < found < best < 0.95
        assert none == pytest.approx(0.5, abs=0.06)
        rate = "select avg(is_won::int) {joined} where band {bands}"
        sales = _one(engine, rate.format(joined=joined, bands="= 'sales'"))
        others = _one(engine, rate.format(joined=joined, bands="<> 'sales'"))
        assert sales > 3 * others


@pytest.mark.parametrize("name", STARTERS)
def test_every_starter_is_sound(folder: Path, name: str) -> None:
    """It has no fault over the demo tables, no warning, and its examples hold."""
    model, source = read_model(starter(name))
    with DuckDB() as engine:
        tables = {table: str(folder / f"{table}.parquet") for table in TABLES}
        assert [str(fault) for fault in check_tables(engine, model, source, tables).faults] == []
    assert [str(fault) for fault in warnings(model, source)] == []
    assert [str(fault) for fault in check_examples(model, source)] == []
