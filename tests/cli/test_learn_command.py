"""``leadline learn``."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from leadline.cli.commands import app
from leadline.errors import InputError
from leadline.model.reading.reader import read

DEALS = Path(__file__).parents[2] / "examples" / "deals"
GIVEN = ["--task", str(DEALS / "task.yaml"), "--leads", str(DEALS / "deals.csv")]


def test_a_model_and_its_report_are_written(tmp_path: Path) -> None:
    """The model can be read, and the report says what was left out."""
    model, report = tmp_path / "m.yaml", tmp_path / "m.html"
    asked = ["learn", *GIVEN, "--out", str(model), "--report", str(report)]
    found = CliRunner().invoke(app, [*asked, "--method", "scorecard", "--rules", "5"])
    assert found.exit_code == 0, found.output
    assert read(model).scores["card"].rules
    assert "is left out by the task" in report.read_text()


def test_nothing_to_learn_writes_no_model(tmp_path: Path) -> None:
    """The exit status is 0, the verdict is said, and there is no file."""
    leads = tmp_path / "leads.csv"
    rows = [f"{each},{each % 7},{'yes' if each % 3 else 'no'}" for each in range(300)]
    leads.write_text("lead_id,size,won\n" + "\n".join(rows) + "\n")
    task = tmp_path / "task.yaml"
    task.write_text("outcome: {field: won, is: 'yes'}\n")
    out = tmp_path / "m.yaml"
    asked = ["learn", "--task", str(task), "--leads", str(leads), "--out", str(out)]
    found = CliRunner().invoke(app, asked)
    assert found.exit_code == 0, found.output
    assert "Nothing to learn" in found.output
    assert not out.exists()
    out.write_text("an earlier model")
    assert CliRunner().invoke(app, asked).exit_code == 0
    assert not out.exists()
    assert out.with_name("m.yaml.earlier").read_text() == "an earlier model"


def test_an_unknown_method_is_refused(tmp_path: Path) -> None:
    """The nearest known one is named."""
    asked = ["learn", *GIVEN, "--out", str(tmp_path / "m.yaml"), "--method", "scorcard"]
    with pytest.raises(InputError, match="scorecard"):
        CliRunner().invoke(app, asked, catch_exceptions=False)
