"""``leadline stream``: score leads as their events arrive in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from leadline.cli.console import err, open_address, report_loaded, warn
from leadline.cli.options import Accounts, Leads, Memory, ModelFile, inputs
from leadline.engines.spark.engine import Spark
from leadline.errors import Fault, InputError
from leadline.scoring.loading import table_address
from leadline.streaming.stream import Batch, Stream


def stream(
    model: ModelFile,
    leads: Leads,
    events: Annotated[
        str, typer.Option(help="Files of events to come, such as incoming/*.json.", metavar="F")
    ],
    state: Annotated[
        Path, typer.Option(help="Folder of what has been read; start again with the same.")
    ],
    store: Annotated[
        str, typer.Option(help="PostgreSQL of the scores, postgresql://user@host/database.")
    ],
    out_: Annotated[
        str, typer.Option("--out", help="Table of the scores, such as table:crm.scores.")
    ],
    accounts: Accounts = None,
    engine: Annotated[
        str, typer.Option(help="Where to compute: spark or spark://host:port.", metavar="E")
    ] = "spark",
    every: Annotated[str, typer.Option(help="How often to look for files.")] = "10 seconds",
    once: Annotated[bool, typer.Option("--once", help="End when all files are read.")] = False,
    memory: Memory = None,
) -> None:
    """Score leads as their events arrive in a folder, on Spark, until interrupted."""
    table = table_address(out_)
    if table is None:
        raise InputError(Fault("", "--out", "must be a table, such as table:crm.scores", out_))
    with open_address(engine, memory) as opened:
        if not isinstance(opened, Spark):
            raise InputError(Fault("", "--engine", "must be spark or spark://host:port", engine))
        given = inputs(leads=leads, accounts=accounts, events=events)
        made = Stream(opened, model, given, state=state, store=store, table=table, report=_report)
        warn(model)
        report_loaded(made.beside.loaded, None)
        made.run(once=once, every=every)


def _report(batch: Batch) -> None:
    rejected = f", {batch.rejected} rejected" if batch.rejected else ""
    at = batch.as_of.strftime("%Y-%m-%dT%H:%M:%SZ")
    err.print(f"batch {batch.number}: {batch.events} events{rejected}, {batch.leads} leads at {at}")
