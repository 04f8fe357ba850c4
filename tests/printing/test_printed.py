"""Printed statements: executed over tables where an engine can be had, else refused or marked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
from ruamel.yaml import YAML
from sqlglot import parse

from comparison import arrow, differences
from leadline.engines.duckdb.engine import DuckDB
from leadline.engines.postgres.engine import Postgres
from leadline.errors import DialectError, InputError, ModelError
from leadline.model.contract import CONTRACT
from leadline.model.document import Model
from leadline.model.types import Type
from leadline.model.uses import Uses
from leadline.printing.dialects import DIALECTS
from leadline.printing.printed import printed
from leadline.printing.request import Request
from leadline.scoring import Run, moment, read_model
from oracle.generate import case
from oracle.scoring import score
from warehouses import ClickHouse, clickhouse, listed

CASES = sorted((Path(__file__).parents[1] / "cases").iterdir())
TABLES = ("leads", "accounts", "events", "outcomes", "previous", "field_history")
SEEDS = (2, 15, 29, 35, 45, 64, 100, 111)
"""Random models without merges whose statements are short: ClickHouse plans the others for long."""
QUICK_ON_SPARK = {
    "each-asset-once",
    "given-back-by-sales",
    "half-life-and-steps",
    "limits-in-the-ledger",
    "posthog-rubric",
}
"""Cases that Spark plans in a second or two; a printed statement keeps nothing between steps."""
UNPROVED = [name for name, dialect in DIALECTS.items() if not dialect.proved]
SQLGLOT = {"postgresql": "postgres"}
MODEL: dict[str, Any] = {
    "leadline": 1,
    "model": "m",
    "scores": {
        "person": {
            "decay": {"half_life": "30d"},
            "rules": {
                "visit": {"event": "visit", "where": "path like '/p%'", "points": 3, "limit": 20},
                "demo": {"event": "demo", "points": 10, "count": "once"},
                "large": {"when": "lead.employees > 100", "points": 5},
            },
        }
    },
    "bands": {"by": "person", "edges": {"low": 0, "high": 10}},
}

Execute = Callable[[str], pa.Table]
Load = Callable[[str, pa.Table], Mapping[str, str]]


@pytest.fixture(scope="module")
def house() -> Iterator[ClickHouse]:
    with clickhouse() as found:
        yield found


@pytest.fixture
def place(request: pytest.FixtureRequest) -> Iterator[tuple[str, Load, Execute]]:
    """A dialect with how a table is loaded there and a statement executed."""
    if request.param == "clickhouse":
        house = request.getfixturevalue("house")
        yield "clickhouse", house.load, house.arrow
    elif request.param == "duckdb":
        with DuckDB(threads=1) as duckdb:
            yield "duckdb", partial(_registered, duckdb), duckdb.arrow
    elif request.param == "spark":
        session = request.getfixturevalue("spark_session").newSession()
        yield "spark", partial(_loaded, session), lambda text: session.sql(text).toArrow()
    else:
        with Postgres(request.getfixturevalue("postgres_url")) as server:
            yield "postgresql", partial(_registered, server), server.arrow


def _registered(engine: Any, name: str, rows: pa.Table) -> dict[str, str]:
    engine.register(name, rows)
    natives = {"string": "text", "double": "double precision", "bool": "boolean"}
    times = {"timestamp[us]": "timestamp without time zone"}
    zoned = {"timestamp[us, tz=UTC]": "timestamp with time zone"}
    return {each.name: {**natives, **times, **zoned}[str(each.type)] for each in rows.schema}


def _loaded(session: Any, name: str, rows: pa.Table) -> dict[str, str]:
    """Make a table of a plain session of Spark, with times that have no zone where ours have."""
    frame = session.createDataFrame(rows)
    frame.createOrReplaceTempView(name)
    return dict(frame.dtypes)


def exact(table: pa.Table, names: list[str]) -> list[dict[str, Any]]:
    """Return rows in an order of their own; the mean weight alone to 9 decimals."""
    rows = table.rename_columns(names).to_pylist()
    for row in rows:
        for key, value in row.items():
            if isinstance(value, datetime):
                row[key] = value.replace(tzinfo=None)
        if row.get("weight") is not None:
            row["weight"] = round(row["weight"], 9)
    return sorted(rows, key=lambda row: [str(value) for value in row.values()])


@pytest.mark.slow
@pytest.mark.feature(
    "worked cases through leadline sql: every score, grade, band and ledger row",
    engines=("duckdb", "postgres", "spark", "clickhouse"),
)
@pytest.mark.parametrize(
    ("place", "folder"),
    [
        *((name, folder) for name in ("clickhouse", "duckdb", "postgresql") for folder in CASES),
        *(
            pytest.param("spark", folder, marks=pytest.mark.spark)
            for folder in CASES
            if folder.name in QUICK_ON_SPARK
        ),
    ],
    indirect=["place"],
    ids=lambda value: getattr(value, "name", value),
)
def test_a_printed_statement_gives_the_rows_of_the_engine(
    folder: Path, place: tuple[str, Load, Execute]
) -> None:
    """Executed over tables of the warehouse, each output is the one of ``leadline score``."""
    dialect, load, execute = place
    at = moment(YAML(typ="safe").load(folder / "case.yaml")["as_of"])
    files = {name: folder / f"{name}.csv" for name in TABLES}
    with DuckDB(threads=1) as duckdb:
        inputs = {name: str(path) for name, path in files.items() if path.exists()}
        run = Run.open(duckdb, folder / "model.yaml", inputs, as_of=at)
        rows = {name: run.engine.arrow(f"select * from {name}") for name in run.loaded.schema}
        expected = {
            name: exact(run.arrow(name), run.columns(name)) for name in run.statement.outputs
        }
    types = {f"crm_{name}": load(f"crm_{name}", table) for name, table in rows.items()}
    tables = {name: f"crm_{name}" if name in rows else "none" for name in TABLES}
    document, source = read_model(folder / "model.yaml")
    for output, wanted in expected.items():
        request = Request(dialect, tables, output, at, columns=listed(types))
        found = execute(printed(document, source, request))
        assert exact(found, run.columns(output)) == wanted, output


@pytest.mark.feature(
    "random models against the oracle, through leadline sql", engines=("clickhouse",)
)
@pytest.mark.parametrize("seed", SEEDS)
def test_clickhouse_and_oracle_agree(seed: int, house: ClickHouse) -> None:
    """Over pairs of leads and moments, scores, ledger and accounts are the oracle's.

    Merges cannot be said there, and are refused.
    """
    one = case(seed)
    document, source = read_model(one.document)
    rows = {name: each for name, each in one.tables.items() if name != "lead_merges"}
    given = {name: arrow(each) for name, each in rows.items() if each}
    given["spine"] = arrow([{"lead_id": lead, "as_of": at} for lead, at in one.spine])
    types = {
        f"crm_{name}": house.load(f"crm_{name}", _typed(document, name, rows))
        for name, rows in given.items()
    }
    tables = dict.fromkeys(TABLES, "none") | {name: f"crm_{name}" for name in given}
    found: dict[str, Any] = {"account_scores": None}
    outputs = ["scores", "points"]
    outputs += ["account_scores"] * any(each.is_account for each in document.scores.values())
    for output in outputs:
        request = Request("clickhouse", tables, output, columns=listed(types))
        found[output] = house.arrow(printed(document, source, request))
    faults = differences(
        SimpleNamespace(**found),  # type: ignore[arg-type]  # what is compared of a result
        score(one.document, rows, one.spine),
    )
    assert not faults, "\n".join(faults[:10])


_ARROW = {
    Type.TEXT: pa.string(),
    Type.ANY: pa.string(),
    Type.NUMBER: pa.float64(),
    Type.BOOLEAN: pa.bool_(),
    Type.TIME: pa.timestamp("us", "UTC"),
}


def _typed(model: Model, table: str, rows: pa.Table) -> pa.Table:
    """Give a column without any value the type that the model takes it for."""
    uses = Uses(model).types
    columns = {}
    for title in rows.column_names:
        kind = CONTRACT[table].types.get(title) or uses.get((table, title), Type.TEXT)
        empty = rows[title].null_count == rows.num_rows
        columns[title] = pa.nulls(rows.num_rows, _ARROW[kind]) if empty else rows[title]
    return pa.table(columns)


def request(dialect: str, **options: Any) -> str:
    """Print the model of this file."""
    model, source = read_model(options.pop("model", MODEL))
    return printed(model, source, Request(dialect, with_unproved=True, **options))


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("folder", CASES, ids=lambda case: case.name)
def test_every_dialect_prints_what_it_can_read(dialect: str, folder: Path) -> None:
    """What is printed is a statement of the dialect, as far as its grammar is known."""
    for output in ("scores", "ledger"):
        text = request(dialect, model=folder / "model.yaml", output=output)
        assert len(parse(text, dialect=SQLGLOT.get(dialect, dialect))) == 1
        assert "the_moment" not in text
        assert "place_of" not in text


@pytest.mark.parametrize("dialect", UNPROVED)
def test_what_was_never_executed_says_so(dialect: str) -> None:
    """It is printed only where that is wanted, and says it in its first line."""
    model, source = read_model(MODEL)
    with pytest.raises(DialectError, match=r"never been executed here. Add --unproved"):
        printed(model, source, Request(dialect))
    assert request(dialect).startswith("-- NOT PROVED: ")
    assert not request("clickhouse").startswith("-- NOT PROVED")


def test_names_and_moments_stand_as_they_were_written() -> None:
    """Those of the warehouse, of dbt, or of a variable."""
    text = request(
        "bigquery",
        tables={"leads": "`p.crm.leads`", "events": "{{ ref('events') }}"},
        as_of_sql="{{ var('as_of') }}",
    )
    assert "FROM `p.crm.leads`" in text
    assert "FROM {{ ref('events') }}" in text
    assert "CAST({{ var('as_of') }} AS DATETIME)" in text


def test_the_moment_is_given_or_the_time_at_which_it_runs() -> None:
    """The clock is read once, in the first relation."""
    assert request("snowflake").count("CURRENT_TIMESTAMP") == 1
    text = request("duckdb", as_of=datetime(2026, 11, 1, 12, tzinfo=UTC))
    assert "2026-11-01 12:00:00" in text
    assert "CURRENT_TIMESTAMP" not in text


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"dialect": "oracle"}, "--dialect must be duckdb, postgresql, spark, clickhouse"),
        ({"dialect": "duckdb", "output": "scors"}, "Did you mean scores?"),
        (
            {"dialect": "duckdb", "output": "account_scores"},
            "needs a model with scores of accounts",
        ),
        ({"dialect": "duckdb", "tables": {"leads": "lead_base"}}, "must be named with its schema"),
        (
            {"dialect": "duckdb", "columns": listed({"leads": {"lead_id": "text"}})},
            "must list the columns of events",
        ),
        (
            {
                "dialect": "duckdb",
                "tables": {"events": "none"},
                "columns": listed({"leads": {"lead_id": "text", "employees": "boolean"}}),
            },
            "leads employees must be a number; found true or false. Convert it in a view",
        ),
    ],
)
def test_what_cannot_be_printed_is_refused(options: dict[str, Any], said: str) -> None:
    """With what was expected and what to do."""
    if "employees" in said:
        options = {
            **options,
            "model": {**MODEL, "columns": {"leads": {"employees": {"type": "number"}}}},
        }
    with pytest.raises(InputError) as caught:
        request(**options)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("dialect", "options", "said"),
    [
        (
            "snowflake",
            {"tables": {"event_marks": "crm.marks"}},
            "--event-marks cannot be said on Snow",
        ),
        (
            "clickhouse",
            {"tables": {"lead_merges": "crm.merges"}},
            "--lead-merges cannot be said on Cl",
        ),
        ("bigquery", {}, "größe cannot be the name of a column on BigQuery"),
    ],
)
def test_what_a_dialect_cannot_say_is_refused(
    dialect: str, options: dict[str, Any], said: str
) -> None:
    """With the construct, the dialect and what to do."""
    grade = {"grades": {"größe": {"by": "person", "edges": {"B": 0, "A": 5}}}}
    model = {**MODEL, **grade} if dialect == "bigquery" else MODEL
    with pytest.raises(DialectError) as caught:
        request(dialect, model=model, **options)
    assert said in str(caught.value)


def test_columns_that_nobody_knows_are_faults() -> None:
    """Where neither the model nor the tables tell what a column is."""
    rules = {"same": {"when": "lead.a = lead.b", "points": 1}}
    with pytest.raises(InputError, match="leads a must have a type, which the model does not tell"):
        request("duckdb", model={**MODEL, "scores": {"person": {"rules": rules}}})
    wrong = {"more": {"when": "lead.country > 3", "points": 1}}
    columns = listed({"leads": {"lead_id": "text", "country": "text"}, "events": {}})
    with pytest.raises(ModelError):
        request(
            "duckdb",
            model={**MODEL, "scores": {"person": {"rules": wrong}}},
            columns=columns,
            tables={"events": "none"},
        )


def test_repeated_and_unusable_rows_are_left_out(house: ClickHouse) -> None:
    """An event that stands twice counts once; without its keys it does not."""
    at = datetime(2026, 10, 1, tzinfo=UTC)
    event = {"event_id": "1", "lead_id": "a", "type": "demo", "occurred_at": at, "path": "/"}
    twice = [event, {**event, "path": "/x"}, {**event, "event_id": None}]
    rows = {
        "crm_leads": arrow([{"lead_id": "a", "employees": 5.0}, {"lead_id": None}]),
        "crm_events": arrow([*twice, {**event, "event_id": "2", "lead_id": None}]),
    }
    text = request(
        "clickhouse",
        tables={"leads": "crm_leads", "events": "crm_events"},
        output="ledger",
        as_of=at,
        columns=listed({name: house.load(name, each) for name, each in rows.items()}),
    )
    found = house.arrow(text).to_pylist()
    assert [(row["rule"], row["count"], row["points"]) for row in found] == [("demo", 1, 10.0)]
