"""PostgreSQL: sessions, what goes wrong with them, and tables that appear whole or not at all."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from comparison import arrow
from leadline.engines.engine import Engine
from leadline.engines.postgres.engine import Postgres
from leadline.errors import EngineError, InputError, LeadlineError
from leadline.scoring import Run
from leadline.scoring.publish import check_targets, publish

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
        }
    },
    "bands": {"by": "person", "edges": {"low": 0, "high": 10}},
}


@pytest.fixture
def server(postgres_url: str) -> Iterator[Postgres]:
    with Postgres(postgres_url) as engine:
        yield engine


@pytest.fixture
def crm(postgres_url: str) -> str:
    """A schema with leads and events, each with the indexes of the how-to."""
    with Postgres(postgres_url) as owner:
        fill(owner, leads=500, events=5_000)
    return "crm"


def fill(owner: Postgres, leads: int, events: int) -> None:
    """Make the schema anew."""
    for statement in CRM.split(";"):
        execute(owner, statement.format(leads=leads, events=events))


CRM = """
    drop schema if exists crm cascade;
    create schema crm;
    create table crm.leads (lead_id text primary key, country varchar(2));
    create table crm.events (event_id bigint primary key, lead_id text not null,
        type text not null, occurred_at timestamptz not null, path text);
    insert into crm.leads select 'lead ' || i, 'de' from generate_series(1, {leads}) as i;
    insert into crm.events select i, 'lead ' || (i % {leads} + 1),
        case when i % 7 = 0 then 'demo' else 'visit' end,
        timestamptz '2026-10-01Z' + i * interval '2400000 seconds' / {events},
        case when i % 3 = 0 then '/pricing' else '/blog' end
    from generate_series(1, {events}) as i;
    create index on crm.events (lead_id);
    analyze crm.leads;
    analyze crm.events
"""


def execute(engine: Postgres, statement: str) -> None:
    """Run a statement in a transaction of its own."""
    with engine.transaction():
        engine.run(statement)


def opened(engine: Engine, **inputs: Any) -> Run:
    """Open a run over the tables of the schema."""
    given = {"leads": "table:crm.leads", "events": "table:crm.events", **inputs}
    return Run.open(engine, MODEL, given, as_of=AS_OF)


def test_rows_and_tables_come_back(server: Postgres) -> None:
    """As tuples and as an Arrow table, with what was registered, kept and viewed."""
    rows = pa.table({"a": ["x", "é", None], "n": [1.5, None, -0.1]})
    assert server.register("given", rows.to_reader()) == ["a", "n"]
    server.keep("kept", "select * from given where n is not null")
    server.view("seen", "select a from kept order by n")
    assert server.rows("select * from seen where a = $1", ["x"]) == [("x",)]
    assert server.arrow("select * from given").equals(rows)
    server.register("given", pa.table({"b": [1]}))
    assert server.rows("select * from given") == [(1,)]


def test_a_run_reads_one_snapshot(server: Postgres, crm: str, postgres_url: str) -> None:
    """What others commit meanwhile is not seen until the next run."""
    count = "select count(*) from crm.leads"
    before = server.rows(count)
    with Postgres(postgres_url) as other:
        execute(other, f"insert into {crm}.leads values ('new')")
    assert server.rows(count) == before
    with server.transaction():
        assert server.rows(count) == [(501,)]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql:///x?host=/nowhere", "No such file or directory. Check the host"),
        ("postgresql://anna:secret@localhost:1/x", "localhost:1/x cannot be used: Connection ref"),
        ("{url}&dbname=absent", 'database "absent" does not exist. Check the names'),
        ("{url}&user=absent", 'role "absent" does not exist. Check the names'),
        ("{url}&user=locked_absent&password=secret", "password authentication failed"),
    ],
)
def test_a_server_that_cannot_be_used_is_named(address: str, said: str, postgres_url: str) -> None:
    """With the reason and what to check, and never with the password."""
    with pytest.raises(EngineError) as caught:
        Postgres(address.format(url=postgres_url))
    assert said in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_driver_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL is an extra."""
    monkeypatch.setitem(__import__("sys").modules, "adbc_driver_postgresql", None)
    with pytest.raises(EngineError, match=r"install '\.\[postgres\]'"):
        Postgres("postgresql:///x")


