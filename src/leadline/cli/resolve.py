"""``leadline resolve``: leads with everything that can be read off them, beside what was given."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from leadline.cli.console import err, open_engine, out, report_loaded
from leadline.cli.options import Accounts, Leads, Memory, target
from leadline.errors import Fault, InputError
from leadline.identity.resolution import Resolution, Summary
from leadline.model.checking.check import check
from leadline.model.document import Model
from leadline.scoring import read_model, refuse
from leadline.tables.write import Outputs, check_outputs


def resolve(
    leads: Leads,
    accounts: Accounts = None,
    model: Annotated[
        Path | None,
        typer.Option(help="Model whose `columns` and `files` say how to read.", metavar="MODEL"),
    ] = None,
    out_: Annotated[str | None, typer.Option("--out", help="Write the leads.", metavar="F")] = None,
    accounts_out: Annotated[str | None, target("Write the accounts")] = None,
    rejects: Annotated[str | None, target("Write rows that could not be used")] = None,
    memory: Memory = None,
) -> None:
    """Read e-mails, phones, countries, companies and job titles; mark what seems invented."""
    if accounts_out and accounts is None:
        raise InputError(Fault("", "--accounts-out", "needs --accounts"))
    read = [each for each in (leads, accounts) if each]
    check_outputs([each for each in (out_, accounts_out, rejects) if each], read)
    with open_engine(memory) as engine:
        found = Resolution.of(engine, leads, accounts, _checked(model))
        with Outputs(engine) as outputs:
            for query, path in (
                (found.leads_sql, out_),
                (found.accounts_sql, accounts_out),
                (found.loaded.rejects.query, rejects),
            ):
                if path:
                    outputs.add(query, path)
        _show(found.summary())
        if out_:
            err.print(f"leads written to {out_}")
        report_loaded(found.loaded, rejects)


def _checked(model: Path | None) -> Model | None:
    if model is None:
        return None
    document, source = read_model(model)
    refuse(check(document, source))
    return document


def _show(summary: Summary) -> None:
    """Print what was found."""
    out.print(f"{summary.leads:,} leads")
    _counts("e-mail", summary.emails)
    if summary.suggestions:
        examples = "; ".join(f"{old} -> {new}" for old, new in summary.examples)
        out.print(f"  probably misspelt  {summary.suggestions:,}: {examples}")
    out.print(f"phone: {summary.phones:,} can be dialled")
    out.print(f"country: {summary.countries:,} known")
    _counts("seniority", summary.seniorities)
    _counts("function", summary.functions)
    if summary.matched is not None:
        out.print(f"account: {summary.matched:,} matched by domain")
    out.print(f"invented: {summary.invented:,}")
    for sign, count, leads in summary.signs:
        out.print(f"  {sign}  {count:,}: {', '.join(leads)}")


def _counts(title: str, counts: Mapping[str, int]) -> None:
    shown = ", ".join(f"{value} {count:,}" for value, count in counts.items())
    out.print(f"{title}: {shown or 'nothing known'}")
