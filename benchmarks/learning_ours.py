"""Our candidates through the product's own path: ``learn``, the document, ``score``.

What is judged is what the document's ledger says of the judged rows. The estimator's own figures
are only compared with it.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from learning_sets import ORDER, OUTCOME, Cut, Protocol

import leadline
from leadline.data.read import Input
from leadline.engines.duckdb import DuckDB
from leadline.learn.document import text_of
from leadline.learn.learning import Learning, learn
from leadline.learn.scorecard import Card
from leadline.learn.setting import Kind
from leadline.learn.sheet import Field, Sheet, field_of_arrow
from leadline.learn.terms import probability
from leadline.model.task import read_task

Floats = npt.NDArray[np.float64]
METHODS: dict[str, Kind | None] = {
    "ours: scorecard": "scorecard",
    "ours: logistic": "logistic",
    "ours: additive": "additive",
    "ours: auto": None,
}
AS_OF = "2026-11-01"
_SEEN = "seen"


@dataclass(frozen=True)
class Said:
    """What a learned document says of the rows that judge.

    Attributes:
        chances: Of each row.
        method: What was taken.
        gap: Largest distance of the estimator from the ledger, in log-odds, or in points of a card.
        entries: Of a card; else None.
        learn_seconds: Of the whole of learning.
        fit_seconds: Of the final fit of the chosen setting alone.
    """

    chances: Floats
    method: str
    gap: float
    entries: int | None
    learn_seconds: float
    fit_seconds: float


def learned(protocol: Protocol, cut: Cut, kind: Kind | None) -> Said:
    """Learn from the fitted rows and score those that judge."""
    with DuckDB() as engine:
        tables, end = _given(protocol, cut)
        started = time.perf_counter()
        found = learn(engine, tables, read_task(protocol.task), method=kind, end=end)
        learn_seconds = time.perf_counter() - started
    sheet = found.features.sheet
    if found.model is None:
        rows = len(cut.judged)
        rate = (sheet.outcome.sum() + 0.5) / (sheet.rows + 1)
        return Said(np.full(rows, rate), "nothing to learn", 0.0, None, learn_seconds, 0.0)
    started = time.perf_counter()
    found.learned.setting.fit(sheet)
    fit_seconds = time.perf_counter() - started
    return replace(
        _scored(protocol, cut, found), learn_seconds=learn_seconds, fit_seconds=fit_seconds
    )


def _given(protocol: Protocol, cut: Cut) -> tuple[dict[str, Input], Any]:
    snapshot = protocol.snapshot
    if snapshot is None:
        return {"leads": _leads(protocol, cut.fitted, known=True)}, None
    tables = {"leads": _arrow(snapshot.leads), "events": _arrow(snapshot.events)}
    return tables, snapshot.end.to_pydatetime()


def _arrow(frame: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(frame, preserve_index=False)


def _leads(protocol: Protocol, rows: npt.NDArray[np.int64], *, known: bool) -> pa.Table:
    hidden = [] if known else [OUTCOME, *({ORDER} & set(protocol.table))]
    table = protocol.table.iloc[rows].drop(columns=hidden)
    ids = [f"{place:08}" for place in range(len(rows))]
    return _arrow(table.assign(lead_id=ids))


def plain_sheet(protocol: Protocol) -> Sheet:
    """Return the rows of a table as learning has them, without order."""
    table = _arrow(protocol.fields)
    fields = {_named(each): field_of_arrow(table[each]) for each in table.column_names}
    return Sheet(fields, protocol.outcome)


def _scored(protocol: Protocol, cut: Cut, found: Learning) -> Said:
    """Score the rows by the document as it is written, and compare the estimator."""
    assert found.model is not None  # noqa: S101 - asked by the only caller
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "learned.yaml"
        path.write_text(text_of(found.model, found.learned))
        if protocol.snapshot is None:
            leads = _leads(protocol, cut.judged, known=False)
            scored = leadline.score(path, leads=leads, as_of=AS_OF)
            fields = {_named(each): field_of_arrow(leads[each]) for each in leads.column_names}
        else:
            tables = {
                "leads": _arrow(protocol.snapshot.leads),
                "events": _arrow(protocol.snapshot.events),
                "spine": _arrow(protocol.snapshot.spine),
            }
            scored = leadline.score(path, **tables)
            fields = {}
    ids = _ids(protocol, cut)
    ledger = scored.points.to_pandas()
    fields |= _hits(ledger, ids, found)
    sheet = Sheet(fields, np.zeros(len(ids), bool))
    return _compared(found, sheet, ledger, ids)


def _ids(protocol: Protocol, cut: Cut) -> list[str]:
    if protocol.snapshot is not None:
        return list(protocol.snapshot.spine["lead_id"])
    return [f"{place:08}" for place in range(len(cut.judged))]


def _named(column: str) -> str:
    return f"lead.{column}" if column.isidentifier() else f'lead."{column}"'


def _hits(ledger: pd.DataFrame, ids: list[str], found: Learning) -> Mapping[str, Field]:
    """Return the counts that the document's rules read, from its ledger."""
    seen = ledger[(ledger["score"] == _SEEN) & (ledger["state"] == "fired")]
    counts = seen.pivot_table(index="lead_id", columns="rule", values="count", aggfunc="sum")
    counts = counts.reindex(index=ids, columns=[*found.features.counts]).fillna(0.0)
    return {f"hits.{rule}": Field(numbers=counts[rule].to_numpy(float)) for rule in counts}


def _compared(found: Learning, sheet: Sheet, ledger: pd.DataFrame, ids: list[str]) -> Said:
    model = found.learned.model
    assert model is not None  # noqa: S101 - as above
    points = ledger[ledger["score"].isin(["card", "odds", "rank_basis"])]
    total = points["points"].astype(float).groupby(points["lead_id"]).sum()
    total = total.reindex(ids).fillna(0.0).to_numpy()
    if isinstance(model, Card):
        log_odds, own, entries = model.base + model.slope * total, model.total(sheet), model.entries
    else:
        log_odds, own, entries = total, model.log_odds(sheet), None
    gap = float(np.abs(total - own).max())
    return Said(probability(log_odds), found.learned.setting.says, gap, entries, 0.0, 0.0)
