"""``leadline learn``: a model from past outcomes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, cast, get_args

import typer

from leadline.cli.console import err, open_engine, out, report
from leadline.cli.judging import DataEnd, JsonFile, ReportFile, data_end, write_all
from leadline.cli.options import (
    Accounts,
    EventMarks,
    Events,
    FieldHistory,
    LeadMerges,
    Leads,
    Memory,
    Outcomes,
    inputs,
)
from leadline.errors import Fault, InputError, nearest
from leadline.learn.learning import learn as learn_model
from leadline.learn.learning import refuse_entries
from leadline.learn.scorecard import ENTRIES
from leadline.learn.setting import Kind
from leadline.model.reading.reader import read
from leadline.model.task import read_task
from leadline.reports.learn import page
from leadline.tables.texts import check_document


def learn(
    task: Annotated[Path, typer.Option("--task", metavar="T", help="Task to learn (YAML).")],
    leads: Leads,
    out_: Annotated[str, typer.Option("--out", metavar="MODEL", help="Write the model (YAML).")],
    accounts: Accounts = None,
    events: Events = None,
    outcomes: Outcomes = None,
    field_history: FieldHistory = None,
    lead_merges: LeadMerges = None,
    event_marks: EventMarks = None,
    method: Annotated[
        str, typer.Option(help="auto, scorecard, logistic or additive.", metavar="METHOD")
    ] = "auto",
    rules: Annotated[
        int, typer.Option(help="Most entries of a scorecard with points other than 0.", metavar="N")
    ] = ENTRIES,
    suspects: Annotated[
        bool,
        typer.Option("--keep-suspects", help="Learn also from what the audit says came later."),
    ] = False,
    base: Annotated[
        Path | None,
        typer.Option(
            "--base", metavar="MODEL", help="Fit the points of this model; pinned rules stay."
        ),
    ] = None,
    columns: Annotated[
        Path | None,
        typer.Option("--columns", metavar="MODEL", help="Model that says how tables are read."),
    ] = None,
    data_end_: DataEnd = None,
    report_: ReportFile = None,
    json_: JsonFile = None,
    memory: Memory = None,
) -> None:
    """Learn a model from past outcomes, and say how sure it is."""
    for path in filter(None, (out_, report_, json_)):
        check_document(path)
    kind = _kind(method)
    refuse_entries(rules)
    tables = inputs(
        leads=leads,
        accounts=accounts,
        events=events,
        outcomes=outcomes,
        field_history=field_history,
        lead_merges=lead_merges,
        event_marks=event_marks,
    )
    with open_engine(memory) as engine:
        found = learn_model(
            engine,
            tables,
            read_task(task),
            name=Path(out_).stem,
            method=kind,
            entries=rules,
            end=data_end(data_end_),
            suspects=suspects,
            columns=None if columns is None else read(columns),
            base=base,
            tell=err.print,
        )
        said = page(found)
        said.print(out)
        texts: dict[str | None, Callable[[], str]] = {report_: said.html, json_: said.json}
        if found.text is None:
            _set_aside(out_)
        else:
            texts[out_] = partial(str, found.text)
        write_all(texts, "next: --report FILE.html has all that was tried and left out")
        report(found.judged.run, None)


def _set_aside(path: str) -> None:
    """Move an earlier model away, so that nobody takes it for the result; nothing is lost."""
    earlier = Path(path)
    if earlier.is_file():
        kept = earlier.replace(earlier.with_name(f"{earlier.name}.earlier"))
        out.print(f"{path} was an earlier model, and is now {kept}", markup=False)


def _kind(method: str) -> Kind | None:
    kinds = ("auto", *get_args(Kind))
    if method not in kinds:
        expected = f"must be one of {', '.join(kinds)}"
        raise InputError(Fault("", "--method", expected, method, nearest(method, kinds)))
    return None if method == "auto" else cast("Kind", method)
