"""What is allowed in a model but seldom meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leadline.questions.judging import ModelInput
    from leadline.questions.session import Tell


def warned(model: ModelInput, tell: Tell) -> tuple[str, ...]:
    """Tell what is seldom meant in a model, and return it."""
    from leadline.model.checking.check import warnings
    from leadline.model.given import read_model

    found = tuple(str(fault) for fault in warnings(*read_model(model)))
    for each in found:
        tell(f"warning: {each}")
    return found
