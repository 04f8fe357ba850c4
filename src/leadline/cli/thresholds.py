"""``leadline thresholds``: where the edge of a band should stand."""

from __future__ import annotations

from typing import Annotated

import typer

from leadline.cli.applying import Apply, overwrite, text_of
from leadline.cli.console import open_engine, out, report, warn
from leadline.cli.judging import (
    CapacityText,
    DataEnd,
    JsonFile,
    ReportFile,
    TaskFile,
    data_end,
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
from leadline.errors import Fault, InputError
from leadline.history.judged import judged
from leadline.history.opened import open_past
from leadline.model.fingerprint import fingerprint
from leadline.reports.thresholds import machine, page
from leadline.review.backtest.capacity import read_capacity
from leadline.review.thresholds.ceilings import applied, place_of
from leadline.review.thresholds.goal import goal_of
from leadline.review.thresholds.thresholds import WEEKS, of_judged
from leadline.scoring import read_model
from leadline.tables.texts import check_document


def thresholds(
    model: ModelFile,
    leads: Leads,
    task: TaskFile = None,
    capacity: CapacityText = None,
    precision: Annotated[
        float | None,
        typer.Option(metavar="P", help="Share of the band that is to have the outcome."),
    ] = None,
    recall: Annotated[
        float | None,
        typer.Option(metavar="R", help="Share of all outcomes that is to be in the band."),
    ] = None,
    band: Annotated[
        str | None, typer.Option(metavar="BAND", help="The band; by default the highest.")
    ] = None,
    ladder: Annotated[
        str | None, typer.Option(metavar="L", help="Its ladder, of several that have the band.")
    ] = None,
    weeks: Annotated[
        int,
        typer.Option(metavar="N", min=2, help="Past weeks to replay day by day for a capacity."),
    ] = WEEKS,
    accounts: Accounts = None,
    events: Events = None,
    outcomes: Outcomes = None,
    field_history: FieldHistory = None,
    lead_merges: LeadMerges = None,
    event_marks: EventMarks = None,
    data_end_: DataEnd = None,
    apply: Apply = False,
    report_: ReportFile = None,
    json_: JsonFile = None,
    memory: Memory = None,
) -> None:
    """Say where the edge of a band should stand for a capacity, a precision or a recall."""
    for path in filter(None, (report_, json_)):
        check_document(path)
    asked, end = task_for(task, model), data_end(data_end_)
    room = read_capacity(capacity) if capacity else None
    goal = goal_of(room, precision, recall)
    document = read_model(model)[0]
    place = place_of(document, band, ladder)
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
        found = of_judged(judged(run, asked, end), place, goal, weeks, fingerprint(document))
        page(found).print(out)
        hint = "next: --report FILE.html has charts; --apply writes the edge into the model"
        write_all({report_: lambda: page(found).html(), json_: lambda: machine(found)}, hint)
        if apply and found.edge is None:
            raise InputError(Fault("", "--apply", "must have an edge to write", "none", found.says))
        if apply and found.edge is not None:
            overwrite(model, applied(text_of(model), place, found.edge))
        report(run, None)
