"""What is allowed in a model but seldom meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leadline.model.document import Model
    from leadline.model.reading.source import Source
    from leadline.questions.judging import ModelInput
    from leadline.questions.session import Tell


def warned(model: ModelInput, tell: Tell) -> tuple[str, ...]:
    """Tell what is seldom meant in a model, and return it."""
    from leadline.model.given import read_model

    return told(*read_model(model), tell)


def told(document: Model, source: Source, tell: Tell) -> tuple[str, ...]:
    """Do the same for a model that was read."""
    from leadline.model.checking.check import warnings

    found = tuple(str(fault) for fault in warnings(document, source))
    for each in found:
        tell(f"warning: {each}")
    return found
