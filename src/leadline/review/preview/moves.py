"""The leads that a variant moves to another band: who they are and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from leadline.model.shown import names_shown
from leadline.review.diff.impact import CHANGED_SQL, EMPTY
from leadline.review.diff.reasons import CHANGED, Names, Side, changed, compared, make_deltas
from leadline.scoring.kept.kept import Given, KeptLeads
from leadline.sql.text import Sql, name

_LEDGER = pa.schema(
    {
        "lead_id": pa.string(),
        "score": pa.string(),
        "rule": pa.string(),
        "state": pa.string(),
        "points": pa.float64(),
    }
)


@dataclass(frozen=True, eq=False)
class Moves:
    """What a variant gives leads beside what the model as it is gives them.

    Attributes:
        leads: They.
        before: What the model as it is gives them.
        after: What the variant gives them.
        names: What the variant calls what the model has.
    """

    leads: KeptLeads
    before: Given
    after: Given
    names: Names


def named(moves: Moves, ladder: str, numbers: Sequence[int]) -> Iterator[Mapping[str, Any]]:
    """Yield some leads that move on a ladder, in their order: bands, values, cause and reason."""
    if not numbers:
        return
    engine, workspace = moves.leads.run.duckdb, moves.leads.run.workspace.part()
    rows = [moves.leads.rows(each, numbers) for each in (moves.before, moves.after)]
    order = dict(zip(rows[1]["lead_n"].to_pylist(), rows[1]["lead_id"].to_pylist(), strict=True))
    with workspace:
        old, new = (
            Side(
                given.model,
                name(workspace.register("moved", table)),
                name(workspace.register("moved_points", _ledger(given, other, order))),
            )
            for given, other, table in zip(
                (moves.before, moves.after), (moves.after, moves.before), rows, strict=True
            )
        )
        engine.run(EMPTY)
        make_deltas(engine, old, new, moves.names)
        query = compared(old, new, moves.names, ladder, Sql("true"))
        engine.run(f"create or replace temp table impact_compared as {query}")
        engine.run(f"insert into {CHANGED} by name {changed(old, new, ladder)}")
        found = {row["lead_id"]: row for row in engine.arrow(CHANGED_SQL).to_pylist()}
    shown = {row["lead_id"]: names_shown(moves.after.model, row) for row in rows[1].to_pylist()}
    for number in numbers:
        row = found[order[number]]
        yield {
            **{key: value for key, value in row.items() if key not in {"account_id", "ladder"}},
            "who": shown[row["lead_id"]],
        }


def _ledger(given: Given, other: Given, leads: Mapping[int, str]) -> pa.Table:
    """Return the points of the rules that the other side has not alike, for some leads."""
    alike = {id(each) for each in other.points.values()}
    numbers = np.array(list(leads), np.int64)
    rows = [
        {
            "lead_id": leads[int(number)],
            "score": score,
            "rule": rule,
            "state": "fired",
            "points": points / 1e6,
        }
        for (score, rule), of in given.points.items()
        if id(of) not in alike
        for number, points in zip(numbers, of.of(numbers), strict=True)
        if points
    ]
    return pa.Table.from_pylist(rows, _LEDGER)
