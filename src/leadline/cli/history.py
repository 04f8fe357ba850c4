"""``leadline history``: one lead's score over its own events."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from leadline.cli.console import err, open_engine, out
from leadline.cli.console import report as report_data
from leadline.cli.options import (
    Accounts,
    AsOf,
    Clean,
    EventMarks,
    Events,
    FieldHistory,
    LeadMerges,
    Leads,
    ModelFile,
    Outcomes,
    inputs,
)
from leadline.explain.history import history as history_of
from leadline.reports.history import page, sparkline
from leadline.scoring import Run, moment
from leadline.tables.texts import check_document, write_documents


def history(
    model: ModelFile,
    lead: Annotated[str, typer.Argument(metavar="LEAD", help="The lead_id to look at.")],
    leads: Leads,
    accounts: Accounts = None,
    events: Events = None,
    outcomes: Outcomes = None,
    field_history: FieldHistory = None,
    lead_merges: LeadMerges = None,
    event_marks: EventMarks = None,
    as_of: AsOf = None,
    report: Annotated[
        str | None, typer.Option("--report", metavar="F.html", help="Write a page to print.")
    ] = None,
    json: Annotated[
        str | None, typer.Option(metavar="F.json", help="Write the same for machines.")
    ] = None,
    clean: Clean = False,
) -> None:
    """Show one lead's score over its own events, and what moved it at each."""
    at = moment(as_of) if as_of else datetime.now(UTC)
    for path in filter(None, (report, json)):
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
    with open_engine(None) as engine:
        run = Run.open(engine, model, tables, as_of=at, clean=clean)
        past = history_of(run, lead, at)
        found = page(past)
        found.print(out)
        out.print(f"\n{sparkline(past)}")
        made = {report: found.html, json: found.json}
        wanted = {path: text() for path, text in made.items() if path is not None}
        write_documents(wanted)
        for path in wanted:
            err.print(f"written to {path}")
        report_data(run, None)
