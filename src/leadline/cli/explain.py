"""``leadline explain``: one lead's ledger, what is missing, and what would move its score."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

import typer

from leadline.cli.console import open_address, out, report
from leadline.cli.judging import JsonFile, ReportFile
from leadline.cli.options import (
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
from leadline.explain.plain import json_text
from leadline.explain.words import words as in_words
from leadline.model.labels import LANGUAGES
from leadline.reports.lead import page as page_of
from leadline.scoring import Run, moment
from leadline.tables.texts import write_documents


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
    words: Annotated[
        bool, typer.Option("--words", help="Say it in three sentences, for who calls.")
    ] = False,
    language: Annotated[
        str, typer.Option(metavar="L", help=f"Language of --words: {', '.join(LANGUAGES)}.")
    ] = LANGUAGES[0],
    report_: ReportFile = None,
    json_: JsonFile = None,
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
        page = page_of(found)
        if words:
            out.print(in_words(found, language))
        else:
            page.print(out)
        texts: dict[str | None, Callable[[], str]] = {
            report_: page.html,
            json_: lambda: json_text(found),
        }
        write_documents({path: text() for path, text in texts.items() if path is not None})
        report(run, None)
