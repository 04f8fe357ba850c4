"""The import as a whole."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from examples import examples
from importers.scenes import TABLES
from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import InputError
from leadline.importers import SYSTEMS, read_points
from leadline.model.checking.check import check
from leadline.scoring import read_model

ACTIONS = ("Email opened", "Fills Out Form", "Page View: /x'y", "Industry", "Job Title contains VP",
           "Job Title", "MQL threshold", "Fit A threshold", "Engagement 1 threshold", "Threshold",
           "Engagement score limit", "Inactive for 30 days", "No email clicks in the last 9 days",
           "Opportunity Won", "case", "hits.x", "- {", "# x: y", "\u00e9t\u00e9 is 1")  # fmt: skip
MEANT = {
    "Rule": ACTIONS,
    "Points": ("5", "-10", "+1,000", "0", "=3", "1e9", "999999999999", "2/3", "0.001", "{{my.x}}"),
    "Condition": ("is any of a, b", "is between 1 and 2", "URL contains /x", "Industry is 'null'",
                  "more than 3 times in the last 30 days", "is 007", 'contains say "hi"', "is"),
    "Type": ("Negative", "Property", "Event", "Profile", "Threshold", "Engagement"),
    "Group": ("Website", "range", "select", "\U0001f600"),
    "Group limit": ("10", "0", "none", "-5", "x"),
    "Limit": ("10", "0", "none", "-5", "x"),
    "Decay": ("50% every month", "100% weekly", "5% monthly", "keeps 9% every 2 days", "33% / day"),
    "Frequency": ("once", "exactly 2 times", "less than 3 times", "once every 7 days", "5 or more"),
    "Timeframe": ("in the last 2 weeks", "3 hours", "0 days", "all time", "soon"),
    "Category": ("Product A", "band", "Behavior", "\u00e9"),
    "Weight": ("25%", "100", "0", "1/3", "-3/3", "200%"),
    "Score field": ("Behavior Score", "Band Score", "case", "Lead_ID score", "total", "missing"),
    "Field value": ("Software", "100", "at least 5", "null", "a, b", "it's", "true"),
}  # fmt: skip
"""Column to words that mean something there, and some that nearly do."""


def _cell(head: str) -> st.SearchStrategy[str]:
    words = st.sampled_from(MEANT[head])
    choices = [words, st.just(""), st.just(""), st.just(""), st.text(max_size=12)]
    return st.one_of(*choices[: 1 if head in ("Rule", "Points") else None], st.text(max_size=12))


HEADS = tuple(MEANT)
ROWS = st.lists(st.tuples(*map(_cell, HEADS)), max_size=8)


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_example_passes_check(engine: DuckDB, system: str) -> None:
    """The text that is written is a model without faults, and says where each rule comes from."""
    found = read_points(system, TABLES / f"{system.replace('-', '_')}.csv", engine=engine)
    assert check(*read_model(found.text)) == []
    assert read_model(found.text)[0] == found.model
    for each in found.findings:
        if each.rule.partition(".")[0] in found.model.scores and not each.rule.endswith(".range"):
            assert f"# line {each.line}: {each.text}" in found.text


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_row_is_reported_once(engine: DuckDB, system: str) -> None:
    """No row vanishes without a word."""
    path = TABLES / f"{system.replace('-', '_')}.csv"
    found = read_points(system, path, engine=engine)
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert [each.line for each in found.findings if each.line] == list(range(2, lines + 1))


@given(rows=ROWS, system=st.sampled_from(list(SYSTEMS)))
@settings(
    max_examples=examples(80),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_table_is_a_model_or_has_clear_faults(
    engine: DuckDB, tmp_path: Path, rows: list[tuple[str, ...]], system: str
) -> None:
    """Random rows never end in a crash, and never in a model that check refuses."""
    path = tmp_path / "any.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([HEADS, *rows])
    try:
        found = read_points(system, path, engine=engine)
    except InputError:
        return
    assert check(*read_model(found.text)) == []
    assert all(each.reason for each in found.lost())


def test_a_table_without_a_rule_that_fits_is_refused(engine: DuckDB, tmp_path: Path) -> None:
    """The first reason is told."""
    path = tmp_path / "t.csv"
    path.write_text("Rule,Points\nGhost seen,5\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"line 2: the action is not known: Ghost seen"):
        read_points("hubspot", path, engine=engine)


def test_a_system_that_is_not_known_is_refused(engine: DuckDB) -> None:
    """The nearest known name is offered."""
    with pytest.raises(InputError, match="Did you mean marketo"):
        read_points("marketto", "t.csv", engine=engine)
