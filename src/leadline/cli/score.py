"""``leadline score``: score leads, and print the best or write the scores."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from leadline.cli import pages
from leadline.cli.console import err, open_address, out, report, warn
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
    Memory,
    ModelFile,
    Outcomes,
    Previous,
    inputs,
    table,
    target,
)
from leadline.engines.postgres.errors import shown
from leadline.errors import Fault, InputError
from leadline.scoring import Run, moment
from leadline.scoring.loading import table_address
from leadline.scoring.publish import check_targets, ordered, publish
from leadline.tables.write import Outputs, check_outputs


def score(
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
    spine: Annotated[str | None, table("Leads and moments to score")] = None,
    out_: Annotated[
        str | None, typer.Option("--out", help="Write the scores.", metavar="F")
    ] = None,
    ledger: Annotated[str | None, target("Write the ledger")] = None,
    accounts_out: Annotated[str | None, target("Write the scores of accounts")] = None,
    transitions: Annotated[str | None, target("Write changes of band")] = None,
    rejects: Annotated[str | None, target("Write rows that could not be used")] = None,
    clean: Clean = False,
    memory: Memory = None,
    engine: EngineAddress = "duckdb",
) -> None:
    """Score leads, and print the best or write the scores."""
    started = datetime.now(UTC)
    targets = {
        "scores": out_,
        "points": ledger,
        "account_scores": accounts_out,
        "transitions": transitions,
    }
    wanted = {name: path for name, path in targets.items() if path is not None}
    files = {name: path for name, path in wanted.items() if table_address(path) is None}
    if as_of is not None and spine is not None:
        raise InputError(Fault("", "--as-of", "must not stand beside --spine"))
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
    read = [path for name, path in tables.items() if name != "previous"]
    check_outputs([*files.values(), *([rejects] if rejects else [])], read)
    with open_address(engine, memory) as opened:
        run = Run.open(opened, model, tables, as_of=at, clean=clean)
        warn(model)
        err.print(f"model {run.model.model}, fingerprint {run.fingerprint}")
        if spine is None:
            err.print(f"as of {pages.time(at)}")
        _refuse_lacking(run, wanted)
        published = {name: found for name, path in wanted.items() if (found := table_address(path))}
        if published:
            check_targets(run, published)
        run.keep(*wanted)
        run.table("scores")
        _write(run, files, published, rejects)
        if "scores" in wanted:
            pages.written(err, run, wanted["scores"])
        else:
            hint = pages.explain_hint(model, tables, as_of)
            pages.best(out, run, hint if engine == "duckdb" else [*hint, "--engine", shown(engine)])
        report(run, rejects)


def _refuse_lacking(run: Run, wanted: dict[str, str]) -> None:
    options = {
        "account_scores": ("--accounts-out", "scores of accounts"),
        "transitions": ("--transitions", "bands"),
    }
    for name in wanted:
        if name not in run.statement.outputs:
            option, what = options[name]
            raise InputError(Fault("", option, f"needs a model with {what}", run.model.model))


def _write(run: Run, files: dict[str, str], published: dict[str, str], rejects: str | None) -> None:
    """Write files and tables; the files appear once the tables are there."""
    with Outputs(run.engine.embedded) as outputs:
        for name, path in files.items():
            outputs.add(ordered(run, name), path)
        if rejects:
            relation = run.loaded.rejects.relation
            outputs.add(
                f'select * from {relation} order by table_name, file, "row", reason', rejects
            )
        if published:
            publish(run, published)
