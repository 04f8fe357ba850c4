"""The command line: a thin layer that reads options, calls the library and prints."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from leadline import pages
from leadline.data.write import Outputs, check_output
from leadline.engines.duckdb import DuckDB
from leadline.errors import Fault, InputError, LeadlineError
from leadline.model.check import check as check_model
from leadline.model.check import warnings
from leadline.model.fingerprint import fingerprint as fingerprint_of
from leadline.model.schema import json_schema
from leadline.review.examples import check_examples
from leadline.review.explain import explain as explain_lead
from leadline.scoring import Run, moment, read_model, refuse

app = typer.Typer(
    name="leadline",
    help="Score B2B leads and accounts, and say why to the last point.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)

ModelFile = Annotated[Path, typer.Argument(metavar="MODEL", help="Model document (YAML).")]


def _table(help_text: str) -> Any:
    return typer.Option(
        help=f"{help_text} (.csv, .parquet, .json lines; .gz and globs too).", metavar="F"
    )


Leads = Annotated[str, _table("Leads")]
OptionalLeads = Annotated[str | None, _table("Leads")]
Accounts = Annotated[str | None, _table("Accounts")]
Events = Annotated[str | None, _table("Events")]
Outcomes = Annotated[str | None, _table("Outcomes")]
Previous = Annotated[
    str | None, _table("Bands of the preceding run, for hysteresis and transitions")
]
FieldHistory = Annotated[str | None, _table("Values of fields over time")]
LeadMerges = Annotated[str | None, _table("Leads merged into others")]
EventMarks = Annotated[str | None, _table("Events marked as not to be counted")]
AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="T", help="Moment to score at; by default now.")
]
Clean = Annotated[
    bool, typer.Option("--clean", help="The tables are declared clean: keys are not checked.")
]
Memory = Annotated[
    str | None, typer.Option("--memory", metavar="SIZE", help="Most memory to use, such as 6GB.")
]


def _target(help_text: str) -> Any:
    return typer.Option(help=f"{help_text} (.csv, .parquet, .json lines).", metavar="F")


@app.command()
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
    spine: Annotated[str | None, _table("Leads and moments to score")] = None,
    out_: Annotated[
        str | None, typer.Option("--out", help="Write the scores.", metavar="F")
    ] = None,
    ledger: Annotated[str | None, _target("Write the ledger")] = None,
    accounts_out: Annotated[str | None, _target("Write the scores of accounts")] = None,
    transitions: Annotated[str | None, _target("Write changes of band")] = None,
    rejects: Annotated[str | None, _target("Write rows that could not be used")] = None,
    clean: Clean = False,
    memory: Memory = None,
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
    for path in (*wanted.values(), *([rejects] if rejects else [])):
        check_output(path)
    if as_of is not None and spine is not None:
        raise InputError(Fault("", "--as-of", "must not stand beside --spine"))
    at = moment(as_of) if as_of else started
    inputs = _inputs(
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
    with _engine(memory) as engine:
        run = Run.open(engine, model, inputs, as_of=at, clean=clean)
        _warn(model)
        err.print(f"model {run.model.model}, fingerprint {run.fingerprint}")
        if spine is None:
            err.print(f"as of {pages.time(at)}")
        _refuse_lacking(run, wanted)
        run.keep(*wanted)
        run.table("scores")
        _write(run, wanted, rejects)
        if "scores" in wanted:
            pages.written(err, run, wanted["scores"])
        else:
            paths = [
                f"--{name.replace('_', '-')} {path}"
                for name, path in inputs.items()
                if name != "spine"
            ]
            pages.best(out, run, f"leadline explain {model} {{lead}} {' '.join(paths)}")
        _report(run, rejects)


def _refuse_lacking(run: Run, wanted: dict[str, str]) -> None:
    options = {
        "account_scores": ("--accounts-out", "scores of accounts"),
        "transitions": ("--transitions", "bands"),
    }
    for name in wanted:
        if name not in run.statement.outputs:
            option, what = options[name]
            raise InputError(Fault("", option, f"needs a model with {what}", run.model.model))


def _write(run: Run, wanted: dict[str, str], rejects: str | None) -> None:
    with Outputs(run.engine) as outputs:
        for name, path in wanted.items():
            outputs.add(run.ordered_sql(name), path)
        if rejects:
            relation = run.loaded.rejects.relation
            outputs.add(
                f'select * from {relation} order by table_name, file, "row", reason', rejects
            )


def _report(run: Run, rejects: str | None) -> None:
    for note in run.loaded.notes:
        err.print(f"note: {note}")
    if run.loaded.rejects.count:
        place = f"; they are in {rejects}" if rejects else "; write them out with --rejects FILE"
        err.print(f"{run.loaded.rejects.count} rows were rejected{place}")
        raise typer.Exit(1)


@app.command()
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
) -> None:
    """Show one lead's ledger, what is missing, and what would move its score."""
    at = moment(as_of) if as_of else datetime.now(UTC)
    inputs = _inputs(
        leads=leads,
        accounts=accounts,
        events=events,
        outcomes=outcomes,
        previous=previous,
        field_history=field_history,
        lead_merges=lead_merges,
        event_marks=event_marks,
    )
    with _engine(None) as engine:
        run = Run.open(engine, model, inputs, as_of=at, clean=clean)
        found = explain_lead(run, lead, at, moment(since) if since else None)
        pages.explanation(out, run.model, found)
        _report(run, None)


