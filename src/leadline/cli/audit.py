"""``leadline audit``: fields and events that cannot have been known at the moment."""

from __future__ import annotations

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
from leadline.reports.audit import page
from leadline.review.audit.audit import audit as find
from leadline.tables.texts import check_document


def audit(
    task: RequiredTask,
    leads: Leads,
    accounts: Accounts = None,
    events: Events = None,
    outcomes: Outcomes = None,
    field_history: FieldHistory = None,
    lead_merges: LeadMerges = None,
    event_marks: EventMarks = None,
    data_end: DataEnd = None,
    report_: ReportFile = None,
    json_: JsonFile = None,
    memory: Memory = None,
) -> None:
    """Find fields and events that cannot have been known when a lead is scored."""
    for path in filter(None, (report_, json_)):
        check_document(path)
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
        found = page(find(rows))
        found.print(out)
        hint = "next: --report FILE.html has every field and event with its figures"
        write_all({report_: found.html, json_: found.json}, hint)
