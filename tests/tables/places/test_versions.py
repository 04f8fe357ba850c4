"""Snapshots of dbt and dated exports are a field history: what a field was is read as of then."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import leadline
from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import InputError
from leadline.model.reading.reader import read as read_document
from leadline.tables.read import load

MODEL: dict[str, Any] = {
    "leadline": 1,
    "model": "history",
    "columns": {"leads": {"level": {"from": "Seniority Level"}}},
    "scores": {
        "person": {
            "rules": {
                "chief": {"when": "lead.level = 'chief'", "points": 10},
                "large": {"when": "account.employees >= 100", "points": 1},
            }
        }
    },
}


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _model(**files: Any) -> dict[str, Any]:
    return MODEL | {"files": {"field_history": files}}


def _read(model: dict[str, Any], given: Any) -> list[tuple[Any, ...]]:
    document = read_document(model)
    with DuckDB() as engine:
        load(engine, {"field_history": given}, document.columns, files=document.files)
        return engine.rows(
            "select entity, id, field, value, strftime(valid_from, '%Y-%m-%d') "
            "from field_history order by all"
        )


def _snapshots(folder: Path) -> list[str]:
    """Return what ``dbt snapshot`` keeps: of leads, and of accounts."""
    leads = pa.table(
        {
            "lead_id": ["ada", "ada", "ben"],
            "account_id": ["north", "north", "south"],
            "Seniority Level": ["staff", "chief", "chief"],
            "dbt_scd_id": ["1", "2", "3"],
            "dbt_updated_at": [_at("2025-01-01"), _at("2026-03-01"), _at("2025-01-01")],
            "dbt_valid_from": [_at("2025-01-01"), _at("2026-03-01"), _at("2025-01-01")],
            "dbt_valid_to": [_at("2026-03-01"), None, _at("2026-02-01")],
        }
    )
    accounts = pa.table(
        {
            "account_id": ["north", "north"],
            "employees": [50, 500],
            "dbt_valid_from": [_at("2025-01-01"), _at("2026-05-01")],
            "dbt_valid_to": [_at("2026-05-01"), None],
        }
    )
    for name, rows in (("leads", leads), ("accounts", accounts)):
        pq.write_table(rows, folder / f"{name}_snapshot.parquet")
    return [str(folder / "leads_snapshot.parquet"), str(folder / "accounts_snapshot.parquet")]


DBT = {"version_from": "dbt_valid_from", "version_to": "dbt_valid_to"}


def test_a_version_of_a_row_is_the_value_of_each_of_its_fields(tmp_path: Path) -> None:
    """What is deleted in the source has no value from then on; columns of dbt are no fields."""
    assert _read(_model(**DBT), _snapshots(tmp_path)) == [
        ("account", "north", "employees", "50", "2025-01-01"),
        ("account", "north", "employees", "500", "2026-05-01"),
        ("lead", "ada", "account_id", "north", "2025-01-01"),
        ("lead", "ada", "account_id", "north", "2026-03-01"),
        ("lead", "ada", "level", "chief", "2026-03-01"),
        ("lead", "ada", "level", "staff", "2025-01-01"),
        ("lead", "ben", "account_id", "south", "2025-01-01"),
        ("lead", "ben", "account_id", None, "2026-02-01"),
        ("lead", "ben", "level", "chief", "2025-01-01"),
        ("lead", "ben", "level", None, "2026-02-01"),
    ]


def test_scores_of_last_year_see_what_fields_were_then(tmp_path: Path) -> None:
    """Also where the lead and its company have other values today."""
    leads = pa.table({"lead_id": ["ada"], "account_id": ["north"], "Seniority Level": ["chief"]})
    accounts = pa.table({"account_id": ["north"], "employees": [500]})
    moments = [_at("2025-06-01"), _at("2026-04-01"), _at("2026-06-01")]
    spine = pa.table({"lead_id": ["ada"] * 3, "as_of": moments})
    scored = leadline.score(
        _model(**DBT), leads=leads, accounts=accounts, field_history=_snapshots(tmp_path),
        spine=spine,
    )  # fmt: skip
    rows = sorted(scored.scores.to_pylist(), key=lambda row: row["as_of"])
    assert [float(row["person"]) for row in rows] == [0.0, 10.0, 11.0]


def test_dated_exports_are_known_once_their_day_is_over(tmp_path: Path) -> None:
    """A value that stands in one export after the other has not changed."""
    for day, level in (("2026-01-01", "staff"), ("2026-02-01", "staff"), ("2026-03-01", "chief")):
        text = f"lead_id,Seniority Level\nada,{level}\n"
        (tmp_path / f"leads-{day}.csv").write_text(text, encoding="utf-8")
    found = _read(_model(version_from="file name"), str(tmp_path / "leads-*.csv"))
    assert found == [
        ("lead", "ada", "level", "chief", "2026-03-02"),
        ("lead", "ada", "level", "staff", "2026-01-02"),
    ]


@pytest.mark.parametrize(
    ("files", "name", "text", "says"),
    [
        ({"version_from": "file name"}, "leads.csv", "lead_id,x\na,1\n", "a date in its name"),
        ({"version_from": "dbt_valid_form"}, "a.csv", "lead_id,dbt_valid_from\na,2026-01-01\n",
         "Did you mean dbt_valid_from"),
        (DBT, "a.csv", "id,dbt_valid_from,dbt_valid_to\na,2026-01-01,\n", "lead_id or account_id"),
    ],
)  # fmt: skip
def test_what_is_no_version_is_refused(
    tmp_path: Path, files: dict[str, str], name: str, text: str, says: str
) -> None:
    """With what was expected."""
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=says):
        _read(_model(**files), str(tmp_path / name))


def test_versions_can_be_declared_of_the_history_alone(tmp_path: Path) -> None:
    """Leads are as they are."""
    (tmp_path / "leads.csv").write_text("lead_id\nada\n", encoding="utf-8")
    model = read_document(MODEL | {"files": {"leads": {"version_from": "x"}}})
    with DuckDB() as engine, pytest.raises(InputError, match="of field_history alone"):
        load(engine, {"leads": str(tmp_path / "leads.csv")}, model.columns, files=model.files)