def test_a_statement_can_be_cancelled(server: Postgres) -> None:
    """From another thread; the session can be used afterwards."""
    threading.Timer(0.3, server.cancel).start()
    with pytest.raises(EngineError, match="cancelled"):
        server.rows("select pg_sleep(30)")
    assert server.rows("select 1") == [(1,)]


@pytest.mark.feature("tables read where they are, files beside them")
def test_tables_are_read_where_they_are(server: Postgres, crm: str, postgres_url: str) -> None:
    """Their rows score as the same rows given from outside."""
    assert crm
    inside = opened(server).arrow("scores")
    given = {
        name: server.arrow(f"select * from crm.{name}").combine_chunks()
        for name in ("leads", "events")
    }
    with Postgres(postgres_url) as other:
        outside = Run.open(other, MODEL, given, as_of=AS_OF).arrow("scores")
    assert sorted(inside.to_pylist(), key=str) == sorted(outside.to_pylist(), key=str)
    assert inside.num_rows == 500


@pytest.mark.feature("a run for some leads reads their events alone, by index")
def test_some_leads_do_not_scan_the_events(server: Postgres) -> None:
    """A run for 500 touched leads finds their events by the index, whatever leads they are."""
    fill(server, leads=20_000, events=500_000)
    run = opened(server)
    few = run.over([(f"lead {at * 37 % 20_000 + 1}", AS_OF) for at in range(500)])
    session = run.engine
    assert isinstance(session, Postgres)
    plan = session.plan(few.sql("scores"), run=True)
    assert not any("Seq Scan on events" in line for line in plan), "\n".join(plan)
    reads = [line for line in plan if "events_lead_id_idx" in line and "actual" in line]
    read = sum(_rows(line) for line in reads)
    assert reads
    assert read <= 500 * 25 * len(reads)


def _rows(line: str) -> float:
    """Return how many rows a line of a plan gave, over all its loops."""
    actual = line.partition("actual time")[2]
    words = dict(word.rstrip(")").split("=") for word in actual.split()[1:] if "=" in word)
    return float(words["rows"]) * float(words["loops"])


@pytest.mark.feature("results as tables, all at one moment")
def test_results_become_tables_at_one_moment(server: Postgres, crm: str, postgres_url: str) -> None:
    """Who reads sees the rows of before until all tables have those of after."""
    targets = {"scores": f"{crm}.scores", "points": f"{crm}.ledger", "transitions": f"{crm}.moves"}
    publish(opened(server), targets)
    with Postgres(postgres_url) as reader:
        assert counted(reader) == (500, AS_OF)
        later = Run.open(
            server,
            MODEL,
            {"leads": "table:crm.leads", "events": "table:crm.events"},
            as_of=AS_OF + timedelta(days=1),
        )
        assert counted(reader) == (500, AS_OF)  # still its own snapshot
        publish(later, targets)
    with Postgres(postgres_url) as reader:
        assert counted(reader) == (500, AS_OF + timedelta(days=1))
        sums = "select count(*) from crm.scores join crm.ledger using (lead_id, as_of)"
        assert reader.rows(sums)[0][0] > 500
        rights = "select count(*) from pg_index where indrelid = 'crm.ledger'::regclass"
        assert reader.rows(rights) == [(1,)]


def counted(engine: Postgres) -> tuple[int, datetime]:
    """Return how many scores there are, and of which moment."""
    [(count, at)] = engine.rows("select count(*), min(as_of) from crm.scores")
    return count, at


@pytest.mark.feature("a failed run leaves everything as before")
@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ("alter table crm.ledger drop column weight", "must have the columns of the result"),
        ("alter table crm.ledger add check (points < 0) not valid", "violates check constraint"),
        ("alter table crm.scores alter person type int using 0; ", None),
    ],
)
def test_a_failed_run_leaves_everything_as_before(
    server: Postgres, crm: str, harm: str, said: str | None, postgres_url: str
) -> None:
    """Where one of several tables cannot be written, none is."""
    targets = {"points": f"{crm}.ledger", "scores": f"{crm}.scores"}
    publish(opened(server), targets)
    with Postgres(postgres_url) as owner:
        execute(owner, harm.rstrip("; "))
    with Postgres(postgres_url) as second:
        run = Run.open(
            second,
            MODEL,
            {"leads": "table:crm.leads", "events": "table:crm.events"},
            as_of=AS_OF + timedelta(days=1),
        )
        if said is None:  # numbers are converted as the table asks
            publish(run, targets)
            return
        with pytest.raises(LeadlineError, match=said):
            publish(run, targets)
    with Postgres(postgres_url) as reader:
        assert counted(reader) == (500, AS_OF)


