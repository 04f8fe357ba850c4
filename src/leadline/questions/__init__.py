"""What can be asked, once for all faces: options, checks, the answer, its report and its JSON."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, cast

from leadline.questions.question import Question

QUESTIONS: Mapping[str, str] = {
    "score": "leadline.questions.score:Score",
    "explain": "leadline.questions.explain:Explain",
    "history": "leadline.questions.history:History",
    "trial": "leadline.questions.trial:Trial",
    "backtest": "leadline.questions.backtest:Backtest",
    "compare": "leadline.questions.compare:Compare",
    "diff": "leadline.questions.diff:Diff",
    "thresholds": "leadline.questions.thresholds:Thresholds",
    "rules": "leadline.questions.rules:Rules",
    "rates": "leadline.questions.rates:Rates",
    "audit": "leadline.questions.audit:Audit",
    "watch": "leadline.questions.watch:Watch",
    "sources": "leadline.questions.sources:Sources",
    "ready": "leadline.questions.ready:Ready",
    "review": "leadline.questions.review:Review",
    "learn": "leadline.questions.learn:Learn",
    "new": "leadline.questions.new:New",
    "import-points": "leadline.questions.import_points:ImportPoints",
    "check": "leadline.questions.check:Check",
    "inspect": "leadline.questions.inspect:Inspect",
    "resolve": "leadline.questions.resolve:Resolve",
    "marks": "leadline.questions.marks:Marks",
    "snapshot": "leadline.questions.snapshot:Snapshot",
    "demo-data": "leadline.questions.demo_data:DemoData",
    "fingerprint": "leadline.questions.fingerprint:Fingerprint",
    "schema": "leadline.questions.schema:Schema",
    "sql": "leadline.questions.sql:Sql",
    "stream": "leadline.questions.stream:Stream",
}
"""Every question by its name, and where it stands; it is imported when it is asked."""


def question(place: str) -> type[Question[Any]]:
    """Return the class of a question by its place, such as ``leadline.questions.score:Score``."""
    module, name = place.split(":")
    return cast("type[Question[Any]]", getattr(import_module(module), name))
