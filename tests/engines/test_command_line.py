"""The command lines of the contract with ``--engine`` added."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadline.cli.commands import app
from leadline.cli.main import main
from leadline.engines.known import SERVERS
from leadline.engines.postgres.engine import Postgres
from leadline.engines.spark.engine import Spark

CASE = Path(__file__).parents[1] / "cases" / "target-accounts"
COMMAND = [
    "score",
    str(CASE / "model.yaml"),
    *(
        word
        for name in ("leads", "accounts", "events")
        for word in (f"--{name}", f"{CASE}/{name}.csv")
    ),
    "--as-of",
    "2026-11-01",
]


def ended(*words: str, monkeypatch: pytest.MonkeyPatch) -> object:
    """Run a command line and return how it ended."""
    monkeypatch.setattr("sys.argv", ["leadline", *words])
    with pytest.raises(SystemExit) as caught:
        main()
    return caught.value.code


@pytest.mark.feature("the contract's command lines, files byte for byte")
@pytest.mark.parametrize("server", ["postgres", pytest.param("spark", marks=pytest.mark.spark)])
def test_files_are_the_same_byte_for_byte(
    server: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the engine, from files to files."""
    address = "spark"
    if server == "spark":  # beside the session of the tests: there is one in a process
        session = request.getfixturevalue("spark_session")
        monkeypatch.setitem(
            SERVERS, "spark", lambda _, embedded, __: Spark(session=session, embedded=embedded)
        )
    else:
        address = request.getfixturevalue("postgres_url")
    for engine in ("duckdb", address):
        folder = tmp_path / engine[:6]
        folder.mkdir()
        outputs = {"--out": "s.csv", "--ledger": "p.json", "--transitions": "t.csv"}
        options = [word for each in outputs.items() for word in (each[0], str(folder / each[1]))]
        assert not app([*COMMAND, *options, "--engine", engine], standalone_mode=False)
    for name in outputs.values():
        one, other = ((tmp_path / each[:6] / name).read_bytes() for each in ("duckdb", address))
        assert one == other
        assert one


def test_results_go_to_tables_and_files_together(tmp_path: Path, postgres_url: str) -> None:
    """A run may write some outputs to tables and others to files."""
    file = tmp_path / "ledger.csv"
    options = ["--engine", postgres_url, "--out", "table:scores_of_run", "--ledger", str(file)]
    for _ in range(2):  # made, then replaced
        assert not app([*COMMAND, *options], standalone_mode=False)
    with Postgres(postgres_url) as reader:
        assert reader.rows("select count(*) from scores_of_run") == [(6,)]
    assert file.exists()


@pytest.mark.feature("an unreachable server, wrong credentials")
@pytest.mark.parametrize(
    ("engine", "status", "said"),
    [
        ("postgresql:///x?host=/nowhere", 3, "cannot be used: No such file"),
        ("mysql://x", 2, "--engine must be duckdb, spark, or an address"),
    ],
)
def test_an_engine_that_cannot_be_used_is_named(
    engine: str,
    status: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With exit status 3 where it does not answer, and 2 where it cannot be meant."""
    assert ended(*COMMAND, "--engine", engine, monkeypatch=monkeypatch) == status
    assert said in capsys.readouterr().err


def test_tables_need_an_engine_that_has_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """DuckDB has none that last."""
    assert ended(*COMMAND, "--out", "table:scores", monkeypatch=monkeypatch) == 2
    assert "needs an engine that has tables" in capsys.readouterr().err


def test_a_lead_of_a_table_is_explained(
    postgres_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """As one of a file is: the rows are brought to the embedded engine."""
    tables = ("leads", "accounts", "events")
    with Postgres(postgres_url) as owner:
        for name in tables:
            rows = owner.embedded.reader(f"from read_csv('{CASE}/{name}.csv')")
            owner.register(f"given_{name}", rows)
            with owner.transaction():
                owner.run("create schema if not exists explained")
                owner.run(f"drop table if exists explained.{name}")
                owner.run(f"create table explained.{name} as select * from pg_temp.given_{name}")
    shown = []
    for engine, place in (("duckdb", f"{CASE}/{{}}.csv"), (postgres_url, "table:explained.{}")):
        given = [word for name in tables for word in (f"--{name}", place.format(name))]
        command = ["explain", str(CASE / "model.yaml"), "busy", *given, "--as-of", "2026-11-01"]
        assert not app([*command, "--engine", engine], standalone_mode=False)
        shown.append(capsys.readouterr().out)
    assert shown[0] == shown[1]
    assert "busy" in shown[0]
