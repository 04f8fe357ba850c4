"""``leadline compare``: two models against what happened, on the same rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from pathlib import Path
from typing import Annotated

import typer

from leadline.cli.console import open_engine, out, report
from leadline.cli.judging import (
    CapacityText,
    DataEnd,
    JsonFile,
    ReportFile,
    ScoreName,
    SplitKind,
    TaskFile,
    data_end,
    split_kind,
    task_for,
    write_all,
)
from leadline.cli.options import (
    Accounts,
    EventMarks,
    Events,
    FieldHistory,
    LeadMerges,
    Leads,
    Memory,
    Outcomes,
    inputs,
)
from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import InputError
from leadline.history.judged import judged
from leadline.history.moments_due import latest
from leadline.history.opened import open_past
from leadline.history.split import split
from leadline.model.checking.check import check
from leadline.model.document import Model
from leadline.reports.compare import machine, page
from leadline.review.backtest.capacity import read_capacity
from leadline.review.backtest.compare import Comparison
from leadline.review.backtest.compare import compare as compare_models
from leadline.review.diff.impact import Impact, impact
from leadline.scoring import Run, read_model, refuse
from leadline.tables.texts import check_document

First = Annotated[Path, typer.Argument(metavar="FIRST", help="Model in use, the champion.")]
Second = Annotated[Path, typer.Argument(metavar="SECOND", help="Model to try, the challenger.")]


def compare(
    first: First,
    second: Second,
    leads: Leads,
    task: TaskFile = None,
    accounts: Accounts = None,
    events: Events = None,
    outcomes: Outcomes = None,
    field_history: FieldHistory = None,
    lead_merges: LeadMerges = None,
    event_marks: EventMarks = None,
    data_end_: DataEnd = None,
    split_: SplitKind = None,
    score: ScoreName = None,
    capacity: CapacityText = None,
    measure: Annotated[
        str | None,
        typer.Option(
            metavar="M", help="precision (with --capacity), roc_auc, pr_auc or lift_10 decides."
        ),
    ] = None,
    report_: ReportFile = None,
    json_: JsonFile = None,
    memory: Memory = None,
) -> None:
    """Judge two models on the same past rows: which ranks better, and how sure that is."""
    for path in filter(None, (report_, json_)):
        check_document(path)
    asked = task_for(task, first)
    end, kind = data_end(data_end_), split_kind(split_)
    room = read_capacity(capacity) if capacity else None
    other, source = read_model(second)
    refuse(check(other, source))
    tables = inputs(
        leads=leads,
        accounts=accounts,
        events=events,
        outcomes=outcomes,
        field_history=field_history,
        lead_merges=lead_merges,
        event_marks=event_marks,
    )
    with open_engine(memory) as engine:
        run = open_past(engine, first, tables, asked, [other])
        rows = judged(run, asked, end)
        parts = split(rows, kind)
        found = compare_models(rows, other, parts, score=score, capacity=room, measure=measure)
        change = _impact(engine, first, other, tables, found)
        page(found, change).print(out)
        hint = "next: --report FILE.html writes the same with charts"
        texts = {
            report_: lambda: page(found, change).html(),
            json_: lambda: machine(found, change),
        }
        write_all(texts, hint)
        report(run, None)


def _impact(
    engine: DuckDB, first: Path, second: Model, tables: Mapping[str, str], found: Comparison
) -> Impact | None:
    """Return what would change at the end of the data; None for a plain table without ids."""
    at = found.judged.end or latest(found.judged.run).replace(tzinfo=UTC)
    try:
        run = Run.open(engine, first, tables, as_of=at)
    except InputError:
        return None
    return impact(run, second, tables, as_of=at, weeks=0)
