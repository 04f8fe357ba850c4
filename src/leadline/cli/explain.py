"""``leadline explain``: one lead's ledger, what is missing, and what would move its score."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from leadline.cli import pages
from leadline.cli.console import open_address, out, report
from leadline.cli.options_old import (
    Accounts,
    AsOf,
    Clean,
    EngineAddress,
    EventMarks,
    Events,
    FieldHistory,
    LeadMerges,
    Leads,
    ModelFile,
    Outcomes,
    Previous,
    inputs,
)
from leadline.explain.explain import explain as explain_lead
from leadline.scoring import Run, moment


def explain(
    model: ModelFile,
    lead: Annotated[str, typer.Argument(metavar="LEAD", help="The lead_id to explain.")],
    leads: Leads,
    accounts: Accounts = None,
    events: Events = None,
    outcomes: Outcomes = None,
    previous: Previous = None,
    field_history: FieldHistory = None,
    lead_merges: LeadMerges = None,
    event_marks: EventMarks = None,
    as_of: AsOf = None,
    since: Annotated[
        str | None, typer.Option(metavar="T", help="Show what changed from this moment.")
    ] = None,
    clean: Clean = False,
    engine: EngineAddress = "duckdb",
) -> None:
    """Show one lead's ledger, what is missing, and what would move its score."""
    at = moment(as_of) if as_of else datetime.now(UTC)
    tables = inputs(
        leads=leads,
        accounts=accounts,
        events=events,
        outcomes=outcomes,
        previous=previous,
        field_history=field_history,
        lead_merges=lead_merges,
        event_marks=event_marks,
    )
    with open_address(engine) as opened:
        run = Run.open(opened, model, tables, as_of=at, clean=clean).embedded()
        found = explain_lead(run, lead, at, moment(since) if since else None)
        pages.explanation(out, run.model, found)
        report(run, None)


vars(explain)["topic"] = "score"