@app.command()
def check(
    model: ModelFile,
    leads: OptionalLeads = None,
    accounts: Accounts = None,
    events: Events = None,
    outcomes: Outcomes = None,
) -> None:
    """Report every fault of a model at once; with tables, of its columns and types too."""
    document, source = read_model(model)
    inputs = _inputs(leads=leads, accounts=accounts, events=events, outcomes=outcomes)
    with _engine(None) as engine:
        faults = Run.faults(engine, document, source, inputs)
    refuse(faults or check_examples(document, source))
    _warn(model)
    out.print(f"{model}: no faults; {pages.contents(document)}")
    out.print(f"fingerprint {fingerprint_of(document)}")


@app.command()
def fingerprint(model: ModelFile) -> None:
    """Print the hash of everything in a model that can change a number."""
    document, source = read_model(model)
    refuse(check_model(document, source))
    out.print(fingerprint_of(document))


@app.command()
def schema() -> None:
    """Print the JSON Schema of model documents, for editors."""
    sys.stdout.write(json_schema())


def _inputs(**paths: str | None) -> dict[str, str]:
    return {name: path for name, path in paths.items() if path is not None}


def _warn(model: Path) -> None:
    for fault in warnings(*read_model(model)):
        err.print(f"warning: {fault}")


@contextmanager
def _engine(memory: str | None) -> Iterator[DuckDB]:
    """Open an engine that shows its progress where a person looks on."""
    if not err.is_terminal:
        with DuckDB(memory_limit=memory) as engine:
            yield engine
        return
    columns = (
        TextColumn("computing"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("computing", total=100, visible=False)

        def show(percent: float) -> None:
            bar.update(task, completed=percent, visible=True)

        with DuckDB(memory_limit=memory, progress=show) as engine:
            yield engine


def main() -> None:
    """Run the command line; the exit status says how it ended."""
    try:
        status = app(standalone_mode=False)
        sys.exit(status if isinstance(status, int) else 0)
    except typer.Abort:
        sys.exit(130)
    except LeadlineError as error:
        err.print(str(error), markup=False)
        sys.exit(error.exit_status)
    except typer.TyperException as error:
        err.print(f"{error.format_message()}. See leadline --help.", markup=False)
        sys.exit(2)
    except OSError as error:
        err.print(str(error), markup=False)
        sys.exit(3)
    except KeyboardInterrupt:
        err.print("interrupted; nothing was written")
        sys.exit(130)


if __name__ == "__main__":
    main()
