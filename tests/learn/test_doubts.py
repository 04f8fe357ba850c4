"""What is asked before a learned model is used."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from leadline.engines.duckdb.engine import DuckDB
from leadline.history.judged import judged
from leadline.history.opened import open_past
from leadline.learn.doubts import Doubt, doubts
from leadline.model.task import read_task
from leadline.review.audit.audit import audit

ROWS = 600


def asked(*, is_kept: bool = False, **columns: Any) -> tuple[Doubt, ...]:
    """Return the doubts about a plain table of leads."""
    leads = pa.table(
        {
            "lead_id": [str(at + 1) for at in range(ROWS)],
            "size": np.random.default_rng(1).random(ROWS),
            **columns,
        }
    )
    task = read_task({"outcome": {"field": "stage", "is": "won"}})
    with DuckDB() as engine:
        model = {"leadline": 1, "model": "m", "scores": {}}
        rows = judged(open_past(engine, model, {"leads": leads}, task), task)
        return doubts(rows, audit(rows), is_kept=is_kept)


def stages(rate: Any, other: str = "lost") -> list[str]:
    """Return outcomes at a rate."""
    random = np.random.default_rng(2).random(ROWS)
    return ["won" if each else other for each in random < rate]


def test_clean_rows_raise_no_doubt() -> None:
    """Two values of the outcome and a steady rate are as they should be."""
    assert not asked(stage=stages(0.4))


def test_open_leads_that_count_as_no_are_asked_about() -> None:
    """The values are named with their rows."""
    given = stages(0.4)
    given[::3] = ["new"] * len(given[::3])
    [found] = asked(stage=given)
    assert "count as no" in found.says
    assert "new (200)" in found.says


def test_a_rate_that_moves_along_the_file_is_asked_about() -> None:
    """Rows in order of time are judged as if they had none."""
    [found] = asked(stage=stages(np.linspace(0, 0.6, ROWS)))
    assert "The rate moves along the file" in found.says
    assert "order: row" in found.remedy


def test_suspects_that_are_kept_are_named() -> None:
    """Whoever learns from them is told."""
    stage = stages(0.4)
    reason = [("price" if at % 2 else "team") if each == "won" else None
              for at, each in enumerate(stage)]  # fmt: skip
    assert not [each for each in asked(stage=stage, reason=reason) if "reason" in each.says]
    found = asked(stage=stage, reason=reason, is_kept=True)
    assert any("what the audit says came later: reason" in each.says for each in found)
