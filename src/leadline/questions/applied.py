"""A changed model document over the old one: only if it has no faults and its examples hold."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from leadline.errors import Fault, FileError, InputError
from leadline.questions.called import file_of

if TYPE_CHECKING:
    from leadline.questions.judging import ModelInput


def text_of(model: ModelInput) -> str:
    """Return the text of a document, as it was written where it was. Raises FileError."""
    from leadline.model.given import read_model
    from leadline.model.reading.writer import write

    file = file_of(model)
    if file is None:
        return model if isinstance(model, str) else write(read_model(model)[0])
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        fault = Fault(str(file), "", "must be a readable file", error.strerror or "")
        raise FileError(fault) from error


def refuse_without_file(model: ModelInput) -> None:
    """Refuse to write a change into a model that no file holds. Raises InputError."""
    if file_of(model) is None:
        raise InputError(Fault("", "--apply", "needs a model that a file holds"))


def overwrite(model: Any, text: str) -> None:
    """Write a changed document. Raises ModelError where it has faults, and writes nothing then."""
    from leadline.model.checking.check import check
    from leadline.model.given import refuse
    from leadline.model.reading.reader import parse
    from leadline.review.trial.examples import check_examples
    from leadline.tables.texts import write_documents

    document, source = parse(text)
    faults = source.faults or check(document, source) or check_examples(document, source)
    refuse([replace(each, where=f"{model}, changed") for each in faults])
    write_documents({str(model): text})
