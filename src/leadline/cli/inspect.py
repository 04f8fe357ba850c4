"""``leadline inspect``: what exports hold, and the columns that a model has to declare."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from leadline.cli.console import open_engine, out
from leadline.inspection.inspect import inspect as inspect_files
from leadline.inspection.report import ColumnReport, TableReport
from leadline.tables.texts import check_document, write_documents

NAME_WIDTH = 28
EXAMPLES_WIDTH = 36
LEAST_WIDTH = 8
"""So much of examples is shown on a line, where there is room."""
OTHERS_WIDTH = 72
"""What all other columns need."""

KINDS = "leads, accounts, events or outcomes; by default guessed for each file."


def inspect(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Exports; each file or pattern is one table."),
    ],
    table: Annotated[str | None, typer.Option(help=KINDS, metavar="TABLE")] = None,
    encoding: Annotated[
        str | None,
        typer.Option(help="Encoding of text that is not Unicode or western.", metavar="NAME"),
    ] = None,
    out_: Annotated[
        str | None, typer.Option("--out", help="Write the proposed columns (.yaml).", metavar="F")
    ] = None,
    json_: Annotated[
        str | None, typer.Option("--json", help="Write everything as JSON.", metavar="F")
    ] = None,
) -> None:
    """Look into exports: types, keys, tokens that mean missing; propose the columns to declare."""
    for wanted in filter(None, (out_, json_)):
        check_document(wanted)
    with open_engine(None) as engine:
        found = inspect_files(files, table=table, encoding=encoding, engine=engine)
    for each in found.tables:
        _show(each)
    if out_ is None:
        out.print(Text("Proposed for the model\n", "bold"))
        out.print(found.block, end="")
    texts = {path: text for path, text in ((out_, found.block), (json_, found.json())) if path}
    write_documents(texts)
    for path in texts:
        out.print(f"written to {path}")


def _show(found: TableReport) -> None:
    guess = " by the look of it" if found.is_guess else ""
    counts = f"{found.table}{guess}, {found.rows:,} rows, {len(found.columns)} columns"
    out.print(Text.assemble((found.where, "bold"), f": {counts}\n"))
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("column", min_width=14, max_width=NAME_WIDTH)
    for title in ("read as", "type", "seems to be"):
        table.add_column(title, no_wrap=True)
    for title in ("filled", "distinct"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("most frequent", no_wrap=True)
    for each in found.columns:
        table.add_row(*map(Text, _cells(each)))
    out.print(table)
    out.print()
    findings = [*found.findings, *(line for each in found.columns for line in _findings(each))]
    for line in findings:
        out.print(f"- {line}")
    if findings:
        out.print()


def _cells(each: ColumnReport) -> tuple[str, ...]:
    return (
        each.name,
        each.column or "",
        each.type.value,
        each.seems,
        f"{each.share:.0%}",
        f"{each.distinct:,}",
        _short(", ".join(each.examples)),
    )


def _short(text: str) -> str:
    width = max(LEAST_WIDTH, min(EXAMPLES_WIDTH, out.width - OTHERS_WIDTH))
    line = " ".join(text.split())
    return line if len(line) <= width else f"{line[: width - 3]}..."


def _findings(each: ColumnReport) -> list[str]:
    suspects = [
        f"{each.name}: {suspect.value!r} may mean missing: it {suspect.why}; "
        f"{suspect.count:,} row{'' if suspect.count == 1 else 's'}."
        for suspect in each.suspects
    ]
    constant = (
        [f"{each.name}: constant, so no rule can use it."] if each.seems == "constant" else []
    )
    return [*suspects, *constant, *(f"{each.name}: {line}" for line in each.findings)]
