"""``leadline check``, ``fingerprint`` and ``schema``: the model document itself."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from leadline.cli import pages
from leadline.cli.console import err, open_address, out, warn
from leadline.cli.options import (
    Accounts,
    EngineAddress,
    Events,
    ModelFile,
    OptionalLeads,
    Outcomes,
    inputs,
)
from leadline.errors import Fault, InputError, nearest
from leadline.explain.plain import json_schema as explain_schema
from leadline.model.checking.check import check as check_model
from leadline.model.fingerprint import fingerprint as fingerprint_of
from leadline.model.schema import json_schema as model_schema
from leadline.review.trial.checked import check_tables
from leadline.review.trial.examples import check_examples
from leadline.scoring import read_model, refuse


def check(
    model: ModelFile,
    leads: OptionalLeads = None,
    accounts: Accounts = None,
    events: Events = None,
    outcomes: Outcomes = None,
    engine: EngineAddress = "duckdb",
) -> None:
    """Report every fault of a model; with tables, of its columns too, and what they never have."""
    document, source = read_model(model)
    tables = inputs(leads=leads, accounts=accounts, events=events, outcomes=outcomes)
    with open_address(engine) as opened:
        found = check_tables(opened, document, source, tables)
    refuse(found.faults or check_examples(document, source))
    warn(model)
    for each in found.warnings:
        err.print(f"warning: {each}")
    out.print(f"{model}: no faults; {pages.contents(document)}")
    out.print(f"fingerprint {fingerprint_of(document)}")


def fingerprint(model: ModelFile) -> None:
    """Print the hash of everything in a model that can change a number."""
    document, source = read_model(model)
    refuse(check_model(document, source))
    out.print(fingerprint_of(document))


def schema(
    what: Annotated[
        str, typer.Argument(metavar="[WHAT]", help="model, or explain for its JSON.")
    ] = "model",
) -> None:
    """Print the JSON Schema of model documents, for editors, or of what explain says."""
    if what not in SCHEMAS:
        expected = f"must be one of {', '.join(SCHEMAS)}"
        raise InputError(Fault("", "WHAT", expected, what, nearest(what, SCHEMAS)))
    sys.stdout.write(SCHEMAS[what]())


SCHEMAS = {"model": model_schema, "explain": explain_schema}
