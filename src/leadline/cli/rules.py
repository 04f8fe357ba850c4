"""``leadline rules``: what every rule of a model is worth."""

from __future__ import annotations

from leadline.cli.applying import Apply, overwrite, text_of
from leadline.cli.console import open_engine, out, report, warn
from leadline.cli.judging import (
    DataEnd,
    JsonFile,
    ReportFile,
    ScoreName,
    SplitKind,
    TaskFile,
    data_end,
    split_kind,
    task_for,
    write_all,
)
from leadline.cli.options import (
    Accounts,
    EventMarks,
    Events,
    FieldHistory,
    LeadMerges,
    Leads,
    Memory,
    ModelFile,
    Outcomes,
    inputs,
)
from leadline.errors import Fault, InputError
from leadline.history.judged import judged
from leadline.history.opened import open_past
from leadline.reports.rules import machine, page
from leadline.review.rule_worth.worth import Worth, of_judged
from leadline.scoring import read_model
from leadline.tables.texts import check_document


def rules(
    model: ModelFile,
    leads: Leads,
    task: TaskFile = None,
    accounts: Accounts = None,
    events: Events = None,
    outcomes: Outcomes = None,
    field_history: FieldHistory = None,
    lead_merges: LeadMerges = None,
    event_marks: EventMarks = None,
    data_end_: DataEnd = None,
    split_: SplitKind = None,
    score: ScoreName = None,
    apply: Apply = False,
    report_: ReportFile = None,
    json_: JsonFile = None,
    memory: Memory = None,
) -> None:
    """Say what every rule is worth, given the others, and propose what should change."""
    for path in filter(None, (report_, json_)):
        check_document(path)
    asked, end, kind = task_for(task, model), data_end(data_end_), split_kind(split_)
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
        run = open_past(engine, model, tables, asked)
        warn(model)
        found = of_judged(judged(run, asked, end), score, kind, read_model(model)[0])
        page(found).print(out)
        hint = "next: --report FILE.html has every rule; --apply writes the proposal into the model"
        write_all({report_: lambda: page(found).html(), json_: lambda: machine(found)}, hint)
        if apply and found.proposal is not None:
            _refuse_worse(found)
            overwrite(model, found.proposal.applied(text_of(model)))
        report(run, None)


def _refuse_worse(found: Worth) -> None:
    """Refuse a proposal that is clearly worse on rows it was not made from."""
    if found.effect is not None and found.effect.is_worse:
        raise InputError(
            Fault("", "--apply", "must not make the ranking worse", found.effect.says.rstrip("."))
        )
