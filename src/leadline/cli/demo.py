"""``leadline demo-data``: invented tables to try everything on."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from leadline.cli.console import open_engine, out
from leadline.demo.generate import World, write_demo
from leadline.scoring import moment


def demo_data(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="New or empty folder.")],
    leads: Annotated[int, typer.Option(metavar="N", help="How many leads.")] = 2000,
    seed: Annotated[int, typer.Option(metavar="S", help="Another seed gives another world.")] = 1,
    end: Annotated[
        str | None,
        typer.Option(metavar="T", help="Last moment that is known of; by default last midnight."),
    ] = None,
    file_format: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="F",
            help="csv, csv.gz, parquet or jsonl; by default csv below 50,000 leads, else parquet.",
        ),
    ] = None,
) -> None:
    """Write invented accounts, leads, events and outcomes with a known cause of winning."""
    at = moment(end, "--end") if end else _last_midnight()
    with open_engine(None) as engine:
        rows = write_demo(engine, World(leads, seed, at), folder, file_format)
    width = max(map(len, rows))
    for name, count in rows.items():
        out.print(f"{name:{width}}  {count:>12,} rows")
    tables = {name.partition(".")[0]: folder / name for name in rows}
    out.print(f"{'truth.json':{width}}  why who wins; no score may see the files named truth")
    out.print("next: leadline new model.yaml")
    out.print(
        f"then: leadline score model.yaml --leads {tables['leads']} "
        f"--accounts {tables['accounts']} --events {tables['events']} "
        f"--outcomes {tables['outcomes']} --as-of {at.strftime('%Y-%m-%dT%H:%M:%SZ')}"
    )


def _last_midnight() -> datetime:
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