@pytest.mark.feature("connection lost in the middle: nothing written, safe to run again")
def test_a_lost_connection_leaves_everything_as_before(
    server: Postgres, crm: str, postgres_url: str
) -> None:
    """The message says so, and the same run succeeds afterwards."""
    targets = {"scores": f"{crm}.scores"}
    publish(opened(server), targets)
    with Postgres(postgres_url) as doomed:
        run = opened(doomed)
        [(process,)] = run.engine.rows("select pg_backend_pid()")
        with server.transaction():
            server.run("lock table crm.scores in access exclusive mode")
            kill = threading.Timer(1.0, lambda: terminate(postgres_url, process))
            kill.start()
            with pytest.raises(EngineError, match=r"connection was lost.*run it again"):
                publish(run, targets)
            kill.join()
    with Postgres(postgres_url) as again:
        assert counted(again) == (500, AS_OF)
        publish(opened(again), targets)


@pytest.mark.feature("connection lost in the middle: nothing written, safe to run again")
def test_a_connection_lost_while_it_computes_is_named(crm: str, postgres_url: str) -> None:
    """Before there is anything to write; what is asked of the session afterwards says so too."""
    assert crm
    with Postgres(postgres_url) as doomed:
        [(process,)] = doomed.rows("select pg_backend_pid()")
        kill = threading.Timer(0.5, lambda: terminate(postgres_url, process))
        kill.start()
        for query in ("select pg_sleep(60)", "select 1"):
            with pytest.raises(EngineError, match=r"connection was lost.*run it again"):
                doomed.rows(query)
        kill.join()
    with Postgres(postgres_url) as again:
        assert again.rows("select count(*) from pg_class where relname = 'scores'") == [(0,)]


def terminate(url: str, process: int) -> None:
    """End another session."""
    with Postgres(url) as owner:
        owner.rows("select pg_terminate_backend($1::int)", [process])


@pytest.mark.feature("missing rights, tables and columns, and wrong types are named")
def test_missing_rights_are_named(server: Postgres, crm: str, postgres_url: str) -> None:
    """Who may not read or write is told what to ask for, before anything is computed."""
    for statement in (
        "create role reader login",
        f"grant usage on schema {crm} to reader",
        f"grant select on {crm}.leads to reader",
    ):
        execute(server, statement)
    with Postgres(f"{postgres_url}&user=reader") as reader:
        with pytest.raises(EngineError, match=r"table:crm.events may not be read.*grant select"):
            opened(reader)
        execute(server, f"grant select on {crm}.events to reader")
    targets = {"scores": f"{crm}.scores"}
    denied = pytest.raises(EngineError, match=r"permission denied for schema crm")
    with Postgres(f"{postgres_url}&user=reader") as reader, denied:
        check_targets(opened(reader), targets)
    publish(opened(server), targets)
    with Postgres(f"{postgres_url}&user=reader") as reader:
        with pytest.raises(EngineError, match="grant select, insert and delete"):
            check_targets(opened(reader), targets)
        execute(server, f"grant select, insert, delete on {crm}.scores to reader")
        publish(opened(reader), targets)
    execute(server, "drop owned by reader")
    execute(server, "drop role reader")


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("absent.scores", "must be in a schema that is there; found absent. Create it first"),
        ("a b c", "must be a name such as table:crm.events"),
        ("crm.leads", "must have the columns of the result; found no as_of, person"),
    ],
)
def test_targets_that_cannot_be_are_refused_early(
    server: Postgres, crm: str, target: str, said: str
) -> None:
    """Before anything is computed."""
    assert crm
    with pytest.raises(InputError) as caught:
        check_targets(opened(server), {"scores": target})
    assert said in str(caught.value)


