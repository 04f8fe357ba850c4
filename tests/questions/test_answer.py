"""Answers of Python's functions: objects with numbers, tables, a page and one JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import polars as pl
import pyarrow as pa
import pytest

import leadline
from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import InputError
from leadline.explain.plain import json_schema

QUICKSTART = Path(__file__).parents[2] / "examples" / "quickstart"
MODEL = QUICKSTART / "model.yaml"
TABLES: dict[str, Any] = {
    name: QUICKSTART / f"{name}.csv" for name in ("leads", "accounts", "events")
}
AT = "2026-11-01"
SIZE = """
leadline: 1
model: size
scores:
  fit:
    rules:
      large: {when: lead.size >= 100, points: 10}
bands: {by: fit, edges: {cold: 0, sales: 10}}
"""
LEADS = pa.table({"lead_id": ["a", "b"], "size": [250, 3]})


@pytest.fixture(scope="module")
def scored() -> leadline.Scored:
    """Return two scored leads."""
    return leadline.score(SIZE, leads=LEADS, as_of=AT)


def test_scores_outlive_the_engine(scored: leadline.Scored) -> None:
    """All tables are here, and the answer can be read as its scores."""
    assert pl.DataFrame(scored).sort("lead_id")["fit"].to_list() == [10.0, 0.0]
    assert scored.points.num_rows == 1
    assert scored.account_scores is None
    assert scored.transitions is not None
    assert scored.transitions.num_rows == 2
    assert scored.rejects.num_rows == 0


def test_the_best_are_found_in_tables_as_on_the_engine(scored: leadline.Scored) -> None:
    """The list of the best is the same after the engine has gone."""
    assert [(each.lead_id, each.score, each.bands) for each in scored.best.leads] == [
        ("a", 10.0, ("sales",)),
        ("b", 0.0, ("cold",)),
    ]
    assert [each.rule for each in scored.best.leads[0].reasons] == ["large"]
    assert scored.plain()["bands"] == {"band": {"cold": 1, "sales": 1}}


def test_an_explanation_keeps_its_schema() -> None:
    """Its JSON is what the schema that ships says, and its ledger sums to the scores."""
    found = leadline.explain(MODEL, "ada", **TABLES, as_of=AT)
    plain = json.loads(found.to_json())
    jsonschema.validate(plain, json.loads(json_schema()))
    person = sum(row["points"] for row in plain["ledger"] if row["score"] == "person")
    assert round(person, 2) == plain["scores"]["person"]
    assert plain["question"] == "explain"


def test_an_answer_is_a_page_too() -> None:
    """In a notebook the page stands in a frame of its own."""
    found = leadline.trial(MODEL, **TABLES, as_of=AT)
    assert found.to_html().startswith("<!doctype html>")
    assert found._repr_html_().startswith('<iframe srcdoc="&lt;!doctype html&gt;')
    assert found.result.rules
    assert found.plain()["report"]["title"] == found.page.title


def test_faults_of_a_model_are_an_answer() -> None:
    """Whoever checks wants to see them all."""
    found = leadline.check(SIZE.replace("by: fit", "by: fitt"))
    [fault] = found.result.faults
    assert fault.remedy == "Did you mean fit?"
    assert found.plain()["faults"][0]["says"] == str(fault)
    assert leadline.check(SIZE).result.counts == {"scores": 1, "rules": 1, "examples": 0}


def test_an_engine_that_was_given_stays_open() -> None:
    """Whatever is asked on it."""
    with DuckDB() as engine:
        leadline.score(SIZE, leads=LEADS, as_of=AT, engine=engine)
        leadline.trial(SIZE, leads=LEADS, as_of=AT, engine=engine)
        leadline.check(SIZE, engine=engine)
        assert engine.rows("select 1") == [(1,)]


def test_what_cannot_be_asked_is_refused_before_anything_is_read() -> None:
    """Options that exclude each other, and values that are none."""
    with pytest.raises(InputError, match="must not stand beside"):
        leadline.score(SIZE, leads="nowhere.csv", as_of=AT, spine=LEADS)
    with pytest.raises(InputError, match="must be one of time, groups, random, all"):
        leadline.backtest(SIZE, leads="nowhere.csv", split="tim")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="must be at least 2"):
        leadline.thresholds(SIZE, leads="nowhere.csv", weeks=1)
    with pytest.raises(InputError, match="either as_of or spine"):
        leadline.score(SIZE, leads=LEADS)


def test_a_proposal_is_a_text_of_the_answer(tmp_path: Path) -> None:
    """What --apply would write can be had without a file; with one it is written."""
    deals = MODEL.parents[1] / "deals"
    asked: dict[str, Any] = {"task": deals / "task.yaml", "leads": deals / "deals.csv"}
    asked["recall"] = 0.5
    found = leadline.thresholds(deals / "model.yaml", **asked)
    assert found.result.edge is not None
    assert f"{found.result.edge:g}" in found.texts["model"]
    copy = tmp_path / "model.yaml"
    copy.write_text((deals / "model.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    leadline.thresholds(copy, **asked, apply=True)
    assert copy.read_text(encoding="utf-8") == found.texts["model"]
    with pytest.raises(InputError, match="needs a model that a file holds"):
        leadline.thresholds(copy.read_text(encoding="utf-8"), **asked, apply=True)


def test_files_are_written_where_they_are_asked_for(tmp_path: Path) -> None:
    """Rows and texts, by Python as by the command."""
    found = leadline.score(SIZE, leads=LEADS, as_of=AT, out=str(tmp_path / "s.csv"))
    assert found.written == (str(tmp_path / "s.csv"),)
    assert (tmp_path / "s.csv").read_text(encoding="utf-8").startswith("lead_id,as_of,fit")
    leadline.inspect(LEADS, out=str(tmp_path / "c.yaml"))
    assert (tmp_path / "c.yaml").read_text(encoding="utf-8").startswith("columns:")


def test_optional_tables_may_be_frames() -> None:
    """Whether one was given is no question to its rows."""
    frames = {name: pl.read_csv(path).to_pandas() for name, path in TABLES.items()}
    found = leadline.score(MODEL, as_of=AT, **frames)
    assert found.scores.num_rows == len(frames["leads"])
