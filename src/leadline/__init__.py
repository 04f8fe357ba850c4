"""leadline scores B2B leads and accounts, and says why to the last point."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leadline.errors import EngineError, FileError, InputError, LeadlineError, ModelError
    from leadline.model.fingerprint import fingerprint
    from leadline.model.reading.reader import read
    from leadline.model.reading.writer import edit, write
    from leadline.questions.answer import Answer
    from leadline.questions.audit import audit
    from leadline.questions.backtest import backtest
    from leadline.questions.check import check
    from leadline.questions.compare import compare
    from leadline.questions.diff import diff
    from leadline.questions.explain import explain
    from leadline.questions.history import history
    from leadline.questions.inspect import inspect
    from leadline.questions.learn import learn
    from leadline.questions.marks import marks
    from leadline.questions.rates import rates
    from leadline.questions.ready import ready
    from leadline.questions.resolve import resolve
    from leadline.questions.review import review
    from leadline.questions.rules import rules
    from leadline.questions.score import score
    from leadline.questions.scored import Scored
    from leadline.questions.snapshot import snapshot
    from leadline.questions.sources import sources
    from leadline.questions.thresholds import thresholds
    from leadline.questions.trial import trial
    from leadline.questions.watch import watch

__all__ = [
    "Answer",
    "EngineError",
    "FileError",
    "InputError",
    "LeadlineError",
    "ModelError",
    "Scored",
    "audit",
    "backtest",
    "check",
    "compare",
    "diff",
    "edit",
    "explain",
    "fingerprint",
    "history",
    "inspect",
    "learn",
    "marks",
    "rates",
    "read",
    "ready",
    "resolve",
    "review",
    "rules",
    "score",
    "snapshot",
    "sources",
    "thresholds",
    "trial",
    "watch",
    "write",
]

_PLACES = {
    "Answer": "questions.answer",
    "EngineError": "errors",
    "FileError": "errors",
    "InputError": "errors",
    "LeadlineError": "errors",
    "ModelError": "errors",
    "Scored": "questions.scored",
    "audit": "questions.audit",
    "backtest": "questions.backtest",
    "check": "questions.check",
    "compare": "questions.compare",
    "diff": "questions.diff",
    "edit": "model.reading.writer",
    "explain": "questions.explain",
    "fingerprint": "model.fingerprint",
    "history": "questions.history",
    "inspect": "questions.inspect",
    "learn": "questions.learn",
    "marks": "questions.marks",
    "rates": "questions.rates",
    "read": "model.reading.reader",
    "ready": "questions.ready",
    "resolve": "questions.resolve",
    "review": "questions.review",
    "rules": "questions.rules",
    "score": "questions.score",
    "snapshot": "questions.snapshot",
    "sources": "questions.sources",
    "thresholds": "questions.thresholds",
    "trial": "questions.trial",
    "watch": "questions.watch",
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