def test_leads_of_a_table_and_rows_from_outside_go_together(server: Postgres, crm: str) -> None:
    """Files and tables of the engine may stand beside each other."""
    assert crm
    event = {"event_id": "1", "lead_id": "lead 1", "type": "demo", "occurred_at": AS_OF}
    events = arrow([{**event, "path": "/pricing"}])
    run = opened(server, events=events)
    found = run.arrow("points").to_pylist()
    assert [(row["lead_id"], row["rule"], row["points"]) for row in found] == [
        ("lead 1", "demo", 10.0)
    ]


UNUSUAL = """
    drop schema if exists "My CRM" cascade;
    create schema "My CRM";
    create type "My CRM".stage as enum ('new', 'Old stage');
    create table "My CRM"."All Leads" ("lead_id" text primary key, "Lead Source" varchar(20),
        stage "My CRM".stage, extra jsonb, ext uuid default gen_random_uuid(), n numeric,
        d double precision, born date, seen timestamptz);
    insert into "My CRM"."All Leads" values
        ('a', 'Web', 'Old stage', '{"a": 3}', default, 'NaN', 'Infinity', 'infinity', '-infinity'),
        ('b', null, 'new', null, default, '1e400', '-Infinity', '5874897-12-31',
            '294276-12-31 23:59:59Z'),
        ('c', 'Fair', null, '{}', default, '1e-400', 'NaN', '0044-03-15 BC', '4713-01-01Z BC'),
        ('d', 'Fair', null, '{}', default, 12.5, 12.5, '2026-01-01', '2026-03-29 03:30+02');
    create table "My CRM".ev (id bigint, "Person" text, kind text, "When" timestamptz)
        partition by range (id);
    create table "My CRM".ev1 partition of "My CRM".ev for values from (0) to (100);
    create table "My CRM".ev2 partition of "My CRM".ev default;
    insert into "My CRM".ev values (1, 'a', 'demo', '2026-10-31Z'),
        (101, 'd', 'demo', '1800-01-01Z'), (102, 'd', 'demo', '9999-01-01Z'),
        (103, 'b', 'demo', 'infinity');
    create view "My CRM".seen as select * from "My CRM"."All Leads";
    create materialized view "My CRM".kept as select * from "My CRM"."All Leads"
"""
ODD: dict[str, Any] = {
    "leadline": 1,
    "model": "odd",
    "columns": {
        "events": {
            "event_id": {"from": "id"},
            "lead_id": {"from": "Person"},
            "type": {"from": "kind"},
            "occurred_at": {"from": "When"},
        }
    },
    "scores": {
        "fit": {
            "rules": {
                "source": {"of": 'lead."Lead Source"', "values": {"Web": 1}, "missing": 2},
                "stage": {"when": "lead.stage = 'Old stage'", "points": 4},
                "extra": {"when": "lead.extra like '%3%'", "points": 8},
                "ext": {"when": "length(lead.ext) = 36", "points": 16},
                "n": {"when": "lead.n >= 0", "points": 32},
                "d": {"when": "lead.d > 3", "points": 64},
                "born": {"when": "age(lead.born) > 30d", "points": 128},
                "seen": {"when": "age(lead.seen) > 1d", "points": 256},
            }
        },
        "person": {"rules": {"demo": {"event": "demo", "points": 1}}},
    },
}


@pytest.mark.feature("unusual names, types and values in tables, views and partitions")
@pytest.mark.parametrize("leads", ["All Leads", "seen", "kept"])
def test_unusual_tables_are_read(server: Postgres, leads: str) -> None:
    """What is no number or time of ours is null, and what cannot be used is counted."""
    for statement in UNUSUAL.split(";"):
        execute(server, statement)
    inputs = {"leads": f'table:"My CRM"."{leads}"', "events": 'table:"My CRM".ev'}
    run = Run.open(server, ODD, inputs, as_of=AS_OF)
    found = {row["lead_id"]: row for row in run.arrow("scores").to_pylist()}
    assert {lead: row["fit"] for lead, row in found.items()} == {
        "a": 1 + 4 + 8 + 16,
        "b": 2 + 16,
        "c": 16 + 32,  # times before the year 1 are none
        "d": 16 + 32 + 64 + 128 + 256,
    }
    assert {lead: row["person"] for lead, row in found.items()} == {"a": 1, "b": 0, "c": 0, "d": 1}
    assert run.loaded.rejects.count == 1


