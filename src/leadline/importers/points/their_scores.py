"""The scores of the other system: a file of leads and scores, on the engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import Fault, InputError
from leadline.sql.text import Sql, name, sql_text
from leadline.tables.places.csv_files import read_csv
from leadline.tables.places.files import given_files
from leadline.tables.places.raw import REJECTS, prepare

THEIRS = "their_scores"
"""Table on the engine: ``lead_id``, ``label`` (text), ``score`` (number or null)."""

_COLUMNS = {
    "lead": [
        "lead_id",
        "lead",
        "leadid",
        "id",
        "record_id",
        "prospect_id",
        "contact_id",
        "person_id",
    ],
    "score": [
        "score",
        "lead_score",
        "person_score",
        "total_score",
        "total",
        "points",
        "hubspot_score",
        "rating",
    ],
}


def load_their_scores(engine: DuckDB, path: str | Path) -> bool:
    """Read the file into ``their_scores``; say whether all scores are numbers.

    Raises:
        InputError: A column is lacking, a lead stands twice, or there is no row.
        FileError: It cannot be read.
    """
    [file] = given_files(path)
    prepare(engine, [THEIRS])
    raw = read_csv(engine, THEIRS, [file])
    titles = list(raw.columns)
    columns = {need: _found(file, titles, need, words) for need, words in _COLUMNS.items()}
    values = {need: raw.columns[title].value for need, title in columns.items()}
    engine.run(_sql(values, raw.relation))
    _refuse(engine, file, columns["lead"])
    [(texts,)] = engine.rows(f"select count(*) from {THEIRS} where score is null")
    return not texts


def _sql(values: Mapping[str, Sql], rows: Sql) -> Sql:
    statement = """
        create or replace temp table {table} as
        select trim({lead}) as lead_id, trim({score}) as label,
            try_cast(trim({score}) as decimal(18, 4)) as score
        from {rows} where trim({lead}) <> '' and trim({score}) <> ''"""
    return sql_text(statement, table=name(THEIRS), rows=rows, **values)


def _found(file: str, titles: Iterable[str], need: str, words: Iterable[str]) -> str:
    known = {"_".join(title.lower().replace("-", " ").split()): title for title in titles}
    title = next((known[word] for word in words if word in known), None)
    if title is None:
        expected = f"must have a column {need}, such as {next(iter(words))}"
        raise InputError(Fault(f"{file}:1", "", expected, ", ".join(titles)))
    return title


def _refuse(engine: DuckDB, file: str, column: str) -> None:
    twice = engine.rows(
        f"select lead_id from {THEIRS} group by 1 having count(*) > 1 order by 1 limit 1"
    )
    if twice:
        raise InputError(Fault(file, column, "must have each lead once", str(twice[0][0])))
    [(rows,)] = engine.rows(f"select count(*) from {THEIRS}")
    [(broken,)] = engine.rows(
        sql_text("select count(*) from {r} where table_name = {t}", r=name(REJECTS), t=THEIRS)
    )
    if broken:
        raise InputError(
            Fault(file, "", "must have rows that can be read", f"{broken} that cannot")
        )
    if not rows:
        raise InputError(Fault(file, "", "must have a row with a lead and a score"))
