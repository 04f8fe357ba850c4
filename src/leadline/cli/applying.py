"""A changed model document over the old one: only if it has no faults and its examples hold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from leadline.cli.console import out
from leadline.errors import Fault, FileError
from leadline.model.checking.check import check
from leadline.model.reading.reader import parse
from leadline.review.trial.examples import check_examples
from leadline.scoring import refuse
from leadline.tables.texts import write_documents

Apply = Annotated[bool, typer.Option("--apply", help="Write the change into MODEL; comments stay.")]


def text_of(model: Path) -> str:
    """Return the text of a document. Raises FileError."""
    try:
        return model.read_text(encoding="utf-8-sig")
    except OSError as error:
        fault = Fault(str(model), "", "must be a readable file", error.strerror or "")
        raise FileError(fault) from error


def overwrite(model: Path, text: str) -> None:
    """Write a changed document. Raises ModelError where it has faults, and writes nothing then."""
    document, source = parse(text)
    faults = source.faults or check(document, source) or check_examples(document, source)
    refuse([replace(each, where=f"{model}, changed") for each in faults])
    write_documents({str(model): text})
    out.print(f"written to {model}")
