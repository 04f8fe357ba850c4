"""``leadline trial``: what a model does on history, before it is published."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from leadline.cli.console import open_engine, out, report, warn
from leadline.cli.options import (
    Accounts,
    AsOf,
    Clean,
    EventMarks,
    Events,
    FieldHistory,
    LeadMerges,
    Leads,
    Memory,
    ModelFile,
    Outcomes,
    Previous,
    inputs,
    table,
)
from leadline.errors import Fault, InputError
from leadline.model.durations import Duration
from leadline.reports.trial import page
from leadline.review.trial.trial import of_run, spaced
from leadline.scoring import Run, moment
from leadline.tables.texts import check_document, write_documents


def trial(
    model: ModelFile,
    leads: Leads,
    accounts: Accounts = None,
    events: Events = None,
    outcomes: Outcomes = None,
    previous: Previous = None,
    field_history: FieldHistory = None,
    lead_merges: LeadMerges = None,
    event_marks: EventMarks = None,
    as_of: AsOf = None,
    moments: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, help="Score at this many moments, of which --as-of is the last."
        ),
    ] = None,
    every: Annotated[
        str | None, typer.Option(metavar="D", help="Time between moments; by default 14d.")
    ] = None,
    spine: Annotated[str | None, table("Leads and moments to score")] = None,
    report_: Annotated[
        str | None, typer.Option("--report", metavar="F.html", help="Write a page to print.")
    ] = None,
    json: Annotated[
        str | None, typer.Option(metavar="F.json", help="Write the same for machines.")
    ] = None,
    clean: Clean = False,
    memory: Memory = None,
) -> None:
    """Try a model on history: scores, bands, what every rule does, and what to look at."""
    started = datetime.now(UTC)
    for path in filter(None, (report_, json)):
        check_document(path)
    _refuse_both(as_of, moments, every, spine)
    at = moment(as_of) if as_of else started
    tables = inputs(
        leads=leads,
        accounts=accounts,
        events=events,
        outcomes=outcomes,
        previous=previous,
        field_history=field_history,
        lead_merges=lead_merges,
        event_marks=event_marks,
        spine=spine,
    )
    with open_engine(memory) as engine:
        run = Run.open(engine, model, tables, as_of=at, clean=clean)
        warn(model)
        if moments:
            run = run.over_moments(spaced(at, moments, _length(every or "14d")))
        found = page(of_run(run))
        found.print(out)
        _write({report_: found.html, json: found.json})
        report(run, None)


def _refuse_both(
    as_of: str | None, moments: int | None, every: str | None, spine: str | None
) -> None:
    """Refuse options that do not go together."""
    if spine is not None:
        for name, value in {"--as-of": as_of, "--moments": moments, "--every": every}.items():
            if value is not None:
                raise InputError(Fault("", name, "must not stand beside --spine"))
    if every is not None and moments is None:
        raise InputError(Fault("", "--every", "must stand beside --moments"))


def _length(every: str) -> timedelta:
    try:
        found = Duration(every)
    except ValueError as error:
        raise InputError(Fault("", "--every", str(error), every)) from None
    if not found.microseconds:
        raise InputError(Fault("", "--every", "must be longer than nothing", every))
    return timedelta(microseconds=found.microseconds)


def _write(texts: Mapping[str | None, Callable[[], str]]) -> None:
    """Write what was asked for, and say where it is."""
    wanted = {path: text() for path, text in texts.items() if path is not None}
    write_documents(wanted)
    for path in wanted:
        out.print(f"written to {path}")
    if not wanted:
        out.print("next: --report FILE.html writes charts and what every rule does")