def test_rows_that_a_policy_hides_are_an_error(
    server: Postgres, crm: str, postgres_url: str
) -> None:
    """And not silently absent."""
    for statement in (
        "drop role if exists partial",
        "create role partial login",
        f"grant usage on schema {crm} to partial",
        f"grant select on all tables in schema {crm} to partial",
        f"alter table {crm}.events enable row level security",
    ):
        execute(server, statement)
    with (
        Postgres(f"{postgres_url}&user=partial") as reader,
        pytest.raises(EngineError, match=r"row-level security.*a role that may see all of them"),
    ):
        opened(reader).arrow("scores")
    execute(server, "drop owned by partial")
    execute(server, "drop role partial")


def test_a_session_that_only_reads_is_named(crm: str, postgres_url: str) -> None:
    """A run needs temporary tables."""
    assert crm
    options = "options=-c%20default_transaction_read_only%3Don"
    with (
        Postgres(f"{postgres_url}&{options}") as reader,
        pytest.raises(EngineError, match="only lets itself be read; use a server and a role"),
    ):
        opened(reader).arrow("scores")


def test_tables_keep_their_rights_views_and_indexes(server: Postgres, crm: str) -> None:
    """When their rows are replaced; the table may be what the run reads as previous."""
    targets = {"scores": f"{crm}.scores"}
    publish(opened(server), targets)
    for statement in (
        "drop role if exists seller",
        "create role seller",
        f"grant select on {crm}.scores to seller",
        f"create view {crm}.best as select * from {crm}.scores where band = 'high'",
        f"create index own on {crm}.scores (band)",
    ):
        execute(server, statement)
    publish(opened(server, previous=f"table:{crm}.scores"), targets)
    rights = "select has_table_privilege('seller', 'crm.scores', 'select')"
    assert server.rows(rights) == [(True,)]
    assert server.rows(f"select count(*) from {crm}.best")[0][0] > 0
    assert server.rows("select count(*) from pg_indexes where indexname = 'own'") == [(1,)]
    execute(server, "drop owned by seller")
    execute(server, "drop role seller")


@pytest.mark.parametrize(
    "harm",
    [
        "alter table {crm}.scores alter person type numeric(3, 2) using 0",
        "alter table {crm}.scores add check (person < -1) not valid",
    ],
)
def test_a_table_that_does_not_fit_is_named(server: Postgres, crm: str, harm: str) -> None:
    """With what to do; nothing was written."""
    targets = {"scores": f"{crm}.scores"}
    publish(opened(server), targets)
    for statement in harm.format(crm=crm).split(";"):
        execute(server, statement)
    with pytest.raises(InputError, match=r"Nothing was written. If it is a table for results"):
        publish(opened(server), targets)
    assert counted(server) == (500, AS_OF)


@pytest.mark.feature("missing rights, tables and columns, and wrong types are named")
@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ("alter person type boolean using true", "person must be a number; found boolean."),
        ("alter as_of type int using 0", "as_of must be a time; found integer."),
        ("alter band type bytea using null", "band must be a text; found bytea."),
        ("add owner text not null", "owner must have a default or allow null"),
        (
            "drop column band, add band text generated always as ('x') stored",
            "band must be filled by a run, and not by the database; found generated.",
        ),
    ],
)
def test_a_table_of_other_types_is_refused_early(
    server: Postgres, crm: str, harm: str, said: str
) -> None:
    """Before anything is computed; a number may become one of another kind, and a text."""
    targets = {"scores": f"{crm}.scores"}
    publish(opened(server), targets)
    execute(server, f"alter table {crm}.scores alter person type int, alter missing type text")
    check_targets(opened(server), targets)
    execute(server, f"truncate {crm}.scores")
    execute(server, f"alter table {crm}.scores {harm}")
    with pytest.raises(InputError) as caught:
        check_targets(opened(server), targets)
    assert f"table:crm.scores {said}" in str(caught.value)


def test_names_that_the_server_cuts_are_found_again(server: Postgres, crm: str) -> None:
    """It keeps 63 bytes of a name."""
    targets = {"scores": f"{crm}.{'s' * 70}"}
    for _ in range(2):  # made, then replaced
        publish(opened(server), targets)
