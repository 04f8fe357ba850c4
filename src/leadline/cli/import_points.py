"""``leadline import``: a table of points of another product as a model, and how well it agrees."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from leadline.cli.console import err, open_engine
from leadline.cli.options import (
    Accounts,
    AsOf,
    Events,
    OptionalLeads,
    Outcomes,
    inputs,
    table,
)
from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import Fault, InputError
from leadline.importers import Imported, Parity, check_parity, read_points
from leadline.importers.points.report import as_json, as_markdown, ledger, said, summary
from leadline.importers.points.text_files import write_texts
from leadline.scoring import Run, moment
from leadline.tables.read import load

MOST_RULES = 5


def import_(
    system: Annotated[
        str,
        typer.Argument(metavar="SYSTEM", help="hubspot, account-engagement, marketo or eloqua."),
    ],
    points: Annotated[str, typer.Argument(metavar="TABLE", help="Table of points (.csv).")],
    out_: Annotated[
        str | None,
        typer.Option("--out", help="Write the model; by default it is printed.", metavar="F"),
    ] = None,
    types: Annotated[
        str | None, table("Their actions and our types of events: action, type, where")
    ] = None,
    leads: OptionalLeads = None,
    accounts: Accounts = None,
    events: Events = None,
    outcomes: Outcomes = None,
    their_scores: Annotated[str | None, table("Their scores, to compare: lead_id, score")] = None,
    compare: Annotated[
        str | None, typer.Option(metavar="NAME", help="Score or band to compare them with.")
    ] = None,
    as_of: AsOf = None,
    report: Annotated[
        str | None, typer.Option(help="Write what became of each row (Markdown).", metavar="F")
    ] = None,
    json: Annotated[
        str | None, typer.Option("--json", help="Write the same as JSON.", metavar="F")
    ] = None,
) -> None:
    """Make a model of a table of points of another product, and compare their scores with ours."""
    started = datetime.now(UTC)
    tables = inputs(leads=leads, accounts=accounts, events=events, outcomes=outcomes)
    if their_scores and not leads:
        raise InputError(Fault("", "--their-scores", "needs --leads, to score them"))
    with open_engine(None) as engine:
        schema = load(engine, tables, {}).schema if tables else {}
        found = read_points(system, points, types=types, schema=schema, engine=engine)
        parity = None
        if their_scores:
            at = moment(as_of) if as_of else started
            parity = _parity(engine, found, tables, at, their_scores, compare)
    _write(found, parity, {out_: found.text} if out_ else {}, report, json)
    if out_ is None:
        sys.stdout.write(found.text)
    _print(found, parity, out_)
    if found.lost():
        raise typer.Exit(1)


def _parity(
    engine: DuckDB,
    found: Imported,
    tables: dict[str, str],
    at: datetime,
    theirs: str,
    compare: str | None,
) -> Parity:
    run = Run.open(engine, found.model, tables, as_of=at)
    run.keep("scores", "points")
    for note in run.loaded.notes:
        err.print(f"note: {note}")
    return check_parity(run, theirs, compare)


def _write(
    found: Imported,
    parity: Parity | None,
    texts: dict[str, str],
    report: str | None,
    json: str | None,
) -> None:
    if report:
        texts[report] = as_markdown(found, parity)
    if json:
        texts[json] = as_json(found, parity)
    write_texts(texts)


def _print(found: Imported, parity: Parity | None, path: str | None) -> None:
    err.print(summary(found))
    for status in ("approximated", "not carried over"):
        rows = [each for each in found.findings if each.status == status]
        if rows:
            err.print(Text(status, "bold"))
        for each in rows:
            err.print(f"  {said(each)}")
    if parity:
        _print_parity(parity)
    if path:
        err.print(f"model written to {path}; next: leadline check {path}")


def _print_parity(parity: Parity) -> None:
    share = 100 * parity.equal / parity.leads
    counts = (
        f"  {parity.leads} leads compared on {parity.output}, {share:.1f} % equal; "
        f"{parity.only_theirs} only theirs, {parity.only_ours} only ours"
    )
    err.print(Text.assemble(("their scores and ours", "bold"), counts))
    if parity.classes:
        sizes = ", ".join(f"{size} {many}" for size, many in parity.classes.items() if many)
        err.print(f"  differences: {sizes}")
    for each in parity.conclusion:
        err.print(f"  {each}")
    if parity.equal < parity.leads:
        err.print(_rules(parity))
        err.print(_leads(parity))


def _rules(parity: Parity) -> Table:
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("rule", "fired", "of these differ", "correlation", "mean difference"):
        shown.add_column(title, justify="left" if title == "rule" else "right")
    for each in parity.rules[:MOST_RULES]:
        correlation = "-" if each.correlation is None else f"{each.correlation:+.2f}"
        shown.add_row(
            each.rule, str(each.fired), str(each.differing), correlation, f"{each.mean_fired:+.2f}"
        )
    return shown


def _leads(parity: Parity) -> Table:
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("lead", "theirs", "ours", "our ledger"):
        shown.add_column(title)
    for each in parity.largest:
        shown.add_row(each.lead_id, each.theirs, str(each.ours), ledger(each))
    return shown
