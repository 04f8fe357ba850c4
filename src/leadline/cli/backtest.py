"""``leadline backtest``: a model against what happened."""

from __future__ import annotations

from leadline.cli.console import open_engine, out, report, warn
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
    ModelFile,
    Outcomes,
    inputs,
)
from leadline.history.judged import judged
from leadline.history.opened import open_past
from leadline.history.split import split
from leadline.model.fingerprint import fingerprint
from leadline.reports.backtest import machine, page
from leadline.review.backtest.backtest import of_judged
from leadline.review.backtest.capacity import read_capacity
from leadline.scoring import read_model
from leadline.tables.texts import check_document


def backtest(
    model: ModelFile,
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
    report_: ReportFile = None,
    json_: JsonFile = None,
    memory: Memory = None,
) -> None:
    """Judge a model on history: would it have ranked leads better than chance, and how well."""
    for path in filter(None, (report_, json_)):
        check_document(path)
    asked = task_for(task, model)
    end, kind = data_end(data_end_), split_kind(split_)
    room = read_capacity(capacity) if capacity else None
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
        run = open_past(engine, model, tables, asked)
        warn(model)
        rows = judged(run, asked, end)
        name = fingerprint(read_model(model)[0])
        found = of_judged(rows, split(rows, kind), score, room, name)
        page(found).print(out)
        hint = (
            "next: --report FILE.html has curves, tenths, changes over time and what was left out"
        )
        write_all({report_: lambda: page(found).html(), json_: lambda: machine(found)}, hint)
        report(run, None)
