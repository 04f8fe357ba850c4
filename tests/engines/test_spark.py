"""Spark: sessions, tables and files where they are, plans that scale, and what goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from leadline.engines.duckdb.engine import DuckDB
from leadline.engines.spark import engine as engines
from leadline.engines.spark.engine import Spark
from leadline.engines.spark.session import address_of
from leadline.errors import EngineError, InputError
from leadline.scoring import Run
from leadline.scoring.publish import check_targets, publish

pytestmark = pytest.mark.spark

ONLY = ("spark",)
AS_OF = datetime(2026, 11, 1, 12, tzinfo=UTC)
MODEL: dict[str, Any] = {
    "leadline": 1,
    "model": "m",
    "scores": {
        "person": {
            "decay": {"half_life": "30d"},
            "rules": {
                "visit": {"event": "visit", "where": "path like '/p%'", "points": 3, "limit": 20},
                "demo": {"event": "demo", "points": 10, "count": "once"},
            },
        },
    },
    "bands": {"by": "person", "edges": {"low": 0, "high": 10}},
}
DAILY = {"event": "visit", "points": 1, "count": "daily", "limit": 5}
LARGE: dict[str, Any] = {
    "leadline": 1,
    "model": "large",
    "scores": {
        "person": {"rules": {**MODEL["scores"]["person"]["rules"], "daily": DAILY}},
        "team": {"of": "account", "rollup": "person", "by": "top 3"},
    },
}


@pytest.fixture(params=("spark", "connect"))
def lake(request: pytest.FixtureRequest) -> Spark:
    """A session in this process, and one with a server of Spark Connect."""
    engine: Spark = request.getfixturevalue(request.param)
    return engine


@pytest.fixture
def crm(lake: Spark) -> Iterator[str]:
    """A schema with leads and events."""
    for statement in filter(str.strip, CRM.split(";")):
        lake.run(statement)
    yield "crm"
    lake.run("drop schema crm cascade")


CRM = """
    drop schema if exists crm cascade;
    create schema crm;
    create table crm.leads using parquet as
        select concat('lead ', id) as lead_id, concat('account ', id % 7) as account_id
        from range(1, 41);
    create table crm.events using parquet as
        select id as event_id, concat('lead ', id % 40 + 1) as lead_id,
            case when id % 7 = 0 then 'demo' else 'visit' end as type,
            timestamp '2026-10-01' + make_interval(0, 0, 0, 0, 0, 0, id * 6000) as occurred_at,
            case when id % 3 = 0 then '/pricing' else '/blog' end as path
        from range(1, 401)
