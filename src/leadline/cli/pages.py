"""What the command line prints for people beside the reports."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from rich.console import Console

from leadline.explain.best import band_counts
from leadline.explain.best import best as best_of
from leadline.model.document import Model
from leadline.reports.best import counted
from leadline.reports.best import page as page_of
from leadline.scoring import Run


def time(at: datetime) -> str:
    """Return a moment as people read it.

    >>> from datetime import UTC
    >>> time(datetime(2026, 11, 1, 12, tzinfo=UTC))
    '2026-11-01T12:00:00Z'
    """
    return at.isoformat().replace("+00:00", "Z")


def explain_hint(model: Path, tables: Mapping[str, str], as_of: str | None) -> Sequence[str]:
    """Return the command that explains a lead, without the lead, as ``shlex`` joins it."""
    options = [
        word
        for name, path in tables.items()
        for word in (f"--{name.replace('_', '-')}", path)
        if name != "spine"
    ]
    moment = ["--as-of", as_of] if as_of else []
    return ["leadline", "explain", str(model), *options, *moment]


def best(console: Console, run: Run, hint: Sequence[str]) -> None:
    """Print the leads with the highest scores, with band and strongest reasons."""
    found = best_of(run)
    page_of(found).print(console)
    if len(found.leads) < found.rows:
        console.print("--out FILE writes all of them")
    if found.leads:
        first = found.leads[0]
        at = ["--as-of", time(first.as_of)] if found.moments > 1 else []
        command = shlex.join([*hint[:3], first.lead_id, *hint[3:], *at])
        console.print(f"next, every point of a lead: {command}")


def contents(model: Model) -> str:
    """Return how much a model holds, in words."""
    counts = {
        "score": len(model.scores),
        "rule": sum(1 for _ in model.rules()),
        "example": len(model.examples),
    }
    words = [
        f"{count} {name}{'' if count == 1 else 's'}" for name, count in counts.items() if count
    ]
    return ", ".join(words) + (" that hold" if model.examples else "")


def written(console: Console, run: Run, path: str) -> None:
    """Print where the scores are, and how many leads are in each band."""
    console.print(f"scores written to {path}")
    for name in run.model.bands:
        console.print(f"{run.model.column(name)}: {counted(band_counts(run, name))}")
