"""``leadline sql``: the statement of a model as a text, for a scheduler or dbt."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from leadline.cli.console import warn
from leadline.cli.options import ModelFile, inputs
from leadline.errors import Fault, InputError
from leadline.printing.printed import DIALECTS, OUTPUTS, Request, printed
from leadline.scoring import moment, read_model
from leadline.tables.places.warehouse import listed


def _named(what: str) -> Any:
    return typer.Option(help=f"{what}: its name in the warehouse, as it is to stand.", metavar="T")


def sql(
    model: ModelFile,
    dialect: Annotated[str, typer.Option(help=f"{', '.join(DIALECTS)}.", metavar="D")],
    output: Annotated[
        str, typer.Option(help=f"What it gives: {', '.join(OUTPUTS)}.", metavar="O")
    ] = "scores",
    leads: Annotated[str | None, _named("Leads")] = None,
    accounts: Annotated[str | None, _named("Accounts")] = None,
    events: Annotated[str | None, _named("Events")] = None,
    outcomes: Annotated[str | None, _named("Outcomes")] = None,
    previous: Annotated[str | None, _named("Bands of the preceding run")] = None,
    field_history: Annotated[str | None, _named("Values of fields over time")] = None,
    lead_merges: Annotated[str | None, _named("Leads merged into others")] = None,
    event_marks: Annotated[str | None, _named("Events not to be counted")] = None,
    spine: Annotated[str | None, _named("Leads and moments to score")] = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="T", help="Moment to score at; by default when it runs."),
    ] = None,
    as_of_sql: Annotated[
        str | None,
        typer.Option(
            "--as-of-sql",
            metavar="SQL",
            help="The moment as SQL, UTC without a zone, such as a variable of dbt.",
        ),
    ] = None,
    columns: Annotated[
        Path | None,
        typer.Option(
            metavar="F", help="Columns of the tables, a CSV of information_schema.columns."
        ),
    ] = None,
    clean: Annotated[
        bool, typer.Option("--clean", help="Keys are there and unique: no rows are left out.")
    ] = False,
    unproved: Annotated[
        bool, typer.Option("--unproved", help="Print dialects that were never executed.")
    ] = False,
) -> None:
    """Print the statement of a model in a dialect of SQL."""
    moments = inputs(**{"--as-of": as_of, "--as-of-sql": as_of_sql, "--spine": spine})
    if len(moments) > 1:
        raise InputError(Fault("", " and ".join(moments), "must not stand beside each other"))
    document, source = read_model(model)
    request = Request(
        dialect,
        inputs(
            leads=leads,
            accounts=accounts,
            events=events,
            outcomes=outcomes,
            previous=previous,
            field_history=field_history,
            lead_merges=lead_merges,
            event_marks=event_marks,
            spine=spine,
        ),
        output,
        moment(as_of) if as_of else None,
        as_of_sql or "",
        listed(columns) if columns else None,
        str(columns or ""),
        is_clean=clean,
        with_unproved=unproved,
    )
    text = printed(document, source, request)
    warn(model)
    sys.stdout.write(text)