"""


def opened(engine: Spark, **inputs: Any) -> Run:
    """Open a run over the tables of the schema."""
    given = {"leads": "table:crm.leads", "events": "table:crm.events", **inputs}
    return Run.open(engine, MODEL, given, as_of=AS_OF)


def rows(run: Run, output: str = "scores") -> list[dict[str, Any]]:
    """Return an output in an order of its own; the mean weight alone to 9 decimals."""
    found = run.arrow(output).to_pylist()
    for row in found:
        if row.get("weight") is not None:
            row["weight"] = round(row["weight"], 9)
    return sorted(found, key=str)


@pytest.mark.feature("tables read where they are, files beside them", engines=ONLY)
def test_tables_and_files_are_read_where_they_are(lake: Spark, crm: str, tmp_path: Path) -> None:
    """Rows of the catalog, of Parquet that is clean and of memory score as on DuckDB."""
    given = {name: lake.arrow(f"select * from {crm}.{name}") for name in ("leads", "events")}
    files = {name: str(tmp_path / f"{name} [1].parquet") for name in given}
    for name, table in given.items():
        parquet.write_table(table, files[name])
    with DuckDB(threads=1) as duckdb:
        expected = rows(Run.open(duckdb, MODEL, given, as_of=AS_OF), "points")
    assert rows(opened(lake), "points") == expected
    clean = Run.open(lake, MODEL, files, as_of=AS_OF, clean=True)
    assert "1.parquet" not in clean.sql("scores")
    assert rows(clean, "points") == expected
    assert len(rows(opened(lake, leads=files["leads"]))) == 40


@pytest.mark.feature("rows without keys are rejected, repeated events count once", engines=ONLY)
def test_keys_are_looked_at(lake: Spark, crm: str) -> None:
    """Rows without keys are rejected with their reason, and events that repeat count once."""
    lake.run(f"insert into {crm}.events select * from {crm}.events where event_id in (7, 14)")
    lake.run(f"insert into {crm}.events values (null, 'lead 1', 'demo', now(), null)")
    run = opened(lake)
    assert run.loaded.rejects.count == 1
    found = run.engine.embedded.rows("select table_name, reason from rejects")
    assert found == [("events", "event_id is missing")]
    assert any("2 rows repeat the event_id" in note for note in run.loaded.notes)
    [(count,)] = run.engine.rows("select count(*) from events")
    assert count == 400
    lake.run(f"insert into {crm}.leads values ('lead 1', 'account 1')")
    assert any("1 row equals another" in note for note in opened(lake).loaded.notes)
    lake.run(f"insert into {crm}.leads values ('lead 1', 'account 2')")
    with pytest.raises(InputError, match=r"lead_id must be unique; found 1 that repeats: lead 1"):
        opened(lake)


@pytest.mark.feature("results as tables, each whole or not at all", engines=ONLY)
def test_results_become_tables(lake: Spark, crm: str) -> None:
    """They are made, then replaced; what a run left when it was killed is put right."""
    targets = {"scores": f"{crm}.scores", "points": f"{crm}.ledger"}
    publish(opened(lake), targets)
    assert lake.rows(f"select count(*) from {crm}.scores") == [(40,)]
    # as if one was killed after it had written, and another between its two renamings
    lake.run(f"create table {crm}.scores__leadline_new0 using parquet as select 1 as n")
    lake.run(f"alter table {crm}.scores rename to {crm}.scores__leadline_old")
    given = {"leads": "table:crm.leads", "events": "table:crm.events"}
    later = Run.open(lake, MODEL, given, as_of=AS_OF + timedelta(days=1))
    check_targets(later, targets)
    assert lake.rows(f"select count(*) from {crm}.scores") == [(40,)]
    publish(later, targets)
    lake.run(f"refresh table {crm}.scores")  # which this session had read before
    [(at,)] = lake.rows(f"select distinct as_of from {crm}.scores")
    assert at == (AS_OF + timedelta(days=1)).replace(tzinfo=None)
    assert {row[1] for row in lake.rows(f"show tables in {crm}")} >= {"scores", "ledger"}
    assert not [row for row in lake.rows(f"show tables in {crm}") if "__leadline" in row[1]]


@pytest.mark.feature("a failed run leaves everything as before", engines=ONLY)
def test_a_failed_run_leaves_everything_as_before(
    lake: Spark, crm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where one of several tables cannot be written, none is."""
    targets = {"scores": f"{crm}.scores", "points": f"{crm}.ledger"}
    publish(opened(lake), targets)
    before = lake.rows(f"select * from {crm}.scores order by lead_id")
    write = Spark.write

    def failing(engine: Spark, query: str, table: str) -> None:
        write(engine, query.replace("`points`", "raise_error('disk')"), table)

    monkeypatch.setattr(Spark, "write", failing)
    lake.run(f"insert into {crm}.events select 1000 + event_id, lead_id, type, occurred_at, path "
              f"from {crm}.events")  # fmt: skip
    with pytest.raises(EngineError, match="disk"):
        publish(opened(lake), targets)
    assert lake.rows(f"select * from {crm}.scores order by lead_id") == before
    assert not [row for row in lake.rows(f"show tables in {crm}") if "__leadline" in row[1]]


@pytest.mark.feature("missing rights, tables and columns, and wrong types are named", engines=ONLY)
@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"events": "table:crm.event"}, "is not a table of the catalog, or may not be read. Did"),
        ({"events": "table:absent.events"}, "table:absent.events is not a table"),
        ({"events": "table:parquet.`/nowhere`"}, "Check the path"),
        ({"events": "table:crm.leads"}, "must have a column event_id"),
        ({"leads": "table:a b c"}, "must be a name such as table:crm.events"),
    ],
)
def test_what_cannot_be_read_is_named(
    lake: Spark, crm: str, inputs: dict[str, str], said: str
) -> None:
    """Before anything is computed."""
    assert crm
    with pytest.raises(InputError) as caught:
        opened(lake, **inputs)
    assert said in str(caught.value)


def test_a_wrong_type_is_named(lake: Spark, crm: str) -> None:
    """True or false is no time."""
    lake.run(
        f"create or replace view {crm}.flags as "
        f"select * except (occurred_at), true as occurred_at from {crm}.events"
    )
    with pytest.raises(InputError, match=r"occurred_at must be a time.*found true or false"):
        opened(lake, events=f"table:{crm}.flags")


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("absent.scores", "must be in a schema that is there; found absent. Create it first"),
        ("crm.leads", "must have the columns of the result; found no as_of, person"),
    ],
)
def test_targets_that_cannot_be_are_refused_early(
    lake: Spark, crm: str, target: str, said: str
) -> None:
    """Before anything is computed."""
    assert crm
    with pytest.raises(InputError) as caught:
        check_targets(opened(lake), {"scores": target})
    assert said in str(caught.value)


