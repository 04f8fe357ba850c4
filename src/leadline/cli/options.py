"""Options that several commands share: tables, moments, models."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

ModelFile = Annotated[Path, typer.Argument(metavar="MODEL", help="Model document (YAML).")]


def table(help_text: str) -> Any:
    """Return the option of a table to read."""
    return typer.Option(
        help=f"{help_text} (.csv, .parquet, .json lines; .gz and globs too).", metavar="F"
    )


def target(help_text: str) -> Any:
    """Return the option of a file to write."""
    return typer.Option(help=f"{help_text} (.csv, .parquet, .json lines).", metavar="F")


Leads = Annotated[str, table("Leads")]
OptionalLeads = Annotated[str | None, table("Leads")]
Accounts = Annotated[str | None, table("Accounts")]
Events = Annotated[str | None, table("Events")]
Outcomes = Annotated[str | None, table("Outcomes")]
Previous = Annotated[
    str | None, table("Bands of the preceding run, for hysteresis and transitions")
]
FieldHistory = Annotated[str | None, table("Values of fields over time")]
LeadMerges = Annotated[str | None, table("Leads merged into others")]
EventMarks = Annotated[str | None, table("Events marked as not to be counted")]
AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="T", help="Moment to score at; by default now.")
]
Clean = Annotated[
    bool, typer.Option("--clean", help="The tables are declared clean: keys are not checked.")
]
EngineAddress = Annotated[
    str,
    typer.Option(
        "--engine",
        metavar="E",
        help="Where to compute: duckdb, postgresql://user@host/database, spark, spark://host:port "
        "or sc://host:port. Tables of a server can be inputs and outputs, such as "
        "table:crm.events.",
    ),
]
Memory = Annotated[
    str | None, typer.Option("--memory", metavar="SIZE", help="Most memory to use, such as 6GB.")
]


def inputs(**paths: str | None) -> dict[str, str]:
    """Return the tables that were given."""
    return {name: path for name, path in paths.items() if path is not None}
