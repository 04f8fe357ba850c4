"""Our candidates through the product's own path: ``learn``, the document, ``score``.

What is judged is what the document's ledger says of the judged rows. The estimator's own figures
are only compared with it.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from learning_sets import ORDER, OUTCOME, Cut, Protocol

import leadline
from leadline.engines.duckdb.engine import DuckDB
from leadline.learn.document import text_of
from leadline.learn.learning import Learning, learn
from leadline.learn.scorecard import Card
from leadline.learn.setting import Kind
from leadline.learn.sheet import Field, Sheet, field_of_arrow
from leadline.learn.terms import probability
from leadline.model.task import read_task
from leadline.sql.text import name, sql_text
from leadline.tables.places.inputs import Input

Floats = npt.NDArray[np.float64]
METHODS: dict[str, Kind | None] = {
    "ours: scorecard": "scorecard",
    "ours: logistic": "logistic",
    "ours: additive": "additive",
    "ours: auto": None,
}
AS_OF = "2026-11-01"


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
        fitted = found.judged.run.engine.arrow(sql_text(_FITTED, t=name(found.judged.table)))
    sheet = found.features.sheet
    if found.model is None:
        rows = len(cut.judged)
        rate = (sheet.outcome.sum() + 0.5) / (sheet.rows + 1)
        return Said(np.full(rows, rate), "nothing to learn", 0.0, None, learn_seconds, 0.0)
    started = time.perf_counter()
    found.learned.setting.fit(sheet)
    fit_seconds = time.perf_counter() - started
    said = _scored(protocol, cut, found, fitted)
    return replace(said, learn_seconds=learn_seconds, fit_seconds=fit_seconds)


def plain_sheet(protocol: Protocol) -> Sheet:
    """Return the rows of a table as learning has them, without order."""
    return Sheet(_fields(_arrow(protocol.fields)), protocol.outcome)


_FITTED = "select lead_id, as_of from {t} where counts order by lead_id, as_of"
_LEARNED = ("card", "odds", "rank_basis")
"""Scores of a learned document whose ledger holds what was learned."""


def _given(protocol: Protocol, cut: Cut) -> tuple[dict[str, Input], Any]:
    snapshot = protocol.snapshot
    if snapshot is None:
        return {"leads": _leads(protocol, cut.fitted, known=True)}, None
    tables: dict[str, Input] = {
        "leads": _arrow(snapshot.leads),
        "events": _arrow(snapshot.events),
    }
    return tables, snapshot.end.to_pydatetime()


def _arrow(frame: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(frame, preserve_index=False)


def _leads(protocol: Protocol, rows: npt.NDArray[np.int64], *, known: bool) -> pa.Table:
    hidden = [] if known else [OUTCOME, *({ORDER} & set(protocol.table))]
    table = protocol.table.iloc[rows].drop(columns=hidden)
    ids = [f"{place:08}" for place in range(len(rows))]
    return _arrow(table.assign(lead_id=ids))


def _fields(table: pa.Table) -> dict[str, Field]:
    names = {c: f"lead.{c}" if c.isidentifier() else f'lead."{c}"' for c in table.column_names}
    return {called: field_of_arrow(table[column]) for column, called in names.items()}


def _scored(protocol: Protocol, cut: Cut, found: Learning, fitted: pa.Table) -> Said:
    """Score the rows by the document as it is written, and compare the estimator.

    It is compared on the judged rows of a table, and on the fitted rows of a log.
    """
    assert found.model is not None  # noqa: S101 - asked by the only caller
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "learned.yaml"
        path.write_text(text_of(found.model, found.learned))
        if protocol.snapshot is None:
            leads = _leads(protocol, cut.judged, known=False)
            total = _totals(leadline.score(path, leads=leads, as_of=AS_OF), leads["lead_id"])
            own = _own(found, Sheet(_fields(leads), np.zeros(len(leads), bool)))
            gap = float(np.abs(total - own).max())
        else:
            leads, events = _arrow(protocol.snapshot.leads), _arrow(protocol.snapshot.events)
            score = partial(leadline.score, path, leads=leads, events=events)
            spine = _arrow(protocol.snapshot.spine)
            total = _totals(score(spine=spine), spine["lead_id"])
            known = _totals(score(spine=fitted), fitted["lead_id"])
            gap = float(np.abs(known - _own(found, found.features.sheet)).max())
    model = found.learned.model
    entries = model.entries if isinstance(model, Card) else None
    log_odds = model.base + model.slope * total if isinstance(model, Card) else total
    return Said(probability(log_odds), found.learned.setting.says, gap, entries, 0.0, 0.0)


def _own(found: Learning, sheet: Sheet) -> Floats:
    """Return the estimator's points of a card, or its log-odds."""
    model = found.learned.model
    assert model is not None  # noqa: S101 - as above
    return model.total(sheet) if isinstance(model, Card) else model.log_odds(sheet)


def _totals(scored: leadline.Scored, ids: pa.ChunkedArray) -> Floats:
    """Return what the ledger adds up to for each lead."""
    ledger = scored.points.to_pandas()
    ledger = ledger[ledger["score"].isin(_LEARNED)]
    total = ledger["points"].astype(float).groupby(ledger["lead_id"]).sum()
    return np.asarray(total.reindex(ids.to_pylist()).fillna(0.0), float)
