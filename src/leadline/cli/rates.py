"""``leadline rates``: close rates by value, and the points that they suggest."""

from __future__ import annotations

from typing import Annotated

import typer

from leadline.cli.console import out
from leadline.cli.judging import DataEnd, JsonFile, ReportFile, write_all
from leadline.cli.looking import RequiredTask, judged_rows
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
from leadline.reports.rates import page
from leadline.review.rates.rates import rates as find
from leadline.tables.texts import check_document
from leadline.tables.write import check_output, write


def rates(
    task: RequiredTask,
    leads: Leads,
    accounts: Accounts = None,
    events: Events = None,
    outcomes: Outcomes = None,
    field_history: FieldHistory = None,
    lead_merges: LeadMerges = None,
    event_marks: EventMarks = None,
    data_end: DataEnd = None,
    out_: Annotated[
        str | None,
        typer.Option("--out", metavar="F", help="Every value (.csv, .parquet, .json lines)."),
    ] = None,
    report_: ReportFile = None,
    json_: JsonFile = None,
    memory: Memory = None,
) -> None:
    """Close rates by value and event, and the points that they suggest: the manual method."""
    for path in filter(None, (report_, json_)):
        check_document(path)
    if out_ is not None:
        check_output(out_)
    tables = inputs(
        leads=leads,
        accounts=accounts,
        events=events,
        outcomes=outcomes,
        field_history=field_history,
        lead_merges=lead_merges,
        event_marks=event_marks,
    )
    with judged_rows(task, tables, data_end, memory) as rows:
        found = find(rows)
        shown = page(found)
        shown.print(out)
        if out_ is not None:
            write(rows.run.duckdb, found.table(), out_)
            out.print(f"written to {out_}")
        hint = "next: --out FILE.csv has every value; --report FILE.html has charts"
        write_all({report_: shown.html, json_: shown.json}, hint)
