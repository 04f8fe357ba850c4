"""leadline scores B2B leads and accounts, and says why to the last point."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leadline.errors import EngineError, FileError, InputError, LeadlineError, ModelError
    from leadline.inspection.inspect import inspect
    from leadline.inspection.report import Inspection
    from leadline.model.fingerprint import fingerprint
    from leadline.model.reading.reader import read
    from leadline.model.reading.writer import edit, write
    from leadline.questions.audit import audit
    from leadline.questions.backtest import backtest
    from leadline.review.trial.trial import Trial, trial
    from leadline.scoring.scored import Scored, score

__all__ = [
    "EngineError",
    "FileError",
    "InputError",
    "Inspection",
    "LeadlineError",
    "ModelError",
    "Scored",
    "Trial",
    "audit",
    "backtest",
    "edit",
    "fingerprint",
    "inspect",
    "read",
    "score",
    "trial",
    "write",
]

_PLACES = {
    **dict.fromkeys(
        ("EngineError", "FileError", "InputError", "LeadlineError", "ModelError"), "errors"
    ),
    "Inspection": "inspection.report",
    "Scored": "scoring.scored",
    "Trial": "review.trial.trial",
    "audit": "questions.audit",
    "backtest": "questions.backtest",
    "edit": "model.reading.writer",
    "fingerprint": "model.fingerprint",
    "inspect": "inspection.inspect",
    "read": "model.reading.reader",
    "score": "scoring.scored",
    "trial": "review.trial.trial",
    "write": "model.reading.writer",
}
"""Where each name stands; its module is imported when it is first used."""


class _Package(ModuleType):
    """The package: a folder in it that is imported does not hide a function of its name."""

    def __setattr__(self, name: str, value: object) -> None:
        """Set an attribute, as importing a folder does."""
        if not (name in _PLACES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> Any:
    """Import a name when it is first used."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """Return the names that there are."""
    return sorted({*globals(), *__all__})
