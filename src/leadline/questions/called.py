"""What messages and reports call a model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leadline.model.document import Model
    from leadline.questions.judging import ModelInput


def file_of(given: ModelInput) -> Path | None:
    """Return the file of a model; None where a text, values or a document were given."""
    if isinstance(given, Path):
        return given
    return Path(given) if isinstance(given, str) and "\n" not in given else None


def called(given: ModelInput, read: Model) -> str:
    """Return the file of a model as it was given, else the model's own name."""
    file = file_of(given)
    return read.model if file is None else str(file)
