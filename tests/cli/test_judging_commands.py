"""``leadline backtest`` and ``compare`` as a stranger meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leadline.cli.commands import app
from leadline.errors import LeadlineError

DEALS = Path(__file__).parents[2] / "examples" / "deals"
MODEL, TASK = str(DEALS / "model.yaml"), str(DEALS / "task.yaml")
LEADS = ("--leads", str(DEALS / "deals.csv"))
KEYS = {"roc_auc", "pr_auc", "brier", "log_loss", "lift_10", "n", "positives", "split", "verdict"}


def run(*arguments: str) -> None:
    """Run a command in this process."""
    app(list(arguments), standalone_mode=False)


def test_backtest_writes_what_machines_read(tmp_path: Path) -> None:
    """Each measure has a value with its interval, and the verdict is one of three."""
    target = tmp_path / "b.json"
    page = tmp_path / "b.html"
    files = ("--json", str(target), "--report", str(page))
    run("backtest", MODEL, "--task", TASK, *LEADS, "--capacity", "60", *files)
    found = json.loads(target.read_text(encoding="utf-8"))
    assert set(found) >= KEYS
    for name in ("roc_auc", "pr_auc", "brier", "log_loss", "lift_10"):
        low, high = found["intervals"][name]
        assert low < found[name] < high
    assert found["verdict"] == "better than chance"
    assert (found["n"], found["positives"], found["split"]) == (448, 227, "groups")
    assert "better than chance" in page.read_text(encoding="utf-8")


def test_a_plain_table_without_ids_is_judged_by_its_rows(tmp_path: Path) -> None:
    """The same deals without their numbers give the same figures."""
    lines = (DEALS / "deals.csv").read_text(encoding="utf-8").splitlines()
    table, model, target = (tmp_path / each for each in ("d.csv", "m.yaml", "b.json"))
    table.write_text("\n".join(line.split(";", 1)[1] for line in lines), encoding="utf-8")
    text = Path(MODEL).read_text(encoding="utf-8")
    model.write_text(text.replace("    lead_id: {from: Deal}\n", ""), encoding="utf-8")
    leads = ("--leads", str(table))
    run("backtest", str(model), "--task", TASK, *leads, "--split", "all", "--json", str(target))
    assert json.loads(target.read_text(encoding="utf-8"))["roc_auc"] == pytest.approx(
        0.8044, abs=1e-4
    )


def test_compare_says_what_changes_for_leads_now(tmp_path: Path) -> None:
    """The comparison of the past is joined with the impact on the leads of today."""
    second, target = tmp_path / "second.yaml", tmp_path / "c.json"
    text = Path(MODEL).read_text(encoding="utf-8")
    second.write_text(text.replace("Current: 15", "Current: 5"), encoding="utf-8")
    run("compare", MODEL, str(second), "--task", TASK, *LEADS, "--json", str(target))
    found = json.loads(target.read_text(encoding="utf-8"))
    assert found["measure"] == "roc_auc"
    assert 0 <= found["probability_second_better"] <= 1
    assert found["impact"]["ladders"][0]["changed"] > 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--split", "tim"), "--split must be one of time, groups, random, all; found tim."),
        (("--split", "time"), "--split by time needs moments or an order."),
        (("--capacity", "60/week"), "--capacity must have no time, as the task has no moments"),
        (("--score", "dael"), "--score must name a score of the model; found dael. Did you mean"),
    ],
)
def test_options_that_cannot_be_are_told(arguments: tuple[str, ...], told: str) -> None:
    """With what was expected, and the nearest name."""
    with pytest.raises(LeadlineError) as error:
        run("backtest", MODEL, "--task", TASK, *LEADS, *arguments)
    assert told in str(error.value)
    assert error.value.exit_status == 2


def test_a_task_is_needed() -> None:
    """From a file, or from the model."""
    with pytest.raises(LeadlineError, match="--task is missing"):
        run("backtest", MODEL, *LEADS)