@pytest.mark.feature("an unreachable server, wrong credentials", engines=("spark", "connect"))
@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("spark://127.0.0.1:1", "spark://127.0.0.1:1 cannot be used: Connection refused"),
        ("sc://127.0.0.1:1/;token=secret", "sc://127.0.0.1:1 cannot be used: Connection refused"),
    ],
)
def test_a_server_that_cannot_be_used_is_named(address: str, said: str) -> None:
    """At once, with the reason and what to check, and never with what is secret."""
    with pytest.raises(EngineError) as caught:
        Spark(address)
    assert said in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("text", ["spark:/x", "spark://host", "spark?memory=1g"])
def test_an_address_that_is_none_is_refused(text: str) -> None:
    """With what it must be."""
    with pytest.raises(InputError, match="--engine must be"):
        address_of(text)


def test_a_package_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spark is an extra."""
    monkeypatch.setitem(__import__("sys").modules, "pyspark", None)
    with pytest.raises(EngineError, match=r"install '\.\[spark\]'"):
        Spark("spark")


@pytest.mark.feature("a lead with very many events, an account with very many leads", engines=ONLY)
def test_large_leads_and_accounts_are_summed_in_parts(spark: Spark) -> None:
    """Events are summed in part before they move, and no step needs all rows in one place."""
    run = Run.open(spark, LARGE, _skewed(leads=60, events=3_000), as_of=AS_OF)
    session = run.engine
    assert isinstance(session, Spark)
    plans = {step: session.plan(run.sql(step)) for step in run.statement.steps}
    assert "partial_sum" in plans["lead_events_wide"]
    for step, plan in plans.items():
        assert "Exchange SinglePartition" not in plan, step
        assert "CartesianProduct" not in plan, step
    found = {row["lead_id"]: row for row in rows(run)}
    assert found["l0"]["person"] > 0
    assert len(found) == 60
    assert {row["team"] for row in found.values()} == {found["l0"]["team"]}


def _skewed(leads: int, events: int) -> dict[str, pa.Table]:
    """Return leads of one account, one of which has nearly all events."""
    return {
        "leads": pa.table(
            {"lead_id": [f"l{n}" for n in range(leads)], "account_id": ["a"] * leads}
        ),
        "events": pa.table(
            {
                "event_id": [f"e{n}" for n in range(events)],
                "lead_id": [f"l{n}" if n < leads else "l0" for n in range(events)],
                "type": ["visit"] * events,
                "path": ["/pricing"] * events,
                "occurred_at": [AS_OF - timedelta(minutes=n) for n in range(events)],
            }
        ),
    }


def test_nothing_depends_on_the_order_of_rows(spark: Spark) -> None:
    """A part that is computed anew must come out alike: a subject is no number of a row."""
    run = Run.open(spark, MODEL, _skewed(leads=3, events=9), as_of=AS_OF)
    moments = [("l0", AS_OF), ("l1", AS_OF), ("l0", AS_OF - timedelta(days=1))]
    made = run.over(moments)
    for step in made.statement.steps:
        assert "OVER ()" not in made.sql(step), step
    keys = {row[0] for row in made.engine.rows(f"select k from ({made.sql('moment')}) as m")}
    assert f"{int(AS_OF.timestamp() * 1e6)} l0" in keys


@pytest.mark.feature("files larger than a message are sent in parts", engines=("connect",))
def test_many_rows_are_sent_in_parts(connect: Spark, monkeypatch: pytest.MonkeyPatch) -> None:
    """They come together again, whatever the size of the batches that they come in."""
    monkeypatch.setattr(engines, "SENT_BYTES", 2_000)
    monkeypatch.setattr(engines, "FEW_BYTES", 100)
    rows = pa.table({"id": [f"e{n}" for n in range(1000)], "n": [float(n) for n in range(1000)]})
    given = pa.RecordBatchReader.from_batches(rows.schema, rows.to_batches(max_chunksize=300))
    assert connect.register("sent", given) == ["id", "n"]
    assert connect.rows("select count(*), count(distinct id), sum(n) from sent") == [
        (1000, 1000, 499_500.0)
    ]
    connect.register("sent", rows.schema.empty_table())
    assert connect.rows("select count(*) from sent") == [(0,)]


def test_a_name_may_be_given_anew_to_what_reads_it(connect: Spark) -> None:
    """As on the other engines: a view in place of itself, and rows kept in place of others."""
    connect.keep("kept", "select 1 as n")
    connect.keep("kept", "select n + 1 as n from kept")
    connect.view("kept", "select n + 1 as n from kept")
    assert connect.rows("select n from kept") == [(3,)]
