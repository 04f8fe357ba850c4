"""How judged rows are split: nothing of the judged part is known in the earlier one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import InputError
from leadline.history.judged import Judged, judged
from leadline.history.opened import open_past
from leadline.history.split import Split, split
from leadline.model.task import read_task
from past import MODEL, TASK, rows, tables


@pytest.fixture
def engine() -> Iterator[DuckDB]:
    """Return an engine."""
    with DuckDB() as opened:
        yield opened


def judge(engine: DuckDB, **task: Any) -> Judged:
    """Return judged rows of an invented past."""
    document = read_task({**TASK, **task})
    return judged(open_past(engine, MODEL, tables(rows()), document), document)


def parts(of: Judged, made: Split) -> list[dict[str, Any]]:
    """Return the rows with their parts."""
    found: list[dict[str, Any]] = of.run.engine.arrow(f"select * from {made.table}").to_pylist()
    return found


def test_by_time_the_horizon_of_what_is_learned_from_has_ended(engine: DuckDB) -> None:
    """A row whose horizon reaches into the judged part is in neither."""
    of = judge(engine)
    made = split(of)
    found = parts(of, made)
    judged_from = min(row["order_key"] for row in found if row["part"] == 0)
    learned_to = max(row["order_key"] for row in found if row["part"] == -1)
    assert made.kind == "time"
    assert learned_to + 30 * 86_400e6 <= judged_from
    assert made.purged == sum(row["part"] is None for row in found) > 0
    assert made.judged == pytest.approx(0.2 * of.rows, abs=1)


def test_by_time_a_named_group_is_never_in_both_parts(engine: DuckDB) -> None:
    """Rows of one group that are judged take the earlier ones out."""
    of = judge(engine, moments={"every": "7d"}, horizon="7d", group="size")
    found = parts(of, split(of))
    both = [{row["group_key"] for row in found if row["part"] == part} for part in (-1, 0)]
    assert not both[0] & both[1]


def test_folds_keep_groups_together(engine: DuckDB) -> None:
    """Each account is in one fold, and folds are about equally large."""
    of = judge(engine, moments={"every": "7d"})
    found = parts(of, split(of, "groups"))
    folds = {(row["group_key"], row["part"]) for row in found}
    assert len(folds) == len({row["group_key"] for row in found})
    assert {part for _, part in folds} == {1, 2, 3, 4, 5}


def test_random_is_only_done_when_asked_and_said_to_be_optimistic(engine: DuckDB) -> None:
    """The label stands in what is said and in what machines read."""
    made = split(judge(engine), "random")
    assert made.is_optimistic
    assert made.plain()["optimistic"] is True
    assert "optimistic" in made.says


def test_without_order_time_is_refused(engine: DuckDB) -> None:
    """A table without times has no latest rows."""
    document = read_task({"outcome": {"field": "size", "is": 500}})
    model = {
        **MODEL,
        "scores": {"total": {"rules": {"a": {"when": "lead.number > 3", "points": 1}}}},
    }
    of = judged(open_past(engine, model, {"leads": tables(rows())["leads"]}, document), document)
    assert split(of).kind == "groups"
    with pytest.raises(InputError, match="needs moments or an order"):
        split(of, "time")
