"""``leadline diff``: what differs between two models, and what that does to the leads."""

from __future__ import annotations

import json as json_text
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from leadline.cli import pages
from leadline.cli.console import err, open_engine, out, report
from leadline.cli.options import (
    Accounts,
    AsOf,
    Clean,
    EventMarks,
    Events,
    FieldHistory,
    LeadMerges,
    Memory,
    ModelFile,
    OptionalLeads,
    Outcomes,
    Previous,
    inputs,
)
from leadline.errors import Fault, InputError
from leadline.history.replay import WEEKS
from leadline.model.checking.check import check
from leadline.model.diff import difference
from leadline.model.document import Model
from leadline.reports.impact import page
from leadline.review.diff.impact import CHANGED_SQL, Impact, impact
from leadline.scoring import Run, moment, read_model, refuse
from leadline.tables.texts import check_document, write_documents
from leadline.tables.write import check_output, write


def diff(
    before: ModelFile,
    after: Annotated[Path, typer.Argument(metavar="OTHER", help="Model that may replace it.")],
    leads: OptionalLeads = None,
    accounts: Accounts = None,
    events: Events = None,
    outcomes: Outcomes = None,
    previous: Previous = None,
    field_history: FieldHistory = None,
    lead_merges: LeadMerges = None,
    event_marks: EventMarks = None,
    as_of: AsOf = None,
    weeks: Annotated[
        int,
        typer.Option(metavar="N", min=0, help="Past weeks to replay day by day; 0 for none."),
    ] = WEEKS,
    out_: Annotated[
        str | None,
        typer.Option("--out", help="Write every lead that changes band.", metavar="F"),
    ] = None,
    report_: Annotated[
        str | None, typer.Option("--report", metavar="F.html", help="Write a page to print.")
    ] = None,
    json: Annotated[
        str | None, typer.Option(metavar="F.json", help="Write the same for machines.")
    ] = None,
    clean: Clean = False,
    memory: Memory = None,
) -> None:
    """Say what differs between two models; with leads, who changes band, and the load a week."""
    started = datetime.now(UTC)
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
    _refuse_without_leads(leads, {**tables, "out": out_, "as-of": as_of})
    for path in filter(None, (report_, json)):
        check_document(path)
    if out_ is not None:
        check_output(out_)
    if leads is None:
        _show(before, after, None, report_, json)
        return
    at = moment(as_of) if as_of else started
    models = _read(before, after)
    with open_engine(memory) as engine:
        run = Run.open(engine, before, tables, as_of=at, clean=clean)
        err.print(f"as of {pages.time(at)}")
        found = impact(run, models[1], tables, as_of=at, weeks=weeks)
        if out_ is not None:
            write(engine, CHANGED_SQL, out_)
        _show(before, after, found, report_, json)
        if out_ is not None:
            err.print(f"leads that change band written to {out_}")
        report(run, None)


def _refuse_without_leads(leads: str | None, given: Mapping[str, str | None]) -> None:
    """Refuse options that say something of leads where there are none."""
    for name, value in given.items():
        if leads is None and value is not None:
            option = f"--{name.replace('_', '-')}"
            raise InputError(Fault("", option, "must stand beside --leads"))


def _read(*paths: Path) -> list[Model]:
    """Read models, and refuse those with faults. Raises ModelError."""
    read = [read_model(path) for path in paths]
    refuse([fault for each in read for fault in check(*each)])
    return [document for document, _ in read]


def _show(
    before: Path, after: Path, found: Impact | None, report_: str | None, json: str | None
) -> None:
    """Print the comparison, and write what was asked for."""
    changes = found.difference if found else difference(*_read(before, after))
    whole = page(before.name, after.name, changes, found)
    whole.print(out)
    wanted = {}
    if report_ is not None:
        wanted[report_] = whole.html()
    if json is not None:
        plain = {**whole.plain(), "difference": changes.plain()}
        plain |= {"impact": found.plain()} if found else {}
        wanted[json] = json_text.dumps(plain, indent=2, ensure_ascii=False, default=str) + "\n"
    write_documents(wanted)
    for path in wanted:
        err.print(f"written to {path}")
