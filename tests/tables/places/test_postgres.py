"""Tables of PostgreSQL where they are: types of the catalog, keys, repeated and useless rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from leadline.engines.duckdb.engine import DuckDB
from leadline.engines.postgres.engine import Postgres
from leadline.errors import InputError
from leadline.model.document import Column, Model
from leadline.model.reading.reader import read as read_document
from leadline.model.types import Type
from leadline.scoring.loading import load

MODEL = read_document(
    {
        "leadline": 1,
        "model": "any",
        "scores": {"fit": {"rules": {"new": {"when": "lead.created_at is null", "points": 1}}}},
    }
)


@pytest.fixture
def server(postgres_url: str) -> Iterator[Postgres]:
    with Postgres(postgres_url) as engine:
        yield engine


def made(server: Postgres, *statements: str) -> None:
    """Make a schema anew."""
    with server.transaction():
        for statement in ("drop schema if exists raw cascade", "create schema raw", *statements):
            server.run(statement)


LEADS = "create table raw.leads (lead_id text primary key)"


def test_types_of_the_catalog_are_ours(server: Postgres) -> None:
    """Every type becomes text, a number, true or false, or a time in UTC; odd values are null."""
    made(
        server,
        "create domain raw.cents as numeric check (value >= 0)",
        "create table raw.leads (lead_id uuid primary key, a smallint, b raw.cents, c real, "
        "d boolean, e timestamptz, f timestamp, g date, h varchar(9), i jsonb, created_at date)",
        "insert into raw.leads values ('00000000-0000-0000-0000-000000000001', 1, 2.5, 'NaN', "
        "true, '2026-11-01 13:00+01', 'infinity', '2026-11-01', 'é', '{\"x\": 1}', null)",
    )
    loaded = load(server, {"leads": "table:raw.leads"}, MODEL)
    kinds = loaded.schema["leads"]
    assert [kinds[name] for name in "abcdefghi"] == [
        *[Type.NUMBER] * 3, Type.BOOLEAN, *[Type.TIME] * 3, *[Type.TEXT] * 2,
    ]  # fmt: skip
    noon = datetime(2026, 11, 1, 12)  # noqa: DTZ001 - naive UTC
    assert server.rows("select lead_id, a, b, c, d, e, f, g, h, i from leads") == [
        ("00000000-0000-0000-0000-000000000001", 1.0, 2.5, None, True, noon, None,
         datetime(2026, 11, 1), "é", '{"x": 1}')  # noqa: DTZ001 - naive UTC
    ]  # fmt: skip


def test_columns_are_mapped_as_the_model_says(server: Postgres) -> None:
    """Names, tokens that mean nothing, and zones of times without one."""
    made(
        server,
        'create table raw.leads ("Prospect ID" text primary key, size int, seen timestamp)',
        "insert into raw.leads values ('a', 999, '2026-07-01 12:00'), ('b', 5, null)",
    )
    columns = {
        "leads": {
            "lead_id": Column.model_validate({"from": "Prospect ID"}),
            "size": Column.model_validate({"missing": [999]}),
            "seen": Column.model_validate({"zone": "Europe/Warsaw"}),
        }
    }
    loaded = load(
        server, {"leads": "table:raw.leads"}, MODEL.model_copy(update={"columns": columns})
    )
    assert server.rows("select lead_id, size, seen from leads order by 1") == [
        ("a", None, datetime(2026, 7, 1, 10)),  # noqa: DTZ001 - naive UTC
        ("b", 5.0, None),
    ]
    assert loaded.notes == ["raw.leads: column Prospect ID is read as lead_id."]


@pytest.mark.feature("missing rights, tables and columns, and wrong types are named")
@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("raw.event", "is not a table of the database.*Did you mean table:raw.events"),
        ("raw.events", "occurred_at must be a time; found true or false. Convert it in a view"),
        ("raw.other", "must have a column occurred_at"),
        ("no'such", "must be a name such as table:crm.events"),
    ],
)
def test_tables_that_cannot_be_used_are_named(server: Postgres, table: str, said: str) -> None:
    """With what was expected and found, and what to do."""
    made(
        server,
        LEADS,
        "create table raw.events (event_id text, lead_id text, type text, occurred_at boolean)",
        "create table raw.other (event_id text, lead_id text, type text)",
    )
    with pytest.raises(InputError, match=said):
        load(server, {"leads": "table:raw.leads", "events": f"table:{table}"}, MODEL)


def test_keys_that_repeat_are_refused(server: Postgres) -> None:
    """Where no index forbids it, the rows are looked at."""
    made(
        server,
        "create table raw.leads (lead_id text, x int)",
        "insert into raw.leads values ('a', 1), ('b', 1), ('a', null)",
    )
    with pytest.raises(InputError, match="lead_id must be unique; found 1 that repeats: a"):
        load(server, {"leads": "table:raw.leads"}, MODEL)
    assert load(server, {"leads": "table:raw.leads"}, MODEL, clean=True).notes == []


def test_useless_rows_are_rejected_and_repeated_ones_count_once(server: Postgres) -> None:
    """As from files: rejects have their reason, and the earliest of equal ids stands."""
    made(
        server,
        LEADS,
        "create table raw.events (event_id text, lead_id text, type text, occurred_at timestamptz)",
        "insert into raw.events values ('1', 'a', 'late', '2026-02-01Z'), "
        "('1', 'a', 'early', '2026-01-01Z'), (null, 'a', 'x', '2026-01-01Z'), "
        "('2', null, 'x', '2026-01-01Z'), ('3', 'a', 'x', 'infinity')",
    )
    loaded = load(server, {"leads": "table:raw.leads", "events": "table:raw.events"}, MODEL)
    assert server.rows("select event_id, type from events") == [("1", "early")]
    assert loaded.rejects.count == 3
    rejects = server.embedded.rows("select table_name, file, reason from rejects order by reason")
    assert rejects == [
        ("events", "raw.events", "event_id is missing"),
        ("events", "raw.events", "lead_id and account_id are missing"),
        ("events", "raw.events", "occurred_at is not a time"),
    ]
    assert loaded.notes == [
        "raw.events: 1 value of occurred_at is not a time and counts as null: 'infinity'.",
        "raw.events: 1 row was rejected: event_id is missing.",
        "raw.events: 1 row was rejected: lead_id and account_id are missing.",
        "raw.events: 1 row was rejected: occurred_at is not a time.",
        "raw.events: 1 row repeats the event_id of another; each is counted once.",
        "raw.events: 1 of 1 row has a lead_id that is in no leads, so it counts for no lead: 'a'.",
    ]


def test_text_of_any_collation_can_be_compared(server: Postgres) -> None:
    """Columns of tables need not have the database's collation."""
    made(
        server,
        'create table raw.leads (lead_id text collate "C" primary key)',
        "create table raw.events (event_id text primary key, lead_id text, type text, "
        "occurred_at timestamptz)",
        "insert into raw.leads values ('a')",
        "insert into raw.events values ('1', 'a', 'x', '2026-01-01Z')",
    )
    load(server, {"leads": "table:raw.leads", "events": "table:raw.events"}, MODEL)
    assert server.rows("select count(*) from leads join events using (lead_id)") == [(1,)]


