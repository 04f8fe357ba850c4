"""Reading a task: what it may say, and what is told of what it may not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from leadline.errors import ModelError
from leadline.model.reading.reader import parse
from leadline.model.task import Moments, read_task, task_of

WON = {"outcome": {"outcome": "won"}, "horizon": "30d"}


def test_a_file_may_hold_a_task_with_or_without_its_key(tmp_path: Path) -> None:
    """Both are the same task, and faults carry the file and the line."""
    plain, keyed = tmp_path / "plain.yaml", tmp_path / "keyed.yaml"
    plain.write_text("outcome: {outcome: won}\nhorizon: 30d\n", encoding="utf-8")
    keyed.write_text("task:\n  outcome: {outcome: won}\n  horizon: 30d\n", encoding="utf-8")
    assert read_task(plain).task == read_task(keyed).task == read_task(WON).task
    assert str(read_task(keyed).fault(("horizon",), "is odd")) == f"{keyed}:3 task.horizon is odd."
    assert str(read_task(plain).fault(("horizon",), "is odd")) == f"{plain}:2 horizon is odd."


def test_a_model_may_hold_its_task() -> None:
    """The key ``task`` of a model is a task, with the lines of the model."""
    text = "leadline: 1\nmodel: a\nscores: {s: {rules: {}}}\ntask:\n  outcome: {field: x, is: 1}\n"
    found = task_of(*parse(text))
    assert found is not None
    assert found.task.when == "once"
    assert found.fault(("outcome",), "is odd").where == "model:5"


def test_plain_gives_back_what_was_written() -> None:
    """A task is saved as it was meant."""
    written = {
        **WON,
        "moments": {"every": "7d"},
        "eligible": "lead.country is not null",
        "worked": {"event": ["call_made", "email_answered"]},
        "work_within": "7d",
        "rows": "worked",
        "leave_out": ["Tags", "Lead Quality"],
        "known": {"Tags": "later"},
    }
    assert read_task(written).task.plain() == written
    assert isinstance(read_task(written).task.when, Moments)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"outcome": {"outcom": "won"}}, "known here. Did you mean outcome?"),
        ({**WON, "momets": "created"}, "known here. Did you mean moments?"),
        ({**WON, "moments": {"evry": "7d"}}, "moments.evry is not a key"),
        ({**WON, "moments": "create"}, "must be created or once; found create."),
        ({**WON, "moments": {"every": "7d", "after": "1d"}}, "must have one of first, every"),
        ({**WON, "horizon": 30}, "horizon must be a duration such as 30d; found 30."),
        ({"outcome": {"outcome": "won"}}, "horizon is missing, as the outcome has a time."),
        ({"outcome": {"field": "Converted"}}, "outcome.is is missing, as field needs it."),
        ({"outcome": {"outcome": "won", "is": 1}}, "outcome.is must not stand here"),
        ({"outcome": {"field": "x", "is": 1, "event": "y"}}, "must have one of outcome, event"),
        ({**WON, "closed": {"field": "x", "is": 1}}, "closed must have a time"),
        ({**WON, "eligible": "lead.x ="}, "eligible must"),
        ({**WON, "leave_out": []}, "leave_out must name at least one"),
        ({**WON, "rows": "worked"}, "rows must be all without worked"),
        ({**WON, "rows": "tried"}, "rows must be all or worked; found tried."),
        ({**WON, "work_within": "7d"}, "work_within must stand beside worked"),
    ],
)
def test_faults_say_what_was_expected(values: dict[str, Any], told: str) -> None:
    """Each fault names its place, what was expected, what was found, and what is near."""
    with pytest.raises(ModelError) as error:
        read_task(values)
    assert told in str(error.value)


def test_all_faults_are_told_together() -> None:
    """One reading finds every fault of a task."""
    with pytest.raises(ModelError) as error:
        read_task({"outcome": {"outcome": "won"}, "horizon": "x", "moments": {"evry": "1d"}})
    assert len(error.value.faults) >= 2


def test_a_model_without_the_key_is_no_task(tmp_path: Path) -> None:
    """A model given in place of a task is told from a faulty task."""
    path = tmp_path / "model.yaml"
    path.write_text("leadline: 1\nmodel: a\nscores: {s: {rules: {}}}\n", encoding="utf-8")
    with pytest.raises(ModelError, match="task is missing"):
        read_task(path)