@pytest.mark.parametrize("more", ["", ", ('b', '', '', '')"], ids=["none empty", "some empty"])
def test_a_text_is_read_as_it_is_declared_whether_or_not_any_is_empty(
    server: Postgres, more: str
) -> None:
    """What rows are in sight decides no type: numbers, times and truth are no texts."""
    made(
        server,
        "create table raw.leads (lead_id text primary key, size text, seen text, agreed text)",
        f"insert into raw.leads values ('a', '5', '2026-11-01', 'true'){more}",
    )
    kinds = {"size": "number", "seen": "time", "agreed": "boolean"}
    columns = {"leads": {each: Column.model_validate({"type": kinds[each]}) for each in kinds}}
    document = MODEL.model_copy(update={"columns": columns})
    load(server, {"leads": "table:raw.leads"}, document)
    query = "select size, seen, agreed from leads where lead_id = 'a'"
    assert server.rows(query) == [(5.0, datetime(2026, 11, 1), True)]  # noqa: DTZ001 - naive UTC


def test_a_value_is_said_or_made_of_others_as_in_files(server: Postgres) -> None:
    """Words for truth count too; what makes rows of columns is for files, and is refused."""
    made(
        server,
        "create table raw.events (who text, seen timestamptz, agreed text)",
        "insert into raw.events values ('a', '2026-11-01Z', 'Нет'), (null, '2026-11-01Z', 'TAK')",
    )
    said = {
        "event_id": {"made_from": ["who", "seen"]},
        "lead_id": {"value": "a"},
        "type": {"value": "visit"},
        "occurred_at": {"from": "seen"},
        "agreed": {"type": "boolean"},
    }

    def document(**more: object) -> Model:
        columns = {name: Column.model_validate(each) for name, each in {**said, **more}.items()}
        return MODEL.model_copy(update={"columns": {"events": columns}})

    load(server, {"events": "table:raw.events"}, document())
    assert sorted(server.rows("select event_id, lead_id, type, agreed from events")) == [
        ("a|2026-11-01T00:00:00.000000Z", "a", "visit", False),
        ("|2026-11-01T00:00:00.000000Z", "a", "visit", True),
    ]
    with pytest.raises(InputError, match="must not have event, which is for files"):
        load(server, {"events": "table:raw.events"}, document(agreed={"event": "x"}))


def test_tables_need_an_engine_that_has_them() -> None:
    """DuckDB is in memory and has none."""
    with DuckDB() as engine, pytest.raises(InputError, match=r"table:crm.leads needs an engine"):
        load(engine, {"leads": "table:crm.leads"}, MODEL)
